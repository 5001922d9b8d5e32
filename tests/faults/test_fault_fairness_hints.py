"""The broker holds few hints of a stage however many are sent, and every case's own."""

from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery
from redis import Redis

from partnershop.stages import Stage, Wake
from workers.waking import ENOUGH, Waker


@pytest.fixture
def broker(broker_url: str) -> Iterator["Redis"]:
    """The broker, emptied."""
    client = Redis.from_url(broker_url)
    client.flushdb()
    yield client
    client.flushdb()
    client.close()


def test_a_stage_has_enough_hints_and_a_case_has_its_own(broker: "Redis", broker_url: str) -> None:
    app = Celery("tests", broker=broker_url)
    waker = Waker(app)
    for number in range(ENOUGH * 2):
        waker([Wake(Stage.ROUTING, shop=f"shop-{number}")])
        waker([Wake(Stage.CORRECTIONS, "aurora", f"A-{number}", number, "reverse_items")])
    assert broker.llen("routing") == ENOUGH
    assert broker.llen("corrections") == ENOUGH * 2
    broker.delete("routing")
    waker([Wake(Stage.ROUTING)])
    assert broker.llen("routing") == 1, "as soon as some were taken"
    app.close()


def test_a_hint_that_cannot_be_sent_undoes_nothing(broker: "Redis", broker_url: str) -> None:
    broker.set("routing", "no list")
    app = Celery("tests", broker=broker_url)
    Waker(app)([Wake(Stage.ROUTING)])
    assert broker.get("routing") == b"no list", "it is lost, and nobody is told of an error after the commit"
    app.close()


def test_a_broker_that_hangs_holds_up_one_commit_and_not_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 10.0, 12.0, 39.9, 40.1, 40.2])
    monkeypatch.setattr("workers.waking.time.monotonic", lambda: next(moments))
    tried: list[str] = []

    class Hanging(Celery):
        def send_task(self, name: str, *_: Any, **__: Any) -> Any:
            tried.append(name)
            raise TimeoutError

    waker = Waker(Hanging("tests"))
    for _ in range(4):  # at 0 (it takes ten seconds), 12, 39.9 and 40.1
        waker([Wake(Stage.CORRECTIONS, "aurora", "A-1", 1, "reverse_items")])
    assert len(tried) == 2
