"""Cases: a cancellation or an accepted complaint changes an order's papers and money, all in one transaction."""

from datetime import timedelta

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from models import Case, CaseItem, CaseKind, CaseState, Complaint, ComplaintState, Dispatch, Item, Order, Shop
from partnershop import clock
from partnershop.db import undone_on_error
from partnershop.errors import Refused
from partnershop.flows import items as moves
from partnershop.flows import refunds, refused_papers
from partnershop.flows.case_hints import AT_ONCE, wake_next
from partnershop.flows.corrections_papers import Corrected, percent_of_case, replace_invoice, take_back
from partnershop.flows.dispatch_withdrawing import stop, withdraw
from partnershop.flows.effective import effective
from partnershop.flows.invoicing import invoice_orders, is_due
from partnershop.flows.issuing import PaperRefused
from partnershop.flows.orders import lock, note_completed, open_gates, owed
from partnershop.flows.parked import release_waiting
from partnershop.flows.redirect import void_commission
from partnershop.flows.timing import it_is_time
from partnershop.flows.turns import of_shop
from partnershop.rules.lifecycle import ItemState, Trigger
from partnershop.rules.money import in_words, to_minor
from partnershop.rules.papers import DocumentKind, reduction_amount

ATTEMPTS = 5


def due(session: Session, limit: int = AT_ONCE) -> list[tuple[str, str, int, CaseKind]]:
    """The open cases that are due, as (shop, order, case, kind): each shop's oldest `limit`, one of each in turn."""
    oldest = (
        select(Case.id, Case.order_id, Case.kind)
        .where(of_shop(Case.shop_id, Shop.id), Case.state == CaseState.OPEN, it_is_time(Case))
        .order_by(Case.shop_id, Case.id)
        .limit(limit)
        .lateral("oldest")
    )
    place = func.row_number().over(partition_by=Shop.id, order_by=oldest.c.id)
    rows = session.execute(
        select(Shop.code, Order.number, oldest.c.id, oldest.c.kind)
        .select_from(Shop)
        .join(oldest, true())
        .join(Order, Order.id == oldest.c.order_id)
        .order_by(place, oldest.c.id)
    )
    return [(shop, order, case, kind) for shop, order, case, kind in rows]


def settle(session: Session, case_id: int) -> str:
    """Settle a case, after the earlier ones of its order; returns the sentence an operator reads.

    An invoice that is due comes first, so that a case sees the papers in the order in which the events came.
    """
    order_id = session.scalars(select(Case.order_id).where(Case.id == case_id)).one()
    order = lock(session, order_id)
    cases = session.scalars(
        select(Case)
        .where(Case.order_id == order.id, Case.id <= case_id, Case.state == CaseState.OPEN)
        .order_by(Case.id)
        .with_for_update()
    ).all()
    if not cases:
        settled = session.get_one(Case, case_id)
        return settled.outcome or f"case {case_id} is {settled.state.value} already"
    if is_due(order):
        invoice_orders(session, [order])
    shop = session.get_one(Shop, order.shop_id)
    for case in cases:
        _settle_one(session, shop, order, case)
    wake_next(session, shop)
    return cases[-1].outcome or ""


def _settle_one(session: Session, shop: Shop, order: Order, case: Case) -> None:
    before = owed(session, [order])[order.id]
    try:
        # What does not conform is found out when the case has changed rows already: they become again what they were.
        with undone_on_error(session):
            issued = (_cancel if case.kind is CaseKind.CANCELLATION else _reduce)(session, shop, order, case)
    except PaperRefused as refused:
        refused_papers.park(session, case, refused.refusal)
        if case.kind is CaseKind.CANCELLATION:
            for item in _items(session, case):
                stop(session, item, actor=case.actor, why=f"case {case.id} cancels it, and its paper is refused")
        _go_on(session, shop, order, case)
        return
    except Refused as refusal:
        case.state, case.outcome = CaseState.REFUSED, f"refused: {refusal}"
        case.done_at, case.owed_before, case.owed_after = clock.now(), before, before
        _go_on(session, shop, order, case)
        return
    after = owed(session, [order])[order.id]
    case.state, case.done_at, case.owed_before, case.owed_after = CaseState.DONE, clock.now(), before, after
    order.entitled += before - after
    requests = refunds.reevaluate(session, [order], f"case {case.id}: {case.reason}")
    session.flush()
    open_gates(session, shop, [order])
    if order.paper_refused_at is not None:
        refused_papers.release_order(session, shop, order, f"case {case.id} changed the order")
    _go_on(session, shop, order, case)
    sentences = [_told(case, order, issued)]
    sentences += [f"refund request {r.name} over {in_words(r.amount, r.currency)}" for r in requests]
    case.outcome = "; ".join(sentences)


