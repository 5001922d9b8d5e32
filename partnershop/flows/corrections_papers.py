"""The papers of a case: a reversal, or a reversal with the reduced invoice that takes the invoice's place."""

from dataclasses import replace
from decimal import Decimal

from sqlalchemy.orm import Session

from models import Case, Complaint, Document, Item, Order, Shop, ShopSettings
from partnershop import clock
from partnershop.documents.breach import Breach
from partnershop.flows.drafts import Draft, Issued
from partnershop.flows.effective import Effective
from partnershop.flows.issuing import PaperRefused, Refusal, issue
from partnershop.flows.orders import settings_of
from partnershop.rules import late_reversals, papers
from partnershop.rules.papers import DocumentKind, Figures, Line

# A paper that was issued, and the number of the invoice that it takes back or replaces.
Corrected = list[tuple[Issued, str]]


def take_back(
    session: Session, shop: Shop, order: Order, case: Case, current: Effective, items: frozenset[int]
) -> Corrected:
    """Issue the reversal of these items' lines; nothing where none of them is left on the invoice.

    Raises `PaperRefused` where it does not conform, or nobody has said yet that it may come so late.
    """
    figures = papers.reverse(current.left, items)
    if figures is None:
        return []
    return _issue(session, shop, case, current, [_reversal(order, case, current, figures)])


def replace_invoice(
    session: Session, shop: Shop, order: Order, case: Case, current: Effective, item: Item, complaint: Complaint
) -> Corrected:
    """Issue the reversal of all that is left of the invoice, and the invoice with the item's line reduced.

    Raises `PaperRefused` where one of them does not conform, or nobody has said yet that they may come so late.
    """
    granted = papers.reduction(
        complaint.key, complaint.reason, complaint.reduction or 0, item.net, percent_of_case(case)
    )
    reversal = _reversal(order, case, current, papers.reverse_all(current.left))
    reduced = _reduced(order, case, current, papers.reduced(current.left, item.id, granted))
    issued = _issue(session, shop, case, current, [reversal, reduced])
    order.current_invoice_id = issued[1][0].id
    return issued


def percent_of_case(case: Case) -> Decimal | None:
    """The percentage that an accepted complaint names, if it names one."""
    percent = (case.reduction or {}).get("percent")
    return None if percent is None else Decimal(percent)


def _reversal(order: Order, case: Case, current: Effective, figures: Figures) -> Draft:
    draft = _correction(order, case, current, DocumentKind.REVERSAL, figures)
    return replace(draft, effective=current.left.taxes)


def _reduced(order: Order, case: Case, current: Effective, figures: Figures) -> Draft:
    # The new invoice's lines are lines of their own; only a reversal's point back to what they take.
    fresh = Figures(tuple(_without_origin(line) for line in figures.lines), figures.taxes)
    draft = _correction(order, case, current, DocumentKind.REDUCED_INVOICE, fresh)
    return replace(draft, companion=0, prepaid=min(order.paid, fresh.gross))


def _without_origin(line: Line) -> Line:
    return replace(line, origin=None)


def _correction(order: Order, case: Case, current: Effective, kind: DocumentKind, figures: Figures) -> Draft:
    """Seller, buyer and looks are copied from the original, not read again: it names who was named then."""
    original = current.invoice
    return Draft(
        order=order, kind=kind, figures=figures, texts=current.texts, seller=original.seller, buyer=original.buyer,
        language=original.language, delivery_date=original.delivery_date, design=original.design,
        expected_delivery=original.expected_delivery, refers_to=original,
        positions=current.positions, reason=case.reason, case_id=case.id,
    )  # fmt: skip


def _issue(session: Session, shop: Shop, case: Case, current: Effective, drafts: list[Draft]) -> Corrected:
    session.flush()
    settings = settings_of(session, shop.id)
    _ask_where_late(session, shop, settings, case, current.invoice, drafts[0])
    return [(paper, current.invoice.number) for paper in issue(session, shop.code, settings, drafts)]


def _ask_where_late(
    session: Session, shop: Shop, settings: ShopSettings, case: Case, invoice: Document, reversal: Draft
) -> None:
    """Raise `PaperRefused` where people must say whether the law allows the reversal, and none has said so yet."""
    if case.confirmed_by is not None:
        return
    supplied = invoice.delivery_date
    if supplied is None:
        first = session.get_one(Document, reversal.order.invoice_id)
        supplied = first.issue_date
    today = clock.local_day(clock.now(), settings.timezone)
    if late_reversals.is_late(invoice.seller["country"], supplied, today):
        values = {"invoice": invoice.number, "supplied": supplied.isoformat(), "case": str(case.id)}
        values |= {"until": late_reversals.year_after(supplied).isoformat(), "order": reversal.order.number}
        values |= {"shop": shop.code}
        raise PaperRefused(Refusal(reversal, settings, [Breach(late_reversals.RULE, "BT-72", values)]))
