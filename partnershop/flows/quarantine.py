"""What was set aside: at the door because it is no event, or in the inbox because it contradicts what is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Event, EventState, Quarantine, Shop
from partnershop import clock
from partnershop.contract import MAX_DEPTH, SourceRule
from partnershop.contract.strict_json import NotJson, loads
from partnershop.db import wake
from partnershop.errors import Refused
from partnershop.flows.intake import accept
from partnershop.stages import Stage, Wake

# Twice what an event may have: what was quarantined for being too deep is read, and refused for that reason again.
_DEPTH = 2 * MAX_DEPTH


class NotInQuarantine(Refused):
    """There is nothing of this name in the shop's quarantine."""


@dataclass(frozen=True)
class SetAside:
    """One thing in quarantine. `name` is Q-… for what the door refused and E-… for an accepted event."""

    name: str
    event_id: str | None
    since: datetime
    times_seen: int
    why: tuple[str, ...]


def listed(session: Session, shop: Shop, limit: int = 500) -> list[SetAside]:
    """What is in quarantine for a shop, the oldest first: first the door's, then the inbox's."""
    door = session.scalars(
        select(Quarantine)
        .where(Quarantine.shop_id == shop.id, Quarantine.released_at.is_(None))
        .order_by(Quarantine.id)
        .limit(limit)
    )
    inbox = session.scalars(
        select(Event)
        .where(Event.shop_id == shop.id, Event.state == EventState.QUARANTINED)
        .order_by(Event.id)
        .limit(limit)
    )
    refused = [
        SetAside(f"Q-{row.id}", row.event_id, row.first_seen_at, row.times_seen, tuple(map(str, row.errors)))
        for row in door
    ]
    return refused + [
        SetAside(f"E-{row.id}", row.event_id, row.received_at, 1, (row.outcome or row.last_error or "",))
        for row in inbox
    ]


def retry(session: Session, shop: Shop, name: str) -> Event:
    """Try one again by its name; the event that now waits to be applied (or was accepted before).

    Raises `Refused`, with the reasons, when it is no event still, `NotInQuarantine` when there is nothing of that name.
    """
    kind, _, number = name.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 18 and kind in ("Q", "E")):
        raise NotInQuarantine(f"{name} is no name of the quarantine; they look like Q-12 or E-34")
    row_id = int(number)
    return _retry_refused(session, shop, row_id) if kind == "Q" else _retry_event(session, shop, row_id)


def _retry_refused(session: Session, shop: Shop, row_id: int) -> Event:
    query = select(Quarantine).where(Quarantine.id == row_id, Quarantine.shop_id == shop.id).with_for_update()
    row = session.scalars(query).first()
    if row is None or row.released_at is not None:
        raise NotInQuarantine(f"Q-{row_id} is not in quarantine")
    try:
        raw = loads(row.raw.encode(), _DEPTH)
    except NotJson as problem:
        raise Refused(f"Q-{row_id} is no event still: {problem}") from None
    # It came in signed by the shop, so it may be what the shop may send, and no more.
    receipt = accept(session, shop, [raw], sources=SourceRule.SHOP)
    if receipt.quarantined:
        raise Refused(f"Q-{row_id} is no event still: {_joined(receipt.quarantined[0]['errors'])}")
    event = session.scalars(
        select(Event).where(Event.source == row.source, Event.event_id == row.event_id, Event.shop_id == shop.id)
    ).one()
    row.released_at, row.released_event_id = clock.now(), event.id
    return event


def _retry_event(session: Session, shop: Shop, row_id: int) -> Event:
    query = select(Event).where(Event.id == row_id, Event.shop_id == shop.id).with_for_update(key_share=True)
    event = session.scalars(query).first()
    if event is None or event.state is not EventState.QUARANTINED:
        raise NotInQuarantine(f"E-{row_id} is not in quarantine")
    event.state, event.attempts, event.due_at, event.outcome = EventState.ACCEPTED, 0, clock.now(), None
    event.handled_at = None
    session.flush()
    wake(session, Wake(Stage.INBOX, shop=shop.code))
    return event


def _joined(errors: Sequence[str]) -> str:
    return "; ".join(errors)


@dataclass(frozen=True)
class Waiting:
    """A parked event: what it waits for ("order", "item", …) and which."""

    event_id: str
    type: str
    order: str | None
    waits_for: str
    waits_key: str
    since: datetime
    why: str


def parked(session: Session, shop: Shop, limit: int = 500) -> list[Waiting]:
    """The parked events of a shop, the oldest first."""
    rows = session.scalars(
        select(Event).where(Event.shop_id == shop.id, Event.state == EventState.PARKED).order_by(Event.id).limit(limit)
    )
    return [
        Waiting(
            row.event_id,
            row.type,
            row.order_number,
            row.waits_for or "",
            row.waits_key or "",
            row.received_at,
            row.outcome or "",
        )
        for row in rows
    ]
