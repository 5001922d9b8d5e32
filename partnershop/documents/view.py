"""A paper in words: every figure of the frozen document turned into the text the template prints, nothing calculated.

The one subtraction is the amount due (EN 16931 BT-115 = BT-112 - BT-113), which the frozen document does not carry.
"""

from dataclasses import dataclass

from partnershop.documents.formats import Formats, formats
from partnershop.documents.paper import Paper, PaperKind, PaperLine, PaperTax, Party
from partnershop.documents.printable import printable
from partnershop.documents.wording import Wording, wording

_STANDARD_RATE = "S"
_TRANSFER_METHODS = {"advance", "invoice"}
# Where the post code comes after the town, on a line of its own (UPU S42 templates of these countries).
_POSTCODE_LAST = {"GB", "IE"}
# What the window of an envelope shows of an address at the usual size; a longer one is set smaller.
_LETTERS_PER_ROW = 42
_ROWS_IN_WINDOW = 6

Row = tuple[str, str]


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


@dataclass(frozen=True)
class PaperView:
    """All texts of one paper, in the order of the page."""

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
    legal: tuple[tuple[str, ...], ...]


def view(paper: Paper) -> PaperView:
    """The texts of a paper in its language (English where the papers do not speak it)."""
    words = wording(paper.language)
    figures = formats(words.language)
    reversal = paper.kind is PaperKind.REVERSAL
    seller = paper.seller
    address = _address(paper.buyer, seller.country, figures)
    return PaperView(
        title=words.titles[paper.kind],
        number=printable(paper.number),
        seller_name=printable(seller.name),
        sender=" · ".join([printable(seller.name), *_street_and_town(seller)]),
        address=address,
        small_address=sum(1 + len(line) // _LETTERS_PER_ROW for line in address) > _ROWS_IN_WINDOW,
        facts=_facts(paper, words, figures),
        intro=_intro(paper, words, figures),
        net_heading=words.net.format(currency=printable(paper.currency)),
        lines=tuple(_line(line, paper.currency, words, figures) for line in paper.lines),
        taxes=tuple(_tax(tax, paper.currency, words, figures) for tax in paper.taxes),
        totals=(
            (words.total_net, figures.money(paper.net, paper.currency)),
            (words.total_vat, figures.money(paper.tax, paper.currency)),
        ),
        grand_total=(
            words.total_reversed if reversal else words.total_gross,
            figures.money(paper.gross, paper.currency),
        ),
        settlement=() if reversal else _settlement(paper, words, figures),
        closing=_money_back(paper, words) if reversal else _payment(paper, words, figures),
        legal=legal(seller, words, figures),
    )


def _street_and_town(party: Party) -> list[str]:
    town = printable(party.city) + (f" {printable(party.province)}" if party.province else "")
    postcode = printable(party.postcode)
    if party.country.upper() in _POSTCODE_LAST:
        return [printable(party.street), town, postcode]
    return [printable(party.street), f"{postcode} {town}".strip()]


def _address(buyer: Party, from_country: str, figures: Formats) -> tuple[str, ...]:
    """The lines of the address window; the country only abroad, in capitals, as the postal services ask."""
    names = [printable(name) for name in (buyer.company, buyer.name) if name]
    abroad = buyer.country.upper() != from_country.upper()
    country = [figures.country(printable(buyer.country)).upper()] if abroad else []
    return tuple(line for line in dict.fromkeys([*names, *_street_and_town(buyer), *country]) if line)


def _facts(paper: Paper, words: Wording, figures: Formats) -> tuple[Row, ...]:
    """Number and dates (VAT Directive art. 226 nos. 1, 2, 7) and what identifies the buyer (no. 4)."""
    buyer = paper.buyer
    delivered = figures.day(paper.delivery_date) if paper.delivery_date else None
    rows = (
        (words.number, paper.number),
        (words.issue_date, figures.day(paper.issue_date)),
        (words.supply_date, delivered),
        (words.order, paper.order),
        (words.order_date, figures.day(paper.order_date)),
        (words.customer_number, buyer.number),
        (words.buyer_vat_id, buyer.vat_id),
        (words.buyer_tax_code, buyer.tax_code),
        (words.payment_method, words.methods.get(paper.payment_method, paper.payment_method)),
    )
    return tuple((label, printable(text)) for label, text in rows if text)


def _intro(paper: Paper, words: Wording, figures: Formats) -> tuple[str, ...]:
    """Which invoice a correction concerns (VAT Directive art. 219), why, and what stands for a missing supply date."""
    sentences = []
    if paper.refers_to:
        filled = {"number": printable(paper.refers_to.number), "date": figures.day(paper.refers_to.issue_date)}
        sentence = words.takes_back if paper.kind is PaperKind.REVERSAL else words.replaces
        if paper.reversed_by:
            sentence = words.replaces_reversed
            filled["reversal"] = printable(paper.reversed_by.number)
            filled["reversal_date"] = figures.day(paper.reversed_by.issue_date)
        sentences.append(sentence.format(**filled))
    if paper.reason:
        sentences.append(f"{words.reason}: {printable(paper.reason)}")
    if paper.delivery_date is None:
        reversal = paper.kind is PaperKind.REVERSAL
        sentences.append(words.supply_see_order if reversal else words.delivery_follows)
    return tuple(sentences)


def _line(line: PaperLine, currency: str, words: Wording, figures: Formats) -> LineView:
    # The blank before the dot does not break, so no row of details begins with one.
    return LineView(
        position=str(line.position),
        description=printable(line.description),
        details="\u00a0· ".join(printable(detail) for detail in line.details),
        quantity=figures.quantity(line.quantity),
        unit_price=figures.unit_price(line.unit_price, currency),
        vat=figures.percent(line.vat_rate),
        price=figures.amount(line.price_net, currency),
        reductions=tuple(
            ReductionView(
                text=words.reduction.format(
                    complaint=printable(allowance.complaint), reason=printable(allowance.reason)
                ),
                amount="\u2212" + figures.amount(allowance.amount, currency),
            )
            for allowance in line.allowances
        ),
        net=figures.amount(line.net, currency),
    )


def _tax(tax: PaperTax, currency: str, words: Wording, figures: Formats) -> TaxView:
    return TaxView(
        rate=figures.percent(tax.rate),
        base=figures.amount(tax.base, currency),
        tax=figures.amount(tax.tax, currency),
        exemption=_exemption(tax, words),
    )


def _exemption(tax: PaperTax, words: Wording) -> str:
    """Why no VAT is charged (VAT Directive art. 226 nos. 11 and 11a): the category, and the words frozen with it."""
    if tax.category == _STANDARD_RATE and not tax.exemption:
        return ""
    category = words.categories.get(tax.category, "")
    texts = dict.fromkeys([category, printable(tax.exemption or "")])
    return ": ".join(text for text in texts if text)


def _due(paper: Paper) -> int:
    return paper.gross - paper.prepaid


def _settlement(paper: Paper, words: Wording, figures: Formats) -> tuple[Row, ...]:
    return (
        (words.prepaid, figures.money(paper.prepaid, paper.currency)),
        (words.amount_due, figures.money(_due(paper), paper.currency)),
    )


def _payment(paper: Paper, words: Wording, figures: Formats) -> tuple[str, ...]:
    """What is left to do for the customer. An account is named only where money is to be transferred to it."""
    if _due(paper) <= 0:
        return (words.nothing_due,)
    if paper.payment_method not in _TRANSFER_METHODS:
        return ()
    amount = figures.money(_due(paper), paper.currency)
    number = printable(paper.number)
    if not paper.seller.iban:
        return (words.transfer.format(amount=amount, number=number),)
    holder = printable(paper.seller.name)
    return (words.transfer_to.format(amount=amount, iban=_iban(paper.seller.iban), holder=holder, number=number),)


def _money_back(paper: Paper, words: Wording) -> tuple[str, ...]:
    return (words.money_back.get(paper.payment_method, words.money_back_otherwise),)


def _iban(iban: str) -> str:
    """An IBAN in groups of four (ISO 13616), which do not break across lines."""
    packed = "".join(printable(iban).split()).upper()
    return "\u00a0".join(packed[start : start + 4] for start in range(0, len(packed), 4))


def legal(seller: Party, words: Wording, figures: Formats) -> tuple[tuple[str, ...], ...]:
    """The seller's full name, address and tax numbers (VAT Directive art. 226 nos. 3, 5), for every page's foot."""
    country = figures.country(printable(seller.country))
    numbers = ((words.vat_id, seller.vat_id), (words.tax_code, seller.tax_code))
    columns = (
        [printable(seller.company or seller.name), *_street_and_town(seller), country],
        [f"{label} {printable(text)}" for label, text in numbers if text],
        [printable(seller.email)] if seller.email else [],
    )
    return tuple(tuple(line for line in column if line) for column in columns if column)
