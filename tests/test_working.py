"""A task whose worker is asked to end finishes its batch and leaves the rest; in trouble it gives back what it has."""

import math
import subprocess
import sys
from collections.abc import Iterable

import pytest
from celery.signals import worker_shutting_down
from factories import Scene, item, product, scene
from sqlalchemy import func, select

import tasks.documents
from models import Rendering, RenderingState
from partnershop import db
from partnershop.db import unit_of_work
from partnershop.documents.paper import Paper
from partnershop.errors import Defect, Transient
from partnershop.flows import documents
from partnershop.stages import Stage, Wake
from tasks import working

__all__ = ["product", "scene"]


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[Wake]:
    """The stages that were woken."""
    hints: list[Wake] = []

    def remember(some: Iterable[Wake]) -> None:
        hints.extend(some)

    monkeypatch.setattr(working, "_ENDING", bytearray(1))
    monkeypatch.setattr(db, "_waker", remember)
    return hints


def test_the_batch_in_hand_is_finished_and_the_rest_is_left_to_another(
    scene: Scene, woken: list[Wake], monkeypatch: pytest.MonkeyPatch
) -> None:
    def render(paper: Paper) -> bytes:
        working.end_soon()
        return b"%PDF-1.7 " + paper.number.encode()

    monkeypatch.setattr(tasks.documents, "render", render)
    scene.change_settings(invoice_on="placed")
    for number in range(documents.BATCH + 1):
        scene.place(f"A-{number}", [item("1", "50.00")])
    scene.go()
    woken.clear()
    tasks.documents.render_papers()
    with unit_of_work() as session:
        done = select(func.count()).where(Rendering.state == RenderingState.DONE)
        assert session.scalars(done).one() == documents.BATCH
    assert Wake(Stage.DOCUMENTS) in woken


def test_a_loop_over_batches_ends_between_two_of_them(scene: Scene, woken: list[Wake]) -> None:
    class Batch:
        count = 1

        def sentence(self) -> str:
            return "one"

    def work(*_: object) -> Batch:
        working.end_soon()
        return Batch()

    again = Wake(Stage.ROUTING)
    assert working.until_nothing(work, again) == "one; and goes on"
    assert woken == [again]
    assert working.per_shop(lambda _: [1], work, again) == "and goes on"


def test_a_worker_that_is_shutting_down_says_so_to_its_tasks(product: pytest.MonkeyPatch, woken: list[Wake]) -> None:
    import workers.app  # noqa: F401, PLC0415  (it reads the environment when it is imported)

    assert working.goes_on(math.inf)
    worker_shutting_down.send(sender="a worker", sig="SIGTERM", how="Warm", exitcode=0)
    assert not working.goes_on(math.inf)


def test_the_children_of_a_worker_learn_it_from_their_parent() -> None:
    code = """
import math, os
from tasks import working
(told, tell), (asked, ask) = os.pipe(), os.pipe()
child = os.fork()
if not child:
    before = working.goes_on(math.inf)
    os.write(tell, b"x")
    os.read(asked, 1)
    os._exit(0 if before and not working.goes_on(math.inf) else 1)
os.read(told, 1)
working.end_soon()
os.write(ask, b"x")
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_what_may_pass_is_given_back_with_its_reason_and_goes_on_to_the_retry() -> None:
    given: list[str] = []
    with pytest.raises(Transient), working.giving_back(given.append):
        raise Transient("the store is away")
    assert given == ["Transient: the store is away"]
    with pytest.raises(Defect), working.giving_back(given.append):
        raise Defect("torn")
    assert len(given) == 1, "that is for whoever counts attempts"
