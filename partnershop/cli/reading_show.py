"""The whole case of one order, gathered from its rows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Case,
    CaseItem,
    CaseState,
    Charge,
    CommissionEntry,
    Complaint,
    Document,
    Event,
    EventState,
    Item,
    ItemHistory,
    Order,
    Payment,
    RefundRequest,
    Rendering,
    RenderingState,
    Shop,
)  # fmt: skip
from partnershop.books import OrderBooks, per_order, without_case
from partnershop.cli.reading_hand_overs import dispatches_of, hand_overs, waiting
from partnershop.flows import mail_reading
from partnershop.flows.invoicing import ATTEMPTS as INVOICING_ATTEMPTS
from partnershop.flows.orders import settings_of
from partnershop.flows.refused_papers_reading import RefusedRow, listed, rows_of
from partnershop.rules.money import in_words, to_text

_PDF = {
    RenderingState.DONE: "stored",
    RenderingState.DUE: "not rendered yet",
    RenderingState.PARKED: "could not be rendered",
}


def case_file(session: Session, shop: Shop, order: Order) -> dict[str, Any]:
    """Everything about an order, as JSON has it: amounts are strings in major units of the order's currency."""
    items = session.scalars(select(Item).where(Item.order_id == order.id).order_by(Item.position)).all()
    keys = {item.id: item.key for item in items}
    cases = session.scalars(select(Case).where(Case.order_id == order.id).order_by(Case.id)).all()
    refunds = session.scalars(
        select(RefundRequest).where(RefundRequest.order_id == order.id).order_by(RefundRequest.id)
    ).all()
    dispatches = dispatches_of(session, items)
    waits = waiting(session, order, items, dispatches)
    refused = listed(session, [order.shop_id], order_id=order.id)
    books = next(iter(per_order(session, order.shop_id, [order.id])))
    return {
        "order": order.number,
        "shop": shop.code,
        "customer": order.customer["name"],
        "placed_at": order.placed_at,
        "payment_method": order.payment_method,
        "internal": order.internal,
        "language": order.language,
        "currency": order.currency,
        "invoice_given_up": _invoice_given_up(order),
        "items": [_item(item, order.currency) | {"hand_over": waits.get(item.id)} for item in items],
        "charges": _charges(session, order),
        "history": _history(session, keys),
        "hand_overs": hand_overs(dispatches, keys),
        "papers": _papers(session, order),
        "mails": _mails(session, order),
        "payments": _payments(session, order),
        "cases": _cases(session, cases, keys, order.currency, refused),
        "complaints": _complaints(session, order, keys),
        "refused_papers": rows_of(refused, settings_of(session, order.shop_id).language),
        "refund_requests": [_refund(refund) for refund in refunds],
        "commission": _commission(session, keys, order.currency),
        "parked_events": _parked_events(session, order),
        "money": _money(books, cases),
        "overpaid": _overpaid(books, order),
    }


def _amount(minor: int | None, currency: str) -> str | None:
    return None if minor is None else to_text(minor, currency)


def _invoice_given_up(order: Order) -> str | None:
    due = order.invoice_due_at is not None and order.invoice_id is None
    return (order.last_error or "no reason is known") if due and order.attempts >= INVOICING_ATTEMPTS else None


def _item(item: Item, currency: str) -> dict[str, Any]:
    return {
        "item": item.key,
        "description": item.description,
        "product": item.product,
        "quantity": item.quantity,
        "net": _amount(item.net, currency),
        "reduced_by": _amount(item.reduced_by, currency),
        "state": item.state.value,
        "sentence": item.state.sentence,
        "route": item.route.value if item.route else None,
        "hold_reason": item.hold_reason,
        "carrier": item.carrier,
        "tracking": item.tracking,
    }


def _charges(session: Session, order: Order) -> list[dict[str, Any]]:
    rows = session.scalars(select(Charge).where(Charge.order_id == order.id).order_by(Charge.position))
    return [
        {"charge": row.key, "description": row.description, "net": _amount(row.amount, order.currency)} for row in rows
    ]


def _history(session: Session, keys: Mapping[int, str]) -> list[dict[str, Any]]:
    query = select(ItemHistory).where(ItemHistory.item_id.in_(keys)).order_by(ItemHistory.at, ItemHistory.id)
    return [
        {
            "at": move.at,
            "item": keys[move.item_id],
            "from": move.from_state.value if move.from_state else None,
            "to": move.to_state.value,
            "by": move.actor,
            "why": move.why,
        }
        for move in session.scalars(query)
    ]


def _papers(session: Session, order: Order) -> list[dict[str, Any]]:
    query = (
        select(Document, Rendering.state, Rendering.last_error)
        .join(Rendering, Rendering.document_id == Document.id, isouter=True)
        .where(Document.order_id == order.id)
        .order_by(Document.id)
    )
    rows = session.execute(query).all()
    numbers = {paper.id: paper.number for paper, _, _ in rows}
    return [
        {
            "number": paper.number,
            "kind": paper.kind.value,
            "date": paper.issue_date,
            "net": _amount(paper.net, paper.currency),
            "tax": _amount(paper.tax, paper.currency),
            "gross": _amount(paper.gross, paper.currency),
            "refers_to": numbers.get(paper.refers_to_id or 0),
            "reason": paper.reason,
            "pdf": _PDF.get(state, "not rendered yet"),
            "problem": error,
        }
        for paper, state, error in rows
    ]


