"""Hand-over to a producer: a row before the call (claim), the call itself outside, its outcome after it (record)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from models import Dispatch, DispatchState, Item, Order, Shop, ShopSettings
from partnershop import clock
from partnershop.config import config
from partnershop.db import wake
from partnershop.flows import items as moves
from partnershop.flows.orders import settings_of
from partnershop.flows.parked import release
from partnershop.flows.settings import LoadedCatalogue, catalogue_in_force
from partnershop.gateways.outcome import Done, Outcome, Rejected, Unknown
from partnershop.gateways.ticket import Feature, Ticket
from partnershop.rules.eligibility import Route
from partnershop.rules.lifecycle import ItemState, Trigger
from partnershop.stages import Stage, Wake

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
    now = clock.now()
    cancelled = select(Item.id).where(Item.id == Dispatch.item_id, Item.cancellation_id.is_not(None)).exists()
    return (
        Dispatch.state == DispatchState.IN_FLIGHT, Dispatch.producer == route, Dispatch.due_at <= now,
        # What is cancelled and has certainly not arrived is not sent any more; its case withdraws it.
        or_(and_(Dispatch.leased_until.is_(None), ~cancelled), Dispatch.leased_until < now),
    )  # fmt: skip


def claim(session: Session, shop_id: int, route: Route, limit: int, *, idempotent: bool) -> list[Job]:
    """Rows for the next calls to one producer, written before anybody is called.

    A call whose lease ran out may have reached the producer: one that knows our keys (`idempotent`) is asked again, for
    any other the outcome is unknown, which reconciliation settles.
    """
    now = clock.now()
    retries = _claim_retries(session, shop_id, route, limit, idempotent=idempotent)
    query = select(Item).where(Item.shop_id == shop_id, *_due(route)).order_by(Item.route, Item.shop_id, Item.id)
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
    rows = session.scalars(query.with_for_update(key_share=True, skip_locked=True)).all()
    again = []
    for dispatch in rows:
        if dispatch.leased_until is not None and not idempotent:
            dispatch.state = DispatchState.UNKNOWN
            dispatch.last_error = "the call was cut off; nobody knows whether it arrived"
        else:
            again.append(dispatch)
    return again


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
            dispatch.key = _key(shop, order, item, dispatch)
        item.dispatch_id = dispatch.id
        ticket = _ticket(shop, settings, catalogue, order, item, dispatch)
        jobs.append(Job(dispatch.id, dispatch.lease, shop.code, ticket))
    session.flush()
    return jobs


def _key(shop: Shop, order: Order, item: Item, dispatch: Dispatch) -> str:
    name = re.sub(r"[^A-Za-z0-9._-]", "_", f"{shop.code}-{order.number}-{item.key}")
    return f"{name[:80]}-{dispatch.id}"


def _ticket(
    shop: Shop, settings: ShopSettings, catalogue: LoadedCatalogue, order: Order, item: Item, dispatch: Dispatch
) -> Ticket:
    language = settings.language
    chosen = {key: attribute.default for key, attribute in catalogue.rules.get(item.product, {}).items()}
    chosen |= item.options
    features = [
        Feature(key, option, *catalogue.words(item.product, key, option, language))
        for key, option in chosen.items()
        if option is not None
    ]
    return Ticket(
        key=dispatch.key,
        shop=shop.code,
        shop_name=settings.seller["legal_name"],
        language=language,
        order=order.number,
        item=item.key,
        product=item.product,
        product_name=catalogue.product_name(item.product, language),
        description=item.description,
        copies=item.quantity,
        features=tuple(features),
        due_date=_working_days_after(clock.local_day(dispatch.created_at, settings.timezone), settings.production_days),
        address=f"{config().public_url}/shops/{shop.code}/orders/{order.number}/items/{item.key}",
    )


def _working_days_after(day: date, days: int) -> date:
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < 5:
            days -= 1
    return day


def record(session: Session, job: Job, outcome: Outcome, *, idempotent: bool) -> str:
    """Write what became of a call and move the item; returns a sentence. A late answer (older lease) is ignored."""
    order_id = session.scalars(
        select(Item.order_id).join(Dispatch, Dispatch.item_id == Item.id).where(Dispatch.id == job.dispatch_id)
    ).one()
    order = session.get_one(Order, order_id, with_for_update={"key_share": True})
    dispatch = session.get_one(Dispatch, job.dispatch_id, with_for_update=True)
    item = session.get_one(Item, dispatch.item_id, with_for_update={"key_share": True})
    name = f"item {item.key} of {order.number}"
    if dispatch.lease != job.lease or dispatch.state is not DispatchState.IN_FLIGHT:
        return f"{name}: a late answer, settled already"
    match outcome:
        case Done(reference):
            return f"{name} {_done(session, order, item, dispatch, reference, ACTOR)}"
        case Rejected(reason):
            return f"{name} {_rejected(session, order, item, dispatch, reason)}"
        case Unknown(reason) if not idempotent:
            dispatch.state, dispatch.last_error, dispatch.leased_until = DispatchState.UNKNOWN, reason, None
            release(session, order, item)
            return f"{name}: outcome unknown ({reason})"
        case _:
            return f"{name} {_again(session, order, item, dispatch, outcome.reason)}"


def _done(session: Session, order: Order, item: Item, dispatch: Dispatch, reference: str | None, actor: str) -> str:
    dispatch.state, dispatch.reference = DispatchState.DONE, reference
    dispatch.finished_at, dispatch.leased_until, dispatch.last_error = clock.now(), None, None
    why = f"{dispatch.producer.value} has it as {reference}" if reference else f"{dispatch.producer.value} has it"
    moves.apply(session, item, Trigger.HAND_OVER, actor=actor, why=why)
    if item.state is ItemState.CANCELLED:
        withdraw(session, item, dispatch)
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
    return f"will be tried again in {int(backoff.total_seconds())} s: {reason}"


def hold(session: Session, item: Item, code: str, reason: str, actor: str) -> None:
    """Hold an item with a reason that an operator reads; `code` says what kind of trouble it is."""
    moves.apply(session, item, Trigger.HOLD, actor=actor, why=reason)
    if item.state is ItemState.HELD:
        item.hold_code, item.hold_reason = code, reason


def withdraw(session: Session, item: Item, dispatch: Dispatch) -> None:
    """Tell the shop's own print works not to make the item. Unitedprint publishes no call for it: there it stays done.

    A hand-over that waits for another try (nobody has it, nobody is calling) is not tried again.
    """
    waiting = dispatch.state is DispatchState.IN_FLIGHT and dispatch.leased_until is None
    if dispatch.producer is Route.IN_HOUSE and (waiting or dispatch.state is DispatchState.DONE):
        dispatch.state, dispatch.due_at, dispatch.leased_until = DispatchState.WITHDRAWING, clock.now(), None
        item.dispatch_id = None
        wake(session, Wake(Stage.DISPATCH))
    elif waiting:
        dispatch.state, dispatch.finished_at = DispatchState.REJECTED, clock.now()
        item.dispatch_id = None


@dataclass(frozen=True)
class Withdrawal:
    """One producer to tell that it must not make an item."""

    dispatch_id: int
    lease: int
    shop: str
    key: str
    reason: str


def claim_withdrawals(session: Session, limit: int = 50) -> list[Withdrawal]:
    """Lease the next hand-overs that are to be taken back."""
    now = clock.now()
    query = (
        select(Dispatch, Shop.code)
        .join(Shop, Shop.id == Dispatch.shop_id)
        .where(
            Dispatch.state == DispatchState.WITHDRAWING,
            Dispatch.due_at <= now,
            or_(Dispatch.leased_until.is_(None), Dispatch.leased_until < now),
        )
        .order_by(Dispatch.id)
        .limit(limit)
        .with_for_update(of=Dispatch, skip_locked=True)
    )
    jobs = []
    for dispatch, shop in session.execute(query):
        dispatch.lease += 1
        dispatch.leased_until = now + LEASE
        jobs.append(Withdrawal(dispatch.id, dispatch.lease, shop, dispatch.key, "cancelled or handed over elsewhere"))
    return jobs


def record_withdrawal(session: Session, job: Withdrawal, outcome: Outcome) -> str:
    """Write what became of taking a hand-over back; what did not reach the producer is tried again."""
    dispatch = session.get_one(Dispatch, job.dispatch_id, with_for_update=True)
    if dispatch.lease != job.lease or dispatch.state is not DispatchState.WITHDRAWING:
        return f"{job.key}: settled already"
    dispatch.leased_until = None
    if isinstance(outcome, Done):
        dispatch.state, dispatch.finished_at = DispatchState.WITHDRAWN, clock.now()
        return f"{job.key} withdrawn"
    dispatch.last_error, dispatch.due_at = outcome.reason, clock.now() + _BACKOFF_CAP
    return f"{job.key} not withdrawn yet: {outcome.reason}"
