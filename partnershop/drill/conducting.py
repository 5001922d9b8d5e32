"""Draws faults from a seed and lets them strike, several lanes beside each other, and notes when each has recovered.

Every fault strikes once before any strikes twice: a lane first goes through its own, shuffled, then draws by weight.
What a lane draws, and how long it pauses, hangs on the seed and the lane's name alone, not on the other lanes.
"""

import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import redis

from partnershop.drill.fault import Family, Fault, Injecting, Injection, NotInTime, NotPossible, NotStruck, Until, Wait
from partnershop.drill.faults.world import AWAY, World
from partnershop.drill.watching import Look
from partnershop.errors import Refused

_TRIES = 6
_AFTER_NOTHING_SECONDS = 1.5
# What another fault's work looks like to one that needs the same thing in this moment.
DISTURBED = (*AWAY, redis.RedisError, OSError)

Pause = Callable[[random.Random], float]


@dataclass
class _Running:
    injection: Injection
    steps: Injecting
    waits_for: Wait = 0.0
    since: float = 0.0
    has_begun: bool = False


@dataclass
class Lane:
    """Faults that strike one after the other, with pauses in between."""

    name: str
    faults: Sequence[Fault]
    pause: Pause
    seed: int
    _chance: random.Random = field(init=False)
    _deck: list[Fault] = field(init=False)
    _tries: dict[str, int] = field(default_factory=dict)
    _times: dict[str, int] = field(default_factory=dict)
    _running: _Running | None = None
    _again_at: float | None = None

    def __post_init__(self) -> None:
        self._chance = random.Random(f"{self.seed}:{self.name}")
        self._deck = [fault for fault in self.faults if fault.due is None]
        self._chance.shuffle(self._deck)

    @property
    def is_busy(self) -> bool:
        """Whether a fault is at work."""
        return self._running is not None

    @property
    def at_work(self) -> str:
        """The fault that is at work, or nothing."""
        return self._running.injection.fault.name if self._running else ""

    @property
    def left(self) -> list[str]:
        """Faults that have not struck yet."""
        return [fault.name for fault in self.faults if not self._times.get(fault.name)]

    def step(self, conductor: "Conductor", now: float) -> None:
        """Go on with what is at work, or begin the next when it is time."""
        if self._running is not None:
            self._go_on(conductor, self._running, now)
            return
        if self._again_at is None:
            self._again_at = now + self.pause(self._chance) * min(1.0, conductor.world.pace)
        fault = self._special(conductor) or (self._draw(conductor, now) if now >= self._again_at else None)
        if fault is not None:
            began = Injection(fault, began=now, in_flight=conductor.in_flight())
            self._running = _Running(began, fault.inject(conductor.world, self._chance), since=now)
            self._advance(conductor, self._running, now)

    def break_off(self, conductor: "Conductor", now: float) -> None:
        """End what is at work, now; it gives back what it took."""
        if self._running is not None:
            self._running.steps.close()
            self._end(conductor, self._running, now, "broken off at the end")

    def _special(self, conductor: "Conductor") -> Fault | None:
        """One whose own moment has come."""
        world = conductor.world
        waiting = (fault for fault in self.faults if fault.due and self._may(fault, conductor))
        return next((fault for fault in waiting if fault.due and fault.due(world)), None)

    def _may(self, fault: Fault, conductor: "Conductor") -> bool:
        at_most = 1 if fault.due else fault.at_most
        spent = at_most is not None and self._times.get(fault.name, 0) >= at_most
        hopeless = self._tries.get(fault.name, 0) >= _TRIES and not self._times.get(fault.name)
        return not spent and not hopeless and fault.name not in conductor.not_possible

    def _draw(self, conductor: "Conductor", now: float) -> Fault | None:
        while self._deck:
            fault = self._deck.pop()
            if self._may(fault, conductor):
                return fault
        drawable = [fault for fault in self.faults if fault.due is None and self._may(fault, conductor)]
        drawable = [fault for fault in drawable if fault.weight > 0 and conductor.has_time_for(fault, now)]
        if not drawable:
            return None
        return self._chance.choices(drawable, [fault.weight for fault in drawable])[0]

    def _go_on(self, conductor: "Conductor", running: _Running, now: float) -> None:
        waits_for = running.waits_for
        if not isinstance(waits_for, Until):
            if now >= running.since + waits_for:
                self._advance(conductor, running, now)
            return
        try:
            answer = waits_for.question()
        except DISTURBED:
            answer = False
        if answer:
            self._advance(conductor, running, now)
        elif now >= running.since + waits_for.seconds:
            too_late = NotInTime(f"waited {waits_for.seconds:.0f} s for {waits_for.what}")
            self._advance(conductor, running, now, too_late)

    def _advance(
        self, conductor: "Conductor", running: _Running, now: float, error: NotInTime | None = None
    ) -> None:
        """One step of the fault; what it raises says what becomes of it."""
        try:
            running.waits_for = running.steps.throw(error) if error else next(running.steps)
            running.since, running.has_begun = conductor.clock(), True
        except StopIteration as ended:
            self._end(conductor, running, conductor.clock(), ended.value or "")
        except NotStruck:
            self._drop(running.injection.fault, conductor.clock())
        except NotPossible as why:
            conductor.not_possible[running.injection.fault.name] = str(why)
            self._drop(running.injection.fault, conductor.clock())
        except NotInTime as late:
            running.injection.troubles.append(str(late))
            self._end(conductor, running, conductor.clock(), str(late))
        except DISTURBED as problem:
            # Another lane has taken what this one works on: begun, it counts, and says that it was cut short.
            if running.has_begun:
                self._end(conductor, running, conductor.clock(), f"cut short by another ({type(problem).__name__})")
            else:
                conductor.say(f"{running.injection.fault.name} could not begin: {type(problem).__name__}: {problem}")
                self._drop(running.injection.fault, conductor.clock())

    def _end(self, conductor: "Conductor", running: _Running, now: float, said: str) -> None:
        fault, injection = running.injection.fault, running.injection
        injection.ended, injection.said = now, said
        conductor.note(injection)
        self._times[fault.name] = self._times.get(fault.name, 0) + 1
        self._running, self._again_at = None, None

    def _drop(self, fault: Fault, now: float) -> None:
        """Nothing was done: it is drawn again later, a few times."""
        self._tries[fault.name] = self._tries.get(fault.name, 0) + 1
        if fault.due is None and not self._times.get(fault.name):
            self._deck.insert(0, fault)
        self._running = None
        self._again_at = now + _AFTER_NOTHING_SECONDS


