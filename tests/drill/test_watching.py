"""The watcher: what it sees due by keys, that it outlives the database, and the series it keeps."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from factories import AT_UNITEDPRINT, STAGES, Scene, item

from partnershop import due
from partnershop.db import unit_of_work
from partnershop.drill.ledger import Answer, Entry, Ledger
from partnershop.drill.watching import Watcher
from partnershop.stages import Stage

_STAGES = {
    Stage.INBOX: ("event ",), Stage.ROUTING: ("item to route ",), Stage.DISPATCH: ("item to hand", "hand-over "),
    Stage.INVOICING: ("invoice ",), Stage.CORRECTIONS: ("case ",), Stage.REFUNDS: ("refund ",),
}  # fmt: skip


class Server:
    """Connections to the test's database, as long as it is not away."""

    def __init__(self, url: str) -> None:
        self.url, self.is_away = url, False
        self.opened: list[psycopg.Connection[Any]] = []

    def __call__(self) -> "psycopg.Connection[Any]":
        if self.is_away:
            raise psycopg.OperationalError("away")
        connection = psycopg.connect(self.url, autocommit=True)
        self.opened.append(connection)
        return connection

    def goes_away(self) -> None:
        self.is_away = True
        for connection in self.opened:
            connection.close()


@pytest.fixture
def server(database_url: str) -> Server:
    return Server(database_url)


@pytest.fixture
def watcher(scene: Scene, server: Server) -> Iterator[Watcher]:
    made = Watcher(server, Ledger(), {"P-1": "poisoned"}.keys())
    yield made
    made.stop()


def test_it_sees_due_what_the_product_says_is_due_from_stage_to_stage(scene: Scene, watcher: Watcher) -> None:
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00", options=AT_UNITEDPRINT)])
    scene.pay("A-1", "97.60")
    scene.ship("A-1", "1", "2")
    scene.cancel("A-1", "2")
    seen = Counter[str]()
    steps = Stage.INBOX, Stage.ROUTING, Stage.DISPATCH, Stage.CORRECTIONS, Stage.INBOX, Stage.INVOICING
    for stages in (frozenset(), *map(frozenset[Stage], ([step] for step in steps)), STAGES):
        scene.go(stages)
        look = watcher.look()
        assert look is not None
        found = Counter(stage for one in look.due for stage, keys in _STAGES.items() if one.startswith(keys))
        with unit_of_work() as session:
            left = due.left(session)
        assert found == Counter({stage: left[stage].due for stage in _STAGES if left[stage].due})
        assert look.waiting == left[Stage.INBOX].due
        seen += found
    assert set(seen) == set(_STAGES)


def test_an_open_case_of_a_poisoned_order_is_not_waited_for(scene: Scene, watcher: Watcher) -> None:
    for order, waits in (("P-1", False), ("A-1", True)):
        scene.place(order, [item("1", "50.00")])
        scene.cancel(order)
        scene.go(frozenset({Stage.INBOX}))
        look = watcher.look()
        assert look is not None
        assert any(key.startswith("case") for key in look.due) is waits


def test_it_says_nothing_while_the_database_is_away_and_comes_back(watcher: Watcher, server: Server) -> None:
    assert watcher.look() is not None
    server.goes_away()
    assert watcher.look() is None
    server.is_away = False
    assert watcher.look() is not None


def test_it_notes_when_somebody_was_answered_last(watcher: Watcher) -> None:
    first = watcher.look()
    assert first is not None
    assert not first.answering_since(first.began)
    event = {"source": "/shops/aurora", "id": "1"}
    watcher.ledger.sending(1)
    watcher.ledger.answered(Entry("aurora", event, Answer.ACCEPTED, 0.0))
    second = watcher.look()
    assert second is not None
    assert second.answering_since(first.began)


def test_a_thread_keeps_a_series_also_of_the_time_when_the_database_was_away(watcher: Watcher, server: Server) -> None:
    server.goes_away()
    watcher.start()
    while not watcher.series:
        watcher._ending.wait(0.01)
    assert (watcher.series[0].answered, watcher.series[0].applied) == (0, None)
    server.is_away = False
    while watcher.series[-1].applied is None:
        watcher._ending.wait(0.05)
    assert (watcher.series[-1].applied, watcher.series[-1].waiting) == (0, 0)

