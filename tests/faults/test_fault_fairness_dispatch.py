"""Producers serve shops in turn, as all other stages do."""

import pipeline
import pytest
from factories import AT_UNITEDPRINT, Scene, item
from two_shops import BEFORE_CASES, FLOODING, MANY, OTHER, Other, other, place

import tasks.dispatch
from partnershop.db import unit_of_work
from partnershop.flows import dispatch_withdrawing
from partnershop.flows.turns import Turns
from partnershop.gateways.outcome import Outcome
from partnershop.gateways.ticket import Ticket
from partnershop.rules.eligibility import Route
from partnershop.stages import Stage
from tasks import working


def test_a_slow_producer_serves_the_next_shop_in_the_next_slice(
    scene: Scene, other: Other, monkeypatch: pytest.MonkeyPatch
) -> None:
    for shop, prefix in ((scene, "A"), (other, "B")):
        for number in range(3):
            shop.place(f"{prefix}-{number}", [item("1", "50.00", options=AT_UNITEDPRINT)])
    scene.go(BEFORE_CASES)
    monkeypatch.setattr(tasks.dispatch, "_TURNS", {route: Turns() for route in Route})
    hand_over = scene.unitedprint.hand_over

    def slowly(ticket: Ticket) -> Outcome:
        working.end_soon()
        return hand_over(ticket)

    monkeypatch.setattr(scene.unitedprint, "hand_over", slowly)
    for _ in range(4):
        monkeypatch.setattr(working, "_ENDING", bytearray(1))
        tasks.dispatch.hand_over_to_unitedprint()
    served = [ticket.key.partition("-")[0] for ticket in scene.unitedprint.tickets]
    assert served == [FLOODING, OTHER] * 2, "one call a slice"


def test_what_is_taken_back_from_the_print_works_is_shared_out(scene: Scene, other: Other) -> None:
    for shop, orders in ((scene, [f"A-{number}" for number in range(MANY)]), (other, ["B-1"])):
        for order in orders:
            place(shop, order)
    scene.go(pipeline.ALL - {Stage.DOCUMENTS, Stage.MAIL})
    for number in range(MANY):
        scene.cancel(f"A-{number}", "1")
    other.cancel("B-1", "1")
    scene.go(frozenset({Stage.INBOX, Stage.CORRECTIONS}))
    with unit_of_work() as session:
        assert OTHER in [job.shop for job in dispatch_withdrawing.claim_withdrawals(session, limit=4)]


__all__ = ["other"]
