"""Group commit: what waits at the same time is stored together, and each request is answered as if it were alone."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from knocking import Database, Knocker, payment, running_server
from sqlalchemy.exc import IntegrityError, OperationalError

from models import Shop
from partnershop.contract import SourceRule
from partnershop.db import migrate, unit_of_work
from partnershop.embedded import start_servers
from partnershop.flows.intake import Delivery, Receipt, accept_all
from partnershop.web import door as door_module
from partnershop.web import writer as writer_module
from partnershop.web.problems import Problem
from partnershop.web.room import Room

Outcome = Receipt | BaseException


def shop_row(database: Database, code: str = "aurora") -> Shop:
    [(shop_id,)] = database.run("SELECT id FROM shop WHERE code = %s", code)
    return Shop(id=shop_id, code=code, currency="EUR")


def store_as_one_group(monkeypatch: pytest.MonkeyPatch, *deliveries: Delivery) -> tuple[list[Outcome], list[int]]:
    """What each got of deliveries that all came before the writer's turn; and how many were stored together."""
    sizes: list[int] = []
    store = writer_module._store

    def counting(group: Sequence[Delivery]) -> list[Receipt | Exception]:
        sizes.append(len(group))
        return store(group)

    async def run() -> list[Outcome]:
        writer = writer_module.Writer()
        return await asyncio.gather(*map(writer.store, deliveries), return_exceptions=True)

    monkeypatch.setattr(writer_module, "_store", counting)
    return asyncio.run(run()), sizes


def counts(outcome: Outcome) -> tuple[int, int, int, int]:
    assert isinstance(outcome, Receipt), outcome
    return outcome.accepted, outcome.duplicates, outcome.conflicts, len(outcome.quarantined)


def test_requests_that_wait_together_share_a_transaction_and_keep_their_own_receipts(
    settings: pytest.MonkeyPatch, database: Database
) -> None:
    database.add_shop()
    shop = shop_row(database)
    given = [
        [payment("a")],
        [payment("b"), payment("c")],
        [payment("b")],
        [payment("b", amount="1.00"), payment("d")],
        [payment("e", amount="wrong")],
        [payment("a")],
    ]
    outcomes, sizes = store_as_one_group(settings, *[Delivery.of(shop, events) for events in given])
    assert sizes == [6]
    expected = [(1, 0, 0, 0), (2, 0, 0, 0), (0, 1, 0, 0), (1, 0, 1, 1), (0, 0, 0, 1), (0, 1, 0, 0)]
    assert [counts(outcome) for outcome in outcomes] == expected
    assert database.events() == ["a", "b", "c", "d"], "in the order of arrival"
    assert database.run("SELECT count(DISTINCT xmin::text) FROM event") == [(1,)], "one transaction"
    assert [event_id for event_id, _, _ in database.quarantined()] == ["b", "e"]


def test_what_is_wrong_with_one_request_fails_that_one_alone(settings: pytest.MonkeyPatch, database: Database) -> None:
    database.add_shop()
    shop = shop_row(database)
    gone = Shop(id=shop.id + 1000, code="aurora", currency="EUR")
    outcomes, sizes = store_as_one_group(
        settings,
        Delivery.of(shop, [payment("a")]),
        Delivery.of(shop, [payment("b")]),
        Delivery.of(gone, [payment("c")]),
        Delivery.of(shop, [payment("d")]),
    )
    assert sizes == [4, 1, 1, 1, 1]
    assert isinstance(outcomes.pop(2), IntegrityError)
    assert [counts(outcome) for outcome in outcomes] == [(1, 0, 0, 0)] * 3
    assert database.events() == ["a", "b", "d"]


def test_a_defect_of_ours_is_told_to_every_request_and_the_writer_goes_on(
    settings: pytest.MonkeyPatch, database: Database
) -> None:
    database.add_shop()
    deliveries = [Delivery.of(shop_row(database), [payment(name)]) for name in "abc"]
    with settings.context() as broken:
        broken.setattr(writer_module, "accept_all", lambda *_: 1 / 0)
        outcomes, _ = store_as_one_group(broken, *deliveries)
    assert [type(outcome) for outcome in outcomes] == [ZeroDivisionError] * 3
    outcomes, _ = store_as_one_group(settings, *deliveries)
    assert [counts(outcome) for outcome in outcomes] == [(1, 0, 0, 0)] * 3


def test_without_a_database_everybody_is_told_at_once(settings: pytest.MonkeyPatch, database: Database) -> None:
    database.add_shop()
    shop = shop_row(database)
    settings.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    outcomes, sizes = store_as_one_group(settings, *[Delivery.of(shop, [payment(name)]) for name in "abcd"])
    assert [type(outcome) for outcome in outcomes] == [OperationalError] * 4
    assert sizes == [4], "not one by one: each would wait for the database again"


