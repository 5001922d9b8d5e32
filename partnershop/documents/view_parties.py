"""Seller and buyer in words: the window of the envelope, what identifies them, and the foot of every page."""

from partnershop.documents.formats import Formats
from partnershop.documents.paper import Identifier, Party
from partnershop.documents.printable import printable
from partnershop.documents.vat_ids import normal
from partnershop.documents.words.wording import Wording

# Where the post code comes after the town, on a line of its own (UPU S42 templates of these countries).
_POSTCODE_LAST = {"GB", "IE"}
# What the window of an envelope and a column of the foot show at the usual size; what is longer is set smaller.
_WINDOW = (42, 6)  # letters in a row, rows
_FOOT = (28, 6)
# What the schemes of ISO/IEC 6523 are known as.
_SCHEMES = {"0060": "DUNS", "0088": "GLN", "0204": "Leitweg-ID"}


def sender(seller: Party) -> str:
    """The line above the address."""
    return " · ".join([printable(seller.name), *_street_and_town(seller)])


def address(buyer: Party, from_country: str, figures: Formats) -> tuple[str, ...]:
    """The lines of the address window; the country only abroad, in capitals, as the postal services ask."""
    names = [printable(name) for name in (buyer.company, buyer.name) if name]
    abroad = buyer.country.upper() != from_country.upper()
    country = [figures.country(printable(buyer.country)).upper()] if abroad else []
    return tuple(line for line in dict.fromkeys([*names, *_street_and_town(buyer), *country]) if line)


def overflows_window(lines: tuple[str, ...]) -> bool:
    """Whether an address of the usual size would not fit the window."""
    return _rows(lines, _WINDOW[0]) > _WINDOW[1]


def overflows_foot(columns: tuple[tuple[str, ...], ...]) -> bool:
    """Whether the foot of the usual size would not fit the page."""
    return any(_rows(column, _FOOT[0]) > _FOOT[1] for column in columns)


def _rows(lines: tuple[str, ...], letters: int) -> int:
    return sum(1 + len(line) // letters for line in lines)


def legal(seller: Party, words: Wording, figures: Formats, *, vat_id: bool = True) -> tuple[tuple[str, ...], ...]:
    """The seller's full name, address and tax numbers (VAT Directive art. 226 nos. 3, 5), for every page's foot.

    Without `vat_id` the VAT id is left out.
    """
    country = figures.country(printable(seller.country))
    shown = normal(seller.vat_id, seller.country) if vat_id else None
    numbers = ((words.vat_id, shown), (words.tax_code, seller.tax_code))
    columns = (
        [printable(seller.company or seller.name), *_street_and_town(seller), country],
        [f"{label} {printable(text)}" for label, text in numbers if text],
        [
            *_identifier(words.registration, seller.registration),
            *_identifier(words.identifier, seller.identifier),
            printable(seller.email or ""),
        ],
    )
    filled = (tuple(line for line in column if line) for column in columns)
    return tuple(column for column in filled if column)


def _identifier(label: str, given: Identifier | None) -> list[str]:
    if given is None:
        return []
    return [f"{_SCHEMES.get(given.scheme or '', label)} {printable(given.value)}"]


def _street_and_town(party: Party) -> list[str]:
    town = printable(party.city) + (f" {printable(party.province)}" if party.province else "")
    postcode = printable(party.postcode)
    if party.country.upper() in _POSTCODE_LAST:
        return [printable(party.street), town, postcode]
    return [printable(party.street), f"{postcode} {town}".strip()]
