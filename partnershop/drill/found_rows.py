"""Rows of the product's tables, the columns that a judge wants. Amounts in minor units, states as they are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Event:
    """`refund` is the request that a refund's event names; `body` stands where nobody may have been told of it."""

    id: int
    shop: str
    source: str
    event_id: str
    type: str
    number: str | None
    state: str
    outcome: str | None
    refund: str | None
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Order:
    """An order and what the product keeps of its sums."""

    id: int
    shop: str
    number: str
    paid: int
    entitled: int
    has_invoice: bool
    paper_refused: bool


@dataclass(frozen=True)
class Item:
    """An item. `unacknowledged`: reconciliation has found that its producer said no word."""

    id: int
    order_id: int
    key: str
    net: int
    reduced_by: int
    state: str
    route: str | None
    hold_code: str | None
    hold_reason: str | None
    is_cancelling: bool
    unacknowledged: bool


@dataclass(frozen=True)
class Dispatch:
    """A hand-over."""

    id: int
    item_id: int
    producer: str
    key: str
    state: str
    last_error: str | None


@dataclass(frozen=True)
class Decision:
    """A live routing decision."""

    item_id: int


@dataclass(frozen=True)
class Commission:
    """A commission entry."""

    item_id: int
    base: int
    percent: Decimal
    amount: int
    is_void: bool


@dataclass(frozen=True)
class Shipping:
    """A mail that tells that an item is on its way."""

    item_id: int


@dataclass(frozen=True)
class Paper:
    """An issued paper, and whether its bytes are there and are those of their hash."""

    id: int
    order_id: int
    kind: str
    series: str
    year: int
    sequence: int
    number: str
    case_id: int | None
    net: int
    gross: int
    printing: str | None
    has_bytes: bool
    bytes_match: bool
    print_error: str | None


@dataclass(frozen=True)
class Line:
    """A line of a paper; `origin_id` is the line of an invoice that one of a reversal takes back."""

    id: int
    document_id: int
    item_id: int | None
    origin_id: int | None
    net: int


@dataclass(frozen=True)
class Enclosure:
    """A paper in a mail."""

    mail_id: int
    document_id: int


@dataclass(frozen=True)
class Payment:
    """Money that came in."""

    order_id: int
    key: str
    amount: int


@dataclass(frozen=True)
class Refund:
    """A refund request."""

    id: int
    order_id: int
    amount: int
    state: str

    @property
    def name(self) -> str:
        """How it is called outside."""
        return f"R-{self.id}"


@dataclass(frozen=True)
class Case:
    """A cancellation or an accepted complaint, with the event that opened it."""

    id: int
    order_id: int
    kind: str
    state: str
    source: str
    event_id: str
    why: str | None


@dataclass(frozen=True)
class Complaint:
    """A complaint; `mails` is how many tell the customer that it was rejected."""

    order_id: int
    key: str
    state: str
    mails: int


@dataclass(frozen=True)
class Mail:
    """A mail to a customer or, without an order, to operators."""

    id: int
    shop: str
    order_id: int | None
    kind: str
    state: str
    message_id: str | None
    last_error: str | None
