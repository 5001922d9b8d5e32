"""The whole case of one order: gathered from its rows, and printed on one screen."""

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
    Complaint,
    Document,
    Item,
    ItemHistory,
    Order,
    Payment,
    RefundRequest,
    Rendering,
    RenderingState,
    Shop,
)  # fmt: skip
from partnershop.books import per_order
from partnershop.cli.output import pairs, table
from partnershop.rules.money import to_text

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
    return {
        "order": order.number,
        "shop": shop.code,
        "customer": order.customer["name"],
        "placed_at": order.placed_at,
        "payment_method": order.payment_method,
        "internal": order.internal,
        "language": order.language,
        "currency": order.currency,
        "items": [_item(item, order.currency) for item in items],
        "charges": _charges(session, order),
        "history": _history(session, keys),
        "papers": _papers(session, order),
        "payments": _payments(session, order),
        "cases": _cases(session, cases, keys, order.currency),
        "complaints": _complaints(session, order, keys),
        "refund_requests": [_refund(refund) for refund in refunds],
        "money": _money(session, order, cases),
    }


def _amount(minor: int | None, currency: str) -> str | None:
    return None if minor is None else to_text(minor, currency)


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
        select(Document, Rendering.state)
        .join(Rendering, Rendering.document_id == Document.id, isouter=True)
        .where(Document.order_id == order.id)
        .order_by(Document.id)
    )
    rows = session.execute(query).all()
    numbers = {paper.id: paper.number for paper, _ in rows}
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
        }
        for paper, state in rows
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
    session: Session, cases: Sequence[Case], keys: Mapping[int, str], currency: str
) -> list[dict[str, Any]]:
    about: dict[int, list[str]] = defaultdict(list)
    query = select(CaseItem).where(CaseItem.case_id.in_([case.id for case in cases])).order_by(CaseItem.item_id)
    for row in session.scalars(query):
        about[row.case_id].append(keys[row.item_id])
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
            "outcome": case.outcome or case.last_error,
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


def _money(session: Session, order: Order, cases: Iterable[Case]) -> dict[str, str | None]:
    books = next(iter(per_order(session, order.shop_id, [order.id])))
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
    return {name: _amount(minor, order.currency) for name, minor in money.items()}


def print_case_file(file: Mapping[str, Any]) -> None:
    """Print what `case_file` gathered for people; sections with nothing in them are left out."""
    head = {
        "customer": file["customer"],
        "placed": file["placed_at"],
        "payment": file["payment_method"],
        "currency": file["currency"],
    }
    if file["internal"]:
        head["internal"] = "yes: it gets no papers"
    pairs(f"order {file['order']} of {file['shop']}", head)
    _section("items", file["items"], "item description net reduced_by sentence route hold_reason carrier tracking")
    _section("charges", file["charges"], "charge description net")
    _section("history", file["history"], "at item to by why")
    _section("papers", file["papers"], "number kind date net tax gross refers_to pdf")
    _section("payments", file["payments"], "payment amount method received_at")
    cases = [case | {"items": ", ".join(case["items"])} for case in file["cases"]]
    _section("cases", cases, "case kind items reason by state owed_before owed_after outcome")
    _section("complaints", file["complaints"], "complaint item reason state reduction decided_by")
    _section("refund requests", file["refund_requests"], "refund amount state reason created_at")
    pairs(f"money ({file['currency']})", file["money"])


def _section(title: str, rows: Sequence[Mapping[str, Any]], names: str) -> None:
    """A table of these columns; those that are empty in every row are left out, as is a table without rows."""
    if not rows:
        return
    filled = [name for name in names.split() if any(row[name] is not None for row in rows)]
    headings = {name: name.replace("_", " ") for name in filled}
    table(title, headings, [[row[name] for name in filled] for row in rows], as_json=False)
