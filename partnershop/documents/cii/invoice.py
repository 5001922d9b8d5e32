"""An e-invoice as it was read: what its XML says under the business terms (BT, BG) of EN 16931, nothing made better."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum


class Unit(Enum):
    """What a number counts; amounts have the currency's decimals, prices may have more."""

    AMOUNT = "amount"
    PRICE = "price"
    QUANTITY = "quantity"
    PERCENT = "percent"


@dataclass(frozen=True)
class Figure:
    """A number, with its decimals as written, and where it stands in the standard's terms ("BT-131, line 3")."""

    where: str
    unit: Unit
    value: Decimal


@dataclass(frozen=True)
class Oddity:
    """Something that could not be read as what it should be: where it stands and its text."""

    where: str
    text: str


@dataclass(frozen=True)
class Identified:
    """An identifier with the scheme it names (BT-29-1, BT-30-1, BT-34-1 …), if it names one."""

    value: str
    scheme: str | None = None


@dataclass(frozen=True)
class Trader:
    """Seller (BG-4), buyer (BG-7) or deliver-to party (BG-13); the numbers are the seller's and the buyer's.

    `ids` are BT-29 or BT-46, `registration` BT-30 or BT-47, `vat_id` BT-31 or BT-48, `tax_code` BT-32, `address` the
    lines BT-35, BT-36, BT-162 or BT-50, BT-51, BT-163, `electronic` BT-34 or BT-49, `contact` BT-41 or BT-56.
    """

    name: str | None = None
    trading_name: str | None = None
    ids: tuple[Identified, ...] = ()
    registration: Identified | None = None
    vat_id: str | None = None
    tax_code: str | None = None
    address: tuple[str, ...] = ()
    postcode: str | None = None
    city: str | None = None
    province: str | None = None
    country: str | None = None
    electronic: Identified | None = None
    contact: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class Adjustment:
    """An allowance or charge of a line (BG-27, BG-28) or of the whole (BG-20, BG-21); `where` names it.

    `amount` is BT-136, 141, 92 or 99, `base` and `percent` what it was taken of, `code` of UNTDID 5189 (allowances)
    or 7161 (charges). Only those of the whole have `category` and `rate` (BT-95, 96, 102, 103).
    """

    where: str
    is_charge: bool
    amount: Decimal | None
    base: Decimal | None = None
    percent: Decimal | None = None
    code: str | None = None
    reason: str | None = None
    category: str | None = None
    rate: Decimal | None = None


@dataclass(frozen=True)
class InvoiceLine:
    """An invoice line (BG-25). `price` (BT-146) is for `price_quantity` pieces (BT-149), one where that is absent."""

    id: str | None
    name: str | None
    description: str | None
    attributes: tuple[tuple[str, str], ...]
    note: str | None
    seller_item: str | None
    quantity: Decimal | None
    unit: str | None
    price: Decimal | None
    price_quantity: Decimal | None
    gross_price: Decimal | None
    price_discount: Decimal | None
    net: Decimal | None
    category: str | None
    rate: Decimal | None
    adjustments: tuple[Adjustment, ...]


@dataclass(frozen=True)
class TaxRow:
    """A row of the VAT breakdown (BG-23): BT-116 to BT-121."""

    category: str | None
    rate: Decimal | None
    base: Decimal | None
    tax: Decimal | None
    reason: str | None
    reason_code: str | None


@dataclass(frozen=True)
class Means:
    """How it is to be paid (BG-16): code of UNTDID 4461 (BT-81), its text (BT-82), the account (BT-84, BT-85)."""

    code: str | None
    text: str | None = None
    account: str | None = None
    account_name: str | None = None
    bic: str | None = None


@dataclass(frozen=True)
class Preceding:
    """A preceding invoice (BG-3): its number (BT-25) and date (BT-26)."""

    number: str | None
    issue_date: date | None


@dataclass(frozen=True)
class Totals:
    """The document's totals (BG-22); `tax_currency` is the currency that BT-110 itself names."""

    lines: Decimal | None
    allowances: Decimal | None
    charges: Decimal | None
    net: Decimal | None
    tax: Decimal | None
    tax_currency: str | None
    gross: Decimal | None
    prepaid: Decimal | None
    rounding: Decimal | None
    due: Decimal | None


@dataclass(frozen=True)
class Invoice:
    """A whole CII invoice.

    `figures` are all its numbers in their order. `not_numbers` and `not_dates` could not be read as such, `empty` are
    elements that say nothing, `unread` those (and attributes) that the fields here do not hold: another invoice may
    have them, ours has none.
    """

    profile: str | None
    number: str | None
    type_code: str | None
    issue_date: date | None
    currency: str | None
    notes: tuple[str, ...]
    buyer_reference: str | None
    order: str | None
    seller: Trader
    buyer: Trader
    deliver_to: Trader | None
    delivery_date: date | None
    means: tuple[Means, ...]
    terms: str | None
    due_date: date | None
    preceding: tuple[Preceding, ...]
    lines: tuple[InvoiceLine, ...]
    adjustments: tuple[Adjustment, ...]
    taxes: tuple[TaxRow, ...]
    totals: Totals
    figures: tuple[Figure, ...] = ()
    not_numbers: tuple[Oddity, ...] = ()
    not_dates: tuple[Oddity, ...] = ()
    empty: tuple[str, ...] = ()
    unread: tuple[Oddity, ...] = ()

    @property
    def is_reversal(self) -> bool:
        """Whether it is a credit note (UNTDID 1001 code 381)."""
        return self.type_code == "381"
