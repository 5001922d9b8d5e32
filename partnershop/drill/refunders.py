"""Plays whoever pays money back: reads the refund instructions, and reports each as settled or failed, once decided.

What becomes of a refund depends on its name alone, drawn from the seed; a failed one brings a new request under a new
name, which is drawn anew. A report may come twice, always the same: the first one stands.
"""

import heapq
import itertools
import json
import random
import threading
import time
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path

from partnershop.drill.ledger import Event
from partnershop.drill.stories import event_of

_PAUSE = 0.5
_FAILED_PERCENT = 15
_TWICE_PERCENT = 15
_LONGEST_SECONDS = 5.0


def outcome_of(shop: str, refund: str, *, moment: datetime, seed: int) -> list[Event]:
    """What is reported of a refund: once, or twice under two ids."""
    dice = random.Random(f"{seed}:{shop}:{refund}")
    if dice.randrange(100) < _FAILED_PERCENT:
        kind, data = "refund.failed", {"refund": refund, "reason": "the account is closed"}
    else:
        kind, data = "refund.settled", {"refund": refund, "reference": f"bank-{dice.randrange(10**6)}"}
    events = [event_of(shop, f"bank-{refund}", kind, data, moment)]
    if dice.randrange(100) < _TWICE_PERCENT:
        events.append({**events[0], "id": f"bank-{refund}-again"})
    return events


class Refunders:
    """The thread that reads the folder `refunds` of the data folder. `put` is how an event is sent: `Clients.put`."""

    def __init__(
        self, data: Path, shops: Collection[str], put: Callable[[str, Event], None], now: Callable[[], datetime],
        *, seed: int, clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._clock = clock
        self._folder, self._shops, self._put, self._now, self._seed = data / "refunds", shops, put, now, seed
        self._seen: set[Path] = set()
        self._due: list[tuple[float, int, str, Event]] = []
        self._counted = itertools.count()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="refunders", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer."""
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join(10)

    @property
    def waiting(self) -> int:
        """How many reports will come of the instructions that were read."""
        return len(self._due)

    def look(self) -> int:
        """One look: new instructions are read, and what is due is reported. How many reports were given."""
        for shop in self._shops:
            for path in sorted((self._folder / shop).glob("*.json")):
                if path not in self._seen:
                    self._seen.add(path)
                    self._read(shop, json.loads(path.read_bytes())["refund"])
        given = 0
        while self._due and self._due[0][0] <= self._clock():
            _, _, shop, event = heapq.heappop(self._due)
            self._put(shop, event)
            given += 1
        return given

    def _read(self, shop: str, refund: str) -> None:
        dice = random.Random(f"{self._seed}:{shop}:{refund}:when")
        for event in outcome_of(shop, refund, moment=self._now(), seed=self._seed):
            due = self._clock() + dice.uniform(0, _LONGEST_SECONDS)
            heapq.heappush(self._due, (due, next(self._counted), shop, event))

    def _work(self) -> None:
        while not self._stopped.is_set():
            self.look()
            self._stopped.wait(_PAUSE)
