"""The rows of papers that are to be issued, and the same papers as the gate judges them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from models import Document, DocumentLine, ShopSettings
from partnershop import clock
from partnershop.db import new_ids
from partnershop.documents.paper import Paper, Reference
from partnershop.flows.chain import digest_of
from partnershop.flows.drafts import Draft, LineText
from partnershop.flows.issuing_fatturapa import for_sdi
from partnershop.flows.issuing_numbers import foresee
from partnershop.flows.papers import paper_from
from partnershop.rules.papers import Line

Row = dict[str, Any]


@dataclass(frozen=True)
class Prepared:
    """The rows of a paper, with a number and date that are only foreseen."""

    draft: Draft
    document: Row
    lines: Sequence[Row]
    taxes: Sequence[Row]


def prepare(session: Session, settings: ShopSettings, drafts: Sequence[Draft]) -> list[Prepared]:
    """The rows that these drafts of one shop are to become."""
    ids = new_ids(session, Document.__table__, len(drafts))  # type: ignore[arg-type]  # a Table, declared FromClause
    line_ids = iter(new_ids(session, DocumentLine.__table__, sum(len(draft.figures.lines) for draft in drafts)))  # type: ignore[arg-type]
    prepared = [
        Prepared(
            draft,
            _document_row(settings, draft, document_id, ids),
            [
                _line_row(next(line_ids), document_id, position, line, draft.texts[line.is_charge, line.id])
                for position, line in enumerate(draft.figures.lines, 1)
            ],
            _tax_rows(document_id, draft),
        )
        for document_id, draft in zip(ids, drafts, strict=True)
    ]
    for paper in prepared:
        paper.document["digest"] = digest_of(paper.document, paper.lines, paper.taxes)
    foresee(session, settings, drafts, [paper.document for paper in prepared])
    return prepared


def papers_of(prepared: Sequence[Prepared]) -> list[Paper]:
    """The papers that these rows would be, as they are printed and written, but for the picture."""
    references = {
        paper.document["id"]: Reference(paper.document["number"], paper.document["issue_date"]) for paper in prepared
    }
    for draft in (paper.draft for paper in prepared):
        if draft.refers_to is not None:
            references[draft.refers_to.id] = Reference(draft.refers_to.number, draft.refers_to.issue_date)
    return [_paper(paper, references) for paper in prepared]


def _paper(prepared: Prepared, references: Mapping[int, Reference]) -> Paper:
    logo = prepared.document["design"].get("logo")
    return paper_from(
        SimpleNamespace(**prepared.document),
        [SimpleNamespace(**line) for line in prepared.lines],
        [SimpleNamespace(**tax) for tax in prepared.taxes],
        references,
        prepared.draft.positions,
        # What is judged is what a paper says; its picture was looked at when the settings were saved.
        {logo: b""} if logo else {},
    )


def _document_row(settings: ShopSettings, draft: Draft, document_id: int, ids: Sequence[int]) -> Row:
    order, figures = draft.order, draft.figures
    sdi = for_sdi(settings, draft, document_id)
    return {
        "id": document_id,
        "shop_id": order.shop_id,
        "order_id": order.id,
        "case_id": draft.case_id,
        "kind": draft.kind.value,
        "series": draft.series,
        "year": None,
        "sequence": None,
        "number": None,
        "issue_date": None,
        "issued_at": clock.now(),
        "refers_to_id": draft.refers_to.id if draft.refers_to else None,
        "companion_id": ids[draft.companion] if draft.companion is not None else None,
        "currency": order.currency,
        "language": draft.language,
        "seller": draft.seller,
        "buyer": draft.buyer,
        "order_number": order.number,
        "order_date": clock.local_day(order.placed_at, settings.timezone),
        "delivery_date": draft.delivery_date,
        "payment_method": order.payment_method,
        "reason": draft.reason,
        "net": figures.net,
        "tax": figures.tax,
        "gross": figures.gross,
        "prepaid": draft.prepaid,
        "due_date": None,
        "expected_delivery": draft.expected_delivery,
        "design": draft.design,
        "fatturapa": sdi,
        "sdi_file_name": sdi["file_name"] if sdi else None,
        "digest": None,
        "chain": None,
    }


def _line_row(line_id: int, document_id: int, position: int, line: Line, words: LineText) -> Row:
    return {
        "id": line_id,
        "document_id": document_id,
        "position": position,
        "is_charge": line.is_charge,
        "item_id": None if line.is_charge else line.id,
        "charge_id": line.id if line.is_charge else None,
        "origin_line_id": line.origin,
        "key": words.key,
        "description": words.description,
        "details": list(words.details),
        "quantity": words.quantity,
        "unit_price": words.unit_price,
        "price_net": line.gross_price,
        "allowance": line.allowance,
        "allowances": [reduction.stored() for reduction in line.reductions],
        "net": line.net,
        "vat_rate": line.key.rate,
        "vat_category": line.key.category,
        "vat_exemption": line.key.exemption or None,
    }


def _tax_rows(document_id: int, draft: Draft) -> list[Row]:
    sums = sorted(draft.figures.taxes.items(), key=lambda row: (-row[0].rate, row[0].category))
    return [
        {
            "document_id": document_id,
            "position": position,
            "category": key.category,
            "rate": key.rate,
            "exemption": key.exemption or None,
            "base": amount.base,
            "tax": amount.tax,
        }
        for position, (key, amount) in enumerate(sums, 1)
    ]
