"""The rules that one member alone cannot tell: currency, decimals, keys that must differ, the reason of a rate of 0."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from partnershop.contract.events import (
    ComplaintAccepted,
    EventData,
    OrderedCharge,
    OrderedItem,
    OrderPlaced,
    PaymentReceived,
)
from partnershop.contract.operator_events import BuyerCorrected
from partnershop.contract.sentences import MOST_ERRORS, quoted
from partnershop.rules.money import exponent

LINE_LIMIT_MINOR = 10**13


def breaches(data: EventData, currency: str) -> list[str]:
    """What is wrong with validated `data` of an event of a shop with this ISO 4217 currency, as sentences."""
    check = _CHECKS.get(type(data))
    if check is None:
        return []
    said = list(check(data, currency))
    if len(said) > MOST_ERRORS:
        said[MOST_ERRORS:] = [f"and {len(said) - MOST_ERRORS} more errors like these"]
    return said


def _order_placed(data: OrderPlaced, currency: str) -> Iterator[str]:
    yield from _currency(data.currency, currency)
    limit = Decimal(LINE_LIMIT_MINOR).scaleb(-exponent(currency))
    for index, item in enumerate(data.items):
        if item.vat_rate == 0 or item.vat_category != "S" or item.vat_exemption is not None:
            yield from _vat(item, f"data.items[{index}]")
        if item.quantity * item.unit_price >= limit:
            yield f"data.items[{index}]: quantity times unit_price must be below {limit:f} {currency}"
    yield from _repeated([item.item for item in data.items], "data.items", "item")
    for index, charge in enumerate(data.charges):
        yield from _vat(charge, f"data.charges[{index}]")
        yield from _decimals(charge.amount, f"data.charges[{index}].amount", currency)
    yield from _repeated([charge.charge for charge in data.charges], "data.charges", "charge")


def _vat(line: OrderedItem | OrderedCharge, path: str) -> Iterator[str]:
    """EN 16931: S above zero (BR-S-5); at zero one of the others, with its reason but for Z (BR-Z-10, BR-E-10, …)."""
    if line.vat_rate > 0:
        if line.vat_category != "S":
            yield f'{path}.vat_category must be "S" or left out, because vat_rate is above 0'
        if line.vat_exemption is not None:
            yield f"{path}.vat_exemption must be left out, because vat_rate is above 0"
    elif line.vat_category == "S":
        yield f"{path}.vat_category must say why vat_rate is 0: one of Z, E, AE, K, G, O"
    elif line.vat_category == "Z":
        if line.vat_exemption is not None:
            yield f"{path}.vat_exemption must be left out: category Z needs no reason"
    elif line.vat_exemption is None:
        yield f"{path}.vat_exemption is missing: add the words for the paper that say why no VAT is due"


def _payment(data: PaymentReceived, currency: str) -> Iterator[str]:
    yield from _currency(data.currency, currency)
    yield from _decimals(data.amount, "data.amount", currency)


def _reduction(data: ComplaintAccepted, currency: str) -> Iterator[str]:
    net, percent = data.reduction.net, data.reduction.percent
    if (net is None) == (percent is None):
        yield "data.reduction must have exactly one of net and percent"
    elif net is not None:
        yield from _decimals(net, "data.reduction.net", currency)
        if Decimal(net) == 0:
            yield "data.reduction.net must be above 0"
    elif percent == 0:
        yield "data.reduction.percent must be above 0"


def _buyer(data: BuyerCorrected, _currency: str) -> Iterator[str]:
    if not data.buyer.changes():
        yield "data.buyer must have at least one member: what is to be corrected"


def _currency(given: str, currency: str) -> Iterator[str]:
    if given != currency:
        yield f'data.currency must be the shop\'s, "{currency}" (it is "{given}")'


def _decimals(amount: str, path: str, currency: str) -> Iterator[str]:
    _, _, fraction = amount.partition(".")
    places = exponent(currency)
    if len(fraction) > places:
        yield f'{path} has more decimals than {currency} allows, which is {places} (it is "{amount}")'


def _repeated(keys: Sequence[str], path: str, member: str) -> Iterator[str]:
    if len(set(keys)) == len(keys):
        return
    first: dict[str, int] = {}
    for index, key in enumerate(keys):
        if key in first:
            earlier = f"{path}[{first[key]}]"
            yield f"{path}[{index}].{member} repeats that of {earlier}: give it its own (it is {quoted(key)})"
        first.setdefault(key, index)


_CHECKS: dict[type[EventData], Callable[[Any, str], Iterator[str]]] = {
    OrderPlaced: _order_placed,
    PaymentReceived: _payment,
    ComplaintAccepted: _reduction,
    BuyerCorrected: _buyer,
}
