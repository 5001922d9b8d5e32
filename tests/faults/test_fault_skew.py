"""Workers whose clocks differ: what happened in one order is not judged by the times that they wrote."""

from factories import AT_UNITEDPRINT, Clock, Scene, item

from partnershop.audit import findings
from partnershop.db import unit_of_work
from partnershop.rules.lifecycle import ItemState


def test_an_item_that_a_worker_ahead_of_time_handed_over_may_be_cancelled_afterwards(
    scene: Scene, time: Clock
) -> None:
    scene.place("A-1", [item("1", "50.00", options=AT_UNITEDPRINT)])
    time.advance(7200)
    scene.go()
    time.advance(-7200)
    scene.cancel("A-1", "1")
    scene.go()
    assert scene.item("A-1", "1").state is ItemState.CANCELLED
    with unit_of_work() as session:
        assert [str(breach) for finding in findings(session) for breach in finding.first] == []
