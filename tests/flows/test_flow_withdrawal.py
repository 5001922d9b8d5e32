"""Items that are cancelled, or sent elsewhere, in the middle of their hand-over."""

from typing import Any

import pytest
from factories import AT_UNITEDPRINT, Clock, Scene, item
from handing_over import BEFORE, claim, record, states

from partnershop.gateways.outcome import Unavailable
from partnershop.rules.eligibility import Route


def test_an_item_cancelled_while_the_print_works_are_called_is_withdrawn_afterwards(at_works: Scene) -> None:
    (job,) = claim(at_works, Route.IN_HOUSE)
    at_works.cancel("A-1", "1")
    at_works.go(BEFORE)
    record(job, at_works.workshop.hand_over(job.ticket), Route.IN_HOUSE)
    at_works.go()
    assert states(at_works) == ["withdrawn"]
    assert job.ticket.key in at_works.workshop.withdrawn
    assert at_works.item("A-1", "1").state.value == "cancelled"


def test_an_item_cancelled_after_the_hand_over_is_withdrawn_from_the_print_works(at_works: Scene) -> None:
    at_works.go()
    at_works.cancel("A-1", "1")
    at_works.go()
    assert states(at_works) == ["withdrawn"]


def test_unitedprint_publishes_no_cancellation_so_a_cancelled_item_stays_there(at_unitedprint: Scene) -> None:
    at_unitedprint.go()
    at_unitedprint.cancel("A-1", "1")
    at_unitedprint.go()
    assert states(at_unitedprint) == ["done"]
    assert at_unitedprint.unitedprint.withdrawn == {}


@pytest.mark.parametrize("route", [Route.IN_HOUSE, Route.UNITEDPRINT])
def test_an_item_cancelled_while_its_producer_was_out_of_reach_is_not_handed_over_later(
    scene: Scene, time: Clock, route: Route
) -> None:
    options: dict[str, Any] = {"options": AT_UNITEDPRINT} if route is Route.UNITEDPRINT else {}
    scene.place("A-1", [item("1", "50.00", **options)])
    producer = scene.unitedprint if route is Route.UNITEDPRINT else scene.workshop
    producer.plan(Unavailable("connection refused"))
    scene.go()
    scene.cancel("A-1", "1")
    scene.go()
    time.advance(86_400)
    scene.go()
    assert producer.tickets == []
    assert states(scene) == ["withdrawn" if route is Route.IN_HOUSE else "rejected"]


def test_while_the_print_works_are_out_of_reach_an_operator_may_send_the_item_to_unitedprint(
    at_works: Scene, time: Clock
) -> None:
    at_works.workshop.plan(Unavailable("disk full"))
    at_works.go()
    at_works.operator("item.redirected", order="A-1", item="1", to="unitedprint", reason="disk full")
    at_works.go()
    time.advance(86_400)
    at_works.go()
    assert (states(at_works), at_works.workshop.tickets) == (["withdrawn", "done"], [])
    assert len(at_works.unitedprint.tickets) == 1


def test_a_withdrawal_that_did_not_reach_the_print_works_is_tried_again(
    at_works: Scene, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_works.go()
    at_works.cancel("A-1", "1")
    with monkeypatch.context() as broken:
        broken.setattr(at_works.workshop, "withdraw", lambda _key, _reason: Unavailable("disk full"))
        at_works.go()
        assert states(at_works) == ["withdrawing"]
    time.advance(86_400)
    at_works.go()
    assert states(at_works) == ["withdrawn"]
