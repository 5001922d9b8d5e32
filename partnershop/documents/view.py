"""A paper in words: every figure of the frozen document turned into the text the template prints, nothing calculated.

The one subtraction is the amount due (EN 16931 BT-115 = BT-112 - BT-113), which the frozen document does not carry.
"""

from dataclasses import dataclass

from partnershop.documents.formats import Formats, formats
from partnershop.documents.paper import Paper, PaperKind
from partnershop.documents.printable import printable
from partnershop.documents.vat_ids import normal
from partnershop.documents.view_lines import LineView, TaxView, line_view, tax_view
from partnershop.documents.view_parties import address, legal, overflows_foot, overflows_window, sender
from partnershop.documents.view_sentences import closing, due, intro, notices
from partnershop.documents.words.wording import Wording, wording

_OUTSIDE_VAT = "O"

Row = tuple[str, str]


@dataclass(frozen=True)
class PaperView:
    """All texts of one paper, in the order of the page; `colour` is the shop's (#rrggbb)."""

    colour: str
    has_logo: bool
    title: str
    number: str
    seller_name: str
    sender: str
    address: tuple[str, ...]
    small_address: bool
    facts: tuple[Row, ...]
    intro: tuple[str, ...]
    net_heading: str
    lines: tuple[LineView, ...]
    taxes: tuple[TaxView, ...]
    totals: tuple[Row, ...]
    grand_total: Row
    settlement: tuple[Row, ...]
    closing: tuple[str, ...]
    notices: tuple[str, ...]
    legal: tuple[tuple[str, ...], ...]
    small_legal: bool


def view(paper: Paper) -> PaperView:
    """The texts of a paper in its language (English where the papers do not speak it)."""
    words = wording(paper.language)
    figures = formats(words.language)
    reversal = paper.kind is PaperKind.REVERSAL
    seller = paper.seller
    window = address(paper.buyer, seller.country, figures)
    foot = legal(seller, words, figures, vat_id=not _outside_vat(paper))
    return PaperView(
        colour=paper.design.colour,
        has_logo=paper.design.logo is not None,
        title=words.titles[paper.kind],
        number=printable(paper.number),
        seller_name=printable(seller.name),
        sender=sender(seller),
        address=window,
        small_address=overflows_window(window),
        facts=_facts(paper, words, figures),
        intro=intro(paper),
        net_heading=words.net.format(currency=printable(paper.currency)),
        lines=tuple(line_view(line, paper.currency, words, figures) for line in paper.lines),
        taxes=tuple(tax_view(tax, paper.currency, seller.country, words, figures) for tax in paper.taxes),
        totals=(
            (words.total_net, figures.money(paper.net, paper.currency)),
            (words.total_vat, figures.money(paper.tax, paper.currency)),
        ),
        grand_total=(
            words.total_reversed if reversal else words.total_gross,
            figures.money(paper.gross, paper.currency),
        ),
        settlement=() if reversal else _settlement(paper, words, figures),
        closing=closing(paper, words, figures),
        notices=notices(paper, words),
        legal=foot,
        small_legal=overflows_foot(foot),
    )


def _outside_vat(paper: Paper) -> bool:
    """Whether VAT does not apply to the paper at all: then it bears no VAT ids, as its e-invoice (BR-O-02)."""
    return any(tax.category == _OUTSIDE_VAT for tax in paper.taxes)


def _facts(paper: Paper, words: Wording, figures: Formats) -> tuple[Row, ...]:
    """Number and dates (VAT Directive art. 226 nos. 1, 2, 7) and what identifies the buyer (no. 4)."""
    buyer = paper.buyer
    rows = (
        (words.number, paper.number),
        (words.issue_date, figures.day(paper.issue_date)),
        (words.supply_date, figures.day(paper.delivery_date) if paper.delivery_date else None),
        (words.due_date, figures.day(paper.due_date) if paper.due_date and due(paper) > 0 else None),
        (words.order, paper.order),
        (words.order_date, figures.day(paper.order_date)),
        (words.customer_number, buyer.number),
        (words.buyer_vat_id, None if _outside_vat(paper) else normal(buyer.vat_id, buyer.country)),
        (words.buyer_tax_code, buyer.tax_code),
        (words.payment_method, words.methods.get(paper.payment_method, paper.payment_method)),
    )
    return tuple((label, printable(text)) for label, text in rows if text)


def _settlement(paper: Paper, words: Wording, figures: Formats) -> tuple[Row, ...]:
    return (
        (words.prepaid, figures.money(paper.prepaid, paper.currency)),
        (words.amount_due, figures.money(due(paper), paper.currency)),
    )
