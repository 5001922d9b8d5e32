"""Payments that differ from what their orders come to, each planted by what shops send, and found once."""

from factories import Clock, Scene, item
from looking_at_money import english, is_found_again, is_over, known, only, reconcile, settle

from models import FindingState
from partnershop.db import unit_of_work
from partnershop.reconciliation.findings import accept
from partnershop.rules.reconciliation import FindingKind
from partnershop.stages import Stage

DAY = 86_400


def place(scene: Scene, order: str = "A-1", method: str = "card") -> None:
    """An order over EUR 122.00, of two items."""
    scene.place(order, [item("1", "60.00"), item("2", "40.00")], payment_method=method)


def test_a_prepaid_order_that_nobody_pays(scene: Scene) -> None:
    place(scene)
    settle(scene)
    found = only(FindingKind.PAYMENT_MISSING)
    assert (found.key, found.amount, found.currency) == (f"order-{scene.row('A-1').id}", 12_200, "EUR")
    assert english(found) == "Order A-1 is to be paid in advance; nothing of EUR 122.00 has come in."
    is_found_again(found)
    scene.pay("A-1", "122.00")
    settle(scene)
    is_over(found)


def test_a_prepaid_order_may_be_paid_within_three_days(scene: Scene, time: Clock) -> None:
    time.set("2026-12-01T09:00:00Z")
    scene.place("A-1", [item("1", "60.00")], payment_method="paypal", placed_at="2026-12-01T08:59:00Z")
    settle(scene)
    time.advance(3 * DAY - 120)
    reconcile()
    assert known() == []
    time.advance(180)
    assert only(FindingKind.PAYMENT_MISSING).amount == 7_320


def test_an_invoice_that_nobody_pays_within_thirty_days(scene: Scene, time: Clock) -> None:
    place(scene, method="invoice")
    settle(scene)
    scene.ship("A-1", "1", "2")
    settle(scene)
    time.advance(29 * DAY)
    reconcile()
    assert known() == []
    time.advance(2 * DAY)
    found = only(FindingKind.PAYMENT_MISSING)
    assert english(found) == "The invoice of order A-1 is not paid; EUR 122.00 is open."
    is_found_again(found)
    scene.cancel("A-1")
    settle(scene)
    is_over(found)


def test_what_is_to_be_paid_by_invoice_is_not_missing_before_there_is_one(scene: Scene, time: Clock) -> None:
    place(scene, method="invoice")
    settle(scene)
    scene.ship("A-1", "1")
    time.advance(31 * DAY)
    reconcile()
    assert FindingKind.PAYMENT_MISSING not in {found.kind for found in known()}


def test_an_order_that_is_paid_in_part(scene: Scene) -> None:
    place(scene)
    scene.pay("A-1", "100.00")
    settle(scene)
    found = only(FindingKind.PAYMENT_TOO_LITTLE)
    assert found.amount == 2_200
    assert english(found) == "Order A-1 comes to EUR 122.00; EUR 100.00 was paid, EUR 22.00 is missing."
    is_found_again(found)
    scene.pay("A-1", "22.00", "P-2")
    settle(scene)
    is_over(found)


def test_an_order_that_is_paid_beyond_its_total(scene: Scene) -> None:
    place(scene)
    scene.pay("A-1", "130.00")
    settle(scene)
    found = only(FindingKind.PAYMENT_TOO_MUCH)
    assert found.amount == 800
    assert english(found) == "Order A-1 comes to EUR 122.00; EUR 130.00 was paid, EUR 8.00 too much."
    is_found_again(found)


def test_what_a_refund_request_gives_back_is_not_too_much(scene: Scene) -> None:
    place(scene)
    scene.pay("A-1", "122.00")
    scene.cancel("A-1", "2")
    settle(scene)
    assert scene.books("A-1").refunds == 4_880
    reconcile()
    assert known() == []


