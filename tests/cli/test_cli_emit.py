"""Sending: signed, batched, shuffled, doubled, again when asked to wait; against a small server of the test's own."""

import base64
import gzip
import hashlib
import hmac
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from commanding import Run
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from partnershop.cli import sending
from partnershop.contract.signature import new_secret

SECRET = new_secret()


class Door:
    """Takes what comes, notes it, and answers as told: a status, or a status with its `retry-after`."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.bodies: list[Any] = []
        self.answers: list[Response] = []

    def __call__(self, request: Request) -> Response:
        self.requests.append(request)
        if self.answers:
            return self.answers.pop(0)
        body = json.loads(request.data)
        self.bodies.append(body)
        count = len(body) if isinstance(body, list) else 1
        return answer(202, {"accepted": count, "duplicates": 0, "quarantined": []})


def answer(status: int, body: dict[str, Any], **headers: str) -> Response:
    """An answer of the door."""
    return Response(
        json.dumps(body), status, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


@pytest.fixture
def door(httpserver: HTTPServer) -> Door:
    """The door of shop aurora."""
    made = Door()
    httpserver.expect_request("/shops/aurora/events", method="POST").respond_with_handler(made)
    return made


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made, none of which takes time."""
    made: list[float] = []
    before = sending.Sender.__init__

    def patched(self: sending.Sender, url: str, shop: str, secret: str) -> None:
        before(self, url, shop, secret, pause=made.append)

    monkeypatch.setattr(sending.Sender, "__init__", patched)
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """250 numbered lines, some of them with an empty one in between."""
    path = tmp_path / "events.jsonl"
    path.write_text(
        "".join(f'{{"id": "e{n}"}}\n' + ("\n" if n % 50 == 0 else "") for n in range(250)), encoding="utf-8"
    )
    return path


@pytest.fixture
def emit(run: Run, no_place: pytest.MonkeyPatch, httpserver: HTTPServer, file: Path) -> Run:
    """`partnershop emit` of that file to that door."""

    def run_it(*arguments: object) -> Any:
        where = ("--url", httpserver.url_for(""), "--shop", "aurora", "--secret", SECRET)
        return run("emit", file, *where, *arguments)

    return run_it


def ids(door: Door) -> list[str]:
    """The ids in the order they arrived."""
    return [event["id"] for body in door.bodies for event in (body if isinstance(body, list) else [body])]


def test_batches_are_signed_over_the_bytes_that_are_sent(door: Door, emit: Run) -> None:
    result = emit()
    assert result.code == 0
    assert "250 events sent" in result.out
    assert [len(body) for body in door.bodies] == [100, 100, 50]
    assert ids(door) == [f"e{n}" for n in range(250)]
    for request in door.requests:
        assert request.headers["content-type"] == "application/cloudevents-batch+json"
        signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.data
        key = base64.b64decode(SECRET.removeprefix("whsec_"))
        mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert request.headers["webhook-signature"] == f"v1,{mac}"
    assert len({request.headers["webhook-id"] for request in door.requests}) == 3


def test_one_per_request_is_structured_mode(door: Door, emit: Run, file: Path) -> None:
    file.write_text('{"id": "a"}\n{"id": "b"}\n', encoding="utf-8")
    assert emit("--batch", "1").code == 0
    assert door.bodies == [{"id": "a"}, {"id": "b"}]
    assert {request.headers["content-type"] for request in door.requests} == {"application/cloudevents+json"}


def test_a_gzip_file_is_read_whatever_it_is_called(door: Door, emit: Run, file: Path) -> None:
    file.write_bytes(gzip.compress(file.read_bytes()))
    assert emit().code == 0
    assert len(ids(door)) == 250
    whole = file.read_bytes()
    for broken in (whole[:-20], whole[:-8] + b"12345678", whole[:30] + b"xxxxxxxxxx" + whole[40:]):
        file.write_bytes(broken)
        result = emit()
        assert result.code == 2
        assert "is no whole gzip file" in result.err


@pytest.mark.parametrize("line", ["{broken", "[]", '{"a": NaN}', '{"a": 1, "a": 2}', '"text"'])
def test_a_broken_line_is_named_and_nothing_is_sent(door: Door, emit: Run, file: Path, line: str) -> None:
    file.write_text('{"id": "a"}\n\n' + line + '\n{"id": "b"}\n', encoding="utf-8")
    result = emit("--batch", "1")
    assert result.code == 2
    assert f"{file}, line 3: " in result.err
    assert "nothing was sent" in result.err
    assert door.requests == []


def test_one_is_one(door: Door, emit: Run, file: Path) -> None:
    file.write_text('{"id": "a"}\n', encoding="utf-8")
    door.answers = [answer(202, {"accepted": 0, "duplicates": 1, "quarantined": []})]
    said = emit().out
    assert "1 event sent" in said
    assert "1 duplicate," in said


