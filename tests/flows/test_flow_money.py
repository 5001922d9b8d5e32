"""Payments, refund requests and commissions."""

import json
from pathlib import Path

import pytest
from factories import AT_UNITEDPRINT, IN_HOUSE, PRODUCTS, STAGES, Books, Clock, Scene, attribute, item, shipping

from partnershop.config import config
from partnershop.db import unit_of_work
from partnershop.flows import refunds
from partnershop.gateways.outcome import Done, Unavailable
from partnershop.stages import Stage


@pytest.fixture
def invoiced(scene: Scene) -> Scene:
    """The shop that invoices at once, with one invoiced order A-1 over 50.00 + 30.00, gross 97.60."""
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    scene.go()
    return scene


# Refund requests


def test_nothing_paid_nothing_refunded(invoiced: Scene) -> None:
    invoiced.cancel("A-1")
    invoiced.go()
    assert invoiced.refunds("A-1") == []
    assert invoiced.row("A-1").entitled == 9760


def test_what_a_cancellation_takes_off_a_paid_order_goes_back(invoiced: Scene) -> None:
    invoiced.pay("A-1", "97.60")
    invoiced.go()
    invoiced.cancel("A-1", "2")
    said = invoiced.go()
    (request,) = invoiced.refunds("A-1")
    assert (request.amount, request.currency, request.state.value) == (3660, "EUR", "sent")
    assert any(f"refund request {request.name} over EUR 36.60" in sentence for sentence in said)
    (told,) = Path(config().data, "refunds").glob("*/*.json")
    instruction = json.loads(told.read_text())
    assert (instruction["refund"], instruction["order"], instruction["amount"]) == (request.name, "A-1", "36.60")


def test_a_payment_after_the_cancellation_still_leads_to_the_refund(invoiced: Scene) -> None:
    invoiced.cancel("A-1", "2")
    invoiced.go()
    assert invoiced.refunds("A-1") == []
    invoiced.pay("A-1", "97.60")
    invoiced.go()
    assert invoiced.books("A-1") == Books(5000, 6100, 3660)


def test_a_part_payment_gives_back_only_what_is_overpaid(invoiced: Scene) -> None:
    invoiced.pay("A-1", "70.00")
    invoiced.cancel("A-1", "2")
    invoiced.go()
    assert invoiced.books("A-1").refunds == 900, "70.00 paid, 61.00 still owed"
    invoiced.pay("A-1", "27.60", "P-2")
    invoiced.go()
    assert [request.amount for request in invoiced.refunds("A-1")] == [900, 2760]


def test_the_same_payment_twice_is_one(invoiced: Scene) -> None:
    first = invoiced.pay("A-1", "97.60", "P-1")
    again = invoiced.pay("A-1", "97.60", "P-1")
    invoiced.go()
    later = invoiced.pay("A-1", "97.60", "P-1")
    invoiced.go()
    assert invoiced.row("A-1").paid == 9760
    assert [invoiced.told(event).outcome for event in (again, later)] == ["payment P-1 is here already"] * 2
    assert invoiced.told(first).state.value == "handled"


def test_a_payment_that_comes_again_with_another_amount_is_quarantined(invoiced: Scene) -> None:
    invoiced.pay("A-1", "97.60", "P-1")
    other = invoiced.pay("A-1", "9.76", "P-1")
    invoiced.go()
    assert (invoiced.told(other).state.value, invoiced.row("A-1").paid) == ("quarantined", 9760)


def test_an_overpayment_without_a_case_is_not_refunded(invoiced: Scene) -> None:
    invoiced.pay("A-1", "120.00")
    invoiced.go()
    assert invoiced.refunds("A-1") == []
    invoiced.cancel("A-1", "2")
    invoiced.go()
    assert invoiced.books("A-1").refunds == 3660, "the case gives back what it took off; the rest is reported"


def test_a_failed_refund_leads_to_a_new_request(invoiced: Scene) -> None:
    invoiced.pay("A-1", "97.60")
    invoiced.cancel("A-1", "2")
    invoiced.go()
    (first,) = invoiced.refunds("A-1")
    invoiced.tell("refund.failed", refund=first.name, reason="card expired")
    invoiced.go()
    failed, second = invoiced.refunds("A-1")
    assert (failed.state.value, failed.failure) == ("failed", "card expired")
    assert (second.amount, second.state.value) == (3660, "sent")
    again = invoiced.tell("refund.failed", refund=first.name, reason="card expired")
    invoiced.tell("refund.settled", refund=second.name, reference="bank-7")
    late = invoiced.tell("refund.settled", refund=first.name)
    invoiced.go()
    assert [request.state.value for request in invoiced.refunds("A-1")] == ["failed", "settled"]
    assert invoiced.told(again).outcome == f"refund request {first.name} is failed already"
    assert invoiced.told(late).refused


def test_two_equal_partial_refunds_are_two(invoiced: Scene) -> None:
    invoiced.place("A-2", [item("1", "10.00"), item("2", "10.00"), item("3", "10.00")])
    invoiced.pay("A-2", "36.60")
    invoiced.go()
    for key in "12":
        invoiced.cancel("A-2", key)
        invoiced.go()
    assert [request.amount for request in invoiced.refunds("A-2")] == [1220, 1220]
    assert len(list(Path(config().data, "refunds").glob("*/*.json"))) == 2


