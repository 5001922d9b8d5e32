"""Refund requests: opened by the rule, sent to whoever pays, settled or failed by what comes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from models import Case, Order, RefundRequest, RefundState, Shop
from partnershop import clock
from partnershop.db import wake
from partnershop.flows.orders import owed
from partnershop.flows.parked import release_waiting
from partnershop.flows.timing import it_is_time, nobody_holds
from partnershop.flows.turns import Turns, of_shop, shops_with
from partnershop.gateways.outcome import Done, Outcome
from partnershop.gateways.payments import RefundInstruction
from partnershop.rules.money import in_words, to_text
from partnershop.rules.refunds import still_to_request
from partnershop.stages import Stage, Wake


def reevaluate(session: Session, orders: Sequence[Order], why: str | None = None) -> list[RefundRequest]:
    """Open what refund requests the rule now asks for. The orders must be locked; called whenever an event touches one.

    `why` is the reason that a request bears; without it, the cause is looked up: one that failed, or the last case.
    """
    entitled = [order for order in orders if order.entitled > 0]
    if not entitled:
        return []
    due = owed(session, entitled)
    asked: dict[int, int] = dict(
        session.execute(
            select(RefundRequest.order_id, func.sum(RefundRequest.amount))
            .where(
                RefundRequest.order_id.in_([order.id for order in entitled]),
                RefundRequest.state != RefundState.FAILED,
            )
            .group_by(RefundRequest.order_id)
        )
        .all()
    )
    opened = []
    for order in entitled:
        amount = still_to_request(order.entitled, order.paid, due[order.id], int(asked.get(order.id, 0)))
        if amount:
            opened.append(
                RefundRequest(
                    shop_id=order.shop_id, order_id=order.id, amount=amount, currency=order.currency,
                    reason=why or _cause(session, order),
                    state=RefundState.REQUESTED, created_at=clock.now(), due_at=clock.now(),
                )
            )  # fmt: skip
    session.add_all(opened)
    if opened:
        session.flush()
        wake(session, Wake(Stage.REFUNDS))
        for refund in opened:
            release_waiting(session, session.get_one(Shop, refund.shop_id), [("refund", refund.name)])
    return opened


def _cause(session: Session, order: Order) -> str:
    """Why money goes back now, where it is not a case of this moment that says it."""
    failed = session.scalars(
        select(RefundRequest)
        .where(RefundRequest.order_id == order.id, RefundRequest.state == RefundState.FAILED)
        .order_by(RefundRequest.finished_at.desc(), RefundRequest.id.desc())
    ).first()
    case = session.scalars(
        select(Case)
        .where(Case.order_id == order.id, Case.owed_before > Case.owed_after)
        .order_by(Case.done_at.desc(), Case.id.desc())
    ).first()
    said = [f"case {case.id}: {case.reason}"] if case else []
    if failed is not None:
        said.insert(0, f"again, since {failed.name} failed ({failed.failure or 'no reason given'})")
    return "; ".join(said)


LEASE = timedelta(minutes=2)
_BACKOFF_CAP = timedelta(hours=1)
_TURNS = Turns()


@dataclass(frozen=True)
class Job:
    """One request to send: the lease number that may write the outcome, and what whoever pays is told."""

    refund_id: int
    lease: int
    instruction: RefundInstruction


def due() -> tuple[ColumnElement[bool], ...]:
    """A request that nobody has been asked to pay yet, and that nobody is just sending."""
    return RefundRequest.state == RefundState.REQUESTED, it_is_time(RefundRequest), nobody_holds(RefundRequest)


def claim(session: Session, limit: int = 50) -> list[Job]:
    """Lease the next requests that nobody has been asked to pay yet, a share of each shop's.

    They are committed rows: their id is the key.
    """
    now = clock.now()
    of_each = select(RefundRequest.id).where(of_shop(RefundRequest.shop_id, Shop.id), *due())
    shops = shops_with(session, of_each.order_by(RefundRequest.shop_id, RefundRequest.id))
    jobs = []
    for refund, order, shop in _TURNS.share_out(shops, limit, lambda shop, share: _next_of(session, shop, share)):
        refund.lease += 1
        refund.attempts += 1
        refund.leased_until = now + LEASE
        amount = to_text(refund.amount, refund.currency)
        instruction = RefundInstruction(refund.name, shop, order, amount, refund.currency, refund.reason)
        jobs.append(Job(refund.id, refund.lease, instruction))
    return jobs


def _next_of(session: Session, shop_id: int, limit: int) -> Sequence[Row[RefundRequest, str, str]]:
    query = (
        select(RefundRequest, Order.number, Shop.code)
        .join(Order, Order.id == RefundRequest.order_id)
        .join(Shop, Shop.id == RefundRequest.shop_id)
        .where(of_shop(RefundRequest.shop_id, shop_id), *due())
        .order_by(RefundRequest.shop_id, RefundRequest.id)
        .limit(limit)
        .with_for_update(of=RefundRequest, skip_locked=True)
    )
    return session.execute(query).all()


def record(session: Session, job: Job, outcome: Outcome) -> str:
    """Write what became of sending a request. Asking again with the same id is safe: anything but done is retried."""
    refund = session.get_one(RefundRequest, job.refund_id, with_for_update=True)
    about = f"{job.instruction.order} of {job.instruction.shop}"
    over = f"{refund.name} over {in_words(refund.amount, refund.currency)} for {about}"
    if refund.lease != job.lease or refund.state is not RefundState.REQUESTED:
        return f"{over}: {refund.state.value} already"
    refund.leased_until = None
    if isinstance(outcome, Done):
        refund.state, refund.sent_at, refund.last_error = RefundState.SENT, clock.now(), None
        return f"{over} sent"
    refund.last_error = outcome.reason
    refund.due_at = clock.now() + min(_BACKOFF_CAP, timedelta(seconds=10 * 2 ** min(refund.attempts, 12)))
    return f"{over} will be sent again: {outcome.reason}"