def test_shuffled_and_doubled_is_the_same_again_with_the_same_seed(door: Door, emit: Run) -> None:
    assert emit("--shuffle", "7", "--duplicate", "10").code == 0
    first = ids(door)
    counts = Counter(first)
    assert len(first) == 275
    assert set(counts) == {f"e{n}" for n in range(250)}
    assert sorted(counts.values()) == [1] * 225 + [2] * 25
    assert first != sorted(first, key=lambda name: int(name[1:]))
    door.bodies.clear()
    emit("--shuffle", "7", "--duplicate", "10")
    assert ids(door) == first
    door.bodies.clear()
    emit("--shuffle", "8", "--duplicate", "10")
    assert ids(door) != first


def test_doubles_come_later_and_the_order_of_the_others_stays() -> None:
    events = [str(n).encode() for n in range(100)]
    sent = sending.arranged(events, None, 30)
    assert list(dict.fromkeys(sent)) == events
    assert len(sent) == 130


def test_an_answer_that_asks_to_wait_is_waited_for(door: Door, emit: Run, pauses: list[float]) -> None:
    door.answers = [answer(429, {}, retry_after="3"), answer(503, {}, retry_after="5"), answer(503, {})]
    result = emit()
    assert result.code == 0
    assert "250 accepted" in result.out
    assert pauses[:2] == [3.0, 5.0]
    assert len(pauses) == 3
    # The same message, signed anew.
    assert len({request.headers["webhook-id"] for request in door.requests[:4]}) == 1


def test_a_door_that_never_opens_is_given_up(door: Door, emit: Run, pauses: list[float]) -> None:
    door.answers = [answer(503, {"detail": "the database cannot be reached"}) for _ in range(50)]
    result = emit()
    assert result.code == 1
    assert "the door answers 503: the database cannot be reached" in result.err


@pytest.mark.parametrize("status", [400, 401, 404, 409, 413, 415, 422])
def test_it_stops_with_the_answer_when_refused(door: Door, emit: Run, status: int) -> None:
    problem = {"detail": "this is what to change", "quarantined": [{"id": "e0", "errors": ["data is missing: add it"]}]}
    door.answers = [answer(202, {"accepted": 100, "duplicates": 0, "quarantined": []}), answer(status, problem)]
    result = emit()
    assert result.code == 1
    assert f"the door answers {status}: this is what to change" in result.err
    assert "event e0: data is missing: add it" in result.err
    assert len(door.requests) == 2


def test_a_partly_quarantined_batch_goes_on_and_is_told(door: Door, emit: Run) -> None:
    entry = {"id": "e7", "errors": ["type is not known"]}
    door.answers = [answer(202, {"accepted": 98, "duplicates": 1, "quarantined": [entry]})]
    result = emit("--json")
    assert result.code == 0
    told = json.loads(result.out)
    assert (told["events"], told["accepted"], told["duplicates"]) == (250, 248, 1)
    assert told["quarantined"] == [entry]
    assert "event e7: type is not known" in result.err


def test_nobody_there_is_exit_code_3(run: Run, no_place: pytest.MonkeyPatch, file: Path, pauses: list[float]) -> None:
    result = run("emit", file, "--url", "http://127.0.0.1:1", "--shop", "aurora", "--secret", SECRET)
    assert result.code == 3
    assert "nobody answers at http://127.0.0.1:1/shops/aurora/events" in result.err


def test_wrong_use_of_emit(run: Run, no_place: pytest.MonkeyPatch, file: Path, tmp_path: Path) -> None:
    url = ("--url", "http://127.0.0.1:1", "--shop", "aurora")
    assert run("emit", file, *url, "--secret", "nonsense").code == 2
    assert run("emit", tmp_path / "nothing.jsonl", *url, "--secret", SECRET).code == 2
    assert run("emit", file, *url, "--secret", SECRET, "--duplicate", "101").code == 2
    assert run("emit", file, "--url", "ftp://127.0.0.1", "--shop", "aurora", "--secret", SECRET).code != 0


def test_the_secret_of_a_local_shop_is_found_by_itself(
    run: Run, shops: list[str], door: Door, httpserver: HTTPServer, file: Path
) -> None:
    (own,) = json.loads(run("shop", "secret", "aurora", "--json").out)
    assert run("emit", file, "--url", httpserver.url_for(""), "--shop", "aurora").code == 0
    request = door.requests[0]
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.data
    key = base64.b64decode(own["secret"].removeprefix("whsec_"))
    mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert request.headers["webhook-signature"] == f"v1,{mac}"
    assert run("emit", file, "--shop", "aurora").code == 2
