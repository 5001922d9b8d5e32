"""What needs an operator in a shop, read from its rows."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from models import (
    Case,
    CaseState,
    Dispatch,
    DispatchState,
    Document,
    Event,
    EventState,
    Item,
    Mail,
    MailState,
    Order,
    Quarantine,
    RefusedPaper,
    Rendering,
    RenderingState,
    Shop,
)
from partnershop import clock
from partnershop.books import OrderBooks, per_order, without_case
from partnershop.errors import Refused
from partnershop.flows.invoicing import ATTEMPTS as INVOICING_ATTEMPTS
from partnershop.flows.orders import settings_of
from partnershop.flows.refused_papers import OPEN
from partnershop.flows.refused_papers_reading import listed, rows_of
from partnershop.flows.settings import catalogue_in_force, place_of_production
from partnershop.rules.eligibility import IncompleteSettings, empty_attributes
from partnershop.rules.lifecycle import ItemState
from partnershop.rules.money import to_text

Rows = list[dict[str, Any]]
_INCOMPLETE = {
    IncompleteSettings.HOLD: "its items are held",
    IncompleteSettings.UNITEDPRINT: "its items go to Unitedprint",
}


def worklist(
    session: Session, shop: Shop, days: int, limit: int, *, overpayments: bool = True, language: str | None = None
) -> dict[str, Any]:
    """The lists of `partnershop attention`, each with at most `limit` rows; `more` names those that were cut off.

    Refusals are those of the last `days` days. Amounts are text in major units of the shop's currency. Overpayments
    are left out where nobody wants them: every order's books are read for them. `language` is that of the sentences
    that there are in several, the shop's where none is given.
    """
    rows: dict[str, Rows] = {
        "unknown_hand_overs": _unknown(session, shop, limit),
        "held": _held(session, shop, limit),
        "refused_papers": _refused_papers(session, shop, limit, language or settings_of(session, shop.id).language),
        "given_up": _given_up(session, shop, limit),
        "incomplete_settings": _incomplete(session, shop),
        "overpayments": _overpayments(session, shop) if overpayments else [],
        "refused": _refused(session, shop, days, limit),
    }
    lists = {name: found[:limit] for name, found in rows.items()}
    more = [name for name, found in rows.items() if len(found) > limit]
    counts = {"parked": _parked(session, shop), "quarantined": _quarantined(session, shop)}
    return {"shop": shop.code, "days": days, **lists, **counts, "more": more}


def _unknown(session: Session, shop: Shop, limit: int) -> Rows:
    query = (
        select(Dispatch, Item.key, Order.number)
        .join(Item, Item.id == Dispatch.item_id)
        .join(Order, Order.id == Item.order_id)
        .where(Dispatch.shop_id == shop.id, Dispatch.state == DispatchState.UNKNOWN)
        .order_by(Dispatch.id)
        .limit(limit + 1)
    )
    return [
        {
            "order": order, "item": item, "producer": row.producer.value, "our_order_name": row.key,
            "since": row.created_at, "last_error": row.last_error,
        }
        for row, item, order in session.execute(query)
    ]  # fmt: skip


def _held(session: Session, shop: Shop, limit: int) -> Rows:
    query = (
        select(Order.number, Item.key, Item.hold_code, Item.hold_reason)
        .join(Order, Order.id == Item.order_id)
        .where(Item.shop_id == shop.id, Item.state == ItemState.HELD)
        .order_by(Item.id)
        .limit(limit + 1)
    )
    return [
        {"order": order, "item": item, "code": code, "reason": reason}
        for order, item, code, reason in session.execute(query)
    ]


def _refused_papers(session: Session, shop: Shop, limit: int, language: str) -> Rows:
    return rows_of(listed(session, [shop.id], limit=limit + 1), language)


def _given_up(session: Session, shop: Shop, limit: int) -> Rows:
    cases = session.execute(
        select(Order.number, Case)
        .join(Order, Order.id == Case.order_id)
        .where(Case.shop_id == shop.id, Case.state == CaseState.PARKED)
        .where(~exists().where(RefusedPaper.case_id == Case.id, OPEN))
        .order_by(Case.id)
        .limit(limit + 1)
    )
    found = [_spent(order, "case", f"{case.kind.value} {case.id}", case.last_error) for order, case in cases]
    invoices = session.execute(
        select(Order.number, Order.last_error)
        .where(Order.shop_id == shop.id, Order.invoice_due_at.is_not(None), Order.invoice_id.is_(None))
        .where(Order.attempts >= INVOICING_ATTEMPTS)
        .order_by(Order.id)
        .limit(limit + 1)
    )
    found += [_spent(order, "invoice", None, error) for order, error in invoices]
    renderings = session.execute(
        select(Document.order_number, Document.number, Rendering.last_error)
        .join(Rendering, Rendering.document_id == Document.id)
        .where(Document.shop_id == shop.id, Rendering.state == RenderingState.PARKED)
        .order_by(Document.id)
        .limit(limit + 1)
    )
    found += [_spent(order, "PDF", paper, error) for order, paper, error in renderings]
    mails = session.execute(
        select(Order.number, Mail)
        .join(Order, Order.id == Mail.order_id, isouter=True)
        .where(Mail.shop_id == shop.id, Mail.state == MailState.PARKED)
        .order_by(Mail.id)
        .limit(limit + 1)
    )
    return found + [_spent(order, "mail", f"{mail.name} ({mail.kind.value})", mail.last_error) for order, mail in mails]


def _spent(order: str | None, what: str, which: str | None, error: str | None) -> dict[str, Any]:
    return {"order": order, "what": what, "which": which, "reason": error}


def _incomplete(session: Session, shop: Shop) -> Rows:
    """By the settings and the catalogue that are in force now, whether or not anybody has ordered such a product."""
    settings = settings_of(session, shop.id)
    try:
        catalogue = catalogue_in_force(session).rules
    except Refused:  # none is loaded: it has no product either
        return []
    empty: dict[str, list[str]] = defaultdict(list)
    for name in empty_attributes(catalogue, place_of_production(settings)):
        product, _, attribute = name.rpartition(".")
        empty[product].append(attribute)
    then = _INCOMPLETE[settings.incomplete_settings]
    return [{"product": key, "attributes": ", ".join(names), "then": then} for key, names in empty.items()]


def _overpayments(session: Session, shop: Shop) -> Rows:
    """By one statement, over every order's books."""
    rich = {books.id: books for books in per_order(session, shop.id) if books.paid > books.live_gross + books.refunds}
    entitled = select(Order.id, Order.entitled).where(Order.id.in_(list(rich))).order_by(Order.id)
    amounts = [(rich[order], without_case(rich[order], minor)) for order, minor in session.execute(entitled)]
    return [_overpaid(books, amount) for books, amount in amounts if amount]


