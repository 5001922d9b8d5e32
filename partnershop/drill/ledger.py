"""What the shops' clients were answered: the drill's own memory of what the product has promised."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Event = Mapping[str, Any]


class Answer(StrEnum):
    """What a client was told of an event."""

    ACCEPTED = "accepted"
    """In an answer of 202, newly or as a duplicate of itself: from now on it is the product's to lose."""
    REFUSED = "refused"
    """Named in `quarantined` of an answer (202, 409, 422): not an event, or another body under a known id."""


@dataclass(frozen=True)
class Entry:
    """An event with the shop it was sent for, and when it was first answered (seconds of `time.monotonic`)."""

    shop: str
    event: Event
    answer: Answer
    answered_at: float


class Ledger:
    """Written by many clients at once. An event that was answered twice is kept once, the first answer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[tuple[str, str], Entry] = {}
        self._refused: list[Entry] = []
        self._waiting = 0

    def sending(self, count: int) -> None:
        """So many events are being sent and not answered yet."""
        with self._lock:
            self._waiting += count

    def answered(self, entry: Entry) -> None:
        """An answer came for one of them."""
        with self._lock:
            self._waiting -= 1
            if entry.answer is Answer.REFUSED:
                self._refused.append(entry)
            else:
                self._entries.setdefault((str(entry.event["source"]), str(entry.event["id"])), entry)

    @property
    def waiting(self) -> int:
        """How many events are sent and not answered."""
        with self._lock:
            return self._waiting

    def accepted(self, shop: str | None = None) -> list[Event]:
        """The events that were answered 202, in the order of their answers; of one shop or of all."""
        with self._lock:
            entries = list(self._entries.values())
        return [entry.event for entry in entries if shop is None or entry.shop == shop]

    def entries(self) -> list[Entry]:
        """The accepted events with their answers."""
        with self._lock:
            return list(self._entries.values())

    def refused(self) -> list[Entry]:
        """What was named in `quarantined`."""
        with self._lock:
            return list(self._refused)