def _go_on(session: Session, shop: Shop, order: Order, case: Case) -> None:
    """What waited for this case, settled or refused: the invoice of an order that is complete, and parked events."""
    session.flush()
    note_completed(session, shop, [order.id])
    release_waiting(session, shop, [("case", str(case.id))])


def _told(case: Case, order: Order, issued: Corrected) -> str:
    if issued:
        return "; ".join(
            f"{paper.number} takes back {in_words(paper.gross, paper.currency)} of {original}"
            if paper.kind is DocumentKind.REVERSAL
            else f"{paper.number} over {in_words(paper.gross, paper.currency)} replaces {original}"
            for paper, original in issued
        )
    taken = in_words((case.owed_before or 0) - (case.owed_after or 0), order.currency)
    what = "cancelled" if case.kind is CaseKind.CANCELLATION else "reduced"
    return f"{what} before invoicing, {order.number} comes to {taken} less"


def _items(session: Session, case: Case) -> list[Item]:
    query = select(Item).join(CaseItem, CaseItem.item_id == Item.id).where(CaseItem.case_id == case.id)
    return list(session.scalars(query.order_by(Item.id).with_for_update(key_share=True, of=Item)))


def _cancel(session: Session, shop: Shop, order: Order, case: Case) -> Corrected:
    items = _items(session, case)
    for item in items:
        moves.apply(session, item, Trigger.CANCEL, actor=case.actor, why=case.reason)
        dispatch = session.get(Dispatch, item.dispatch_id, with_for_update=True) if item.dispatch_id else None
        if dispatch is not None:
            withdraw(session, item, dispatch)
    void_commission(session, [item.id for item in items], f"cancelled: {case.reason}")
    release_waiting(session, shop, [("hand_over", f"{order.number}/{item.key}") for item in items])
    current = effective(session, order)
    if current is None:
        return []
    return take_back(session, shop, order, case, current, frozenset(item.id for item in items))


def _reduce(session: Session, shop: Shop, order: Order, case: Case) -> Corrected:
    complaint = session.get_one(Complaint, case.complaint_id, with_for_update=True)
    item = _items(session, case)[0]
    amount = _granted(order, item, complaint, case)
    complaint.state, complaint.reduction = ComplaintState.ACCEPTED, amount
    complaint.decided_at, complaint.decided_by = clock.now(), case.actor
    item.reduced_by += amount
    current = effective(session, order)
    if current is None:
        return []
    return replace_invoice(session, shop, order, case, current, item, complaint)


def _granted(order: Order, item: Item, complaint: Complaint, case: Case) -> int:
    """The reduction in minor units; raises `Refused` where the rule does not allow it."""
    name = f"item {item.key} of {order.number}"
    if complaint.state is not ComplaintState.OPEN:
        raise Refused(f"complaint {complaint.key} has been {complaint.state.value}; the first decision stands")
    if item.state is ItemState.CANCELLED:
        raise Refused(f"{name} has been cancelled; there is nothing left to reduce")
    wanted = case.reduction or {}
    net = to_minor(wanted["net"], order.currency) if "net" in wanted else None
    amount = reduction_amount(item.net, net, percent_of_case(case))
    if not amount:
        raise Refused(f"the reduction of {name} rounds to nothing, so no paper needs to change; name an amount")
    left = item.net - item.reduced_by
    if amount > left:
        raise Refused(
            f"a reduction of {in_words(amount, order.currency)} is more than what is left of {name}, "
            f"{in_words(left, order.currency)}"
        )
    return amount


def note_failure(session: Session, case_id: int, error: str) -> str:
    """Count a failed attempt; when the attempts are spent the case is parked where an operator sees it.

    It is counted on the oldest open case of the order: that is the one that stands in the way of the others.
    """
    asked = session.get_one(Case, case_id)
    order = lock(session, asked.order_id)
    query = select(Case).where(Case.order_id == asked.order_id, Case.state == CaseState.OPEN, Case.id <= case_id)
    cases = session.scalars(query.order_by(Case.id).with_for_update().execution_options(populate_existing=True)).all()
    if not cases:
        return f"case {case_id} is {asked.state.value} already"
    case = cases[0]
    case.attempts += 1
    case.last_error = error
    case.due_at = clock.now() + timedelta(seconds=2**case.attempts)
    shop = session.get_one(Shop, order.shop_id)
    said = f"attempt {case.attempts} at case {case.id} failed"
    if case.attempts >= ATTEMPTS:
        case.state = CaseState.PARKED
        case.outcome = f"parked after {ATTEMPTS} attempts: {error}"
        _go_on(session, shop, order, case)
        said = f"case {case.id} is parked after {ATTEMPTS} attempts"
    # While they wait for the next attempt, their places in the queue are others'.
    for waiting in {case, cases[-1]}:
        waiting.woken, waiting.due_at = False, case.due_at
    wake_next(session, shop)
    return said
