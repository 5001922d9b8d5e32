"""/livez, /readyz and /metrics say what is so."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from knocking import Database, Knocker, order, running_server
from seeing import METRICS_TOKEN, found_in
from sqlalchemy.exc import OperationalError

from partnershop import metrics, readiness
from partnershop.config import config
from partnershop.machine.ports import free_port


def get(url: str, path: str, **headers: str) -> httpx2.Response:
    return httpx2.get(f"{url}{path}", headers=headers, timeout=20, trust_env=False)


@pytest.fixture
def place(settings: pytest.MonkeyPatch, database: Database, broker_url: str) -> pytest.MonkeyPatch:
    """The environment names the run's database and broker, which a test may replace before it takes `url`."""
    settings.setenv("BROKER_URL", broker_url)
    return settings


@pytest.fixture
def url(place: pytest.MonkeyPatch) -> Iterator[str]:
    """A running server."""
    with running_server() as address:
        yield address


def checks(answer: httpx2.Response) -> dict[str, bool]:
    return {name: check["ok"] for name, check in answer.json()["checks"].items()}


# /readyz


def test_with_everything_there_it_is_ready(url: str) -> None:
    answer = get(url, "/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok"), answer.text
    assert checks(answer) == {"database": True, "schema": True, "broker": True}
    assert answer.headers["cache-control"] == "no-store"


def test_without_a_broker_events_are_still_taken_and_it_says_so(place: pytest.MonkeyPatch, database: Database) -> None:
    place.setenv("BROKER_URL", f"redis://:sesame@127.0.0.1:{free_port()}/0")
    with running_server() as url:
        answer = get(url, "/readyz")
        assert Knocker(url, database.add_shop(), database).post(order()).status_code == 202
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert checks(answer) == {"database": True, "schema": True, "broker": False}
    assert "worked on once it is back" in answer.json()["checks"]["broker"]["detail"]
    assert "sesame" not in answer.text and "127.0.0.1" not in answer.text


def test_without_a_database_it_is_not_ready_and_lives_all_the_same(place: pytest.MonkeyPatch) -> None:
    place.setenv("DATABASE_URL", f"postgresql://anna:sesame@127.0.0.1:{free_port()}/none")
    with running_server() as url:
        answer = get(url, "/readyz")
        assert get(url, "/livez").json() == {"status": "ok"}
        told = get(url, "/metrics").text
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
    assert checks(answer) == {"database": False, "schema": False, "broker": True}
    assert "sesame" not in answer.text and "anna" not in answer.text and "127.0.0.1" not in answer.text
    assert "partnershop_database_up 0.0" in told
    assert "partnershop_due_rows" not in told, "no figures of a database that is away"


def test_a_database_that_accepts_and_says_nothing_is_given_up_in_time(place: pytest.MonkeyPatch) -> None:
    import socket  # noqa: PLC0415

    with socket.create_server(("127.0.0.1", 0)) as silent:
        place.setenv("DATABASE_URL", f"postgresql://anna:sesame@127.0.0.1:{silent.getsockname()[1]}/none")
        with running_server() as url:
            began = time.monotonic()
            answer = get(url, "/readyz")
            took = time.monotonic() - began
    assert answer.status_code == 503
    assert took < 7, f"{took:.1f} s"


@pytest.fixture
def revision(database: Database) -> Iterator[Any]:
    """Sets the revision that the database says it has; puts it back at the end."""
    ((kept,),) = database.run("SELECT version_num FROM alembic_version")
    yield lambda value: database.run("UPDATE alembic_version SET version_num = %s", value)
    database.run("UPDATE alembic_version SET version_num = %s", kept)


def test_an_older_schema_is_not_ready_and_says_what_to_type(url: str, revision: Any) -> None:
    revision("0001")
    answer = get(url, "/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["schema"] == {
        "ok": False, "detail": f"is 0001, this version needs {readiness._revisions()[0]}: run `partnershop migrate`",
    }  # fmt: skip


