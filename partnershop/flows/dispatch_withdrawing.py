"""Taking a hand-over back: the producer is told that it must not make the item."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from models import Case, CaseState, Dispatch, DispatchState, Item, Shop
from partnershop import clock
from partnershop.db import wake
from partnershop.flows import items as moves
from partnershop.flows.timing import it_is_time, nobody_holds
from partnershop.flows.turns import Turns, of_shop, shops_with
from partnershop.gateways.outcome import Done, Outcome
from partnershop.rules.eligibility import Route
from partnershop.rules.lifecycle import ItemState, Trigger
from partnershop.stages import Stage, Wake

_LEASE = timedelta(minutes=3)
_BACKOFF_CAP = timedelta(minutes=30)
_TURNS = Turns()


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


def stop(session: Session, item: Item, *, actor: str, why: str) -> None:
    """Take back what can be taken back of an item whose cancellation waits for its paper: it may not be made meanwhile.

    What an in-house producer has and has not begun waits to be handed over again, which its cancellation forbids. What
    is begun, or at Unitedprint, stays where it is.
    """
    if item.dispatch_id is None or item.state not in (ItemState.ROUTED, ItemState.HANDED_OVER):
        return
    dispatch = session.get_one(Dispatch, item.dispatch_id, with_for_update=True)
    if item.state is ItemState.HANDED_OVER and dispatch.producer is Route.IN_HOUSE:
        moves.apply(session, item, Trigger.REDIRECT, actor=actor, why=why)
    withdraw(session, item, dispatch)


def settle_cancelled(session: Session, item: Item, dispatch: Dispatch, *, actor: str) -> bool:
    """Withdraw what was settled while the item is cancelled or its cancellation is parked; whether it is so."""
    if item.state is ItemState.CANCELLED:
        withdraw(session, item, dispatch)
        return True
    case = session.get_one(Case, item.cancellation_id) if item.cancellation_id is not None else None
    if case is None or case.state is not CaseState.PARKED:
        return False
    stop(session, item, actor=actor, why=f"case {case.id} cancels it, and waits")
    return True


@dataclass(frozen=True)
class Withdrawal:
    """One producer to tell that it must not make an item."""

    dispatch_id: int
    lease: int
    shop: str
    key: str
    reason: str


def due() -> tuple[ColumnElement[bool], ...]:
    """A hand-over that is to be taken back, and that nobody is just taking back."""
    return Dispatch.state == DispatchState.WITHDRAWING, it_is_time(Dispatch), nobody_holds(Dispatch)


def claim_withdrawals(session: Session, limit: int = 50) -> list[Withdrawal]:
    """Lease the next hand-overs that are to be taken back, a share of each shop's."""
    now = clock.now()
    of_each = select(Dispatch.id).where(of_shop(Dispatch.shop_id, Shop.id), *due())
    shops = shops_with(session, of_each.order_by(Dispatch.shop_id, Dispatch.due_at))
    jobs = []
    for dispatch, shop, route in _TURNS.share_out(shops, limit, lambda *share: _next_of(session, *share)):
        dispatch.lease += 1
        dispatch.leased_until = now + _LEASE
        is_redirected = route is Route.UNITEDPRINT
        reason = "the item goes to Unitedprint instead" if is_redirected else "the item has been cancelled"
        jobs.append(Withdrawal(dispatch.id, dispatch.lease, shop, dispatch.key, reason))
    return jobs


def _next_of(session: Session, shop_id: int, limit: int) -> Sequence[Row[Dispatch, str, Route | None]]:
    query = (
        select(Dispatch, Shop.code, Item.route)
        .join(Shop, Shop.id == Dispatch.shop_id)
        .join(Item, Item.id == Dispatch.item_id)
        .where(of_shop(Dispatch.shop_id, shop_id), *due())
        .order_by(Dispatch.shop_id, Dispatch.due_at)
        .limit(limit)
    )
    return session.execute(query.with_for_update(of=Dispatch, skip_locked=True)).all()


def record_withdrawal(session: Session, job: Withdrawal, outcome: Outcome) -> str:
    """Write what became of taking a hand-over back; what did not reach the producer is tried again."""
    dispatch = session.get_one(Dispatch, job.dispatch_id, with_for_update=True)
    if dispatch.lease != job.lease or dispatch.state is not DispatchState.WITHDRAWING:
        return f"{job.key}: settled already"
    dispatch.leased_until = None
    if isinstance(outcome, Done):
        dispatch.state, dispatch.finished_at = DispatchState.WITHDRAWN, clock.now()
        return f"{job.key} withdrawn"
    backoff = min(_BACKOFF_CAP, timedelta(seconds=5 * 2 ** min(job.lease, 10)))
    dispatch.last_error, dispatch.due_at = outcome.reason, clock.now() + backoff
    return f"{job.key} not withdrawn yet: {outcome.reason}"
