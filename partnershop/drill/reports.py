"""Plays the print works and Unitedprint: watches what was handed over, and reports production and shipping.

What a report is depends on the hand-over's key alone, drawn from the seed, so the same item handed over under the same
key is reported alike in every run. An item is shipped where its story says so (`Story.ships`; one of no story always
is); what is not shipped may be in production for ever. Tickets that were withdrawn are mostly not reported.
"""

import heapq
import itertools
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import httpx2

from partnershop.drill.ledger import Event
from partnershop.drill.stories import event_of
from partnershop.drill.stream import Stream
from partnershop.gateways.workshop import hot_folder_of
from partnershop.gateways.workshop_files import WITHDRAWN, withdrawal_name

_PAUSE, _EAGER_PAUSE = 0.5, 0.05
_STUBBORN_PERCENT = 25
_SILENT_PERCENT = 20
_TIMEOUT = httpx2.Timeout(5.0, connect=1.0)


class ReportTrouble(StrEnum):
    """Each is switched on for a share of the hand-overs: `Reports.trouble`."""

    TWICE = "calling back twice"
    """Each report comes twice: as the same event, and as another event that says the same."""
    BACKWARDS = "backwards"
    """Shipped first, in production after it."""
    EARLY = "before its own answer"
    """As soon as the ticket is seen, while our own call may still be under way."""


@dataclass(frozen=True)
class HandedOver:
    """A ticket or order as a producer holds it. `withdrawal` is the file that would take it back, if there is such."""

    key: str
    shop: str
    order: str
    item: str
    withdrawal: Path | None = None

    @property
    def is_withdrawn(self) -> bool:
        """Whether it has been taken back."""
        return self.withdrawal is not None and self.withdrawal.exists()


@dataclass(frozen=True)
class Report:
    """An event that a producer lets the shop tell, so many seconds after it saw the hand-over."""

    after: float
    event: Event


def reports_of(
    handed: HandedOver, *, ships: bool, moment: datetime, seed: int, troubles: frozenset[ReportTrouble] = frozenset()
) -> list[Report]:
    """What is reported of a hand-over, in the order in which it is told. `moment` is when it was seen."""
    dice = random.Random(f"{seed}:{handed.key}")
    begins, leaves = dice.uniform(0.2, 2.0), dice.uniform(0.3, 4.0)
    silent = dice.randrange(100) < _SILENT_PERCENT
    data = {"order": handed.order, "item": handed.item}
    told = [] if silent and ships else [("item.in_production", begins, data)]
    if ships:
        sent = {"shipped_at": moment.isoformat(timespec="seconds"), "carrier": "Post", "tracking": handed.key[-12:]}
        told.append(("item.shipped", begins + leaves, data | (sent if dice.randrange(4) else {})))
    if ReportTrouble.BACKWARDS in troubles:
        told = [(kind, after, data) for (kind, _, data), (_, after, _) in zip(reversed(told), told, strict=True)]
    if ReportTrouble.EARLY in troubles:
        told = [(kind, 0.0, data) for kind, _, data in told]
    reports = []
    for kind, after, said in told:
        event = event_of(handed.shop, f"works-{handed.key}-{kind}", kind, said, moment)
        reports.append(Report(after, event))
        if ReportTrouble.TWICE in troubles:
            reports += [Report(after, event), Report(after, {**event, "id": f"{event['id']}-again"})]
    return reports


class Reports:
    """The thread that looks and reports. `put` is how an event of a shop is sent: `Clients.put`."""

    def __init__(
        self, data: Path, simulator: str, stream: Stream, put: Callable[[str, Event], None],
        now: Callable[[], datetime], *, seed: int, clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._clock = clock
        self._data, self._simulator = data, simulator
        self._stream, self._put, self._now, self._seed = stream, put, now, seed
        self._seen: set[str] = set()
        self._due: list[tuple[float, int, HandedOver, Event]] = []
        self._counted = itertools.count()
        self._shares: dict[ReportTrouble, float] = {}
        self._dice = random.Random(f"{seed}:reports")
        self._asked = 0.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="reports", daemon=True)

    def trouble(self, name: str, share: float) -> None:
        """From now on this befalls that share (0 to 1) of the hand-overs; 0 ends it. See `ReportTrouble`.

        Raises `ValueError` for another name.
        """
        self._shares = {**self._shares, ReportTrouble(name): share}

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer. What was seen and not reported yet is not reported."""
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join(10)

    @property
    def waiting(self) -> int:
        """How many reports will come of what was seen."""
        return len(self._due)

    def look(self) -> int:
        """One look: new hand-overs are noted, and what is due is reported. How many reports were given."""
        for handed in self._new():
            self._note(handed)
        given = 0
        while self._due and self._due[0][0] <= self._clock():
            _, _, handed, event = heapq.heappop(self._due)
            if not handed.is_withdrawn or self._is_stubborn(handed):
                self._put(handed.shop, event)
                given += 1
        return given

    def _work(self) -> None:
        while not self._stopped.is_set():
            self.look()
            eager = self._shares.get(ReportTrouble.EARLY, 0) > 0
            self._stopped.wait(_EAGER_PAUSE if eager else _PAUSE)

    def _note(self, handed: HandedOver) -> None:
        self._seen.add(handed.key)
        story = self._stream.story(handed.shop, handed.order)
        ships = story is None or handed.item in story.ships
        troubles = frozenset(name for name, share in self._shares.items() if self._dice.random() < share)
        for report in reports_of(handed, ships=ships, moment=self._now(), seed=self._seed, troubles=troubles):
            due = self._clock() + report.after
            heapq.heappush(self._due, (due, next(self._counted), handed, report.event))

    def _is_stubborn(self, handed: HandedOver) -> bool:
        """Real works may have begun before they read that they should not."""
        return random.Random(f"{self._seed}:{handed.key}:stubborn").randrange(100) < _STUBBORN_PERCENT

    def _new(self) -> Iterator[HandedOver]:
        for shop in self._stream.shops:
            yield from self._tickets(shop)
        yield from self._orders()

    def _tickets(self, shop: str) -> Iterator[HandedOver]:
        folder = hot_folder_of(self._data, shop)
        for path in sorted(folder.glob("*.json")):
            if path.stem in self._seen or path.stem.endswith(WITHDRAWN):
                continue
            ticket = json.loads(path.read_bytes())
            yield HandedOver(
                ticket["key"], ticket["shop"], ticket["order"], ticket["item"], folder / withdrawal_name(path.stem)
            )

    def _orders(self) -> Iterator[HandedOver]:
        """What Unitedprint has; asked seldom where the list has grown so long that asking takes a while."""
        began = time.monotonic()
        if began < self._asked:
            return
        try:
            answer = httpx2.get(f"{self._simulator}/orders", timeout=_TIMEOUT, trust_env=False)
            orders = answer.json()["orders"]
        except (httpx2.HTTPError, ValueError, KeyError):
            return
        self._asked = time.monotonic() + 5 * (time.monotonic() - began)
        for order in orders:
            handed = _named(str(order["order_name"]))
            if handed is not None and handed.key not in self._seen and handed.shop in self._stream.shops:
                yield handed


def _named(key: str) -> HandedOver | None:
    """Our own name of a hand-over, SHOP-ORDER-ITEM-ROW, taken apart; None for a name of another kind."""
    shop, _, rest = key.partition("-")
    parts = rest.rsplit("-", 2)
    return HandedOver(key, shop, parts[0], parts[1]) if len(parts) == 3 else None
