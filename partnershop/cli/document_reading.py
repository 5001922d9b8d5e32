"""One paper gathered from its frozen rows: what it says, its bytes, the files in them, its chain and its refusals."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Document, Printed, RefusedPaper, Rendering, RenderingState, Shop
from partnershop.cli.ending import UnknownThing
from partnershop.cli.reading_export import FACTUR_X, files_inside
from partnershop.documents import cii
from partnershop.documents.breach import Breach
from partnershop.documents.cii.same import breaches as differences
from partnershop.documents.paper import Identifier, Paper, PaperLine, PaperTax, Party, Reference
from partnershop.documents.words.breach_words import sentence
from partnershop.flows import document_bytes
from partnershop.flows.papers import load_papers
from partnershop.rules.money import price_text, to_text


@dataclass(frozen=True)
class Pdf:
    """A paper's PDF, and whether those are the stored bytes."""

    content: bytes
    stored: bool

    @property
    def sha256(self) -> str:
        """Of the content, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def known_paper(session: Session, shop: Shop, number: str) -> Document:
    """A paper of a shop by its number. Raises `UnknownThing` (exit code 2) where there is none."""
    found = session.scalars(select(Document).where(Document.shop_id == shop.id, Document.number == number)).first()
    if found is None:
        raise UnknownThing(f"shop {shop.code} has no paper {number}")
    return found


def pdf_of(session: Session, row: Document) -> Pdf:
    """The stored bytes of a paper or, where it is not rendered yet, bytes that are made now.

    Raises `Defect` when the stored bytes are missing or not those that were stored first, `Transient` when the object
    store is away.
    """
    stored = document_bytes.load(session, [row.id]).get(row.id)
    if stored is not None:
        return Pdf(stored, True)
    from partnershop.documents.render import render  # noqa: PLC0415  (WeasyPrint is slow to load)

    return Pdf(render(load_papers(session, [row.id])[row.id]), False)


def paper_file(session: Session, row: Document, language: str) -> dict[str, Any]:
    """Everything about a paper, as JSON has it: amounts are strings in major units of its currency.

    Sentences of broken rules are in `language`. Raises `Transient` when the object store is away.
    """
    paper = load_papers(session, [row.id])[row.id]
    return {
        "number": paper.number,
        "kind": paper.kind.value,
        "date": paper.issue_date,
        "issued_at": row.issued_at,
        "language": paper.language,
        "currency": paper.currency,
        "order": paper.order,
        "order_date": paper.order_date,
        "delivery_date": paper.delivery_date,
        "expected_delivery": paper.expected_delivery,
        "payment_method": paper.payment_method,
        "due_date": paper.due_date,
        "refers_to": _reference(paper.refers_to),
        "reversed_by": _reference(paper.reversed_by),
        "corrected_by": _corrections(session, row),
        "reason": paper.reason,
        "seller": _party(paper.seller) | {"email": paper.seller.email, "iban": paper.seller.iban},
        "buyer": _party(paper.buyer),
        "lines": [_line(line, paper.currency) for line in paper.lines],
        "taxes": [_tax(tax, paper.currency) for tax in paper.taxes],
        "totals": _totals(paper),
        "fatturapa": _for_sdi(paper),
        "chain": {
            "series": row.series, "year": row.year, "sequence": row.sequence, "digest": row.digest, "chain": row.chain,
            "printed": session.scalar(select(Printed.link).where(Printed.document_id == row.id)),
        },
        "bytes": _bytes(session, row),
        "refused": _refused(session, row, language),
    }  # fmt: skip


def same(session: Session, row: Document, pdf: bytes) -> list[Breach]:
    """Where the e-invoice in a paper's PDF says something else than the paper's rows; nothing where there is none."""
    xml = files_inside(pdf).get(FACTUR_X)
    if xml is None:
        return []
    return differences(cii.read(xml), load_papers(session, [row.id])[row.id])


def _reference(reference: Reference | None) -> dict[str, Any] | None:
    return {"number": reference.number, "date": reference.issue_date} if reference else None


def _corrections(session: Session, row: Document) -> list[str]:
    """The numbers of the papers that take back or replace this one."""
    query = select(Document.number).where(Document.refers_to_id == row.id).order_by(Document.id)
    return list(session.scalars(query))


def _party(party: Party) -> dict[str, Any]:
    """What the paper prints of a seller or buyer."""
    return {
        "name": party.name,
        "company": party.company,
        "street": party.street,
        "postcode": party.postcode,
        "city": party.city,
        "province": party.province,
        "country": party.country,
        "vat_id": party.vat_id,
        "tax_code": party.tax_code,
        "number": party.number,
        "identifier": _identifier(party.identifier),
        "registration": _identifier(party.registration),
    }


def _identifier(identifier: Identifier | None) -> dict[str, str | None] | None:
    return {"value": identifier.value, "scheme": identifier.scheme} if identifier else None


def _line(line: PaperLine, currency: str) -> dict[str, Any]:
    return {
        "position": line.position,
        "item": line.key,
        "charge": line.is_charge,
        "description": line.description,
        "details": list(line.details),
        "quantity": line.quantity,
        "unit_price": price_text(line.unit_price, currency),
        "price": to_text(line.price_net, currency),
        "allowances": [
            {
                "amount": to_text(allowance.amount, currency),
                "reason": allowance.reason,
                "complaint": allowance.complaint,
                "code": allowance.code,
                "percent": None if allowance.percent is None else f"{allowance.percent.normalize():f}",
            }
            for allowance in line.allowances
        ],
        "net": to_text(line.net, currency),
        "vat_rate": f"{line.vat_rate.normalize():f}",
        "vat_category": line.vat_category,
        "vat_exemption": line.vat_exemption,
        "takes_back_line": line.origin_position,
    }


def _tax(tax: PaperTax, currency: str) -> dict[str, Any]:
    return {
        "category": tax.category,
        "rate": f"{tax.rate.normalize():f}",
        "base": to_text(tax.base, currency),
        "tax": to_text(tax.tax, currency),
        "exemption": tax.exemption,
    }


def _totals(paper: Paper) -> dict[str, str]:
    amounts = {"net": paper.net, "tax": paper.tax, "gross": paper.gross, "prepaid": paper.prepaid}
    return {name: to_text(minor, paper.currency) for name, minor in amounts.items()}


def _for_sdi(paper: Paper) -> dict[str, Any] | None:
    if paper.sdi is None:
        return None
    return {
        "file_name": f"{paper.sdi.file_name}.xml",
        "regime": paper.sdi.regime,
        "recipient_code": paper.sdi.recipient_code,
        "pec": paper.sdi.pec,
        "stamp_duty": to_text(paper.sdi.stamp_duty, paper.currency),
    }


def _bytes(session: Session, row: Document) -> dict[str, Any]:
    rendering = session.get(Rendering, row.id)
    examined = document_bytes.examine(session, [row.id])
    flaw, content = examined.flaws.get(row.id), examined.contents.get(row.id)
    stored = rendering is not None and rendering.state is RenderingState.DONE
    return {
        "state": rendering.state.value if rendering else None,
        "attempts": rendering.attempts if rendering else 0,
        "problem": rendering.last_error if rendering else None,
        "flaw": flaw.value if flaw else None,
        "where": (rendering.location or "in the database") if rendering and stored else None,
        "size": rendering.size if rendering else None,
        "sha256": rendering.sha256 if rendering else None,
        "renderer": rendering.renderer if rendering else None,
        "rendered_at": rendering.rendered_at if rendering else None,
        "files": [] if content is None else _files(files_inside(content)),
    }


def _files(inside: Mapping[str, bytes]) -> list[dict[str, Any]]:
    return [
        {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in inside.items()
    ]


def _refused(session: Session, row: Document, language: str) -> list[dict[str, Any]]:
    """The attempts at this paper, or at one of the same case of its order, that would not have conformed."""
    query = select(RefusedPaper).where(
        RefusedPaper.order_id == row.order_id, RefusedPaper.case_id.is_not_distinct_from(row.case_id)
    )
    return [
        {
            "kind": refused.kind.value,
            "refused_at": refused.refused_at,
            "released_at": refused.released_at,
            "released_by": refused.released_by,
            "rules": [
                {"rule": breach.rule, "where": breach.where, "sentence": sentence(breach, language)}
                for breach in map(Breach.of, refused.breaches)
            ],
        }
        for refused in session.scalars(query.order_by(RefusedPaper.id))
    ]