def test_the_entitlements_of_an_order_telescope_so_that_no_cent_appears_or_vanishes(invoiced: Scene) -> None:
    prices = [("1", "68.33", "20"), ("2", "68.33", "20"), ("3", "57.50", "20"), ("4", "85.00", "20")]
    invoiced.place("A-2", [item(*price) for price in prices])
    invoiced.pay("A-2", "334.99")
    invoiced.complain("A-2", "3", "C-1")
    invoiced.accept("A-2", "C-1", percent="33.3333")
    invoiced.go()
    for key in "3142":
        invoiced.cancel("A-2", key)
        invoiced.go()
    assert invoiced.books("A-2") == Books(0, 0, 33499)
    assert sum((case.owed_before or 0) - (case.owed_after or 0) for case in invoiced.cases("A-2")) == 33499


def test_cancelling_before_the_invoice_gives_back_the_charges_with_the_last_item(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00")], charges=[shipping()], payment_method="card")
    scene.pay("A-1", "70.64")
    scene.go()
    scene.cancel("A-1", "1")
    scene.go()
    assert scene.books("A-1") == Books(0, 0, 7064)


def test_a_request_that_could_not_be_sent_is_sent_again_with_the_same_id(invoiced: Scene, time: Clock) -> None:
    invoiced.pay("A-1", "97.60")
    invoiced.cancel("A-1")
    invoiced.go(STAGES - {Stage.REFUNDS})
    with unit_of_work() as session:
        (job,) = refunds.claim(session)
    with unit_of_work() as session:
        assert refunds.claim(session) == [], "it is leased"
        refunds.record(session, job, Unavailable("the folder is full"))
    time.advance(60)
    with unit_of_work() as session:
        (again,) = refunds.claim(session)
        assert again.instruction == job.instruction
    with unit_of_work() as session:
        assert "already" in refunds.record(session, job, Done("late")), "the answer of the older lease changes nothing"
    assert invoiced.refunds("A-1")[0].state.value == "requested"


# Commissions


def test_the_commission_of_an_item_made_in_house_is_the_rate_of_its_net_sale_price(invoiced: Scene) -> None:
    (entry,) = invoiced.commissions("A-1", "1")
    assert (entry.base, entry.amount, entry.voided_at) == (5000, 400, None)
    assert entry.document_id == invoiced.papers("A-1")[0].id


def test_an_item_at_unitedprint_bears_no_commission(invoiced: Scene) -> None:
    invoiced.place("A-2", [item("1", "50.00", options=AT_UNITEDPRINT)])
    invoiced.go()
    assert invoiced.commissions("A-2", "1") == []


@pytest.mark.parametrize("invoice_on", ["placed", "shipped"])
def test_a_complaint_never_changes_the_base(scene: Scene, invoice_on: str) -> None:
    scene.change_settings(invoice_on=invoice_on)
    scene.place("A-1", [item("1", "50.00"), item("2", "1.00")])
    scene.go()
    scene.complain("A-1", "1", "C-1")
    scene.accept("A-1", "C-1", percent="50")
    scene.go()
    scene.ship("A-1", "1", "2")
    scene.go()
    (entry,) = scene.commissions("A-1", "1")
    assert (entry.base, entry.amount, entry.voided_at) == (5000, 400, None)
    assert entry.document_id == scene.papers("A-1")[0].id, "booked with the first invoice, not the reduced one"


def test_the_entry_of_a_cancelled_item_is_voided_visibly(invoiced: Scene) -> None:
    invoiced.cancel("A-1", "1")
    invoiced.go()
    (entry,) = invoiced.commissions("A-1", "1")
    assert (entry.base, entry.void_reason) == (5000, "cancelled: customer_request")
    assert entry.voided_at is not None
    assert invoiced.commissions("A-1", "2")[0].voided_at is None


def test_an_item_that_is_handed_over_to_unitedprint_instead_bears_no_commission(invoiced: Scene) -> None:
    invoiced.operator("item.redirected", order="A-1", item="1", to="unitedprint", reason="out of paper")
    invoiced.go()
    (entry,) = invoiced.commissions("A-1", "1")
    assert entry.void_reason == "handed over to Unitedprint: out of paper"


def test_an_item_routed_after_its_invoice_gets_its_entry_then(scene: Scene) -> None:
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00", options=IN_HOUSE | {"format": "a9"})])
    scene.go()
    assert (scene.item("A-1", "1").hold_code, scene.commissions("A-1", "1")) == ("unknown_option", [])
    assert scene.said("A-1") == [("invoice", 6100)]
    _offer_a9(scene)
    scene.go()
    assert [entry.base for entry in scene.commissions("A-1", "1")] == [5000]


def _offer_a9(scene: Scene) -> None:
    flyer = PRODUCTS["flyer"] | {"attributes": PRODUCTS["flyer"]["attributes"] | {"format": attribute("a6", "a9")}}
    scene.load_catalogue(PRODUCTS | {"flyer": flyer})
    ticks = scene.settings["place_of_production"]["products"]["flyer"] | {"format": ["a6", "a9"]}
    scene.change_settings(place_of_production={"mode": "some_or_all_in_house", "products": {"flyer": ticks}})