def test_a_newer_schema_is_ready_since_machines_are_upgraded_one_by_one(url: str, revision: Any) -> None:
    revision("9999")
    answer = get(url, "/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert "of a newer version" in answer.json()["checks"]["schema"]["detail"]


def test_no_schema_at_all_is_not_ready(url: str, database: Database) -> None:
    database.run("ALTER TABLE alembic_version RENAME TO aside")
    try:
        answer = get(url, "/readyz")
    finally:
        database.run("ALTER TABLE aside RENAME TO alembic_version")
    assert answer.status_code == 503
    assert answer.json()["checks"]["schema"]["detail"] == "there is none: run `partnershop migrate`"


def test_whoever_asks_often_asks_the_servers_once_a_second(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    ask = readiness.ask_broker

    def note_and_ask() -> readiness.Answer:
        asked.append(1)
        return ask()

    monkeypatch.setattr(readiness, "ask_broker", note_and_ask)
    began = time.monotonic()
    for _ in range(20):
        get(url, "/readyz")
    assert 1 <= len(asked) <= 2 + (time.monotonic() - began)


# /metrics


def numbers(told: str) -> dict[str, float]:
    lines = (line.rpartition(" ") for line in told.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def test_a_database_that_hangs_is_told_as_away_and_lets_the_broker_look_as_it_is(
    place: pytest.MonkeyPatch,
) -> None:
    released = threading.Event()

    def hang() -> metrics.Snapshot:
        released.wait(60)
        raise OperationalError("", {}, Exception())

    place.setattr(metrics, "_read", hang)
    with running_server() as url, ThreadPoolExecutor(4) as scrapers:
        try:
            scrapes = [scrapers.submit(get, url, "/metrics") for _ in range(4)]
            answer = get(url, "/readyz")
            assert checks(answer) == {"database": True, "schema": True, "broker": True}
            for scrape in scrapes:
                assert numbers(scrape.result().text)["partnershop_database_up"] == 0
        finally:
            released.set()


def test_this_machine_may_read_metrics_without_a_token(url: str) -> None:
    answer = get(url, "/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert numbers(answer.text)["partnershop_database_up"] == 1


def test_another_machine_may_not(monkeypatch: pytest.MonkeyPatch, place: pytest.MonkeyPatch) -> None:
    assert metrics.may_read(None, "127.0.0.1") and metrics.may_read(None, "::1")
    assert metrics.may_read(None, "::ffff:127.0.0.1")
    for stranger in ("192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7", "", "testclient"):
        assert not metrics.may_read(None, stranger), stranger


@pytest.mark.parametrize("given", [None, "", "Bearer", "Bearer x", METRICS_TOKEN, f"x {METRICS_TOKEN}", "Bearer ü"])
def test_where_there_is_a_token_this_machine_needs_it_too(place: pytest.MonkeyPatch, given: str | None) -> None:
    """Behind a proxy, everybody seems to be this machine."""
    place.setenv("PARTNERSHOP_METRICS_TOKEN", METRICS_TOKEN)
    assert not metrics.may_read(given, "127.0.0.1")


def test_with_the_token_anybody_may_and_without_it_there_is_nothing_there(place: pytest.MonkeyPatch) -> None:
    place.setenv("PARTNERSHOP_METRICS_TOKEN", METRICS_TOKEN)
    config.cache_clear()
    with running_server() as url:
        refused, nothing = get(url, "/metrics"), get(url, "/nothing")
        allowed = get(url, "/metrics", authorization=f"Bearer {METRICS_TOKEN}")
    assert (refused.status_code, refused.json()) == (404, nothing.json())
    assert allowed.status_code == 200 and found_in(allowed.text) == []


def test_the_door_counts_events_and_times_requests(place: pytest.MonkeyPatch, database: Database) -> None:
    with running_server() as url:
        door = Knocker(url, database.add_shop(), database)
        before = numbers(get(url, "/metrics").text)
        door.post(order(), order("evt-2", currency="no"))
        door.post(order())
        assert door.client.get(f"{url}/nothing").status_code == 404
        after = numbers(get(url, "/metrics").text)

    def more(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    received = {what: more(f'partnershop_events_received_total{{outcome="{what}"}}') for what in
                ("accepted", "duplicate", "quarantined")}  # fmt: skip
    assert received == {"accepted": 1, "duplicate": 1, "quarantined": 1}
    assert more('partnershop_request_seconds_count{status="202"}') == 2
    assert more('partnershop_request_seconds_count{status="404"}') == 1


def test_they_are_not_part_of_what_shops_are_told(url: str) -> None:
    assert set(json.loads(get(url, "/openapi.json").text)["paths"]) == {"/health", "/shops/{shop}/events"}
