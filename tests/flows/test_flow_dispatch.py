"""Hand-over: done, refused, out of reach, unknown; cut off in the middle; and an answer that comes too late."""

from typing import Any

import pytest
from factories import AT_UNITEDPRINT, IN_HOUSE, Clock, Scene, item
from handing_over import BEFORE, claim, record, states

import tasks.dispatch
from models import DispatchState
from partnershop.db import unit_of_work
from partnershop.flows import dispatch
from partnershop.gateways.outcome import Done, Rejected, Unavailable, Unknown
from partnershop.gateways.ticket import Ticket
from partnershop.rules.eligibility import Route


def test_the_ticket_says_all_that_production_needs(at_works: Scene) -> None:
    at_works.go()
    (ticket,) = at_works.workshop.tickets
    (row,) = at_works.dispatches("A-1", "1")
    assert (ticket.shop, ticket.order, ticket.item, ticket.product, ticket.copies) == ("aurora", "A-1", "1", "flyer", 1)
    assert [(f.attribute, f.option) for f in ticket.features] == [
        ("format", "a6"), ("quantity", "1000"), ("data-check", "basic"),
    ], "the hidden attribute with its default too"  # fmt: skip
    assert (row.key, row.reference, row.state.value) == (ticket.key, f"workshop-{ticket.key}", "done")
    assert at_works.item("A-1", "1").dispatch_id == row.id


