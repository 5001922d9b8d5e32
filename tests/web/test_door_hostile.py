"""What a broken or hostile sender may post: it gets a clear answer, nothing is lost, and the door stays open."""

import contextlib
import json
import socket
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from knocking import BATCH, SINGLE, Database, Knocker, order, payment, running_server

LONE_SURROGATE = b"\\ud800"
NUL = b"\\u0000"


def still_open(door: Knocker) -> None:
    assert door.post(payment("after")).json()["accepted"] == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"[" * 5_000, "the body is"),
        (b"[" * 5_000 + b"]" * 5_000, "nested"),
        (b"[" * 1_000_000, "nested"),
        (b'{"a":' * 500_000, "nested"),
        (b"[" * 40 + b"]" * 40, "nested"),
        (b'{"id": NaN}', "NaN"),
        (b'{"id": -Infinity}', "Infinity"),
        (b'{"id": "a", "id": "b"}', '"id" twice'),
        (b'[{"x": {"y": 1, "y": 1}}]', '"y" twice'),
        (b'{"n": ' + b"9" * 5_000 + b"}", "5000 characters"),
        (b'{"n": 1e999}', "out of range"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        ('{"a": "ü"}'.encode("latin-1"), "UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "UTF-8"),
        (b"\xed\xa0\x80", "UTF-8"),
        (b'{"a": "\x00"}', "not JSON"),
        (b"\x00" * 100, "not JSON"),
        (b"", "empty"),
        (b"{} {}", "not JSON"),
        (b"<order/>", "not JSON"),
    ],
)
def test_bodies_that_are_no_json(door: Knocker, body: bytes, words: str) -> None:
    answer = door.post_bytes(body)
    assert answer.status_code == 400
    assert words in answer.json()["detail"]
    assert door.database.quarantined() == []
    still_open(door)


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (json.dumps(order()).encode().replace(b"Chiara", LONE_SURROGATE), "data.customer.name"),
        (json.dumps(order()).encode().replace(b"Chiara", NUL), "data.customer.name"),
        (json.dumps(order()).encode().replace(b'"gloss-135"', b'"a' + NUL + b'"'), "data.items[0].options.paper"),
        (json.dumps(order()).encode().replace(b'"paper"', b'"a' + NUL + b'"'), "data.items[0].options["),
        (json.dumps(order()).encode().replace(b'"evt-1"', b'"' + LONE_SURROGATE + b'"'), "id"),
        (json.dumps(order() | {"x" * 200: {"y": ["\0"]}}).encode(), "y[0]"),
    ],
)
def test_nul_and_lone_surrogates_are_kept_in_quarantine(door: Knocker, raw: bytes, path: str) -> None:
    answer = door.post_bytes(raw, SINGLE)
    assert answer.status_code == 422
    [error] = answer.json()["quarantined"][0]["errors"]
    assert path in error
    [(stored,)] = door.database.run("SELECT raw FROM quarantine")
    assert json.loads(stored) == json.loads(raw)
    assert stored.isascii()


def test_a_pair_of_surrogates_and_text_about_nul_are_fine(door: Knocker) -> None:
    event = order()
    event["data"]["customer"]["name"] = "Chiara 😀 \\u0000"
    assert door.post(event).status_code == 202
    [(name,)] = door.database.run("SELECT body->'data'->'customer'->>'name' FROM event")
    assert name == "Chiara 😀 \\u0000"


def test_a_megabyte_of_order_number(door: Knocker) -> None:
    huge = "A" * 1_000_000
    answer = door.post(order(number=huge))
    assert answer.status_code == 422
    assert len(answer.content) < 2_000, "the answer does not throw it back"
    assert door.database.run("SELECT length(raw) > 2000000 FROM quarantine") == [(True,)]
    still_open(door)


def test_ten_megabytes(door: Knocker) -> None:
    assert door.post_bytes(b"[" + b" " * 10_000_000 + b"]").status_code == 413
    still_open(door)


def test_ten_megabytes_from_a_client_that_closes_get_their_answer_and_no_reset(door: Knocker) -> None:
    url = f"{str(door.client.base_url).rstrip('/')}{door.path}"
    asked = urllib.request.Request(url, b" " * 10_000_000, {"Content-Type": BATCH, "Connection": "close"})
    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.urlopen(asked, timeout=30)
    assert answer.value.code == 413
    assert "smaller batches" in json.loads(answer.value.read())["detail"]


def test_numbers_of_unknown_members_survive(door: Knocker) -> None:
    raw = json.dumps(order() | {"weight": 0}).replace(
        '"weight": 0', f'"weight": [12345678901234567.123, 1e-300, {"9" * 300}, 0.1]'
    )
    assert door.post_bytes(raw.encode(), SINGLE).status_code == 202
    assert door.post_bytes(raw.encode(), SINGLE).json()["duplicates"] == 1
    [(weight,)] = door.database.run("SELECT body->>'weight' FROM event")
    assert weight.startswith("[12345678901234567.123, 0.")
    assert weight.endswith(f"{'9' * 300}, 0.1]")