def _mails(session: Session, order: Order) -> list[dict[str, Any]]:
    return [
        {
            "mail": found.mail.name,
            "kind": found.mail.kind.value,
            "papers": ", ".join(found.papers) or None,
            "state": found.mail.state.value,
            "sent_at": found.mail.sent_at,
            "problem": found.mail.last_error,
        }
        for found in mail_reading.of_order(session, order)
    ]


def _payments(session: Session, order: Order) -> list[dict[str, Any]]:
    query = select(Payment).where(Payment.order_id == order.id).order_by(Payment.received_at, Payment.id)
    return [
        {
            "payment": row.key,
            "amount": _amount(row.amount, order.currency),
            "method": row.method,
            "received_at": row.received_at,
        }
        for row in session.scalars(query)
    ]


def _cases(
    session: Session, cases: Sequence[Case], keys: Mapping[int, str], currency: str, refused: Sequence[RefusedRow]
) -> list[dict[str, Any]]:
    about: dict[int, list[str]] = defaultdict(list)
    query = select(CaseItem).where(CaseItem.case_id.in_([case.id for case in cases])).order_by(CaseItem.item_id)
    for row in session.scalars(query):
        about[row.case_id].append(keys[row.item_id])
    # What each says is listed beside them.
    rules = {row.case: f"refused: {', '.join(breach.rule for breach in row.breaches)}" for row in refused}
    return [
        {
            "case": case.id,
            "kind": case.kind.value,
            "items": about[case.id],
            "by": case.actor,
            "reason": case.reason,
            "note": case.note,
            "state": case.state.value,
            "owed_before": _amount(case.owed_before, currency),
            "owed_after": _amount(case.owed_after, currency),
            "outcome": rules.get(case.id) or case.outcome or case.last_error,
            "created_at": case.created_at,
            "done_at": case.done_at,
        }
        for case in cases
    ]


def _complaints(session: Session, order: Order, keys: Mapping[int, str]) -> list[dict[str, Any]]:
    rows = session.scalars(select(Complaint).where(Complaint.order_id == order.id).order_by(Complaint.id))
    return [
        {
            "complaint": row.key,
            "item": keys[row.item_id],
            "reason": row.reason,
            "state": row.state.value,
            "reduction": _amount(row.reduction, order.currency),
            "decided_by": row.decided_by,
            "decided_at": row.decided_at,
            "decision_reason": row.decision_reason,
        }
        for row in rows
    ]


def _refund(refund: RefundRequest) -> dict[str, Any]:
    return {
        "refund": refund.name,
        "amount": _amount(refund.amount, refund.currency),
        "state": refund.state.value,
        "reason": refund.reason,
        "created_at": refund.created_at,
        "reference": refund.reference,
        "failure": refund.failure,
    }


def _commission(session: Session, keys: Mapping[int, str], currency: str) -> list[dict[str, Any]]:
    query = select(CommissionEntry).where(CommissionEntry.item_id.in_(keys)).order_by(CommissionEntry.id)
    return [
        {
            "item": keys[row.item_id],
            "base": _amount(row.base, currency),
            "percent": f"{row.percent.normalize():f}",
            "amount": _amount(row.amount, currency),
            "voided_at": row.voided_at,
            "void_reason": row.void_reason,
        }
        for row in session.scalars(query)
    ]


def _parked_events(session: Session, order: Order) -> list[dict[str, Any]]:
    query = select(Event).where(
        Event.shop_id == order.shop_id, Event.order_number == order.number, Event.state == EventState.PARKED
    )
    return [
        {
            "event": row.event_id,
            "type": row.type,
            "waits_for": row.waits_for,
            "which": row.waits_key,
            "since": row.received_at,
            "why": row.outcome,
        }
        for row in session.scalars(query.order_by(Event.id))
    ]


def _money(books: OrderBooks, cases: Iterable[Case]) -> dict[str, str | None]:
    entitled = sum(
        (case.owed_before or 0) - (case.owed_after or 0) for case in cases if case.state is CaseState.DONE
    )
    money = {
        "owed": books.live_gross,
        "paid": books.paid,
        "entitled": entitled,
        "requested": books.refunds,
        "open": books.live_gross - books.paid + books.refunds,
    }
    return {name: _amount(minor, books.currency) for name, minor in money.items()}


def _overpaid(books: OrderBooks, order: Order) -> str | None:
    amount = without_case(books, order.entitled)
    if not amount:
        return None
    return f"overpaid by {in_words(amount, books.currency)}: no case entitles to it, so it is not refunded by itself"