def test_a_row_is_there_before_anybody_is_called(at_works: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []

    def look(_: Ticket) -> Done:
        seen.append(states(at_works))
        return Done("job-1")

    monkeypatch.setattr(at_works.workshop, "hand_over", look)
    at_works.go()
    assert seen == [["in_flight"]]


def test_a_refused_item_is_held_with_the_producers_reason(at_unitedprint: Scene) -> None:
    at_unitedprint.unitedprint.plan(Rejected("211004: shipping type is missing"))
    at_unitedprint.go()
    held = at_unitedprint.item("A-1", "1")
    assert (held.state.value, held.hold_code, held.dispatch_id) == ("held", "producer_rejected", None)
    assert held.hold_reason == "unitedprint refused it: 211004: shipping type is missing"
    assert states(at_unitedprint) == ["rejected"]
    at_unitedprint.go()
    assert at_unitedprint.unitedprint.tickets == [], "it is not sent again by itself"


def test_an_operator_lets_a_refused_item_go_to_its_producer_again(at_unitedprint: Scene) -> None:
    at_unitedprint.unitedprint.plan(Rejected("211004: shipping type is missing"))
    at_unitedprint.go()
    at_unitedprint.operator("item.released", order="A-1", item="1", reason="settled by phone")
    at_unitedprint.go()
    assert states(at_unitedprint) == ["rejected", "done"]
    assert at_unitedprint.item("A-1", "1").hold_code is None
    late = at_unitedprint.operator("item.released", order="A-1", item="1", reason="again")
    at_unitedprint.go()
    assert at_unitedprint.told(late).refused, "it is not held"


def test_an_item_that_the_print_works_refuse_may_go_to_unitedprint(at_works: Scene) -> None:
    at_works.workshop.plan(Rejected("the machine is broken"))
    at_works.go()
    at_works.operator("item.redirected", order="A-1", item="1", to="unitedprint", reason="machine broken")
    at_works.go()
    assert states(at_works) == ["rejected", "done"]
    assert [ticket.item for ticket in at_works.unitedprint.tickets] == ["1"]
    assert at_works.item("A-1", "1").state.value == "handed_over"


@pytest.mark.parametrize("route", [Route.IN_HOUSE, Route.UNITEDPRINT])
def test_a_producer_out_of_reach_is_tried_again_later_with_the_same_key(
    scene: Scene, time: Clock, route: Route
) -> None:
    options: dict[str, Any] = {"options": AT_UNITEDPRINT} if route is Route.UNITEDPRINT else {}
    scene.place("A-1", [item("1", "50.00", **options)])
    producer = scene.unitedprint if route is Route.UNITEDPRINT else scene.workshop
    producer.plan(Unavailable("connection refused"), Unavailable("connection refused"))
    scene.go()
    assert (states(scene), producer.tickets) == (["in_flight"], [])
    for _ in range(2):
        key = scene.dispatches("A-1", "1")[0].key
        time.advance(120)
        scene.go()
    assert states(scene) == ["done"]
    assert [ticket.key for ticket in producer.tickets] == [key]
    assert scene.dispatches("A-1", "1")[0].attempts == 3


def test_a_producer_that_stays_out_of_reach_is_given_up_and_the_item_held(at_works: Scene, time: Clock) -> None:
    at_works.workshop.plan(*[Unavailable("disk full")] * dispatch.ATTEMPTS)
    for _ in range(dispatch.ATTEMPTS):
        at_works.go()
        time.advance(3600)
    held = at_works.item("A-1", "1")
    assert (held.state.value, held.hold_code) == ("held", "producer_unreachable")
    assert "disk full" in (held.hold_reason or "")


@pytest.mark.parametrize("kept", [True, False])
def test_an_unknown_outcome_at_unitedprint_is_never_sent_again(at_unitedprint: Scene, time: Clock, kept: bool) -> None:
    at_unitedprint.unitedprint.plan(Unknown("no answer within 10 s"), kept=kept)
    at_unitedprint.go()
    for _ in range(3):
        time.advance(86_400)
        at_unitedprint.go()
    assert states(at_unitedprint) == ["unknown"]
    assert len(at_unitedprint.unitedprint.tickets) == int(kept)
    assert at_unitedprint.item("A-1", "1").state.value == "routed"


def test_an_operator_says_that_unitedprint_has_it(at_unitedprint: Scene) -> None:
    at_unitedprint.unitedprint.plan(Unknown("no answer"), kept=True)
    at_unitedprint.go()
    at_unitedprint.operator(
        "dispatch.settled", order="A-1", item="1", accepted=True, reference="4711", reason="seen in the portal"
    )
    at_unitedprint.go()
    (row,) = at_unitedprint.dispatches("A-1", "1")
    assert (row.state.value, row.reference) == ("done", "4711")
    assert at_unitedprint.item("A-1", "1").state.value == "handed_over"
    assert len(at_unitedprint.unitedprint.tickets) == 1


def test_an_operator_says_that_unitedprint_does_not_have_it_and_it_is_handed_over_again(at_unitedprint: Scene) -> None:
    at_unitedprint.unitedprint.plan(Unknown("no answer"))
    at_unitedprint.go()
    told = {"order": "A-1", "item": "1", "accepted": False, "reason": "not in the portal"}
    at_unitedprint.operator("dispatch.settled", **told)
    at_unitedprint.go()
    assert states(at_unitedprint) == ["rejected", "done"]
    assert len(at_unitedprint.unitedprint.tickets) == 1
    late = at_unitedprint.operator("dispatch.settled", **told)
    at_unitedprint.go()
    assert at_unitedprint.told(late).refused, "nothing is unknown any more"


@pytest.mark.parametrize("accepted", [True, False])
def test_the_word_on_a_hand_over_is_not_taken_for_one_on_the_next(at_unitedprint: Scene, accepted: bool) -> None:
    """Said late, or twice: it would have an item ordered again that is there, or not at all."""
    at_unitedprint.unitedprint.plan(Unknown("no answer"))
    at_unitedprint.unitedprint.plan(Unknown("no answer"), kept=not accepted)
    at_unitedprint.go()
    (first,) = at_unitedprint.dispatches("A-1", "1")
    told = {"order": "A-1", "item": "1", "hand_over": first.key, "reason": "looked up"}
    said = at_unitedprint.operator("dispatch.settled", accepted=False, **told)
    at_unitedprint.go()
    assert at_unitedprint.told(said).outcome == (
        f"item 1 of A-1: unitedprint does not have {first.key}; it will be handed over again"
    )
    assert states(at_unitedprint) == ["rejected", "unknown"]
    late = at_unitedprint.operator("dispatch.settled", accepted=accepted, **told)
    at_unitedprint.go()
    assert states(at_unitedprint) == ["rejected", "unknown"]
    assert len(at_unitedprint.unitedprint.tickets) == int(not accepted)
    assert at_unitedprint.told(late).refused
    assert at_unitedprint.told(late).outcome == f"refused: the hand-over {first.key} of item 1 of A-1 is not unknown"


def test_a_report_of_the_producer_settles_an_unknown_outcome(at_unitedprint: Scene) -> None:
    at_unitedprint.unitedprint.plan(Unknown("no answer"), kept=True)
    at_unitedprint.go()
    at_unitedprint.tell("item.in_production", order="A-1", item="1")
    at_unitedprint.go()
    assert states(at_unitedprint) == ["done"]
    assert at_unitedprint.item("A-1", "1").state.value == "in_production"


def test_a_call_to_the_print_works_that_was_cut_off_is_made_again_and_is_one_job(at_works: Scene, time: Clock) -> None:
    (job,) = claim(at_works, Route.IN_HOUSE)
    at_works.workshop.hand_over(job.ticket)
    at_works.go()
    assert states(at_works) == ["in_flight"], "the worker is gone, its lease still runs"
    time.advance(int(dispatch.LEASE.total_seconds()) + 1)
    at_works.go()
    assert states(at_works) == ["done"]
    assert at_works.workshop.count(job.ticket.key) == 1


def test_a_call_to_unitedprint_that_was_cut_off_has_an_unknown_outcome(at_unitedprint: Scene, time: Clock) -> None:
    (job,) = claim(at_unitedprint, Route.UNITEDPRINT)
    at_unitedprint.unitedprint.hand_over(job.ticket)
    time.advance(int(dispatch.LEASE.total_seconds()) + 1)
    at_unitedprint.go()
    assert states(at_unitedprint) == ["unknown"]
    assert len(at_unitedprint.unitedprint.tickets) == 1


def test_an_answer_that_comes_after_its_lease_was_given_to_another_changes_nothing(
    at_works: Scene, time: Clock
) -> None:
    (slow,) = claim(at_works, Route.IN_HOUSE)
    time.advance(int(dispatch.LEASE.total_seconds()) + 1)
    (other,) = claim(at_works, Route.IN_HOUSE)
    assert (other.dispatch_id, other.lease) == (slow.dispatch_id, slow.lease + 1)
    assert "a late answer" in record(slow, Rejected("too slow"), Route.IN_HOUSE)
    assert states(at_works) == ["in_flight"]
    record(other, Done("job-1"), Route.IN_HOUSE)
    assert "a late answer" in record(slow, Rejected("too slow"), Route.IN_HOUSE)
    assert at_works.item("A-1", "1").state.value == "handed_over"


def taken_for_unknown(scene: Scene, time: Clock) -> dispatch.Job:
    """A call that lasts longer than its lease, and so has been taken for unknown."""
    (slow,) = claim(scene, Route.UNITEDPRINT)
    time.advance(int(dispatch.LEASE.total_seconds()) + 1)
    scene.go()
    assert states(scene) == ["unknown"]
    return slow


def test_a_late_but_certain_answer_settles_what_was_taken_for_unknown(at_unitedprint: Scene, time: Clock) -> None:
    slow = taken_for_unknown(at_unitedprint, time)
    assert "handed over" in record(slow, Done("4711"), Route.UNITEDPRINT)
    assert states(at_unitedprint) == ["done"]
    assert at_unitedprint.item("A-1", "1").state.value == "handed_over"


def test_a_late_answer_after_an_operator_has_settled_it_changes_nothing(at_unitedprint: Scene, time: Clock) -> None:
    slow = taken_for_unknown(at_unitedprint, time)
    at_unitedprint.operator("dispatch.settled", order="A-1", item="1", accepted=False, reason="not there")
    at_unitedprint.go()
    assert "a late answer" in record(slow, Done("4711"), Route.UNITEDPRINT)
    assert states(at_unitedprint) == ["rejected", "done"]
    assert len(at_unitedprint.unitedprint.tickets) == 1


def test_a_worker_that_was_held_up_after_its_claim_does_not_call(
    at_unitedprint: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.dispatch, "BEGIN_WITHIN", -1.0)
    assert "held up" in tasks.dispatch.hand_over_to_unitedprint()
    assert at_unitedprint.unitedprint.tickets == []
    assert states(at_unitedprint) == ["in_flight"], "it is certain that nobody called: it is tried again"


def test_a_report_that_came_while_the_call_was_cut_off_is_taken_once_its_outcome_is_unknown(
    at_unitedprint: Scene, time: Clock
) -> None:
    claim(at_unitedprint, Route.UNITEDPRINT)
    at_unitedprint.ship("A-1", "1")
    at_unitedprint.go()
    time.advance(int(dispatch.LEASE.total_seconds()) + 1)
    at_unitedprint.go()
    assert states(at_unitedprint) == ["done"]
    assert at_unitedprint.item("A-1", "1").state.value == "shipped"


@pytest.mark.parametrize("route", list(Route))
def test_an_item_cancelled_while_its_producer_is_called_in_vain_is_not_tried_again(scene: Scene, route: Route) -> None:
    options = IN_HOUSE if route is Route.IN_HOUSE else AT_UNITEDPRINT
    scene.place("A-1", [item("1", "50.00", options=options)])
    scene.go(BEFORE)
    (job,) = claim(scene, route)
    scene.cancel("A-1", "1")
    scene.go(BEFORE)
    record(job, Unavailable("closed"), route)
    scene.go()
    assert states(scene) == ["withdrawn" if route is Route.IN_HOUSE else "rejected"]


def test_after_a_clock_was_set_back_what_is_due_in_the_far_future_is_taken_now(
    at_unitedprint: Scene, time: Clock
) -> None:
    time.advance(40 * 86_400)
    at_unitedprint.place("A-2", [item("1", "50.00", options=AT_UNITEDPRINT)])
    claim(at_unitedprint, Route.UNITEDPRINT)
    time.advance(-40 * 86_400)
    at_unitedprint.go()
    assert at_unitedprint.item("A-2", "1").state.value == "handed_over"
    assert states(at_unitedprint) == ["unknown"], "that call was cut off"


def test_the_address_on_a_ticket_is_one_whatever_the_order_is_called(scene: Scene) -> None:
    scene.place("../a b?", [item("1/2", "50.00")])
    scene.go()
    assert scene.workshop.tickets[0].address.endswith("/shops/aurora/orders/..%2Fa%20b%3F/items/1%2F2")


def test_two_workers_never_take_the_same_item(at_works: Scene) -> None:
    with unit_of_work() as first, unit_of_work() as second:
        (shop,) = dispatch.shops_due(first, Route.IN_HOUSE)
        assert len(dispatch.claim(first, shop, Route.IN_HOUSE, 20, idempotent=True)) == 1
        assert dispatch.claim(second, shop, Route.IN_HOUSE, 20, idempotent=True) == []


def test_the_tasks_say_what_they_did(at_works: Scene) -> None:
    said = tasks.dispatch.hand_over_in_house()
    assert said.startswith("1 handed over or tried: item 1 of A-1 handed over to in_house as workshop-aurora-A-1-1-")
    assert tasks.dispatch.hand_over_in_house() == "nothing was due"
    assert at_works.dispatches("A-1", "1")[0].state is DispatchState.DONE
