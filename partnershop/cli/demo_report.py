"""What the demo shows at its end: every item with its route and why, every paper, refund request and mail."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from models import (
    Case,
    CaseState,
    Document,
    Event,
    EventState,
    Finding,
    Item,
    Mail,
    MailItem,
    MailKind,
    MailState,
    Order,
    Quarantine,
    RefundRequest,
    RoutingDecision,
    Shop,
)
from partnershop.books import per_order, shop_books
from partnershop.cli.output import table
from partnershop.cli.reading_export import file_name
from partnershop.flows.explain import sentence
from partnershop.flows.mail_reading import listed
from partnershop.rules.money import in_words

_KINDS = {"invoice": "invoice", "reversal": "reversal invoice", "reduced_invoice": "reduced invoice"}


def print_items(session: Session) -> None:
    """Every item with its route and one sentence why."""
    rows = session.execute(
        select(Shop.code, Order.number, Item, RoutingDecision)
        .join(Order, Order.id == Item.order_id)
        .join(Shop, Shop.id == Item.shop_id)
        .outerjoin(RoutingDecision, (RoutingDecision.item_id == Item.id) & RoutingDecision.live)
        .order_by(Shop.code, Order.number, Item.position)
    )
    table(
        "items",
        ["Shop", "Order", "Item", "Product", "State", "Route", "Why"],
        [
            (
                shop,
                order,
                item.key,
                item.product,
                item.state.value,
                item.route and item.route.value,
                _why(item, decision),
            )
            for shop, order, item, decision in rows
        ],
        as_json=False,
    )


def _why(item: Item, decision: RoutingDecision | None) -> str:
    if decision is None:
        return item.hold_reason or "not routed yet"
    return sentence(decision.verdict, [str(name) for name in decision.about])


def print_papers(session: Session, folder: Path) -> None:
    """Every paper with its amount, what it takes back or replaces, and its PDF's path under `folder`."""
    earlier = aliased(Document)
    rows = session.execute(
        select(Shop.code, Document, earlier.number)
        .join(Shop, Shop.id == Document.shop_id)
        .outerjoin(earlier, earlier.id == Document.refers_to_id)
        .order_by(Shop.code, Document.id)
    )
    table(
        f"papers, as PDF in {folder}",
        ["Shop", "Order", "Number", "Kind", "Amount", "Concerns", "PDF"],
        [
            (
                shop,
                paper.order_number,
                paper.number,
                _KINDS[paper.kind.value],
                in_words(paper.gross, paper.currency),
                _relation(paper, of),
                f"{shop}/{file_name(paper.number)}",
            )
            for shop, paper, of in rows
        ],
        as_json=False,
    )


def _relation(paper: Document, of: str | None) -> str:
    if of is None:
        return ""
    return f"takes back from {of}" if paper.kind.value == "reversal" else f"replaces {of}"


def print_refunds(session: Session) -> None:
    """Every refund request and how far it is."""
    rows = session.execute(
        select(Shop.code, Order.number, RefundRequest)
        .join(Order, Order.id == RefundRequest.order_id)
        .join(Shop, Shop.id == RefundRequest.shop_id)
        .order_by(RefundRequest.id)
    )
    table(
        "refund requests",
        ["Request", "Shop", "Order", "Amount", "State", "Reason"],
        [
            (refund.name, shop, order, in_words(refund.amount, refund.currency), refund.state.value, _reason(refund))
            for shop, order, refund in rows
        ],
        as_json=False,
    )


def _reason(refund: RefundRequest) -> str:
    return f"{refund.reason} (failed: {refund.failure})" if refund.failure else refund.reason


