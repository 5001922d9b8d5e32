"""Papers before they are issued: complete but for number and date; and what is told of them once they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from models import Document, Order
from partnershop.rules.papers import DocumentKind, Figures
from partnershop.rules.tax import Breakdown

INVOICE_SERIES, REVERSAL_SERIES = "invoice", "reversal"


@dataclass(frozen=True)
class LineText:
    """What a line says beside its figures."""

    key: str
    description: str
    details: tuple[str, ...]
    quantity: int
    unit_price: Decimal


# A line by whether it is a charge, and the item's or charge's id.
LineId = tuple[bool, int]


@dataclass(frozen=True)
class Draft:
    """A paper that is complete but for its number and date.

    `design` is how it looks. On a correction `refers_to` is the invoice that it takes back or replaces, `positions` are
    the positions of that invoice's lines by their ids; on a reversal `effective` are the books before it.
    """

    order: Order
    kind: DocumentKind
    figures: Figures
    texts: Mapping[LineId, LineText]
    seller: dict[str, Any]
    buyer: dict[str, Any]
    language: str
    delivery_date: date | None
    design: dict[str, Any]
    expected_delivery: date | None = None
    prepaid: int = 0
    refers_to: Document | None = None
    positions: Mapping[int, int] = field(default_factory=dict)
    effective: Breakdown | None = None
    reason: str | None = None
    case_id: int | None = None
    companion: int | None = None
    """Position, in the same list of drafts, of the reversal that is issued together with this reduced invoice."""

    @property
    def series(self) -> str:
        """Reversals have a series of their own."""
        return REVERSAL_SERIES if self.kind is DocumentKind.REVERSAL else INVOICE_SERIES

    @property
    def leaves_something_due(self) -> bool:
        """Whether the customer has something to pay by it."""
        return self.kind is not DocumentKind.REVERSAL and self.figures.gross > self.prepaid


@dataclass(frozen=True)
class Issued:
    """A paper that now has its number."""

    id: int
    number: str
    kind: DocumentKind
    gross: int
    currency: str
    order: str