def test_an_accepted_overpayment_stays_accepted_until_it_is_another_amount(scene: Scene) -> None:
    place(scene)
    scene.pay("A-1", "130.00")
    settle(scene)
    found = only(FindingKind.PAYMENT_TOO_MUCH)
    with unit_of_work() as session:
        accept(session, found.id, "anna", "paid back by bank")
    assert reconcile().open == 0
    assert [one.state for one in known()] == [FindingState.ACCEPTED]
    scene.pay("A-1", "1.00", "P-2")
    settle(scene)
    assert reconcile().new == 1
    [again] = known()
    assert (again.id, again.state, again.amount, again.why) == (found.id, FindingState.OPEN, 900, None)


def test_an_internal_order_owes_nothing(scene: Scene) -> None:
    scene.place("A-1", [item("1", "60.00")], payment_method="card", internal=True)
    settle(scene)
    reconcile()
    assert known() == []
    scene.pay("A-1", "60.00")
    settle(scene)
    assert only(FindingKind.PAYMENT_TOO_MUCH).amount == 6_000


def test_more_was_paid_for_a_cancelled_order_than_its_case_gives_back(scene: Scene) -> None:
    place(scene)
    scene.pay("A-1", "130.00")
    scene.cancel("A-1")
    settle(scene)
    assert scene.books("A-1").refunds == 12_200
    found = only(FindingKind.PAYMENT_FOR_CANCELLED_ORDER)
    assert found.amount == 800
    assert english(found) == "Order A-1 is cancelled; of EUR 130.00 paid, EUR 8.00 is covered by no refund."
    is_found_again(found)


def test_a_payment_that_waits_in_the_inbox_is_not_missing(scene: Scene) -> None:
    place(scene)
    settle(scene)
    scene.pay("A-1", "122.00")
    reconcile()
    assert known() == []


def test_an_order_with_an_open_case_is_about_to_change(scene: Scene) -> None:
    place(scene)
    settle(scene)
    scene.cancel("A-1")
    settle(scene, without=[Stage.CORRECTIONS])
    reconcile()
    assert known() == []


def euros_to_dollars(scene: Scene, **more: object) -> None:
    data = {
        "order": "A-1", "payment": "P-1", "amount": "122.00", "currency": "USD", "method": "card",
        "received_at": "2026-03-02T09:14:00Z", **more,
    }  # fmt: skip
    assert scene.knock(scene.event("payment.received", **data)).accepted == 0


def test_a_payment_in_another_currency(scene: Scene) -> None:
    place(scene, method="invoice")
    euros_to_dollars(scene)
    settle(scene)
    found = only(FindingKind.PAYMENT_OTHER_CURRENCY)
    assert (found.key, found.amount, found.currency) == ("Q-1", 12_200, "USD")
    assert english(found) == (
        "Payment P-1 of USD 122.00 for order A-1 is not in the shop's currency, EUR; it is quarantined as Q-1."
    )
    is_found_again(found)


def test_what_is_set_aside_may_hold_anything_and_is_found_once(scene: Scene) -> None:
    for member in ("order", "amount", "note"):
        for junk in ("\0", "\ud800", {"a": [1]}, "x" * 5000, "12.345"):
            euros_to_dollars(scene, **{member: junk})
    reconcile()
    found = known()
    assert len(found) == 15
    assert {one.kind for one in found} == {FindingKind.PAYMENT_OTHER_CURRENCY, FindingKind.EVENT_QUARANTINED}
    for one in found:
        english(one)


def test_a_payment_for_an_order_that_nobody_placed(scene: Scene, time: Clock) -> None:
    scene.pay("A-9", "12.00")
    settle(scene)
    reconcile()
    assert known() == []
    time.advance(3_660)
    found = only(FindingKind.PAYMENT_FOR_UNKNOWN_ORDER)
    assert found.amount == 1_200
    assert english(found) == "Payment P-1 of EUR 12.00 is for order A-9, which nobody placed."
    is_found_again(found)
    scene.place("A-9", [item("1", "12.00", "0")])
    settle(scene)
    is_over(found)