def print_unusual(session: Session) -> None:
    """What was refused, waits for something unknown, or was set aside, each with its reason."""
    events = session.execute(
        select(Shop.code, Event)
        .join(Shop, Shop.id == Event.shop_id)
        .where(or_(Event.refused, Event.state.in_((EventState.PARKED, EventState.QUARANTINED))))
        .order_by(Event.id)
    )
    rows = [(shop, e.event_id, e.type, "refused" if e.refused else e.state.value, e.outcome) for shop, e in events]
    cases = session.execute(
        select(Shop.code, Event, Case)
        .join(Event, Event.id == Case.event_id)
        .join(Shop, Shop.id == Case.shop_id)
        .where(Case.state == CaseState.REFUSED)
        .order_by(Case.id)
    )
    rows += [(shop, event.event_id, event.type, case.state.value, case.outcome) for shop, event, case in cases]
    door = session.execute(
        select(Shop.code, Quarantine).join(Shop, Shop.id == Quarantine.shop_id).order_by(Quarantine.id)
    )
    rows += [
        (shop, row.event_id or "", "", "quarantined at the door", "; ".join(map(str, row.errors))) for shop, row in door
    ]
    table("what was not simply done", ["Shop", "Event", "Type", "What", "Why"], rows, as_json=False)


def print_mails(session: Session, folder: Path) -> None:
    """Every mail that a shop has us send, with its subject; `folder` is where they lie as files."""
    rows = [
        (
            shop.code,
            one.mail.name,
            one.mail.kind.value.replace("_", " "),
            one.order,
            ", ".join(one.papers),
            one.mail.subject,
            one.mail.state.value,
        )
        for shop in session.scalars(select(Shop).order_by(Shop.code)).all()
        for one in reversed(listed(session, shop))
        if one.mail.state is not MailState.OFF
    ]
    columns = ["Shop", "Mail", "Kind", "Order", "Papers", "Subject", "State"]
    table(f"mails, as they came over the wire in {folder}", columns, rows, as_json=False)


def findings_per_kind(found: Sequence[Finding]) -> dict[str, dict[str, int]]:
    """How many findings of each kind each shop has, in the form of samples/expected.findings.json."""
    counts: dict[str, dict[str, int]] = {}
    for one in found:
        of_shop = counts.setdefault(str(one.about.get("shop")), {})
        of_shop[one.kind.value] = of_shop.get(one.kind.value, 0) + 1
    return counts


def books_of(session: Session) -> dict[str, Any]:
    """The books in the form of samples/expected.json: per shop the figures and the orders."""
    return {
        shop.code: {
            "books": shop_books(session, shop).figures(),
            "orders": {
                str(figures.pop("order")): figures
                for figures in (order.figures() for order in per_order(session, shop.id))
            },
            "papers": _papers_per_kind(session, shop),
            "mails": _mails_per_kind(session, shop),
        }
        for shop in session.scalars(select(Shop).order_by(Shop.code)).all()
    }


def _papers_per_kind(session: Session, shop: Shop) -> dict[str, int]:
    counts = dict.fromkeys(_KINDS, 0)
    for kind in session.scalars(select(Document.kind).where(Document.shop_id == shop.id)):
        counts[kind.value] += 1
    return counts


def _mails_per_kind(session: Session, shop: Shop) -> dict[str, int]:
    """How many mails to customers there are of each kind; of those about parcels, how many items they tell of."""
    counts = dict.fromkeys((*_KINDS, MailKind.COMPLAINT_REJECTED.value), 0)
    ours = Mail.shop_id == shop.id, Mail.state != MailState.OFF
    for kind in session.scalars(select(Mail.kind).where(*ours, Mail.kind.in_(counts))):
        counts[kind.value] += 1
    told = select(func.count()).select_from(MailItem).join(Mail, Mail.id == MailItem.mail_id)
    return counts | {"items_shipped": session.scalars(told.where(*ours)).one()}


def differences(expected: Any, found: Any, path: str = "") -> Iterator[str]:
    """Where two values of nested dictionaries differ, a sentence each."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted(expected.keys() | found.keys()):
            yield from differences(expected.get(key), found.get(key), f"{path}.{key}" if path else key)
    elif expected != found:
        yield f"{path} is {found}, expected is {expected}"
