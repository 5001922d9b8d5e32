"""Every status of the door's table, seen with a real HTTP client."""

import json
import threading

import psycopg
import pytest
from knocking import BATCH, SINGLE, Database, Knocker, order, payment, running_server

from partnershop import db


def is_problem(answer: "object", status: int) -> dict[str, object]:
    assert answer.status_code == status, answer.text  # type: ignore[attr-defined]
    assert answer.headers["content-type"] == "application/problem+json"  # type: ignore[attr-defined]
    said: dict[str, object] = answer.json()  # type: ignore[attr-defined]
    assert said["status"] == status
    assert {"type", "title", "detail"} <= said.keys()
    return said


def test_202_stores_the_event_before_it_answers(door: Knocker) -> None:
    answer = door.post(order())
    assert (answer.status_code, answer.json()) == (202, {"accepted": 1, "duplicates": 0, "quarantined": []})
    [row] = door.database.run("SELECT event_id, source, type, order_number, state, body->>'subject', time FROM event")
    assert row[:6] == ("evt-1", "/shops/aurora", "order.placed", "A-1001", "accepted", "A-1001")
    assert row[6].isoformat() == "2026-03-02T09:14:00+00:00"


def test_202_a_known_event_is_a_duplicate_however_it_is_written(door: Knocker) -> None:
    door.post(order())
    again = json.dumps(dict(reversed(order().items())), indent=3).encode()
    answer = door.post_bytes(again, SINGLE)
    assert (answer.status_code, answer.json()) == (202, {"accepted": 0, "duplicates": 1, "quarantined": []})
    assert door.database.events() == ["evt-1"]


def test_202_a_mixed_batch_tells_what_became_of_each(door: Knocker) -> None:
    door.post(order("known"))
    wrong = payment("wrong", amount="1,50")
    answer = door.post(
        order("known"),
        order("b", "A-2"),
        wrong,
        order("known", "A-9"),
        payment("a"),
        payment("a"),
        payment("a", amount="1.00"),
    )
    said = answer.json()
    assert (answer.status_code, said["accepted"], said["duplicates"]) == (202, 2, 2)
    assert [one["id"] for one in said["quarantined"]] == ["wrong", "known", "a"]
    assert said["quarantined"][0]["errors"][0].startswith("data.amount must be a plain decimal")
    assert door.database.events() == ["known", "b", "a"], "rows follow the order of the body"
    assert len(door.database.quarantined()) == 3


def test_202_application_json_is_taken_as_either(door: Knocker) -> None:
    assert door.post_bytes(json.dumps(order()).encode()).status_code == 202
    assert (
        door.post_bytes(json.dumps([order(), payment()]).encode(), "Application/JSON; charset=UTF-8").status_code == 202
    )


def test_each_event_is_compared_with_the_stored_one_and_not_with_its_neighbour(door: Knocker) -> None:
    door.post(order())
    said = door.post(order(number="A-2"), order()).json()
    assert (said["accepted"], said["duplicates"], len(said["quarantined"])) == (0, 1, 1)


@pytest.mark.parametrize(
    ("body", "media_type"),
    [(b"[]", BATCH), (b"[]", SINGLE), (b"{}", BATCH), (b"7", "application/json"), (b"{", SINGLE), (b"", SINGLE)],
)
def test_400_what_is_not_json_or_not_what_the_media_type_says(door: Knocker, body: bytes, media_type: str) -> None:
    is_problem(door.post_bytes(body, media_type), 400)
    assert door.database.quarantined() == []


def test_401_nothing_is_stored_without_a_valid_signature(door: Knocker) -> None:
    body = json.dumps(order()).encode()
    for headers in (
        {"webhook_signature": ""},
        {"webhook_id": "another"},
        {"webhook_timestamp": "soon"},
        {"webhook_signature": door.signed(body + b" ")["webhook-signature"]},
    ):
        assert "detail" in is_problem(door.post_bytes(body, SINGLE, **headers), 401)
    assert door.database.events() == []
    assert door.database.quarantined() == []


def test_401_comes_before_400_so_that_strangers_cannot_make_us_parse(door: Knocker) -> None:
    is_problem(door.post_bytes(b"{", webhook_signature="v1,AAAA"), 401)


def test_404_no_such_shop_path_or_method(door: Knocker) -> None:
    for shop in ("nobody", "%00", "x" * 200, "au rora", "%ff", "%F0%9F%98%80"):
        is_problem(door.client.post(f"{door.url}/shops/{shop}/events", content=b"{}"), 404)
    is_problem(door.client.get(f"{door.url}/"), 404)
    is_problem(door.client.get(f"{door.url}/docs"), 404)
    wrong_method = door.client.get(door.path)
    is_problem(wrong_method, 405)
    assert wrong_method.headers["allow"] == "POST"


