"""The data of every type of event, as strict models: a wrong kind of value is an error, an unknown member is ignored.

Members are named as in the contract. Amounts stay the strings they came as (plain decimals, major units); the methods
and properties named `…minor` give them in minor units of the currency. Moments are aware and in UTC.
"""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field, GetPydanticSchema
from pydantic_core import CoreSchema, core_schema
from typing_extensions import TypedDict  # pydantic takes typing's own only from Python 3.12 on

from partnershop.contract.fields import (
    IDENTIFIER_LENGTH,
    NAME_LENGTH,
    Amount,
    Country,
    Currency,
    Email,
    FreeText,
    Identifier,
    Language,
    Moment,
    Name,
    Note,
    Percentage,
    UnitPrice,
    or_default,
)
from partnershop.contract.operator_events import (
    BuyerCorrected,
    CaseConfirmed,
    CaseDropped,
    DispatchSettled,
    ItemDescribed,
    ItemRedirected,
    ItemReleased,
)
from partnershop.contract.parts import Data, OfItem, OfOrder
from partnershop.rules.money import line_net, to_minor

MAX_ITEMS = 5_000
MAX_CHARGES = 1_000
MAX_OPTIONS = 200
MAX_QUANTITY = 10**9

PaymentMethod = Literal["card", "paypal", "advance", "invoice"]
VatCategory = Literal["S", "Z", "E", "AE", "K", "G", "O"]


class CustomerMembers(TypedDict):
    """The members of `customer`; those that need not be sent are None where they are not."""

    number: Identifier
    name: Name
    company: NotRequired[Name | None]
    street: Name
    postcode: Name
    city: Name
    country: Country
    email: Email
    vat_id: NotRequired[Identifier | None]
    tax_code: NotRequired[Identifier | None]
    language: NotRequired[Language | None]
    recipient_code: NotRequired[str]
    pec: NotRequired[str]


_CUSTOMER_DEFAULTS: dict[str, Any] = dict.fromkeys(("company", "vat_id", "tax_code", "language"))
# Not members of the contract, hence never an error: what is of no use is as good as not sent.
_TAKEN_IF_SENT = {"recipient_code": IDENTIFIER_LENGTH, "pec": NAME_LENGTH}


def _customer_with_defaults(given: object) -> object:
    """Optional members that are absent or empty are None, so that readers need not tell the two apart."""
    if not isinstance(given, dict):
        return given
    filled = {**_CUSTOMER_DEFAULTS, **given}
    for key in _CUSTOMER_DEFAULTS:
        if filled[key] == "":
            filled[key] = None
    for key, longest in _TAKEN_IF_SENT.items():
        sent = given.get(key)
        if not (isinstance(sent, str) and sent.isprintable() and sent.strip() and len(sent) <= longest):
            filled.pop(key, None)
    return filled


def _customer_schema(_source: object, handler: Any) -> CoreSchema:
    members: CoreSchema = handler.generate_schema(CustomerMembers)
    return core_schema.no_info_before_validator_function(_customer_with_defaults, members)


Customer = Annotated[dict[str, Any], GetPydanticSchema(_customer_schema)]


class _Taxed(Data):
    """Where the rate is above 0 the category is S; at 0 the sender says which (EN 16931, UNTDID 5305)."""

    vat_rate: Percentage
    vat_category: Annotated[VatCategory, or_default(lambda: "S")] = "S"
    vat_exemption: FreeText | None = None


class OrderedItem(_Taxed):
    """A line of an order; `quantity` times `unit_price` (net, major units) is its net."""

    item: Identifier
    product: Identifier
    options: Annotated[dict[Identifier, Name], Field(max_length=MAX_OPTIONS)]
    description: FreeText
    quantity: Annotated[int, Field(ge=1, le=MAX_QUANTITY)]
    unit_price: UnitPrice

    def net_minor(self, currency: str) -> int:
        """The line's net in minor units: round(quantity x unit price), half up."""
        return line_net(self.quantity, self.unit_price, currency)


class OrderedCharge(_Taxed):
    """A charge of the order as a whole, such as shipping; `amount` is net."""

    charge: Identifier
    description: FreeText
    amount: Amount

    def amount_minor(self, currency: str) -> int:
        """The charge's net in minor units."""
        return to_minor(self.amount, currency)


