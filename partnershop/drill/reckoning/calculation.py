"""From what was told of a shop to what its papers, money and items must come to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

from partnershop.drill.reckoning import amounts
from partnershop.drill.reckoning.decisions import Outcome, outcomes
from partnershop.drill.reckoning.placing import place_of
from partnershop.drill.reckoning.reckoned import Books, Duty, Fate, Place, Reckoned, ReckonedItem, ReckonedOrder
from partnershop.drill.reckoning.shop import ShopRules
from partnershop.drill.reckoning.telling import Event, Telling, Told

_IN_ADVANCE = frozenset({"card", "paypal", "advance"})
_INSIDE_THE_EU = "K"
"""Goods for a business in another state of the EU: the invoice says when they were delivered, so it comes later."""
_MOST = 64
"""So many combinations of outcomes of an order are followed, no story has more."""


def reckon(rules: ShopRules, events: Iterable[Event]) -> Reckoned:
    """What one shop must come to by the events that were answered 202: its own and its operators'.

    They may come in any order, duplicates among them. All of a shop's life its settings and catalogue are `rules`.
    What hangs on the order of arrival is said as a set of allowed outcomes: two decisions on a complaint, reductions
    that are too large together, an invoice that an order had before all of it was cancelled, a hand-over by operators
    that came too late. For two orders, payments or complaints under one name, the first answer counts.
    """
    telling = Telling(events)
    orders = {number: _order(rules, number, told) for number, told in telling.orders.items()}
    fates = dict(telling.fates)
    for key, number, item in telling.reports:
        fates[key] = _fates_of_report(orders[number].items[item])
    for key, number, item in telling.moves:
        fates[key] = _fates_of_move(orders[number].items[item])
    return Reckoned(orders, fates)


def _order(rules: ShopRules, number: str, told: Told) -> ReckonedOrder:
    internal = bool(told.placed.get("internal"))
    ended = {
        key: outcomes(net, told.decisions.get(key, ()), cancelled=key in told.cancelled)
        for key, net in told.nets.items()
    }
    paid = sum(told.payments.values())
    books = _books(told, ended, 0 if internal else paid, internal=internal)
    open_gates = Duty.of(
        internal or told.placed["payment_method"] not in _IN_ADVANCE or paid >= each.gross for each in books
    )
    items = {key: _item(rules, told, key, open_gates, ended[key]) for key in told.items}
    invoice = Duty.NEVER if internal else _invoice(rules, told, items)
    return ReckonedOrder(
        number=number, internal=internal, currency=told.currency,
        items={key: _with_commission(item, invoice) for key, item in items.items()},
        payments=told.payments, invoice=invoice, books=books,
        complaints={
            complaint: frozenset(each.state(complaint) for each in ended[item])
            for complaint, item in told.complaints.items()
        },
    )  # fmt: skip


def _books(
    told: Told, ended: Mapping[str, frozenset[Outcome]], paid: int, *, internal: bool
) -> tuple[Books, ...]:
    """The money of each combination of outcomes, each once."""
    live = [key for key in told.nets if key not in told.cancelled]
    ways = [sorted({told.nets[key] - outcome.reduced for outcome in ended[key]}) for key in live]
    first = 0 if internal else sum(_net_and_vat(told, told.nets))
    found = []
    for lefts in _limited(ways):
        left = dict(zip(live, lefts, strict=True))
        net, vat = (0, 0) if internal else _net_and_vat(told, left)
        entitled = first - net - vat  # the entitlements of all cases telescope: only first and last count
        refunds = min(entitled, max(0, paid - net - vat))
        found.append(Books(left, net, net + vat, entitled, refunds))
    return tuple(found)


def _limited(ways: Sequence[Sequence[int]]) -> Iterable[tuple[int, ...]]:
    for count, lefts in enumerate(product(*ways)):
        if count >= _MOST:
            raise ValueError("the complaints of an order can end in too many ways to follow them all")
        yield lefts


def _net_and_vat(told: Told, left: Mapping[str, int]) -> tuple[int, int]:
    """One invoice over these lines: the VAT per category, rate and words of exemption, rounded once each."""
    if not left:
        return 0, 0  # no item, no charge
    bases: dict[tuple[str, Fraction, str], int] = defaultdict(int)
    for key, net in left.items():
        bases[_group(told.items[key])] += net
    for charge in told.placed.get("charges") or ():
        bases[_group(charge)] += amounts.minor(charge["amount"], told.currency)
    vat = sum(amounts.share(base, rate) for (_, rate, _), base in bases.items())
    return sum(bases.values()), vat


def _group(taxed: Mapping[str, Any]) -> tuple[str, Fraction, str]:
    return taxed.get("vat_category") or "S", Fraction(taxed["vat_rate"]), taxed.get("vat_exemption") or ""


def _item(rules: ShopRules, told: Told, key: str, paid: Duty, ended: frozenset[Outcome]) -> ReckonedItem:
    place, why_held = place_of(rules, told.items[key])
    cancelled = key in told.cancelled
    places = {place}
    if key in told.redirected and place is Place.IN_HOUSE:
        places = {Place.UNITEDPRINT}
        # Refused where it was printed, shipped or cancelled before; while nothing may be handed over it may wait.
        if cancelled or key in told.begun | told.shipped or not _may_go(rules, told, key, paid):
            places = {Place.IN_HOUSE, Place.UNITEDPRINT}
    at_producer = Duty.NEVER
    if place is not Place.HELD and _may_go(rules, told, key, paid):
        at_producer = Duty.MAY if cancelled else paid
    shipped = Duty.NEVER
    if key in told.shipped and at_producer is not Duty.NEVER:
        shipped = at_producer
    return ReckonedItem(
        key=key, net=told.nets[key], places=frozenset(places), why_held=why_held, cancelled=cancelled,
        reduced=frozenset(each.reduced for each in ended), at_producer=at_producer, shipped=shipped,
        commission=Duty.NEVER,
    )  # fmt: skip


def _may_go(rules: ShopRules, told: Told, key: str, paid: Duty) -> bool:
    """Whether payment and print data let the item go to a producer, at least in one outcome."""
    has_data = not rules.settings.get("require_print_data") or key in told.print_data
    return has_data and (paid is not Duty.NEVER or key in told.cancelled)


def _invoice(rules: ShopRules, told: Told, items: Mapping[str, ReckonedItem]) -> Duty:
    """Whether the order has a first invoice."""
    live = [item for item in items.values() if not item.cancelled]
    at_once = rules.settings["invoice_on"] == "placed"
    delivered = {key for key, item in told.items.items() if _group(item)[0] == _INSIDE_THE_EU}
    charged = any(_group(charge)[0] == _INSIDE_THE_EU for charge in told.placed.get("charges") or ())
    if at_once and not charged and not delivered & {item.key for item in live}:
        return Duty.MUST if live else Duty.MAY
    if not live:
        return Duty.MAY if at_once or any(item.shipped is not Duty.NEVER for item in items.values()) else Duty.NEVER
    if any(item.shipped is Duty.NEVER for item in live):
        return Duty.NEVER
    return Duty.MUST if all(item.shipped is Duty.MUST for item in live) else Duty.MAY


def _with_commission(item: ReckonedItem, invoice: Duty) -> ReckonedItem:
    """In house, invoiced and not cancelled: then a live entry, whatever complaints said of the price."""
    if item.cancelled or Place.IN_HOUSE not in item.places or invoice is Duty.NEVER:
        return item
    commission = Duty.MUST if invoice is Duty.MUST and item.places == {Place.IN_HOUSE} else Duty.MAY
    return replace(item, commission=commission)


def _fates_of_report(item: ReckonedItem) -> frozenset[Fate]:
    """A report waits for the hand-over; a cancelled item waits for nothing."""
    if item.cancelled or item.at_producer is Duty.MUST:
        return frozenset({Fate.HANDLED})
    return frozenset({Fate.PARKED} if item.at_producer is Duty.NEVER else {Fate.PARKED, Fate.HANDLED})


def _fates_of_move(item: ReckonedItem) -> frozenset[Fate]:
    """An operator's hand-over waits for the item's route, and while the item is just being handed over."""
    if item.cancelled or item.at_producer is Duty.MUST:
        return frozenset({Fate.HANDLED})
    return frozenset({Fate.PARKED, Fate.HANDLED})
