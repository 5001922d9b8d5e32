"""`partnershop up` is asked to end, by its user, a service manager or a closed terminal, while its workers work."""

import json
import os
import signal
import time
import urllib.request

from factories import AT_UNITEDPRINT, Scene, item, product, scene
from sqlalchemy import func, select
from upping import Start, Up, eventually, start

from models import Dispatch, DispatchState, Rendering, RenderingState
from partnershop.db import unit_of_work
from partnershop.flows import documents
from partnershop.stages import Stage

__all__ = ["product", "scene", "start"]

BEFORE_WORKERS = frozenset({Stage.INBOX, Stage.ROUTING, Stage.INVOICING})
# Straight to the loopback address, also where the environment names an HTTP proxy.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def dispatches() -> list[Dispatch]:
    """All hand-overs."""
    with unit_of_work() as session:
        return list(session.scalars(select(Dispatch)))


def printed() -> int:
    """How many papers have their bytes."""
    with unit_of_work() as session:
        return session.scalars(select(func.count()).where(Rendering.state == RenderingState.DONE)).one()


def slow_unitedprint(up: Up, seconds: float) -> None:
    """From now on an order takes this long to be answered."""
    body = json.dumps({"mode": "slow", "delay_seconds": seconds}).encode()
    request = urllib.request.Request(
        f"{up.address('simulator')}/control", body, {"content-type": "application/json"}, method="POST"
    )
    with _OPENER.open(request, timeout=20) as answer:
        assert answer.status == 200


def calling(scene: Scene, up: Up, seconds: float) -> None:
    """A worker is in the middle of a call to Unitedprint that takes this long."""
    slow_unitedprint(up, seconds)
    scene.place("A-1", [item("1", "50.00", options=AT_UNITEDPRINT)])
    scene.go(BEFORE_WORKERS)
    up.wake("dispatch.hand_over_to_unitedprint", "unitedprint")
    eventually(lambda: bool(dispatches()), up)
    assert dispatches()[0].state is DispatchState.IN_FLIGHT


def test_a_call_in_hand_gets_its_answer_and_it_is_said_who_is_waited_for(scene: Scene, start: Start) -> None:
    up = start("simulator", "worker-unitedprint")
    calling(scene, up, seconds=8)
    up.process.send_signal(signal.SIGTERM)
    assert up.ended() == 0, up.said()
    (one,) = dispatches()
    assert (one.state, one.attempts) == (DispatchState.DONE, 1)
    assert one.reference, "the simulator outlives the worker that waits for its answer"
    assert "still ending: worker-unitedprint (at most 30 s, for what is in hand;" in up.said()
    assert "killed" not in up.said()


def test_a_second_sigterm_stops_at_once_and_leaves_the_call_for_people_to_ask_about(
    scene: Scene, start: Start
) -> None:
    up = start("simulator", "worker-unitedprint")
    calling(scene, up, seconds=24)
    up.process.send_signal(signal.SIGTERM)
    eventually(lambda: "still ending: worker-unitedprint" in up.said(), up)
    up.process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert up.ended() == 0, up.said()
    assert time.monotonic() - began < 12, "it did not wait for the answer"
    assert "worker-unitedprint is killed, as you asked twice" in up.said()
    assert [one.state for one in dispatches()] == [DispatchState.IN_FLIGHT], "settled later, never sent again blindly"


def test_a_closed_terminal_is_a_request_to_end_in_order(scene: Scene, start: Start) -> None:
    controller, terminal = os.openpty()
    up = start("simulator", "worker-unitedprint", terminal=terminal)
    os.close(terminal)
    calling(scene, up, seconds=6)
    os.close(controller)
    assert up.ended() == 0
    assert [one.state for one in dispatches()] == [DispatchState.DONE]
    assert not (up.data / "up.json").exists()


def test_a_worker_that_is_asked_to_end_finishes_its_batch_and_prints_nothing_twice(
    scene: Scene, start: Start
) -> None:
    count = documents.BATCH * 3
    scene.change_settings(invoice_on="placed")
    for number in range(1, count + 1):
        scene.place(f"A-{number}", [item("1", "50.00")])
    scene.go(BEFORE_WORKERS)
    up = start("worker-documents")
    up.wake("documents.render_papers", "documents")
    eventually(lambda: printed() > 0, up)
    before = printed()
    os.kill(up.pid("worker-documents"), signal.SIGTERM)
    eventually(lambda: "worker-documents ended (exit code 0); it is started again in 0.5 s" in up.said(), up)
    assert printed() <= before + documents.BATCH, "it left the rest to its successor"
    eventually(lambda: printed() == count, up)
    with unit_of_work() as session:
        assert session.scalars(select(Rendering.lease)).all() == [1] * count, "each was printed once"
        assert session.scalars(select(Rendering.attempts)).all() == [1] * count
