"""A frozen document as the printer needs it: every figure already decided, amounts in minor units of the currency."""

from collections.abc import Mapping
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
class Identifier:
    """An identifier and the scheme it is of (ISO/IEC 6523, such as 0088 for a GLN); None: of no known scheme."""

    value: str
    scheme: str | None = None


@dataclass(frozen=True)
class Party:
    """Seller or buyer as frozen at issue (EN 16931 BG-4, BG-7).

    `identifier` is BT-29 or BT-46, `registration` the entry in a register, BT-30 or BT-47; `number` the buyer's
    customer number. `tax_code` is the number of the tax office (BT-32; the codice fiscale in Italy).
    """

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
    identifier: Identifier | None = None
    registration: Identifier | None = None


@dataclass(frozen=True)
class Allowance:
    """A reduction on a line (EN 16931 BG-27): `amount` in minor units, positive, with the complaint as its reason.

    `code` is of UNTDID 5189 (65 for defects of production, 95 otherwise). Where the complaint named a percentage,
    `percent` is that and `base` the amount it was taken of, minor units (BT-137).
    """

    amount: int
    reason: str
    complaint: str
    code: str = "95"
    base: int | None = None
    percent: Decimal | None = None


@dataclass(frozen=True)
class PaperLine:
    """An invoiced line (BG-25) or a charge of the order such as shipping (BG-21).

    `price_net` is round(quantity x unit price) in minor units, before allowances: the old price that stays visible.
    `net` is `price_net` less the allowances. All amounts are positive on every kind of paper. `origin_position` is, on
    a reversal, the position of the line of the invoice that it takes back.
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
    origin_position: int | None = None


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
class Design:
    """How a shop's papers look: its colour (#rrggbb) and its logo (a PNG)."""

    colour: str = "#17365d"
    logo: bytes | None = None


@dataclass(frozen=True)
class ForSdi:
    """What the FatturaPA of an Italian seller's paper says beside the paper itself, frozen at issue.

    `file_name` is without its ending ("IT98765430214_0000A"); `regime` the RegimeFiscale; `natures` the Natura by VAT
    category; `stamp_duty` in minor units, 0 where none is due; `recipient_code` the CodiceDestinatario.
    """

    file_name: str
    regime: str
    natures: Mapping[str, str]
    stamp_duty: int
    recipient_code: str
    pec: str | None = None


@dataclass(frozen=True)
class Paper:
    """One issued document, complete.

    `refers_to` is the invoice a reversal takes back or a reduced invoice replaces; `reversed_by` names, on a reduced
    invoice, the reversal issued with it. `reason` says why a correction was issued, in the words of the operator or
    customer. `prepaid` is what had been paid at issue (BT-113), minor units, never above `gross`. `due_date` is BT-9,
    None where nothing is due. `expected_delivery` stands on invoices that come before the goods. `sdi` is there for
    sellers in Italy only. `is_judged` is False where rules may be broken: the paper, or one that it corrects, is from
    before papers were judged.
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
    due_date: date | None = None
    expected_delivery: date | None = None
    design: Design = Design()
    sdi: ForSdi | None = None
    is_judged: bool = True