class Conductor:
    """All lanes of a drill. Call `step` a few times a second from the main thread; `injections` is what happened."""

    def __init__(
        self,
        world: World,
        lanes: Iterable[Lane],
        *,
        begins: float,
        ends: float,
        looked: Callable[[], Look | None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Faults are begun between `begins` and `ends` of `clock`. `looked` is the newest look at the rows."""
        self.world, self.lanes, self.clock = world, list(lanes), clock
        self.injections: list[Injection] = []
        self.not_possible: dict[str, str] = {}
        self._begins, self._ends = begins, ends
        self._looked, self.say = looked, say
        self._owed: dict[int, frozenset[str]] = {}
        self._last: Look | None = None

    @property
    def is_busy(self) -> bool:
        """Whether faults are at work still."""
        return any(lane.is_busy for lane in self.lanes)

    @property
    def at_work(self) -> list[str]:
        """The names of the faults that are at work."""
        return [lane.at_work for lane in self.lanes if lane.at_work]

    @property
    def not_drawn(self) -> tuple[str, ...]:
        """Faults that should have struck and did not, without those that cannot be made here."""
        return tuple(name for lane in self.lanes for name in lane.left if name not in self.not_possible)

    def step(self) -> None:
        """One step of each lane, and what has recovered since."""
        now = self.clock()
        self.world.progress = min(1.0, (now - self._begins) / max(0.001, self._ends - self._begins))
        for lane in self.lanes:
            if lane.is_busy or now < self._ends:
                lane.step(self, now)
        self.see_recovered()

    def break_off(self) -> None:
        """End all faults that are at work."""
        for lane in self.lanes:
            lane.break_off(self, self.clock())

    def has_time_for(self, fault: Fault, now: float) -> bool:
        """Whether a fault that is drawn now is over before the end of injecting, about."""
        return now + fault.lasts * self.world.pace <= self._ends + 5.0

    def in_flight(self) -> int:
        """Events that were accepted and not applied, and those sent and not answered."""
        look = self._looked()
        return self.world.ledger.waiting + (look.waiting if look else 0)

    def note(self, injection: Injection) -> None:
        """An injection is over."""
        self.injections.append(injection)
        self.say(f"{injection.fault.family}: {injection.fault.name}: {injection.said}")

    def see_recovered(self) -> None:
        """Compare the newest look with what was due when each fault ended: recovered is what none of it is left of."""
        look = self._looked()
        if look is None or look is self._last:
            return
        self._last = look
        for injection in self.injections:
            if injection.recovered is not None or injection.ended is None or look.began <= injection.ended:
                continue
            # The door has answered somebody since, or nobody knocks any more.
            if not look.answering_since(injection.ended):
                continue
            left = self._owed.get(id(injection), look.due) & look.due
            self._owed[id(injection)] = left
            if not left:
                injection.recovered = look.began


def chosen(faults: Sequence[Fault], only: Sequence[str]) -> list[Fault]:
    """The faults of these names or families, all where none is named. Raises `Refused` for a name that there is not."""
    known = [*dict.fromkeys(fault.family.value for fault in faults), *(fault.name for fault in faults)]
    if unknown := [name for name in only if name not in known]:
        raise Refused(f"there is no fault {', '.join(unknown)}; there are: {', '.join(known)}")
    return [fault for fault in faults if not only or fault.name in only or fault.family.value in only]


@dataclass(frozen=True)
class LanePlan:
    """A lane: whose faults it draws, and its pauses in seconds."""

    name: str
    families: tuple[Family, ...]
    pause: Pause
    names: frozenset[str] | None = None
    """Only these of the families; None: all that no lane before has taken."""


def lanes_of(plans: Sequence[LanePlan], faults: Sequence[Fault], seed: int) -> list[Lane]:
    """The lanes that have any of these faults. Every fault is in the first lane that takes it."""
    left = list(faults)
    lanes = []
    for plan in plans:
        mine = [one for one in left if one.family in plan.families and (plan.names is None or one.name in plan.names)]
        left = [fault for fault in left if fault not in mine]
        if mine:
            lanes.append(Lane(plan.name, mine, plan.pause, seed))
    assert not left, [fault.name for fault in left]
    return lanes
