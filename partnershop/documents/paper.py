"""A frozen document as the printer needs it: every figure already decided, amounts in minor units of the currency."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class PaperKind(StrEnum):
    """The kinds of paper; UNTDID 1001 codes 380 (invoice, reduced invoice) and 381 (reversal)."""

    INVOICE = "invoice"
    REVERSAL = "reversal"
    REDUCED_INVOICE = "reduced_invoice"


@dataclass(frozen=True)
class Party:
    """Seller or buyer as frozen at issue (EN 16931 BG-4, BG-7)."""

    name: str
    street: str
    postcode: str
    city: str
    country: str
    company: str | None = None
    province: str | None = None
    vat_id: str | None = None
    tax_code: str | None = None
    email: str | None = None
    iban: str | None = None
    number: str | None = None


@dataclass(frozen=True)
class Allowance:
    """A reduction on a line (EN 16931 BG-27): `amount` in minor units, positive, with the complaint as its reason."""

    amount: int
    reason: str
    complaint: str


@dataclass(frozen=True)
class PaperLine:
    """An invoiced line (BG-25) or a charge of the order such as shipping (BG-21).

    `price_net` is round(quantity x unit price) in minor units, before allowances: the old price that stays visible.
    `net` is `price_net` less the allowances. All amounts are positive on every kind of paper.
    """

    position: int
    is_charge: bool
    key: str
    description: str
    details: tuple[str, ...]
    quantity: int
    unit_price: Decimal
    price_net: int
    allowances: tuple[Allowance, ...]
    net: int
    vat_rate: Decimal
    vat_category: str
    vat_exemption: str | None = None


@dataclass(frozen=True)
class PaperTax:
    """The VAT breakdown per category and rate (BG-23): `base` and `tax` in minor units, `rate` in percent."""

    category: str
    rate: Decimal
    base: int
    tax: int
    exemption: str | None = None


@dataclass(frozen=True)
class Reference:
    """Another paper, by number and date (EN 16931 BG-3: BT-25, BT-26)."""

    number: str
    issue_date: date


@dataclass(frozen=True)
class Paper:
    """One issued document, complete.

    `refers_to` is the invoice a reversal takes back or a reduced invoice replaces; `reversed_by` names, on a reduced
    invoice, the reversal issued with it. `reason` says why a correction was issued, in the words of the operator or
    customer. `prepaid` is what had been paid at issue (BT-113), minor units, never above `gross`.
    """

    kind: PaperKind
    number: str
    issue_date: date
    currency: str
    language: str
    seller: Party
    buyer: Party
    order: str
    order_date: date
    delivery_date: date | None
    payment_method: str
    lines: tuple[PaperLine, ...]
    taxes: tuple[PaperTax, ...]
    net: int
    tax: int
    gross: int
    prepaid: int
    refers_to: Reference | None = None
    reversed_by: Reference | None = None
    reason: str | None = None
