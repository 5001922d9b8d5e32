"""Letting parked events go on when what they wait for has come."""

from collections.abc import Collection, Iterable

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import Event, EventState, Item, Order, Shop
from partnershop import clock
from partnershop.db import wake
from partnershop.stages import Stage, Wake


def release_waiting(session: Session, shop: Shop, keys: Iterable[tuple[str, str]]) -> int:
    """Accept again the parked events that wait for these (waits_for, waits_key), and wake the inbox; how many."""
    by_kind: dict[str, list[str]] = {}
    for kind, key in keys:
        by_kind.setdefault(kind, []).append(key)
    released = 0
    for kind, names in by_kind.items():
        conditions = (Event.shop_id == shop.id, Event.state == EventState.PARKED, Event.waits_for == kind)
        rows = session.execute(
            update(Event)
            .where(*conditions, Event.waits_key.in_(names))
            .values(state=EventState.ACCEPTED, waits_for=None, waits_key=None, outcome=None, due_at=clock.now())
            .returning(Event.id)
            .execution_options(synchronize_session=False)
        )
        released += len(rows.all())
    if released:
        wake(session, Wake(Stage.INBOX, shop=shop.code))
    return released


def release(session: Session, order: Order, item: Item) -> int:
    """Let events go on that waited until this item was handed over (or until that failed)."""
    shop = session.get_one(Shop, order.shop_id)
    return release_waiting(session, shop, [("hand_over", f"{order.number}/{item.key}")])


def release_redirections(session: Session, shop: Shop, item_ids: Collection[int]) -> int:
    """Let operators' hand-overs to Unitedprint go on that came before these items had a route; how many events.

    Without it they would go on only when the print works have the ticket, perhaps with the item on the press already.
    """
    waiting = session.scalars(
        select(Event.waits_key).where(
            Event.shop_id == shop.id, Event.state == EventState.PARKED, Event.waits_for == "hand_over",
            Event.type == "item.redirected",
        )
    ).all()  # fmt: skip
    if not waiting:
        return 0
    rows = session.execute(
        select(Order.number, Item.key).join(Order, Order.id == Item.order_id).where(Item.id.in_(item_ids))
    )
    routed = {f"{order}/{key}" for order, key in rows}
    return release_waiting(session, shop, [("hand_over", name) for name in sorted(routed.intersection(waiting))])