def test_an_array_of_nothing_in_particular_is_one_row_in_quarantine(door: Knocker) -> None:
    answer = door.post_bytes(b"[" + b",".join([b"0"] * 10_000) + b"]", BATCH)
    assert answer.status_code == 422
    assert [times for _, _, times in door.database.quarantined()] == [10_000]
    assert door.post_bytes(b"[" + b",".join([b"0"] * 10_001) + b"]", BATCH).status_code == 413


@pytest.mark.parametrize(
    "headers",
    [
        {"webhook-signature": "é" * 100},
        {"webhook-signature": "v1," + "é"},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1"},
        {"webhook-signature": ", , ,"},
        {"webhook-signature": "v1,AAAA " * 2_000 + "v1,AAAA"},
        {"webhook-id": "ÿ"},
        {"webhook-id": ""},
        {"webhook-timestamp": "9" * 5_000},
        {"webhook-timestamp": "²"},
        {"webhook-timestamp": "-1"},
        {"webhook-timestamp": "1e9"},
        {"webhook-timestamp": "NaN"},
    ],
)
def test_junk_in_the_headers_is_401(door: Knocker, headers: dict[str, str]) -> None:
    body = json.dumps(order()).encode()
    sent = door.signed(body) | {"content-type": SINGLE} | headers
    raw = [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]
    answer = door.client.post(door.path, content=body, headers=raw)
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert door.database.events() == []


def _raw(door: Knocker, head: str, body: bytes, pause: float = 0.0) -> bytes:
    address = urlsplit(door.url)
    with socket.create_connection((address.hostname, address.port or 0), timeout=10) as connection:
        connection.sendall(head.encode() + body[: len(body) // 2])
        time.sleep(pause)
        answer = b""
        if not pause:
            connection.sendall(body[len(body) // 2 :])
        while piece := connection.recv(65_536):
            answer += piece
            if b"\r\n\r\n" in answer and answer.split(b"\r\n\r\n", 1)[1]:
                break
    return answer


def test_headers_beyond_all_measure_close_the_connection_and_not_the_door(door: Knocker) -> None:
    head = f"POST /shops/aurora/events HTTP/1.1\r\nhost: x\r\nwebhook-id: {'x' * 200_000}\r\n\r\n"
    # The server may answer 400 or be gone before all of it was sent.
    with contextlib.suppress(ConnectionError):
        assert b" 400 " in _raw(door, head, b"")
    still_open(door)


def test_a_slow_body_is_given_up(settings: Any, database: Database) -> None:
    secret = database.add_shop()
    with running_server(body_seconds=0.3) as url:
        door = Knocker(url, secret, database)
        head = f"POST /shops/aurora/events HTTP/1.1\r\nhost: x\r\ncontent-type: {SINGLE}\r\ncontent-length: 10\r\n\r\n"
        assert b" 408 " in _raw(door, head, b"[1,2,3,4,5", pause=0.6)
        still_open(door)


def test_a_sender_that_hangs_up_half_way_stores_nothing(door: Knocker) -> None:
    address = urlsplit(door.url)
    body = json.dumps(order()).encode()
    headers = "".join(f"{name}: {value}\r\n" for name, value in door.signed(body).items())
    head = f"POST /shops/aurora/events HTTP/1.1\r\nhost: x\r\ncontent-type: {SINGLE}\r\n{headers}"
    with socket.create_connection((address.hostname, address.port or 0)) as connection:
        connection.sendall(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body[:-1])
    time.sleep(0.1)
    assert door.database.events() == []
    still_open(door)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


def _paths(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] + [found for key, member in members for found in _paths(member, (*path, key))]


@st.composite
def broken_orders(draw: st.DrawFn) -> object:
    """A valid order with one of its members replaced by anything."""
    event: Any = order()
    path = draw(st.sampled_from(_paths(event)))
    anything = draw(JSON)
    if not path:
        return anything
    target = event
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = anything
    return event


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=200)
    | (JSON | broken_orders() | st.lists(broken_orders())).map(lambda v: json.dumps(v).encode())
)
def test_junk_is_never_our_error(door: Knocker, body: bytes) -> None:
    answer = door.post_bytes(body)
    assert answer.status_code in {202, 400, 409, 422}
    if answer.status_code != 400:
        said = answer.json()
        count = len(json.loads(body)) if body.lstrip()[:1] == b"[" else 1
        assert said["accepted"] + said["duplicates"] + len(said["quarantined"]) == count, "each event is accounted for"
