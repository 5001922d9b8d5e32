"""The job ticket of the print works: one A4 page per order item, without prices, made thousands of times."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import segno
from markupsafe import Markup

from partnershop.documents.engine import fill, pdf
from partnershop.documents.formats import formats
from partnershop.documents.printable import printable
from partnershop.documents.words.wording import supported
from partnershop.gateways.ticket import Feature, Ticket

_PRINT_RUN = "quantity"  # the attribute that holds it (domain.md: quantity is an attribute like any other)
_NAMELESS_RUN = "–"
# What fits on the one page. The ticket for machines, beside the PDF, carries every text in full.
_LONGEST_HEADING, _LONGEST_NAME, _LONGEST_DESCRIPTION, _LONGEST_ADDRESS = 40, 80, 300, 160

Row = tuple[str, str]


@dataclass(frozen=True)
class Size:
    """A size of type for the table of options: what a cell's row and a column of the page take at that size."""

    name: str  # the class in ticket.css
    columns: int
    letters: int  # in one row of a cell
    rows: int  # in one column of the page


_SIZES = (Size("normal", 1, 40, 24), Size("small", 2, 25, 44), Size("tiny", 2, 35, 68))

# The heading above the table may take a third of the page when its texts are as long as they are let be.
_SIZES_BELOW_LONG_HEAD = tuple(replace(size, rows=size.rows * 2 // 3) for size in _SIZES)


@dataclass(frozen=True)
class TicketWording:
    """The words of the job ticket in one language."""

    title: str
    order: str
    item: str
    product: str
    print_run: str
    copies: str
    due: str
    attribute: str
    option: str
    scan: str


WORDINGS: Mapping[str, TicketWording] = {
    "it": TicketWording(
        title="Scheda di lavorazione",
        order="Ordine",
        item="Posizione",
        product="Prodotto",
        print_run="Tiratura",
        copies="Quantità della posizione",
        due="Da consegnare entro",
        attribute="Caratteristica",
        option="Scelta",
        scan="Posizione nel sistema",
    ),
    "de": TicketWording(
        title="Auftragstasche",
        order="Auftrag",
        item="Position",
        product="Produkt",
        print_run="Auflage",
        copies="Menge der Position",
        due="Fällig am",
        attribute="Merkmal",
        option="Ausführung",
        scan="Position im System",
    ),
    "en": TicketWording(
        title="Job ticket",
        order="Order",
        item="Item",
        product="Product",
        print_run="Print run",
        copies="Quantity of the line",
        due="Due on",
        attribute="Attribute",
        option="Option",
        scan="Item in the system",
    ),
}


def render_ticket(ticket: Ticket) -> bytes:
    """The job ticket as a PDF of exactly one A4 page, in the ticket's language, else in English.

    The same ticket gives the same bytes. Texts too long for the page are cut and end in an ellipsis.
    Raises `segno.DataOverflowError` when the address does not fit a QR code (about 2,300 characters).
    """
    return pdf(ticket_html(ticket), "ticket.css", supported(ticket.language))


def ticket_html(ticket: Ticket) -> str:
    """The page of a job ticket, well-formed XHTML without its style sheet."""
    language = supported(ticket.language)
    figures = formats(language)
    rows = [(printable(row.attribute_name), printable(row.option_name)) for row in ticket.features]
    size, columns = _arranged(rows, _SIZES_BELOW_LONG_HEAD if _long_head(ticket) else _SIZES)
    return fill(
        "ticket.html",
        language=language,
        words=WORDINGS[language],
        shop=_cut(ticket.shop_name, _LONGEST_NAME),
        order=_cut(ticket.order, _LONGEST_HEADING),
        item=_cut(ticket.item, _LONGEST_HEADING),
        product=_cut(ticket.product_name, _LONGEST_NAME),
        description=_cut(ticket.description, _LONGEST_DESCRIPTION),
        print_run=_print_run(ticket.features),
        copies=figures.quantity(ticket.copies),
        due=figures.day(ticket.due_date),
        size=size.name,
        columns=columns,
        qr_code=_qr_code(printable(ticket.address)),
        address=_cut(ticket.address, _LONGEST_ADDRESS),
        key=_cut(ticket.key, _LONGEST_ADDRESS),
    )


def _cut(text: str, most: int) -> str:
    """`text` fit to print, of at most `most` characters."""
    fit = printable(text)
    return fit if len(fit) <= most else fit[: most - 1] + "…"


def _print_run(features: Sequence[Feature]) -> str:
    return next(
        (_cut(row.option_name, _LONGEST_HEADING) for row in features if row.attribute == _PRINT_RUN), _NAMELESS_RUN
    )


def _long_head(ticket: Ticket) -> bool:
    return len(ticket.order + ticket.item) > 20 or len(ticket.product_name) > 40 or len(ticket.description) > 70


def _arranged(rows: list[Row], sizes: Sequence[Size]) -> tuple[Size, list[list[Row]]]:
    """The largest size at which the options fit on the page, and their rows column by column.

    What does not even fit at the smallest is cut: first the texts to two rows each, then the rows, ending in "…".
    """
    for size in sizes:
        columns = _split(rows, size.columns)
        if all(_height(column, size) <= size.rows for column in columns):
            return size, columns
    size = sizes[-1]
    short = [(_cut(name, 2 * size.letters), _cut(option, 2 * size.letters)) for name, option in rows]
    most = size.columns * size.rows // 2
    if len(short) > most:
        short[most - 1 :] = [("…", "…")]
    return size, _split(short, size.columns)


def _split(rows: list[Row], columns: int) -> list[list[Row]]:
    length = max(1, -(-len(rows) // columns))
    return [rows[start : start + length] for start in range(0, len(rows), length)] or [[]]


def _height(rows: Sequence[Row], size: Size) -> int:
    """How many rows of type the table rows take, by the number of letters (with some room for broken words)."""
    return sum(1 + max(len(name), len(option)) // size.letters for name, option in rows)


def _qr_code(address: str) -> Markup:
    """A QR code (ISO/IEC 18004) as inline SVG, medium error correction: tickets get dirty and creased."""
    written = io.BytesIO()
    segno.make_qr(address, error="m", boost_error=False).save(
        written, kind="svg", xmldecl=False, svgns=True, nl=False, omitsize=True, border=0
    )
    return Markup(written.getvalue().decode("utf-8"))
