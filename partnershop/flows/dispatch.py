"""Hand-over to a producer: a row before the call (claim), the call itself outside, its outcome after it (record)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from models import Dispatch, DispatchState, Item, Order, Shop
from partnershop import clock
from partnershop.flows import items as moves
from partnershop.flows.dispatch_ticket import key_of, ticket_of
from partnershop.flows.dispatch_withdrawing import settle_cancelled
from partnershop.flows.orders import settings_of
from partnershop.flows.parked import release, release_redirections
from partnershop.flows.settings import catalogue_in_force
from partnershop.flows.timing import it_is_time, lease_has_ended
from partnershop.flows.turns import of_shop
from partnershop.gateways.outcome import Done, Outcome, Rejected, Unknown
from partnershop.gateways.ticket import Ticket
from partnershop.rules.eligibility import Route
from partnershop.rules.lifecycle import ItemState, Trigger

ACTOR = "dispatch"
LEASE = timedelta(minutes=3)
ATTEMPTS = 12
_BACKOFF_CAP = timedelta(minutes=30)


@dataclass(frozen=True)
class Job:
    """One call to make: the dispatch row, the lease number that may write its outcome, and the ticket."""

    dispatch_id: int
    lease: int
    shop: str
    ticket: Ticket


def shops_due(session: Session, route: Route) -> list[int]:
    """The shops with items to hand over to this producer, or with a hand-over to try again."""
    due_items = select(Item.id).where(Item.shop_id == Shop.id, *_due(route)).exists()
    retries = select(Dispatch.id).where(Dispatch.shop_id == Shop.id, *_retry(route)).exists()
    return list(session.scalars(select(Shop.id).where(or_(due_items, retries)).order_by(Shop.id)))


def _due(route: Route) -> tuple[ColumnElement[bool], ...]:
    return (
        Item.route == route, Item.state == ItemState.ROUTED, Item.gates_passed_at.is_not(None),
        Item.cancellation_id.is_(None), Item.dispatch_id.is_(None),
    )  # fmt: skip


def _retry(route: Route) -> tuple[ColumnElement[bool], ...]:
    cancelled = select(Item.id).where(Item.id == Dispatch.item_id, Item.cancellation_id.is_not(None))
    return (
        Dispatch.state == DispatchState.IN_FLIGHT, Dispatch.producer == route, it_is_time(Dispatch),
        # What is cancelled and has certainly not arrived is not sent any more; its case withdraws it.
        or_(and_(Dispatch.leased_until.is_(None), ~cancelled.correlate(Dispatch).exists()), lease_has_ended(Dispatch)),
    )  # fmt: skip


def claim(session: Session, shop_id: int, route: Route, limit: int, *, idempotent: bool) -> list[Job]:
    """Rows for the next calls to one producer, written before anybody is called.

    A call whose lease ran out may have reached the producer: one that knows our keys (`idempotent`) is asked again, for
    any other see `note_cut_off`.
    """
    now = clock.now()
    retries = _claim_retries(session, shop_id, route, limit, idempotent=idempotent)
    query = select(Item).where(of_shop(Item.shop_id, shop_id), *_due(route)).order_by(Item.route, Item.shop_id, Item.id)
    items = session.scalars(query.limit(limit - len(retries)).with_for_update(key_share=True, skip_locked=True)).all()
    new = [
        Dispatch(
            item_id=item.id, shop_id=shop_id, producer=route, key=f"new-{item.id}", state=DispatchState.IN_FLIGHT,
            created_at=now, due_at=now, lease=0, attempts=0,
        )
        for item in items
    ]  # fmt: skip
    session.add_all(new)
    session.flush()
    pairs = [(dispatch, item) for dispatch, item in zip(new, items, strict=True)]
    pairs += [(dispatch, session.get_one(Item, dispatch.item_id)) for dispatch in retries]
    return _jobs(session, shop_id, pairs)


def _claim_retries(session: Session, shop_id: int, route: Route, limit: int, *, idempotent: bool) -> list[Dispatch]:
    query = select(Dispatch).where(Dispatch.shop_id == shop_id, *_retry(route)).order_by(Dispatch.due_at).limit(limit)
    if not idempotent:
        query = query.where(Dispatch.leased_until.is_(None))
    return list(session.scalars(query.with_for_update(key_share=True, skip_locked=True)))


def note_cut_off(session: Session, shop_id: int, route: Route) -> int:
    """Calls to a producer that does not know our keys, whose lease ran out: did they arrive? Nobody knows. How many.

    Each order is locked as by any other outcome, so that a report which came in the meantime is not overlooked.
    """
    query = (
        select(Dispatch.id, Item.order_id)
        .join(Item, Item.id == Dispatch.item_id)
        .where(Dispatch.shop_id == shop_id, *_retry(route), Dispatch.leased_until.is_not(None))
        .order_by(Item.order_id, Dispatch.id)
        .limit(100)
    )
    noted = 0
    for dispatch_id, order_id in session.execute(query).all():
        order = session.get_one(Order, order_id, with_for_update={"key_share": True})
        still = select(Dispatch).where(Dispatch.id == dispatch_id, *_retry(route), Dispatch.leased_until.is_not(None))
        dispatch = session.scalars(still.with_for_update()).first()
        if dispatch is not None:
            item = session.get_one(Item, dispatch.item_id)
            _unknown(session, order, item, dispatch, "the call was cut off; nobody knows whether it arrived")
            noted += 1
    return noted


def _jobs(session: Session, shop_id: int, pairs: Sequence[tuple[Dispatch, Item]]) -> list[Job]:
    if not pairs:
        return []
    shop = session.get_one(Shop, shop_id)
    settings = settings_of(session, shop_id)
    catalogue = catalogue_in_force(session)
    orders = session.scalars(select(Order).where(Order.id.in_({item.order_id for _, item in pairs})))
    by_id = {order.id: order for order in orders}
    jobs = []
    for dispatch, item in pairs:
        order = by_id[item.order_id]
        dispatch.lease += 1
        dispatch.attempts += 1
        dispatch.leased_until = clock.now() + LEASE
        if dispatch.key.startswith("new-"):
            dispatch.key = key_of(shop, order, item, dispatch)
        item.dispatch_id = dispatch.id
        ticket = ticket_of(shop, settings, catalogue, order, item, dispatch)
        jobs.append(Job(dispatch.id, dispatch.lease, shop.code, ticket))
    session.flush()
    return jobs


def record(session: Session, job: Job, outcome: Outcome, *, idempotent: bool) -> str:
    """Write what became of a call and move the item; returns a sentence. A late answer (older lease) is ignored."""
    order_id = session.scalars(
        select(Item.order_id).join(Dispatch, Dispatch.item_id == Item.id).where(Dispatch.id == job.dispatch_id)
    ).one()
    order = session.get_one(Order, order_id, with_for_update={"key_share": True})
    dispatch = session.get_one(Dispatch, job.dispatch_id, with_for_update=True)
    item = session.get_one(Item, dispatch.item_id, with_for_update={"key_share": True})
    name = f"item {item.key} of {order.number}"
    # Whoever holds the lease knows what nobody else does: a certain answer still settles an unknown outcome.
    still_open = dispatch.state is DispatchState.IN_FLIGHT or (
        dispatch.state is DispatchState.UNKNOWN and not isinstance(outcome, Unknown)
    )
    if dispatch.lease != job.lease or not still_open:
        return f"{name}: a late answer, settled already"
    dispatch.state = DispatchState.IN_FLIGHT
    match outcome:
        case Done(reference):
            return f"{name} {_done(session, order, item, dispatch, reference, ACTOR)}"
        case Rejected(reason):
            return f"{name} {_rejected(session, order, item, dispatch, reason)}"
        case Unknown(reason) if not idempotent:
            _unknown(session, order, item, dispatch, reason)
            return f"{name}: outcome unknown ({reason})"
        case _:
            return f"{name} {_again(session, order, item, dispatch, outcome.reason)}"


def _unknown(session: Session, order: Order, item: Item, dispatch: Dispatch, reason: str) -> None:
    dispatch.state, dispatch.last_error, dispatch.leased_until = DispatchState.UNKNOWN, reason, None
    release(session, order, item)


def _done(session: Session, order: Order, item: Item, dispatch: Dispatch, reference: str | None, actor: str) -> str:
    dispatch.state, dispatch.reference = DispatchState.DONE, reference
    dispatch.finished_at, dispatch.leased_until, dispatch.last_error = clock.now(), None, None
    why = f"{dispatch.producer.value} has it as {reference}" if reference else f"{dispatch.producer.value} has it"
    moves.apply(session, item, Trigger.HAND_OVER, actor=actor, why=why)
    settle_cancelled(session, item, dispatch, actor=ACTOR)
    release(session, order, item)
    return f"handed over to {dispatch.producer.value} as {reference}"


def _rejected(session: Session, order: Order, item: Item, dispatch: Dispatch, reason: str) -> str:
    dispatch.state, dispatch.finished_at, dispatch.last_error = DispatchState.REJECTED, clock.now(), reason
    item.dispatch_id = None
    hold(session, item, "producer_rejected", f"{dispatch.producer.value} refused it: {reason}", ACTOR)
    release(session, order, item)
    return f"refused by {dispatch.producer.value}: {reason}"


def _again(session: Session, order: Order, item: Item, dispatch: Dispatch, reason: str) -> str:
    if dispatch.attempts >= ATTEMPTS:
        dispatch.state, dispatch.finished_at, dispatch.last_error = DispatchState.REJECTED, clock.now(), reason
        item.dispatch_id = None
        hold(session, item, "producer_unreachable", f"{dispatch.producer.value} could not be reached: {reason}", ACTOR)
        release(session, order, item)
        return f"parked after {ATTEMPTS} attempts: {reason}"
    backoff = min(_BACKOFF_CAP, timedelta(seconds=5 * 2**dispatch.attempts))
    dispatch.due_at, dispatch.leased_until, dispatch.last_error = clock.now() + backoff, None, reason
    # Its case may have been settled or parked while the producer was called; nobody else takes this hand-over back.
    if settle_cancelled(session, item, dispatch, actor=ACTOR):
        return f"is not handed over, it has been cancelled: {reason}"
    # An operator who wanted it at Unitedprint meanwhile had to wait for this call, and need not for the next.
    release_redirections(session, session.get_one(Shop, order.shop_id), [item.id])
    return f"will be tried again in {int(backoff.total_seconds())} s: {reason}"


def hold(session: Session, item: Item, code: str, reason: str, actor: str) -> None:
    """Hold an item with a reason that an operator reads; `code` says what kind of trouble it is."""
    moves.apply(session, item, Trigger.HOLD, actor=actor, why=reason)
    if item.state is ItemState.HELD:
        item.hold_code, item.hold_reason = code, reason
