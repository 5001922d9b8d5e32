"""What waits: items for their gates, events for what they are about."""

import pytest
from factories import IN_HOUSE, Scene, item, shipping
from sqlalchemy import select

from models import Event, EventState
from partnershop.db import unit_of_work


def state(scene: Scene, event: str) -> tuple[str, str | None]:
    """What has become of an event, and what it waits for."""
    row = scene.told(event)
    return row.state.value, row.waits_for


# Gates


@pytest.mark.parametrize("method", ["card", "paypal", "advance"])
def test_an_item_waits_until_its_order_is_paid_in_full(scene: Scene, method: str) -> None:
    scene.place("A-1", [item("1", "50.00")], charges=[shipping()], payment_method=method)
    scene.go()
    scene.pay("A-1", "70.63", "P-1")
    scene.go()
    assert (scene.workshop.tickets, scene.item("A-1", "1").state.value) == ([], "routed")
    scene.pay("A-1", "0.01", "P-2")
    scene.go()
    assert (len(scene.workshop.tickets), scene.item("A-1", "1").state.value) == (1, "handed_over")


def test_an_order_by_invoice_needs_no_payment(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00")], payment_method="invoice")
    scene.go()
    assert len(scene.workshop.tickets) == 1


def test_what_is_paid_enough_after_a_cancellation_goes_on(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00")], payment_method="card")
    scene.pay("A-1", "61.00")
    scene.go()
    assert scene.workshop.tickets == []
    scene.cancel("A-1", "2")
    scene.go()
    assert [ticket.item for ticket in scene.workshop.tickets] == ["1"]


def test_where_the_shop_wants_print_data_first_each_item_waits_for_its_own(scene: Scene) -> None:
    scene.change_settings(require_print_data=True)
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00")], payment_method="card")
    scene.tell("print_data.uploaded", order="A-1", item="1")
    scene.go()
    assert scene.workshop.tickets == [], "print data alone is not enough"
    scene.pay("A-1", "97.60")
    scene.go()
    assert [ticket.item for ticket in scene.workshop.tickets] == ["1"]
    for _ in range(2):
        scene.tell("print_data.uploaded", order="A-1", item="2")
    scene.go()
    assert [ticket.item for ticket in scene.workshop.tickets] == ["1", "2"]


def test_a_free_order_waits_for_no_payment(scene: Scene) -> None:
    scene.place("A-1", [item("1", "0.00")], payment_method="card")
    scene.go()
    assert len(scene.workshop.tickets) == 1


# Parked events


def test_an_event_for_an_order_that_is_not_known_yet_is_applied_when_the_order_arrives(scene: Scene) -> None:
    payment = scene.pay("A-1", "61.00")
    cancellation = scene.cancel("A-1", "1")[0]
    scene.go()
    assert state(scene, payment) == state(scene, cancellation) == ("parked", "order")
    scene.place("A-2", [item("1", "50.00")])
    scene.go()
    assert state(scene, payment)[0] == "parked", "another order does not release it"
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    assert state(scene, payment) == state(scene, cancellation) == ("handled", None)
    assert scene.row("A-1").paid == 6100
    assert scene.item("A-1", "1").state.value == "cancelled"


def test_an_event_that_comes_in_one_request_with_its_order_but_before_it_does_not_wait(scene: Scene) -> None:
    order = scene.event("order.placed", **scene.order("A-1", [item("1", "50.00")]))
    cancelled = scene.event("item.cancelled", order="A-1", item="1", reason="customer_request")
    scene.knock(cancelled, order)
    scene.go()
    assert scene.item("A-1", "1").state.value == "cancelled"


def test_an_event_about_an_item_that_the_order_does_not_have_is_parked(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00")])
    event = scene.cancel("A-1", "7")[0]
    scene.go()
    assert state(scene, event) == ("parked", "item")
    assert scene.told(event).outcome == "order A-1 has no item 7"


def test_a_decision_on_a_complaint_that_is_not_known_yet_waits_for_it(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00")])
    accepted = scene.accept("A-1", "C-1", net="5.00")
    scene.go()
    assert state(scene, accepted) == ("parked", "complaint")
    scene.complain("A-1", "1", "C-1")
    scene.go()
    assert state(scene, accepted) == ("handled", None)
    assert scene.item("A-1", "1").reduced_by == 500


def test_everything_about_an_order_may_come_before_it_and_in_the_wrong_order(scene: Scene) -> None:
    events = [scene.accept("A-1", "C-1", net="5.00")]
    scene.ship("A-1", "1")
    events.append(scene.complain("A-1", "1", "C-1"))
    scene.go()
    assert scene.count(Event) == 3
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    assert {state(scene, event)[0] for event in events} == {"handled"}
    assert scene.said("A-1") == [("invoice", 5490)]


def test_a_report_of_the_works_on_an_item_they_do_not_have_yet_waits_for_the_hand_over(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00")], payment_method="card")
    scene.ship("A-1", "1")
    scene.go()
    (shipped,) = _parked(scene)
    assert shipped.waits_for == "hand_over"
    assert scene.papers("A-1") == []
    scene.pay("A-1", "61.00")
    scene.go()
    assert scene.item("A-1", "1").state.value == "shipped"
    assert scene.said("A-1") == [("invoice", 6100)]


def test_a_report_that_waits_is_done_with_when_the_item_is_cancelled(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00", options=IN_HOUSE | {"format": "a9"})])
    scene.ship("A-1", "1")
    scene.go()
    assert [event.waits_for for event in _parked(scene)] == ["hand_over"]
    scene.cancel("A-1", "1")
    scene.go()
    assert _parked(scene) == []
    assert scene.item("A-1", "1").state.value == "cancelled"


def test_a_second_decision_while_the_first_is_being_carried_out_waits_and_is_then_refused(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00")])
    scene.complain("A-1", "1", "C-1")
    scene.accept("A-1", "C-1", net="5.00")
    rejected = scene.reject("A-1", "C-1")
    scene.go()
    assert state(scene, rejected) == ("handled", None)
    assert scene.told(rejected).refused
    assert scene.item("A-1", "1").reduced_by == 500


def test_when_the_first_decision_was_refused_by_the_rule_the_one_that_waited_counts(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00")])
    scene.complain("A-1", "1", "C-1")
    scene.accept("A-1", "C-1", net="50.01")
    second = scene.accept("A-1", "C-1", net="5.00")
    scene.go()
    assert not scene.told(second).refused
    assert scene.item("A-1", "1").reduced_by == 500


# The same order, the same complaint again


def test_the_same_order_placed_again_is_a_duplicate_and_with_other_content_it_is_quarantined(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00")])
    same = scene.place("A-1", [item("1", "50.00")])
    scene.go()
    other = scene.place("A-1", [item("1", "49.00")])
    scene.go()
    assert state(scene, same) == ("handled", None)
    assert state(scene, other) == ("quarantined", None)
    assert scene.item("A-1", "1").net == 5000


def test_a_complaint_number_used_for_another_item_or_order_is_quarantined(scene: Scene) -> None:
    for order in ("A-1", "A-2"):
        scene.place(order, [item("1", "50.00"), item("2", "5.00")])
    first, again = scene.complain("A-1", "1", "C-1"), scene.complain("A-1", "1", "C-1")
    other_item, other_order = scene.complain("A-1", "2", "C-1"), scene.complain("A-2", "1", "C-1")
    elsewhere = scene.accept("A-2", "C-1", net="1.00")
    scene.go()
    states = [state(scene, event)[0] for event in (first, again, other_item, other_order, elsewhere)]
    assert states == ["handled", "handled", "quarantined", "quarantined", "quarantined"]


def _parked(scene: Scene) -> list[Event]:
    with unit_of_work() as session:
        return list(session.scalars(select(Event).where(Event.state == EventState.PARKED)))


def test_a_free_item_waits_for_the_payment_of_its_shipping(scene: Scene) -> None:
    scene.place("A-1", [item("1", "0")], charges=[shipping()], payment_method="card")
    scene.go()
    assert scene.workshop.tickets == []
    scene.pay("A-1", "9.64")
    scene.go()
    assert len(scene.workshop.tickets) == 1