def _overpaid(books: OrderBooks, amount: int) -> dict[str, Any]:
    return {
        "order": books.number,
        "owed": to_text(books.live_gross, books.currency),
        "paid": to_text(books.paid, books.currency),
        "overpaid": to_text(amount, books.currency),
    }


def _refused(session: Session, shop: Shop, days: int, limit: int) -> Rows:
    """The newest first."""
    since = clock.now() - timedelta(days=days)
    events = session.execute(
        select(Event.handled_at, Event.order_number, Event.type, Event.source, Event.outcome)
        .where(Event.shop_id == shop.id, Event.refused, Event.handled_at >= since)
        .order_by(Event.handled_at.desc())
        .limit(limit + 1)
    )
    cases = session.execute(
        select(Case.done_at, Order.number, Case.kind, Case.actor, Case.outcome)
        .join(Order, Order.id == Case.order_id)
        .where(Case.shop_id == shop.id, Case.state == CaseState.REFUSED, Case.done_at >= since)
        .order_by(Case.done_at.desc())
        .limit(limit + 1)
    )
    rows = [
        {"at": at, "order": order, "what": str(what), "by": by, "reason": reason}
        for at, order, what, by, reason in [*events, *cases]
    ]
    return sorted(rows, key=lambda row: row["at"], reverse=True)


def _parked(session: Session, shop: Shop) -> int:
    query = select(func.count()).where(Event.shop_id == shop.id, Event.state == EventState.PARKED)
    return session.scalars(query).one()


def _quarantined(session: Session, shop: Shop) -> int:
    """At the door and in the inbox together, as `event quarantine list` lists them."""
    door = select(func.count()).where(Quarantine.shop_id == shop.id, Quarantine.released_at.is_(None))
    inbox = select(func.count()).where(Event.shop_id == shop.id, Event.state == EventState.QUARANTINED)
    return session.scalars(door).one() + session.scalars(inbox).one()