def test_409_a_known_id_with_another_body_is_quarantined(door: Knocker) -> None:
    door.post(order())
    answer = door.post(order(number="A-2"))
    said = is_problem(answer, 409)
    assert (said["accepted"], said["duplicates"]) == (0, 0)
    [(event_id, errors, times)] = door.database.quarantined()
    assert (event_id, times) == ("evt-1", 1)
    assert "known" in errors[0]
    assert door.database.run("SELECT order_number FROM event") == [("A-1001",)], "the first one stands"


def test_413_by_length_and_by_what_arrives(settings: pytest.MonkeyPatch, database: Database) -> None:
    settings.setenv("PARTNERSHOP_BODY_LIMIT_BYTES", "2000")
    secret = database.add_shop()
    with running_server() as url:
        door = Knocker(url, secret, database)
        is_problem(door.post_bytes(b" " * 2001), 413)
        chunks = (b"x" * 500 for _ in range(2000))
        is_problem(door.client.post(door.path, content=chunks, headers={"content-type": SINGLE}), 413)
        assert door.post(payment()).status_code == 202, "the connection still works"


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "text/plain"},
        {"content_type": ""},
        {"content_type": ";;;"},
        {"content_type": "application/xml, application/json"},
        {"content_type": "application/json; charset=latin-1"},
        {"content_encoding": "gzip"},
    ],
)
def test_415_another_media_type(door: Knocker, headers: dict[str, str]) -> None:
    said = is_problem(door.post_bytes(json.dumps(order()).encode(), **headers), 415)
    assert said["detail"]


def test_422_nothing_valid_and_nothing_lost(door: Knocker) -> None:
    bad = payment(amount="-1.00")
    for _ in range(2):
        said = is_problem(door.post(bad, payment("evt-3", currency="USD"), bad), 422)
        assert said["accepted"] == 0
    rows = door.database.quarantined()
    assert sorted((event_id, times) for event_id, _, times in rows) == [("evt-2", 4), ("evt-3", 2)]
    assert json.loads(door.database.run("SELECT raw FROM quarantine WHERE event_id = 'evt-2'")[0][0]) == bad


def test_a_quarantined_id_is_not_used_up(door: Knocker) -> None:
    assert door.post(payment(amount="x")).status_code == 422
    assert door.post(payment()).json()["accepted"] == 1


def test_429_says_how_long_to_wait(settings: pytest.MonkeyPatch, database: Database) -> None:
    settings.setenv("PARTNERSHOP_REQUESTS_PER_MINUTE", "2")
    secret = database.add_shop()
    with running_server() as url:
        door = Knocker(url, secret, database)
        assert [door.post(payment(f"e{n}")).status_code for n in range(3)] == [202, 202, 429]
        answer = door.post(payment("e4"))
        is_problem(answer, 429)
        assert 1 <= int(answer.headers["retry-after"]) <= 30


def test_503_without_a_database(settings: pytest.MonkeyPatch, database: Database) -> None:
    secret = database.add_shop()
    settings.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    with running_server() as url:
        door = Knocker(url, secret, database)
        answer = door.post(order())
        is_problem(answer, 503)
        assert int(answer.headers["retry-after"]) > 0
        is_problem(door.client.get(f"{url}/health"), 503)


def test_503_when_the_row_cannot_be_written_and_202_once_it_can(
    settings: pytest.MonkeyPatch, database: Database
) -> None:
    settings.setattr(db, "_LOCK_TIMEOUT", "200ms")
    secret = database.add_shop()
    with running_server() as url:
        door = Knocker(url, secret, database)
        assert door.post(order()).status_code == 202
        with psycopg.connect(database.url) as other:
            other.execute("LOCK TABLE event IN ACCESS EXCLUSIVE MODE")
            is_problem(door.post(payment()), 503)
        with psycopg.connect(database.url) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'partnershop'"
            )
        assert door.post(payment()).status_code == 202
    assert database.events() == ["evt-1", "evt-2"]


def test_health_answers(door: Knocker) -> None:
    assert door.client.get(f"{door.url}/health").json() == {"status": "ok"}


def test_the_same_event_on_many_connections_at_once_is_one(door: Knocker) -> None:
    body = json.dumps(order()).encode()
    start = threading.Barrier(6)
    counts = []

    def knock() -> None:
        mine = Knocker(door.url, door.secret, door.database)
        start.wait()
        answer = mine.post_bytes(body, SINGLE)
        counts.append((answer.status_code, answer.json()["accepted"], answer.json()["duplicates"]))

    threads = [threading.Thread(target=knock) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [(202, 0, 1)] * 5 + [(202, 1, 0)]
    assert door.database.events() == ["evt-1"]
