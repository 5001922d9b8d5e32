"""The endless plan of what the shops tell: stories side by side, each in its natural order with jitter, from a seed.

A shop's plan is counted in events and not in seconds: however fast the clients send, the same seed gives the same
events in the same order (their moments are those of the clock that is given). Switched-on troubles draw from the same
dice, so from the first of them on the plan also depends on when it began.
"""

import heapq
import itertools
import random
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from partnershop.drill.ledger import Event
from partnershop.drill.reckoning.shop import ShopRules
from partnershop.drill.stories import Story, drawn, plain
from partnershop.drill.troubles import MONTH, TroubleName, hours_older, older

_PLACES_A_SECOND = 2
_JITTER = 6
_LARGEST_BATCH = 8
_FIRST = -1.0
_MOST_HELD_BACK = 30
_CHANGE_THE_TIME = (TroubleName.DELAYED, TroubleName.REPLAYED)


@dataclass(frozen=True)
class Parcel:
    """The events of one request. `bad` is what the client does wrong on purpose, before or after."""

    events: tuple[Event, ...]
    bad: TroubleName | None = None


@dataclass(order=True)
class _Planned:
    """An event with its place in the plan; what has had its trouble gets no other.

    `fixed`: its `time` stays, since others may have sent the very same event already, or will.
    """

    place: float
    number: int
    event: Event = field(compare=False)
    troubled: bool = field(compare=False, default=False)
    fixed: bool = field(compare=False, default=False)
    bad: TroubleName | None = field(compare=False, default=None)


class Stream:
    """The plans of several shops. Any thread may ask it; the main thread switches troubles on and off."""

    def __init__(self, shops: Sequence[ShopRules], seed: int, now: Callable[[], datetime]) -> None:
        self._plans = {rules.code: _Plan(rules, seed, now) for rules in shops}

    @property
    def shops(self) -> Collection[str]:
        """The codes of the shops."""
        return self._plans.keys()

    def next(self, shop: str) -> Parcel | None:
        """What this shop sends next; None while there is nothing, which is so only once the plan is `ending`."""
        return self._plans[shop].next()

    def put(self, shop: str, *events: Event) -> None:
        """Events of others (the works, whoever pays back) for this shop's clients, to be sent before all else."""
        self._plans[shop].put(events)

    def order(self, shop: str, *, complained: bool = False) -> Story:
        """A new order that surely gets an invoice (`stories.plain`), to be sent before all else and without trouble."""
        return self._plans[shop].plain(complained=complained)

    def story(self, shop: str, number: str) -> Story | None:
        """The story of an order, None for one that is not of this stream."""
        return self._plans[shop].stories.get(number)

    def trouble(self, name: str, share: float) -> None:
        """From now on this trouble befalls that share (0 to 1) of the events; 0 ends it. See `TroubleName`.

        Raises `ValueError` for another name.
        """
        for plan in self._plans.values():
            plan.trouble(TroubleName(name), share)

    def end(self) -> None:
        """No new stories; what is planned and what was kept back is still to be sent. Troubles are over."""
        for plan in self._plans.values():
            plan.end()

    def left(self, shop: str) -> int:
        """How many events this shop has planned or kept back."""
        return self._plans[shop].left()


