"""What is left of an order's current invoice: its lines and VAT less what reversals have taken back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Document, DocumentLine, DocumentTax, Order
from partnershop.flows.drafts import LineId, LineText
from partnershop.rules.papers import DocumentKind, Figures, Line, Reduction, after_reversals
from partnershop.rules.tax import TaxAmount, TaxKey


@dataclass(frozen=True)
class Effective:
    """The current invoice, what is left of it (lines know the invoice line they come from), and the lines' words.

    `positions` are those of the invoice's lines, by their ids.
    """

    invoice: Document
    left: Figures
    texts: Mapping[LineId, LineText]
    positions: Mapping[int, int]


def effective(session: Session, order: Order) -> Effective | None:
    """The effective invoice of an order; None while nothing is invoiced. The order must be locked."""
    if order.current_invoice_id is None:
        return None
    invoice = session.get_one(Document, order.current_invoice_id)
    reversals = session.scalars(
        select(Document.id).where(
            Document.refers_to_id == invoice.id, Document.kind == DocumentKind.REVERSAL
        )
    ).all()
    lines = list(
        session.scalars(
            select(DocumentLine)
            .where(DocumentLine.document_id.in_([invoice.id, *reversals]))
            .order_by(DocumentLine.document_id, DocumentLine.position)
        )
    )
    papers = _figures(session, [invoice.id, *reversals], lines)
    left = after_reversals(papers[invoice.id], [papers[reversal] for reversal in reversals])
    texts = {_line_id(line): _text(line) for line in lines if line.document_id == invoice.id}
    positions = {line.id: line.position for line in lines if line.document_id == invoice.id}
    return Effective(invoice, left, texts, positions)


def _figures(session: Session, ids: list[int], lines: Iterable[DocumentLine]) -> dict[int, Figures]:
    by_paper: dict[int, list[Line]] = defaultdict(list)
    for row in lines:
        by_paper[row.document_id].append(_line(row))
    taxes: dict[int, dict[TaxKey, TaxAmount]] = defaultdict(dict)
    for tax in session.scalars(select(DocumentTax).where(DocumentTax.document_id.in_(ids))):
        key = TaxKey(tax.category, tax.rate, tax.exemption or "")
        taxes[tax.document_id][key] = TaxAmount(tax.base, tax.tax)
    return {paper: Figures(tuple(by_paper[paper]), taxes[paper]) for paper in ids}


def _line_id(row: DocumentLine) -> LineId:
    return row.is_charge, (row.charge_id if row.is_charge else row.item_id) or 0


def _line(row: DocumentLine) -> Line:
    key = TaxKey(row.vat_category, row.vat_rate, row.vat_exemption or "")
    reductions = tuple(Reduction.of(allowance) for allowance in row.allowances)
    return Line(_line_id(row)[1], row.is_charge, key, row.price_net, reductions, origin=row.id)


def _text(row: DocumentLine) -> LineText:
    return LineText(row.key, row.description, tuple(row.details), row.quantity, row.unit_price)
