"""Papers as the printer and the e-invoice want them: from frozen rows, or from rows that are still to be issued."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models import Document, DocumentLine, DocumentTax, Logo
from partnershop.documents.paper import (
    Allowance,
    Design,
    ForSdi,
    Identifier,
    Paper,
    PaperKind,
    PaperLine,
    PaperTax,
    Party,
    Reference,
)

_BEFORE_THE_GATE = text("""
    WITH RECURSIVE corrected AS (
        SELECT id AS paper, refers_to_id, chain FROM document WHERE id = ANY(:papers)
        UNION ALL
        SELECT corrected.paper, document.refers_to_id, document.chain
          FROM corrected JOIN document ON document.id = corrected.refers_to_id)
    SELECT DISTINCT paper FROM corrected WHERE chain IS NULL
""")


def load_papers(session: Session, document_ids: Sequence[int]) -> dict[int, Paper]:
    """Frozen documents as the printer wants them, by id."""
    documents = session.scalars(select(Document).where(Document.id.in_(document_ids))).all()
    lines: dict[int, list[DocumentLine]] = defaultdict(list)
    line_query = select(DocumentLine).where(DocumentLine.document_id.in_(document_ids))
    for line in session.scalars(line_query.order_by(DocumentLine.document_id, DocumentLine.position)):
        lines[line.document_id].append(line)
    taxes: dict[int, list[DocumentTax]] = defaultdict(list)
    tax_query = select(DocumentTax).where(DocumentTax.document_id.in_(document_ids))
    for tax in session.scalars(tax_query.order_by(DocumentTax.document_id, DocumentTax.position)):
        taxes[tax.document_id].append(tax)
    related = {d.refers_to_id for d in documents} | {d.companion_id for d in documents}
    references = references_of(session, {i for i in related if i is not None})
    origins = origins_of(session, (line.origin_line_id for rows in lines.values() for line in rows))
    logos = logos_of(session, (document.design for document in documents))
    before = before_the_gate(session, document_ids)
    return {
        document.id: replace(
            paper_from(document, lines[document.id], taxes[document.id], references, origins, logos),
            is_judged=document.id not in before,
        )
        for document in documents
    }


def before_the_gate(session: Session, document_ids: Sequence[int]) -> set[int]:
    """Which of these papers were issued before papers were judged, or correct one that was, however many lie between.

    Papers have had a link in the chain since they are judged.
    """
    return set(session.scalars(_BEFORE_THE_GATE, {"papers": list(document_ids)}))


def references_of(session: Session, document_ids: Iterable[int]) -> dict[int, Reference]:
    """These papers as others refer to them, by id."""
    query = select(Document.id, Document.number, Document.issue_date).where(Document.id.in_(list(document_ids)))
    return {document_id: Reference(number, day) for document_id, number, day in session.execute(query)}


def origins_of(session: Session, line_ids: Iterable[int | None]) -> dict[int, int]:
    """The positions of these invoice lines, which reversal lines take back, by id."""
    wanted = [line_id for line_id in line_ids if line_id is not None]
    if not wanted:
        return {}
    rows = session.execute(select(DocumentLine.id, DocumentLine.position).where(DocumentLine.id.in_(wanted)))
    return dict(rows.all())


def logos_of(session: Session, designs: Iterable[Mapping[str, Any]]) -> dict[str, bytes]:
    """The pictures that these designs name, by SHA-256."""
    wanted = {design["logo"] for design in designs if design.get("logo")}
    if not wanted:
        return {}
    return dict(session.execute(select(Logo.sha256, Logo.png).where(Logo.sha256.in_(wanted))).all())


def _line(row: Any, origins: Mapping[int, int]) -> PaperLine:
    return PaperLine(
        position=row.position,
        is_charge=row.is_charge,
        key=row.key,
        description=row.description,
        details=tuple(row.details),
        quantity=row.quantity,
        unit_price=row.unit_price,
        price_net=row.price_net,
        allowances=tuple(_allowance(stored) for stored in row.allowances),
        net=row.net,
        vat_rate=row.vat_rate,
        vat_category=row.vat_category,
        vat_exemption=row.vat_exemption,
        origin_position=origins.get(row.origin_line_id or 0),
    )


def _allowance(stored: Mapping[str, Any]) -> Allowance:
    percent = stored.get("percent")
    return Allowance(
        amount=stored["amount"],
        reason=stored["reason"],
        complaint=stored["complaint"],
        code=stored.get("code") or "95",
        base=stored.get("base"),
        percent=None if percent is None else Decimal(percent),
    )


_PARTY = (
    "street", "postcode", "city", "country", "company", "province", "vat_id", "tax_code", "email", "iban", "number",
)  # fmt: skip


def party_of(stored: Mapping[str, Any], name: str) -> Party:
    """A frozen seller or buyer as papers print it; `name` is the member that holds its name."""
    members = {key: stored.get(key) for key in _PARTY}
    return Party(
        name=stored[name] or "",
        identifier=_identifier(stored.get("identifier")),
        registration=_identifier(stored.get("registration")),
        **members,  # type: ignore[arg-type]  # validated when stored
    )


def _identifier(stored: Mapping[str, str] | None) -> Identifier | None:
    return Identifier(stored["value"], stored.get("scheme")) if stored else None


def paper_from(
    document: Any,
    lines: Iterable[Any],
    taxes: Iterable[Any],
    references: Mapping[int, Reference],
    origins: Mapping[int, int],
    logos: Mapping[str, bytes],
) -> Paper:
    """A paper out of anything that has the attributes of `Document`, `DocumentLine` and `DocumentTax`."""
    logo = document.design.get("logo")
    return Paper(
        kind=PaperKind(str(document.kind)),
        number=document.number,
        issue_date=document.issue_date,
        currency=document.currency,
        language=document.language,
        seller=party_of(document.seller, "legal_name"),
        buyer=party_of(document.buyer, "name"),
        order=document.order_number,
        order_date=document.order_date,
        delivery_date=document.delivery_date,
        payment_method=document.payment_method,
        lines=tuple(_line(line, origins) for line in lines),
        taxes=tuple(PaperTax(tax.category, tax.rate, tax.base, tax.tax, tax.exemption) for tax in taxes),
        net=document.net,
        tax=document.tax,
        gross=document.gross,
        prepaid=document.prepaid,
        refers_to=references.get(document.refers_to_id or 0),
        reversed_by=references.get(document.companion_id or 0),
        reason=document.reason,
        due_date=document.due_date,
        expected_delivery=document.expected_delivery,
        design=Design(document.design.get("colour") or Design.colour, logos[logo] if logo else None),
        sdi=ForSdi(**document.fatturapa) if document.fatturapa else None,
    )
