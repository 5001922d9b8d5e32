"""The drill's own calculation, held against books that were counted by hand."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import pytest
import strategies  # noqa: F401  loads the profile of the run
from factories import AT_UNITEDPRINT, PRODUCTS, SETTINGS, item, shipping
from hypothesis import given
from hypothesis import strategies as st

from partnershop.drill.ledger import Event
from partnershop.drill.reckoning import Books, Duty, Fate, Place, Reckoned, ReckonedOrder, ShopRules, reckon
from partnershop.drill.reckoning.amounts import half_up, line, minor, said

RULES = ShopRules(SETTINGS, PRODUCTS)
UP: dict[str, Any] = {"options": AT_UNITEDPRINT}


class Tale:
    """Events of one shop, in the order they are told."""

    def __init__(self, **settings: Any) -> None:
        self.rules = ShopRules({**SETTINGS, **settings}, PRODUCTS)
        self.events: list[Event] = []

    def tell(self, kind: str, source: str = "/shops/aurora", **data: Any) -> None:
        """One event with an id of its own."""
        event = {"id": f"e{len(self.events)}", "source": source, "type": f"partnershop.{kind}", "data": data}
        self.events.append(event)

    def place(self, items: Sequence[Mapping[str, Any]], order: str = "A", **more: Any) -> None:
        """An order."""
        placed = {"order": order, "currency": "EUR", "payment_method": "invoice", "items": items, "charges": []}
        self.tell("order.placed", **placed | more)

    def pay(self, amount: str, payment: str = "P", order: str = "A") -> None:
        """Money."""
        self.tell("payment.received", order=order, payment=payment, amount=amount, currency="EUR")

    def ship(self, *items: str) -> None:
        """These items leave."""
        for key in items:
            self.tell("item.shipped", order="A", item=key)

    def cancel(self, *items: str) -> None:
        """These items are cancelled."""
        for key in items:
            self.tell("item.cancelled", order="A", item=key, reason="x")

    def complain(self, complaint: str, item: str, **reduction: str) -> None:
        """A complaint that is accepted, or rejected without a reduction."""
        self.tell("complaint.opened", order="A", item=item, complaint=complaint, reason="x")
        self.decide(complaint, **reduction)

    def decide(self, complaint: str, **reduction: str) -> None:
        """A decision about it."""
        if reduction:
            self.tell("complaint.accepted", order="A", complaint=complaint, reduction=reduction)
        else:
            self.tell("complaint.rejected", order="A", complaint=complaint, reason="x")

    def reckoned(self) -> Reckoned:
        """What it comes to."""
        return reckon(self.rules, self.events)

    def order(self) -> ReckonedOrder:
        """What order A comes to."""
        return self.reckoned().orders["A"]

    def books(self) -> Books:
        """Its only books."""
        (only,) = self.order().books
        return only

    def fates(self, kind: str) -> list[set[Fate]]:
        """What may become of the events of a kind."""
        reckoned = self.reckoned()
        of_kind = [event for event in self.events if event["type"] == f"partnershop.{kind}"]
        return [set(reckoned.fates[event["source"], event["id"]]) for event in of_kind]


FOUR = ("68.33", "68.33", "57.50", "85.00")


def test_four_single_cancellations_take_back_what_the_invoice_was() -> None:
    tale = Tale(invoice_on="placed")
    tale.place([item(str(key), price, "20") for key, price in enumerate(FOUR, 1)])
    tale.pay("334.99")
    assert tale.books() == Books(dict(zip("1234", (6833, 6833, 5750, 8500), strict=True)), 27916, 33499, 0, 0)
    back = []
    for key in "1234":
        tale.cancel(key)
        back.append(tale.books().refunds)
    assert back == [8199, 16399, 23299, 33499]
    assert (tale.books().gross, tale.order().invoice) == (0, Duty.MAY)


def test_vat_is_rounded_once_for_each_category_rate_and_reason() -> None:
    tale = Tale()
    zero = {"vat_category": "E", "vat_exemption": "art. 10"}
    tale.place(
        [item("1", "0.03"), item("2", "0.03"), item("3", "0.13", "4"), item("4", "5.00", "0", **zero)],
        charges=[shipping("0.03"), shipping("0.13", "4.0")],
    )
    # 0.09 x 22 % = 0.0198, 0.26 x 4 % = 0.0104
    assert (tale.books().net, tale.books().gross) == (535, 538)


def test_what_goes_back_is_never_more_than_was_overpaid_nor_than_the_cases_took_off() -> None:
    tale = Tale()
    tale.place([item("1", "100.00"), item("2", "50.00")])
    tale.cancel("2")
    assert (tale.books().entitled, tale.books().refunds) == (6100, 0)
    tale.pay("150.00")
    assert tale.books().refunds == 2800
    tale.pay("500.00", "P2")
    assert tale.books().refunds == 6100
    tale.complain("C", "1", percent="12.5")
    assert (tale.books().entitled, tale.books().refunds) == (7625, 7625)
    tale.complain("D", "1", net="87.50")
    assert (tale.books().gross, tale.books().entitled) == (0, 18300)


def test_the_commission_is_on_the_price_as_ordered() -> None:
    tale = Tale()
    tale.place([item("1", "100.00"), item("2", "50.00", **UP), item("3", "10.00")])
    tale.ship("1", "2")
    tale.cancel("3")
    tale.complain("C", "1", percent="50")
    items = tale.order().items
    assert [(items[key].net, items[key].commission) for key in "123"] == [
        (10000, Duty.MUST), (5000, Duty.NEVER), (1000, Duty.NEVER)
    ]  # fmt: skip
    assert items["1"].reduced == {5000}


@pytest.mark.parametrize(
    ("settings", "placed", "shipped", "cancelled", "invoice"),
    [
        ({}, {}, "12", "", Duty.MUST), ({}, {}, "1", "", Duty.NEVER), ({}, {}, "1", "2", Duty.MUST),
        ({}, {}, "", "12", Duty.NEVER), ({}, {}, "12", "12", Duty.MAY), ({}, {"internal": True}, "12", "", Duty.NEVER),
        ({"invoice_on": "placed"}, {}, "", "", Duty.MUST), ({"invoice_on": "placed"}, {}, "", "1", Duty.MUST),
        ({"invoice_on": "placed"}, {}, "", "12", Duty.MAY),
        ({"invoice_on": "placed"}, {"internal": True}, "", "", Duty.NEVER),
        ({"invoice_on": "placed"}, {"charges": [shipping("1.00", "0") | {"vat_category": "K"}]}, "1", "", Duty.NEVER),
        ({"invoice_on": "placed"}, {"charges": [shipping("1.00", "0") | {"vat_category": "K"}]}, "12", "", Duty.MUST),
        ({}, {"payment_method": "card"}, "12", "", Duty.NEVER),
    ],
)  # fmt: skip
def test_whether_there_is_an_invoice(
    settings: dict[str, Any], placed: dict[str, Any], shipped: str, cancelled: str, invoice: Duty
) -> None:
    tale = Tale(**settings)
    tale.place([item("1", "1.00"), item("2", "2.00")], **placed)
    tale.ship(*shipped)
    tale.cancel(*cancelled)
    assert tale.order().invoice is invoice


def test_goods_for_the_rest_of_the_eu_are_invoiced_when_they_have_left_or_none_is_left() -> None:
    tale = Tale(invoice_on="placed")
    tale.place([item("1", "1.00", "0", vat_category="K"), item("2", "2.00")])
    assert tale.order().invoice is Duty.NEVER
    tale.cancel("1")
    assert tale.order().invoice is Duty.MUST


def test_payment_and_print_data_stand_before_the_producer() -> None:
    tale = Tale(require_print_data=True)
    tale.place([item("1", "1.00"), item("2", "2.00")], payment_method="card")
    tale.tell("print_data.uploaded", order="A", item="1")
    tale.tell("item.shipped", order="A", item="1")
    tale.tell("item.in_production", order="A", item="2")
    tale.pay("3.65")
    assert [each.at_producer for each in tale.order().items.values()] == [Duty.NEVER, Duty.NEVER]
    assert tale.fates("item.shipped") == [{Fate.PARKED}]
    tale.pay("0.01", "P2")
    assert [each.at_producer for each in tale.order().items.values()] == [Duty.MUST, Duty.NEVER]
    assert (tale.fates("item.shipped"), tale.fates("item.in_production")) == ([{Fate.HANDLED}], [{Fate.PARKED}])
    tale.cancel("2")
    assert tale.fates("item.in_production") == [{Fate.HANDLED}]


@pytest.mark.parametrize(
    ("options", "settings", "place"),
    [
        ({"format": "a6", "quantity": "1000"}, {}, Place.IN_HOUSE),
        ({"format": "a6", "quantity": "5000"}, {}, Place.UNITEDPRINT),
        ({"format": "a6", "quantity": "1000", "data-check": "professional"}, {}, Place.UNITEDPRINT),
        ({"format": "a6"}, {}, Place.HELD), ({"format": "a0", "quantity": "1000"}, {}, Place.HELD),
        ({"format": "a6", "quantity": "1000", "smell": "rose"}, {}, Place.HELD),
        ({"format": "a6", "quantity": "1000"}, {"mode": "all_at_unitedprint"}, Place.UNITEDPRINT),
        ({"format": "a6", "quantity": "1000"}, {"products": {}}, Place.UNITEDPRINT),
        ({"format": "a6", "quantity": "1000"}, {"products": {"flyer": {"format": ["a6"]}}}, Place.HELD),
        ({"format": "a0"}, {"mode": "all_at_unitedprint"}, Place.HELD),
    ],
)  # fmt: skip
def test_an_item_is_made_in_house_when_all_of_it_is_ticked(
    options: dict[str, str], settings: dict[str, Any], place: Place
) -> None:
    tale = Tale(place_of_production={**SETTINGS["place_of_production"], **settings})
    tale.place([item("1", "1.00", options=options)])
    assert tale.order().items["1"].places == {place}
    assert bool(tale.order().items["1"].why_held) is (place is Place.HELD)
    tale.rules = ShopRules({**tale.rules.settings, "incomplete_settings": "unitedprint"}, PRODUCTS)
    if settings == {"products": {"flyer": {"format": ["a6"]}}}:
        assert tale.order().items["1"].places == {Place.UNITEDPRINT}


def test_what_an_operator_hands_over_is_at_unitedprint_unless_it_may_have_come_too_late() -> None:
    tale = Tale()
    tale.place([item("1", "1.00"), item("2", "1.00", **UP), item("3", "1.00", product="banner")])
    for key in "123":
        tale.tell("item.redirected", "/operators/anna", order="A", item=key)
    places = [each.places for each in tale.order().items.values()]
    assert places == [{Place.UNITEDPRINT}, {Place.UNITEDPRINT}, {Place.HELD}]
    assert tale.fates("item.redirected") == [{Fate.HANDLED}, {Fate.HANDLED}, {Fate.HANDLED, Fate.PARKED}]
    tale.ship("1")
    assert tale.order().items["1"].places == {Place.IN_HOUSE, Place.UNITEDPRINT}


def test_decisions_that_may_be_the_second_have_all_their_outcomes() -> None:
    tale = Tale()
    tale.place([item("1", "10.00")])
    tale.complain("C", "1", net="6.00")
    tale.complain("D", "1", net="5.00")
    order = tale.order()
    assert order.items["1"].reduced == {600, 500}
    assert order.complaints == {"C": {"accepted", "open"}, "D": {"accepted", "open"}}
    assert {books.gross for books in order.books} == {488, 610}
    tale.decide("C")
    assert tale.order().complaints["C"] == {"accepted", "rejected"}
    tale.cancel("1")
    assert [books.gross for books in tale.order().books] == [0]


def test_a_reduction_of_nothing_or_of_too_much_is_refused() -> None:
    tale = Tale()
    tale.place([item("1", "0.40")])
    tale.complain("C", "1", percent="1")
    tale.complain("D", "1", net="0.41")
    assert tale.order().complaints == {"C": {"open"}, "D": {"open"}}
    assert tale.books().gross == 49


def test_what_waits_for_ever_and_what_is_quarantined() -> None:
    tale = Tale()
    tale.pay("1.00", order="Z")
    tale.decide("C", net="1.00")
    tale.place([item("1", "1.00")])
    tale.place([item("1", "2.00")])
    tale.cancel("9")
    tale.decide("C")
    tale.pay("1.00")
    tale.pay("2.00")
    tale.tell("refund.settled", refund="R-1")
    assert tale.fates("payment.received") == [{Fate.PARKED}, {Fate.HANDLED}, {Fate.QUARANTINED}]
    assert tale.fates("order.placed") == [{Fate.HANDLED}, {Fate.QUARANTINED}]
    parked = {Fate.PARKED}
    assert [*tale.fates("complaint.accepted"), *tale.fates("complaint.rejected")] == [parked, parked]
    assert (tale.fates("item.cancelled"), tale.fates("refund.settled")) == ([parked], [{Fate.PARKED, Fate.HANDLED}])
    tale.tell("complaint.opened", order="A", item="1", complaint="C", reason="x")
    assert tale.fates("complaint.accepted") == [{Fate.HANDLED}]
    assert tale.reckoned().parked() == {("/shops/aurora", "e0"), ("/shops/aurora", "e4")}


@given(st.integers(0, 10**6), st.integers(1, 10**4))
def test_halves_go_up(numerator: int, denominator: int) -> None:
    rounded = half_up(Fraction(numerator, denominator))
    assert 0 <= 2 * rounded * denominator - 2 * numerator + denominator <= 2 * denominator
    assert half_up(Fraction(2 * numerator + 1, 2)) == numerator + 1


def test_amounts_are_whole_numbers_of_the_smallest_unit() -> None:
    assert [minor("61.00", "EUR"), minor("61", "JPY"), minor("0.061", "KWD")] == [6100, 61, 61]
    assert [line(3, "0.0050", "EUR"), line(3, "0.5", "JPY"), line(1, "2.0005", "TND")] == [2, 2, 2001]
    assert [said(6100, "EUR"), said(-5, "EUR"), said(61, "JPY"), said(7, "KWD")] == [
        "EUR 61.00", "EUR -0.05", "JPY 61", "KWD 0.007"
    ]  # fmt: skip
    with pytest.raises(ValueError, match="smallest unit"):
        minor("0.5", "JPY")