class OrderPlaced(OfOrder):
    """`order.placed`. `customer` is a dictionary with every member of the contract; what was left out is None."""

    currency: Currency
    placed_at: Moment
    payment_method: PaymentMethod
    internal: Annotated[bool, or_default(bool)] = False
    customer: Customer
    items: Annotated[list[OrderedItem], Field(min_length=1, max_length=MAX_ITEMS)]
    charges: Annotated[list[OrderedCharge], Field(default_factory=list, max_length=MAX_CHARGES), or_default(list)]


class PaymentReceived(OfOrder):
    """`payment.received`: the customer's money came in. `payment` is the shop's own number for it."""

    payment: Identifier
    amount: Amount
    currency: Currency
    method: Identifier
    received_at: Moment

    @property
    def amount_minor(self) -> int:
        """The amount in minor units of `currency`."""
        return to_minor(self.amount, self.currency)


class PrintDataUploaded(OfItem):
    """`print_data.uploaded`: what is to be printed is there."""


class ItemCancelled(OfItem):
    """`item.cancelled`."""

    reason: FreeText
    note: Note | None = None


class OrderCancelled(OfOrder):
    """`order.cancelled`: each of its items is cancelled."""

    reason: FreeText
    note: Note | None = None


class ComplaintOpened(OfItem):
    """`complaint.opened`: the customer complains about one item."""

    complaint: Identifier
    reason: FreeText
    text: Note | None = None


class Reduction(Data):
    """Exactly one of `net` (an amount off the line) and `percent` (of the line's net as it was ordered)."""

    net: Amount | None = None
    percent: Percentage | None = None


class ComplaintAccepted(OfOrder):
    """`complaint.accepted`: the line is reduced."""

    complaint: Identifier
    reduction: Reduction


class ComplaintRejected(OfOrder):
    """`complaint.rejected`."""

    complaint: Identifier
    reason: FreeText


class _FromTheWorks(OfItem):
    shipped_at: Moment | None = None
    carrier: Name | None = None
    tracking: Name | None = None


class ItemInProduction(_FromTheWorks):
    """`item.in_production`, from the shop's own works."""


class ItemShipped(_FromTheWorks):
    """`item.shipped`, from the shop's own works."""


class _OfRefund(Data):
    refund: Identifier
    reference: Name | None = None
    reason: Note | None = None


class RefundSettled(_OfRefund):
    """`refund.settled`: the customer has the money back."""


class RefundFailed(_OfRefund):
    """`refund.failed`: the customer's bank or card did not take it."""


EventData = (
    OrderPlaced
    | PaymentReceived
    | PrintDataUploaded
    | ItemCancelled
    | OrderCancelled
    | ComplaintOpened
    | ComplaintAccepted
    | ComplaintRejected
    | ItemInProduction
    | ItemShipped
    | RefundSettled
    | RefundFailed
    | ItemRedirected
    | ItemReleased
    | DispatchSettled
    | BuyerCorrected
    | ItemDescribed
    | CaseConfirmed
    | CaseDropped
)

SHOP_TYPES: dict[str, type[EventData]] = {
    "order.placed": OrderPlaced,
    "payment.received": PaymentReceived,
    "print_data.uploaded": PrintDataUploaded,
    "item.cancelled": ItemCancelled,
    "order.cancelled": OrderCancelled,
    "complaint.opened": ComplaintOpened,
    "complaint.accepted": ComplaintAccepted,
    "complaint.rejected": ComplaintRejected,
    "item.in_production": ItemInProduction,
    "item.shipped": ItemShipped,
    "refund.settled": RefundSettled,
    "refund.failed": RefundFailed,
}
OPERATOR_TYPES: dict[str, type[EventData]] = {
    "item.redirected": ItemRedirected,
    "item.released": ItemReleased,
    "dispatch.settled": DispatchSettled,
    "buyer.corrected": BuyerCorrected,
    "item.described": ItemDescribed,
    "case.confirmed": CaseConfirmed,
    "case.dropped": CaseDropped,
}
TYPES = SHOP_TYPES | OPERATOR_TYPES
