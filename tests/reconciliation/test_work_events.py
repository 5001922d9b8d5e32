"""Events that wait too long and what was set aside: planted, found once, settled."""

import pytest
from factories import PLACED_AT, PRODUCTS, Clock, Scene, item
from planting import findings, gone, now, only, reconcile

from models import Finding, FindingState
from partnershop.db import unit_of_work
from partnershop.flows import quarantine, shops
from partnershop.reconciliation import findings as kept
from partnershop.reconciliation.sentences import sentence, what_to_do
from partnershop.rules.reconciliation import FindingKind, Job
from partnershop.stages import Stage

HOURS = 3600
PARKED, QUARANTINED, HELD = FindingKind.EVENT_PARKED, FindingKind.EVENT_QUARANTINED, FindingKind.ITEM_HELD


def test_an_event_parked_for_more_than_a_day_is_found_until_what_it_waits_for_comes(scene: Scene, time: Clock) -> None:
    event = scene.tell("item.shipped", order="A-1", item="1", shipped_at="2026-03-05T10:00:00Z")
    scene.go()
    time.advance(23 * HOURS)
    assert reconcile().open == 0
    time.advance(2 * HOURS)
    found = only(PARKED)
    assert sentence(found, "en") == f"Event {event} (item.shipped) has waited for more than a day for order A-1."
    assert sentence(found, "it") == f"L'evento {event} (item.shipped) attende da più di un giorno l'ordine A-1."
    assert what_to_do(found, "en") == (
        "It goes on by itself when that comes. If it never will, ask the shop: `partnershop event park list --shop "
        "aurora`."
    )
    scene.place("A-1", [item("1", "50.00")], internal=True)
    scene.go()
    gone(found)


def test_an_event_that_now_waits_for_something_else_is_open_again(scene: Scene, time: Clock) -> None:
    scene.tell("item.shipped", order="A-1", item="1", shipped_at="2026-03-05T10:00:00Z")
    scene.go()
    time.advance(25 * HOURS)
    found = only(PARKED)
    with unit_of_work() as session:
        kept.accept(session, found.id, "/operators/anna", "the shop knows")
    assert reconcile().open == 0
    scene.place("A-1", [item("1", "50.00")], payment_method="card")
    scene.go()
    time.advance(25 * HOURS)
    again = only_open(PARKED)
    assert (again.id, again.details["waits_for"]) == (found.id, "hand_over")
    assert sentence(again, "en").endswith("has waited for more than a day for the hand-over of item A-1/1.")


def only_open(kind: FindingKind) -> Finding:
    """The one open finding of this kind after another run."""
    reconcile()
    (found,) = [one for one in findings() if one.kind is kind]
    return found


def test_a_payment_for_an_unknown_order_is_no_parked_event(scene: Scene, time: Clock) -> None:
    scene.pay("A-9", "10.00")
    scene.go()
    time.advance(25 * HOURS)
    reconcile()
    assert PARKED not in {one.kind for one in findings()}


def test_what_the_door_set_aside_is_found_by_its_name_until_it_is_released(scene: Scene) -> None:
    event = scene.event("order.placed", **scene.order("A-1", [item("1", "50,00")]))
    assert scene.knock(event).quarantined
    found = only(QUARANTINED)
    assert found.key == "Q-1"
    begins = f"Event {event['id']} is in quarantine as Q-1: data.items[0].unit_price must be"
    assert sentence(found, "en").startswith(begins)
    assert what_to_do(found, "en") == (
        "Have the shop send it corrected, or mend the cause here and `partnershop event quarantine retry Q-1 --shop "
        f"aurora`; else `partnershop finding accept {found.id} --reason TEXT`."
    )
    with unit_of_work() as session:
        kept.accept(session, found.id, "/operators/anna", "sent again by hand")
    assert reconcile().open == 0
    assert now(found).state is FindingState.ACCEPTED


def test_what_the_inbox_set_aside_is_found_until_it_is_retried_well(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    event = scene.place("A-1", [item("1", "60.00")])
    scene.go()
    found = only(QUARANTINED)
    assert sentence(found, "en") == (
        f"Event {event} is in quarantine as {found.key}: order A-1 was placed before with other content; a changed "
        f"order needs a number of its own."
    )
    with unit_of_work() as session:
        quarantine.retry(session, shops.find(session, "aurora"), found.key)
    gone(found)
    scene.go()
    assert only_open(QUARANTINED).id == found.id


def test_a_payment_in_another_currency_is_no_quarantined_event(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00")])
    payment = scene.event(
        "payment.received", order="A-1", payment="P-1", amount="10.00", currency="CHF", method="card",
        received_at=PLACED_AT,
    )  # fmt: skip
    assert scene.knock(payment).quarantined
    scene.go()
    reconcile()
    assert QUARANTINED not in {one.kind for one in findings()}


def test_an_item_held_for_more_than_a_day_is_found_with_its_reason_until_it_goes_on(scene: Scene, time: Clock) -> None:
    scene.place("A 1", [item("1", "50.00", product="calendar")])
    scene.go()
    time.advance(23 * HOURS)
    assert reconcile().open == 0
    time.advance(2 * HOURS)
    found = only(HELD)
    assert sentence(found, "en") == (
        "Item 1 of A 1 has been held for more than a day: the catalogue does not know the product calendar."
    )
    assert what_to_do(found, "en") == (
        "Put right what the reason names; a new catalogue or new settings release it by themselves, anything else "
        "`partnershop item release 'A 1' 1 --shop aurora --reason TEXT`, or `partnershop item cancel 'A 1' 1 --shop "
        "aurora --reason TEXT`."
    )
    scene.load_catalogue({**PRODUCTS, "calendar": PRODUCTS["flyer"]})
    gone(found)
    scene.go()
    assert reconcile().open == 0


def test_an_item_whose_cancellation_is_on_its_way_is_not_found(scene: Scene, time: Clock) -> None:
    scene.place("A-1", [item("1", "50.00", product="calendar")])
    scene.go()
    time.advance(25 * HOURS)
    scene.cancel("A-1", "1")
    scene.go(frozenset({Stage.INBOX}))
    assert reconcile(Job.STUCK_WORK).open == 0


@pytest.mark.parametrize("language", ["it", "de", "en"])
def test_a_name_from_outside_cannot_leave_the_quotes_of_a_command(scene: Scene, time: Clock, language: str) -> None:
    scene.place("A-1'; rm -rf ~ `x` #", [item("1", "50.00", product="calendar")])
    scene.go()
    time.advance(25 * HOURS)
    to_do = what_to_do(only(HELD), language)
    assert "partnershop item release 'A-1'\"'\"'; rm -rf ~ `x` #' 1 --shop aurora" in to_do
