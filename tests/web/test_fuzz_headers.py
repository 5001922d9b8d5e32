"""Hostile heads of requests, byte by byte on the wire: an answer below 500 or none, and nothing stored."""

import json
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

import pytest
from knocking import SINGLE, Knocker, order, payment

BODY = json.dumps(payment("forged")).encode()
Heads = dict[str, list[tuple[str, str]]]


def talk(door: Knocker, sent: bytes, answers: int = 1, patience: float = 20.0) -> bytes:
    """What the door answers to these bytes: that many answers, or less where it closes or falls silent."""
    address = urlsplit(door.url)
    answer = b""
    with socket.create_connection((address.hostname, address.port or 0), timeout=patience) as connection:
        try:
            connection.sendall(sent)
            while answer.count(b"\r\n\r\n") < answers and (piece := connection.recv(65_536)):
                answer += piece
        except (ConnectionError, TimeoutError):
            pass
    return answer


def statuses(answer: bytes) -> list[int]:
    """The status of each answer."""
    return [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]


def head(door: Knocker, headers: Iterable[tuple[str, str]], first: str = "POST /shops/aurora/events HTTP/1.1") -> bytes:
    """A head as it goes over the wire."""
    lines = [first, "host: x", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def signed(door: Knocker, body: bytes = BODY, **other: str) -> dict[str, str]:
    """The headers of a good request, with some of them replaced (underscores are dashes)."""
    good = {"content-type": SINGLE, "content-length": str(len(body)), **door.signed(body)}
    return good | {name.replace("_", "-"): value for name, value in other.items()}


def junk(door: Knocker) -> Heads:
    """Heads of requests that are not proven, by what is wrong with them."""
    good = signed(door)
    signature, stamp = good["webhook-signature"], good["webhook-timestamp"]
    wrong = {
        "webhook-signature": [
            "", " ", "v1", "v1,", "v1, ", ",", "v2," + signature[3:], "V1," + signature[3:], signature[:-1],
            signature + "=", signature.replace(",", ";"), "v1," * 5_000, " ".join(["v1,AAAA"] * 40 + [signature]),
            "v1," + "A" * 10_000, "v1,\xe9\xff", "v1a," + signature[3:], "null", "[object Object]", "' OR 1=1 --",
        ],
        "webhook-timestamp": [
            "", "0", "-1", "+" + stamp, stamp + ".0", stamp + "000", "9" * 12, "9" * 13, "9" * 5_000, "1e9", "0x65",
            "NaN", "\xb2\xb3", " ".join(stamp), stamp + " " + stamp, "2026-03-02T09:14:00Z", "0" * 12,
        ],
        "webhook-id": ["", "msg-2", "\xff", "msg-1.1", "../msg-1", "x" * 8_000],
    }  # fmt: skip
    each = [(name, value) for name, values in wrong.items() for value in values]
    found = {f"{name}: {value[:30]!a}": list((good | {name: value}).items()) for name, value in each}
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        found[f"no {name}"] = [(key, value) for key, value in good.items() if key != name]
        found[f"{name} twice, the first one wrong"] = [(name, "wrong"), *good.items()]
    return found


def test_no_head_of_a_stranger_is_our_error_or_stores_anything(door: Knocker) -> None:
    heads = junk(door)
    assert len(heads) > 45
    for name, headers in heads.items():
        assert statuses(talk(door, head(door, headers) + BODY)) in ([401], [400]), name
    assert door.database.events() == [] and door.database.quarantined() == []


@pytest.mark.parametrize(
    ("name", "sent", "expected"),
    [
        ("a length that is too long", {"content-length": str(len(BODY) + 10)}, {400, 0}),
        ("a length that is too short", {"content-length": "10"}, {401}),
        ("a length that is none", {"content-length": "ten"}, {400}),
        ("a negative length", {"content-length": "-1"}, {400}),
        ("a length beyond all measure", {"content-length": "9" * 30}, {400, 413, 0}),
        ("a length in another script", {"content-length": "\xb2"}, {400}),
        ("a length and chunks", {"transfer-encoding": "chunked"}, {400, 401, 0}),
        ("a coding that is none", {"transfer-encoding": "gzip, chunked"}, {400, 501}),
        ("an expectation", {"expect": "200-maybe"}, {202, 417}),
        ("an upgrade", {"upgrade": "h2c", "connection": "upgrade"}, {202, 400}),
        ("a method in a header", {"x-http-method-override": "DELETE"}, {202}),
        ("another host", {"x-forwarded-host": "evil.example", "x-original-url": "/shops/bruma/events"}, {202}),
    ],
)
def test_lies_about_the_length_and_the_way(door: Knocker, name: str, sent: dict[str, str], expected: set[int]) -> None:
    patience = 1.0 if 0 in expected else 20.0
    said = statuses(talk(door, head(door, (signed(door) | sent).items()) + BODY, patience=patience))
    assert (said or [0])[0] in expected, (name, said)
    assert all(status < 500 or status == 501 for status in said)
    assert door.post(payment("still open")).status_code == 202


def test_chunks_that_lie(door: Knocker) -> None:
    headers = {key: value for key, value in signed(door).items() if key != "content-length"}
    start = head(door, (headers | {"transfer-encoding": "chunked"}).items())
    for chunks in (b"zz\r\nx\r\n0\r\n\r\n", b"-1\r\n\r\n", b"5\r\nabc\r\n0\r\n\r\n", b"f" * 40 + b"\r\n", b"0\r\n\r\n"):
        assert all(status in {400, 401} for status in statuses(talk(door, start + chunks)))
    size = f"{len(BODY):x}".encode()
    assert statuses(talk(door, start + size + b"\r\n" + BODY + b"\r\n0\r\n\r\n")) == [202]
    assert door.database.events() == ["forged"]


def test_requests_in_one_breath_are_answered_each_by_itself(door: Knocker) -> None:
    good = head(door, signed(door).items()) + BODY
    forged = head(door, signed(door, webhook_signature="v1,AAAA").items()) + BODY
    assert statuses(talk(door, good + forged + good, 3)) == [202, 401, 202]
    # What hides in the body of another is its body and no request.
    smuggled = json.dumps(order("smuggled")).encode()
    hidden = head(door, signed(door, smuggled).items()) + smuggled
    said = statuses(talk(door, head(door, signed(door, hidden).items()) + hidden))
    assert said == [400]
    assert door.database.events() == ["forged"]


@pytest.mark.parametrize(
    "first",
    [
        "POST /shops/aurora/events/../../bruma/events HTTP/1.1", "POST //shops/aurora/events HTTP/1.1",
        "POST /shops/AURORA/events HTTP/1.1", "POST /shops/%00/events HTTP/1.1",
        "POST /shops/aurora%27%20OR%201=1/events HTTP/1.1", "POST /shops/%F0%9F%98%80/events HTTP/1.1",
        "POST /shops/aurora/events;x=1 HTTP/1.1", "POST http://evil.example/shops/aurora/events HTTP/1.1",
        "POST /shops/" + "x" * 5_000 + "/events HTTP/1.1", "DELETE /shops/aurora/events HTTP/1.1",
        "TRACE /shops/aurora/events HTTP/1.1", "POST /shops//events HTTP/1.1", "POST * HTTP/1.1",
        "POST /shops/aurora/events", "CONNECT 127.0.0.1:22 HTTP/1.1", "\x16\x03\x01\x02", "PRI * HTTP/2.0",
    ],
)  # fmt: skip
def test_paths_that_lead_nowhere(door: Knocker, first: str) -> None:
    said = statuses(talk(door, head(door, signed(door).items(), first) + BODY, patience=2.0))
    assert not said or said[0] in {400, 401, 404, 405}, said
    assert door.database.events() == []