class _Plan:
    """One shop's."""

    def __init__(self, rules: ShopRules, seed: int, now: Callable[[], datetime]) -> None:
        self._rules, self._now = rules, now
        self._dice = random.Random(f"{seed}:{rules.code}")
        self._lock = threading.Lock()
        self._heap: list[_Planned] = []
        self._kept: list[_Planned] = []
        self._numbers = itertools.count(1)
        self._counted = itertools.count()
        self._place = 0.0
        self._shares: dict[TroubleName, float] = {}
        self._ending = False
        self.stories: dict[str, Story] = {}

    def next(self) -> Parcel | None:
        with self._lock:
            size = 1 if self._dice.randrange(3) else self._dice.randint(2, _LARGEST_BATCH)
            events: list[Event] = []
            while len(events) < size:
                planned = self._pop()
                if planned is None:
                    break
                self._place += 1
                events.append(planned.event)
                if planned.bad is not None:
                    # Alone, so that the answer is about it.
                    return Parcel((planned.event,), planned.bad) if len(events) == 1 else self._apart(events, planned)
            return Parcel(tuple(events)) if events else None

    def _apart(self, events: list[Event], planned: _Planned) -> Parcel:
        heapq.heappush(self._heap, planned)
        return Parcel(tuple(events[:-1]))

    def _pop(self) -> _Planned | None:
        """The next event that goes out now. Something always does, also where trouble befalls everything."""
        for held_back in itertools.count():
            if not self._ending and not (self._heap and self._heap[0].place <= self._place):
                self._begin(drawn(self._dice, self._rules, self._number(), self._now()))
            if not self._heap:
                self._heap, self._kept = self._kept, []
                heapq.heapify(self._heap)
                if not self._heap:
                    return None
            planned = heapq.heappop(self._heap)
            if planned.troubled or held_back >= _MOST_HELD_BACK or not self._troubled(planned):
                return planned
        raise AssertionError("counting has no end")

    def _troubled(self, planned: _Planned) -> bool:
        """Whether a trouble befalls it that keeps it from being sent now."""
        planned.troubled = True
        name = self._drawn_trouble()
        if planned.fixed and name in _CHANGE_THE_TIME:
            return False
        match name:
            case TroubleName.SHUFFLED:
                self._push(planned.event, self._place + self._dice.randint(5, 150))
                return True
            case TroubleName.DELAYED:
                kept = _Planned(self._dice.random(), next(self._counted), hours_older(planned.event, self._dice), True)
                self._kept.append(kept)
                return True
            case TroubleName.DUPLICATED:
                for _ in range(self._dice.randint(1, 2)):
                    self._push(planned.event, self._place + self._dice.randint(0, 60))
            case TroubleName.REPLAYED:
                planned.event, planned.bad = older(planned.event, MONTH), name
                self._push(planned.event, self._place + self._dice.randint(20, 120))
            case TroubleName.TRUNCATED | TroubleName.OTHER_BODY:
                planned.bad = name
        return False

    def _drawn_trouble(self) -> TroubleName | None:
        if self._ending:
            return None
        for name, share in self._shares.items():
            if self._dice.random() < share:
                return name
        return None

    def _push(self, event: Event, place: float, *, troubled: bool = True, fixed: bool = False) -> None:
        heapq.heappush(self._heap, _Planned(place, next(self._counted), event, troubled, fixed))

    def _number(self) -> str:
        return f"{self._rules.code[0].upper()}-{next(self._numbers)}"

    def _begin(self, story: Story, *, first: bool = False) -> None:
        """Plan a story from now on; `first`: its first event goes out before all else, and no trouble befalls it."""
        self.stories[story.number] = story
        for index, step in enumerate(story.steps):
            jitter = self._dice.uniform(0, _JITTER) if index else 0
            place = _FIRST if first and not index else self._place + step.after * _PLACES_A_SECOND + jitter
            self._push(story.event(index), place, troubled=first)

    def plain(self, *, complained: bool) -> Story:
        with self._lock:
            story = plain(self._dice, self._rules, self._number(), self._now(), complained=complained)
            self._begin(story, first=True)
            return story

    def put(self, events: Sequence[Event]) -> None:
        with self._lock:
            for event in events:
                self._push(event, _FIRST, troubled=False, fixed=True)

    def trouble(self, name: TroubleName, share: float) -> None:
        with self._lock:
            self._shares.pop(name, None)
            if share > 0:
                self._shares[name] = share

    def end(self) -> None:
        with self._lock:
            self._ending = True

    def left(self) -> int:
        with self._lock:
            return len(self._heap) + len(self._kept)
