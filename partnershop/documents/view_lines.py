"""The lines of a paper and its VAT breakdown in words."""

from dataclasses import dataclass

from partnershop.documents.formats import Formats
from partnershop.documents.paper import PaperLine, PaperTax
from partnershop.documents.printable import printable
from partnershop.documents.view_sentences import exemption
from partnershop.documents.words.reasons import in_words
from partnershop.documents.words.wording import Wording

_OUTSIDE_VAT = "O"


@dataclass(frozen=True)
class ReductionView:
    """An allowance as its own row: why, and how much (with its minus sign)."""

    text: str
    amount: str


@dataclass(frozen=True)
class LineView:
    """A row of the table of lines. `price` is the old net; it differs from `net` when there are `reductions`."""

    position: str
    description: str
    details: str
    quantity: str
    unit_price: str
    vat: str
    price: str
    reductions: tuple[ReductionView, ...]
    net: str


@dataclass(frozen=True)
class TaxView:
    """A row of the VAT breakdown; `exemption` says why no VAT is charged, empty at the standard category."""

    rate: str
    base: str
    tax: str
    exemption: str


def line_view(line: PaperLine, currency: str, words: Wording, figures: Formats) -> LineView:
    """A line in words."""
    # The blank before the dot does not break, so no row of details begins with one.
    return LineView(
        position=str(line.position),
        description=printable(line.description),
        details="\u00a0· ".join(printable(detail) for detail in line.details),
        quantity=figures.quantity(line.quantity),
        unit_price=figures.unit_price(line.unit_price, currency),
        vat=words.not_taxed if line.vat_category == _OUTSIDE_VAT else figures.percent(line.vat_rate),
        price=figures.amount(line.price_net, currency),
        reductions=tuple(
            ReductionView(
                text=words.reduction.format(
                    complaint=printable(allowance.complaint), reason=in_words(allowance.reason, words.language)
                ),
                amount="\u2212" + figures.amount(allowance.amount, currency),
            )
            for allowance in line.allowances
        ),
        net=figures.amount(line.net, currency),
    )


def tax_view(tax: PaperTax, currency: str, seller_country: str, words: Wording, figures: Formats) -> TaxView:
    """A row of the VAT breakdown in words."""
    return TaxView(
        rate=words.not_taxed if tax.category == _OUTSIDE_VAT else figures.percent(tax.rate),
        base=figures.amount(tax.base, currency),
        tax=figures.amount(tax.tax, currency),
        exemption=exemption(tax, seller_country, words),
    )
