"""One issued paper printed and checked by all that have a say: ours, the standard's, and strangers' libraries."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import page
from drafthorse.models.document import Document  # type: ignore[import-untyped]  # publishes no types

from partnershop.documents import attachments, fatturapa
from partnershop.documents.breach import Breach
from partnershop.documents.cii import reading, rules, same, schema
from partnershop.documents.paper import Paper, PaperKind
from partnershop.documents.render import render
from partnershop.rules.money import exponent

CHECKS = ("rules", "XSD", "Schematron", "FatturaPA", "PDF/A-3b", "PDF/UA-1", "drafthorse")
FACTUR_X = "factur-x.xml"


@dataclass(frozen=True)
class Failure:
    """What a paper did not pass, and why."""

    paper: str
    check: str
    why: str


def failures(paper: Paper) -> list[Failure]:
    """Everything that this paper does not pass of `CHECKS`, once it is printed."""
    pdf = render(paper)
    files = attachments.attached(pdf)
    found = [*_cii(paper, files[FACTUR_X]), *_archive(pdf, "3b", "PDF/A-3b"), *_archive(pdf, "ua1", "PDF/UA-1")]
    if paper.sdi is not None:
        found += _of("FatturaPA", fatturapa.breaches(files[f"{paper.sdi.file_name}.xml"]))
    return [Failure(paper.number, check, why) for check, why in found]


def _cii(paper: Paper, xml: bytes) -> Iterator[tuple[str, str]]:
    invoice = reading.read(xml)
    yield from _of("rules", [*rules.breaches(invoice), *same.breaches(invoice, paper)])
    for breach in schema.breaches(xml):
        yield from _of("XSD" if breach.rule == "XSD" else "Schematron", [breach])
    yield from (("drafthorse", difference) for difference in unlike(paper, xml))


def _of(check: str, breaches: Iterable[Breach]) -> Iterator[tuple[str, str]]:
    for breach in breaches:
        yield check, f"{breach.rule} {breach.where} {dict(breach.values)}"


def _archive(pdf: bytes, profile: str, check: str) -> Iterator[tuple[str, str]]:
    for failure in page.validate_pdf_bytes(pdf, profile=profile).failures:
        yield check, f"{failure.rule_id} {failure.message}"


def unlike(paper: Paper, xml: bytes) -> list[str]:
    """What a library that had no part in writing this XML reads in it otherwise than the paper says."""
    read, said = _read_by_drafthorse(xml), _said_by(paper)
    return [f"{name}: {read[name]!r} is not {value!r}" for name, value in said.items() if read[name] != value]


def _read_by_drafthorse(xml: bytes) -> dict[str, Any]:
    document = Document.parse(xml)
    settlement = document.trade.settlement
    sums, earlier = settlement.monetary_summation, settlement.invoice_referenced_document
    taxes = sorted(
        (str(row.category_code), _rate(row), row.basis_amount._value, row.calculated_amount._value)
        for row in settlement.trade_tax.children
    )
    return {
        "number": str(document.header.id),
        "type": str(document.header.type_code),
        "date": document.header.issue_date_time._value,
        "currency": str(settlement.currency_code),
        "net": sums.tax_basis_total._amount,
        # The library puts the VAT of every currency, ours too, into the list of other currencies.
        "tax": [(Decimal(amount), currency) for amount, currency in sums.tax_total_other_currency.children],
        "gross": sums.grand_total._amount,
        "due": sums.due_amount._value,
        "refers to": (earlier.issuer_assigned_id._text, earlier.issue_date_time._value),
        "taxes": taxes,
        "lines": [line.settlement.monetary_summation.total_amount._value for line in document.trade.items.children],
    }


def _rate(row: Any) -> Decimal:
    return Decimal(row.rate_applicable_percent._value or 0)


def _said_by(paper: Paper) -> dict[str, Any]:
    places = exponent(paper.currency)

    def major(minor: int) -> Decimal:
        return Decimal(minor).scaleb(-places)

    taxes: dict[tuple[str, Decimal], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in paper.taxes:
        base, tax = taxes[row.category, row.rate]
        taxes[row.category, row.rate] = base + row.base, tax + row.tax
    return {
        "number": paper.number,
        "type": "381" if paper.kind is PaperKind.REVERSAL else "380",
        "date": paper.issue_date,
        "currency": paper.currency,
        "net": major(paper.net),
        "tax": [(major(paper.tax), paper.currency)],
        "gross": major(paper.gross),
        "due": major(paper.gross - paper.prepaid),
        "refers to": (paper.refers_to.number, paper.refers_to.issue_date) if paper.refers_to else ("", None),
        "taxes": sorted((category, rate, major(base), major(tax)) for (category, rate), (base, tax) in taxes.items()),
        "lines": [major(line.net) for line in paper.lines if not line.is_charge],
    }