def test_large_requests_close_a_group(settings: pytest.MonkeyPatch, database: Database) -> None:
    database.add_shop()
    shop = shop_row(database)
    settings.setattr(writer_module, "_GROUP_EVENTS", 3)
    given = [["a"], ["b", "c"], ["d", "e"], ["f", "g", "h", "i", "j"], ["k"]]
    outcomes, sizes = store_as_one_group(
        settings, *[Delivery.of(shop, [payment(name) for name in names]) for names in given]
    )
    assert [counts(outcome)[0] for outcome in outcomes] == [1, 2, 2, 5, 1]
    assert sizes == [2, 1, 1, 1]


def test_an_operators_id_used_at_two_shops_at_once_is_a_conflict_of_the_second(
    settings: pytest.MonkeyPatch, database: Database
) -> None:
    database.add_shop()
    database.add_shop("gutendruck")
    both = [shop_row(database, code) for code in ("aurora", "gutendruck")]
    released = payment("op-1") | {
        "type": "partnershop.item.released",
        "source": "/operators/anna",
        "data": {"order": "A-1", "item": "1", "reason": "the paper is known now"},
    }
    with unit_of_work() as session:
        receipts = accept_all(session, [Delivery.of(shop, [released], SourceRule.OPERATORS) for shop in both])
    assert [counts(receipt) for receipt in receipts] == [(1, 0, 0, 0), (0, 0, 1, 1)]
    assert database.run("SELECT shop_id FROM event") == [(both[0].id,)]
    assert database.run("SELECT shop_id FROM quarantine") == [(both[1].id,)]


@contextmanager
def held_up(database: Database) -> Iterator[None]:
    """Nothing can be stored as long as this runs."""
    with psycopg.connect(database.url) as other:
        other.execute("LOCK TABLE event IN ACCESS EXCLUSIVE MODE")
        yield


def knocking(door: Knocker, event_id: str, answers: list[Any]) -> threading.Thread:
    mine = Knocker(door.url, door.secret, door.database)
    thread = threading.Thread(target=lambda: answers.append(mine.post(payment(event_id))))
    thread.start()
    return thread


def test_no_202_while_the_row_is_not_committed(door: Knocker) -> None:
    answers: list[Any] = []
    with held_up(door.database):
        threads = [knocking(door, name, answers) for name in "abc"]
        time.sleep(0.3)
        assert answers == []
    for thread in threads:
        thread.join(10)
    assert [answer.status_code for answer in answers] == [202] * 3
    assert sorted(door.database.events()) == ["a", "b", "c"]


def test_503_when_too_much_is_waiting_and_202_once_there_is_room(
    settings: pytest.MonkeyPatch, database: Database
) -> None:
    settings.setattr(door_module, "_MOST_REQUESTS", 2)
    secret = database.add_shop()
    answers: list[Any] = []
    with running_server() as url:
        door = Knocker(url, secret, database)
        with held_up(database):
            threads = [knocking(door, name, answers) for name in "ab"]
            time.sleep(0.3)
            refused = door.post(payment("c"))
            assert (refused.status_code, refused.json()["type"]) == (503, "urn:partnershop:problem:busy")
            assert int(refused.headers["retry-after"]) > 0
        for thread in threads:
            thread.join(10)
        assert [answer.status_code for answer in answers] == [202] * 2
        assert door.post(payment("c")).status_code == 202


def test_room_is_counted_in_bytes_too_and_one_large_body_always_fits() -> None:
    room = Room(requests=10, size=100)
    with room.taken(500), pytest.raises(Problem), room.taken(1):
        pass
    with room.taken(60), room.taken(40), pytest.raises(Problem), room.taken(1):
        pass
    with room.taken(100):
        pass


def test_a_restart_of_postgresql_costs_no_event_and_doubles_none(
    settings: pytest.MonkeyPatch, reachable_folder: Path
) -> None:
    with start_servers(reachable_folder, fast=True) as servers:
        migrate(servers.database_url)
        settings.setenv("DATABASE_URL", servers.database_url)
        database = Database(servers.database_url)
        secret = database.add_shop()
        with running_server() as url:
            door = Knocker(url, secret, database)
            assert door.post(payment("a")).json()["accepted"] == 1
            _kill(servers.pids["postgres"])
            assert door.post(payment("b")).status_code == 503
            servers.revive()
            assert door.post(payment("b")).json()["accepted"] == 1
            _kill(servers.pids["postgres"])
            servers.revive()
            assert door.post(payment("c")).json()["accepted"] == 1, "nobody knocked while it was away"
            assert door.post(payment("c")).json()["duplicates"] == 1
        assert database.events() == ["a", "b", "c"]


def _kill(pid: int) -> None:
    """And wait until it has gone."""
    os.kill(pid, signal.SIGKILL)
    stat = Path(f"/proc/{pid}/stat")
    for _ in range(200):
        try:
            if stat.read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z":
                return
        except FileNotFoundError:
            return
        time.sleep(0.05)
    raise AssertionError(f"{pid} does not end")
