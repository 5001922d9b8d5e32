"""Sending events to a door as a shop does: signed, in batches over one connection, again when it asks to wait."""

import gzip
import random
import time
import uuid
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from partnershop import clock
from partnershop.cli.ending import NotConnected, UnknownThing
from partnershop.contract import MAX_DEPTH
from partnershop.contract.signature import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from partnershop.contract.strict_json import NotJson, loads
from partnershop.errors import Refused

SINGLE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
_ATTEMPTS = 8
_LONGEST_PAUSE = 60.0
_TIMEOUT = httpx2.Timeout(60.0, connect=5.0)


@dataclass
class Sent:
    """What a sender got back so far: counts, and the quarantined events with their errors."""

    events: int = 0
    accepted: int = 0
    duplicates: int = 0
    quarantined: list[dict[str, Any]] = field(default_factory=list)


class AnsweredNo(Refused):
    """The door refused a request; `status` is its HTTP status, the text says its problem in full."""

    def __init__(self, status: int, sentence: str, answer: dict[str, Any]) -> None:
        """`answer` is the problem as the door sent it."""
        super().__init__(sentence)
        self.status = status
        self.answer = answer


def read_events(file: Path) -> list[bytes]:
    """The lines of a .jsonl or .jsonl.gz, as they are, without the empty ones.

    Raises `UnknownThing` if it cannot be read, and for the first line that is no JSON object, with its number: one such
    line would have the door refuse a whole batch, half-way through the file.
    """
    try:
        content = file.read_bytes()
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
    except gzip.BadGzipFile as problem:
        raise UnknownThing(f"{file} is no whole gzip file: {problem}") from None
    except OSError as problem:
        raise UnknownThing(f"{file} cannot be read: {problem.strerror or problem}") from None
    except (EOFError, zlib.error) as problem:
        raise UnknownThing(f"{file} is no whole gzip file: {problem}") from None
    lines = list(enumerate(map(bytes.strip, content.split(b"\n")), start=1))
    for number, line in lines:
        if line:
            _check_line(line, f"{file}, line {number}")
    return [line for _, line in lines if line]


def _check_line(line: bytes, place: str) -> None:
    try:
        value = loads(line, MAX_DEPTH)
    except NotJson as problem:
        said = str(problem).replace("the body", "this", 1).replace(" at line 1, column ", " at column ", 1)
        raise UnknownThing(f"{place}: {said}; nothing was sent") from None
    if not isinstance(value, dict):
        raise UnknownThing(f"{place}: this is no JSON object: write one event a line; nothing was sent")


def arranged(events: Sequence[bytes], shuffle: int | None, duplicate: int, seed: int = 0) -> list[bytes]:
    """The events in the order they are to be sent.

    `shuffle` is the seed of a random order (None: as they are), `duplicate` the per cent of the events that come once
    more at a random later place. The same numbers give the same order again.
    """
    dice = random.Random(seed if shuffle is None else shuffle)
    ordered = list(events)
    if shuffle is not None:
        dice.shuffle(ordered)
    again = dice.sample(range(len(ordered)), len(ordered) * duplicate // 100)
    placed = [(float(place), event) for place, event in enumerate(ordered)]
    # Half a step behind a random one of those from itself on: later, and never at the very same place.
    placed += [(dice.randrange(place, len(ordered)) + 0.5, ordered[place]) for place in again]
    return [event for _, event in sorted(placed, key=lambda pair: pair[0])]


def batches(events: Sequence[bytes], size: int) -> Iterator[Sequence[bytes]]:
    """The events in groups of at most `size`."""
    for start in range(0, len(events), size):
        yield events[start : start + size]


class Sender:
    """Sends a shop's events to its door over one connection that is kept open. A context manager."""

    def __init__(self, url: str, shop: str, secret: str, pause: Callable[[float], None] = time.sleep) -> None:
        """`url` is the address of the intake, without the path; `secret` the shop's, whsec_…."""
        self._address = f"{url.rstrip('/')}/shops/{shop}/events"
        self._secret = secret
        self._pause = pause
        # Straight to the address that was named, also where the environment names an HTTP proxy.
        self._client = httpx2.Client(timeout=_TIMEOUT, trust_env=False)
        self.sent = Sent()

    def __enter__(self) -> "Sender":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def send(self, events: Sequence[bytes], *, structured: bool = False) -> Sent:
        """Send JSON texts in one request: a batch, or `structured` a single one. What became of these events.

        An answer that asks to wait (429, 503) and a connection that broke are tried again: the door knows its ids.
        Raises `AnsweredNo` for every other refusal, `NotConnected` when nobody answers.
        """
        body = events[0] if structured else b"[" + b",".join(events) + b"]"
        response = self._post(body, SINGLE if structured else BATCH)
        answer = _json_of(response)
        if response.status_code != 202:
            raise AnsweredNo(response.status_code, _told(response, answer), answer)
        one = Sent(len(events), answer["accepted"], answer["duplicates"], answer["quarantined"])
        self.sent.events += one.events
        self.sent.accepted += one.accepted
        self.sent.duplicates += one.duplicates
        self.sent.quarantined += one.quarantined
        return one

    def _post(self, body: bytes, media_type: str) -> httpx2.Response:
        message = f"msg-{uuid.uuid4()}"
        for attempt in range(1, _ATTEMPTS + 1):
            moment = int(clock.now().timestamp())
            headers = {
                "content-type": media_type,
                ID_HEADER: message,
                TIMESTAMP_HEADER: str(moment),
                SIGNATURE_HEADER: sign(self._secret, message, moment, body),
            }
            try:
                response = self._client.post(self._address, content=body, headers=headers)
            except httpx2.InvalidURL as problem:
                raise UnknownThing(f"{self._address} is no address: {problem}") from None
            except httpx2.TransportError as problem:
                if attempt == _ATTEMPTS or isinstance(problem, httpx2.UnsupportedProtocol):
                    raise NotConnected(
                        f"nobody answers at {self._address}: {problem or type(problem).__name__}"
                    ) from None
                wait = 0.1 * 2**attempt
            else:
                if response.status_code not in (429, 503) or attempt == _ATTEMPTS:
                    return response
                wait = _seconds(response.headers.get("retry-after"), attempt)
            self._pause(min(wait, _LONGEST_PAUSE))
        raise AssertionError("the last attempt returns or raises")


def _seconds(retry_after: str | None, attempt: int) -> float:
    """How long the door asks to wait; growing pauses where it does not say (or says it as a date)."""
    if retry_after and retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:6])
    return min(0.5 * float(2**attempt), _LONGEST_PAUSE)


def _json_of(response: httpx2.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _told(response: httpx2.Response, answer: dict[str, Any]) -> str:
    said = (
        f"the door answers {response.status_code}: {answer.get('detail') or answer.get('title') or response.text[:300]}"
    )
    return "\n".join([said, *quarantine_lines(answer.get("quarantined") or [])])


def quarantine_lines(quarantined: Sequence[dict[str, Any]], most: int = 10) -> list[str]:
    """One line for each quarantined event, at most so many and then how many more."""
    lines = [f"  event {entry.get('id')}: {'; '.join(entry.get('errors', []))}" for entry in quarantined[:most]]
    if len(quarantined) > most:
        lines.append(f"  and {len(quarantined) - most} more")
    return lines
