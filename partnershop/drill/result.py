"""What a drill has to show: everything the table and the report print."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from partnershop.drill.fault import Family, Injection
from partnershop.drill.verdict import Kind, Trouble, Verdict


@dataclass(frozen=True)
class Moment:
    """How things stood, a second of the drill: seconds since its beginning, and counts.

    `answered` and `applied` are events since the beginning, `papers` those that have their bytes, `waiting` events
    accepted and not applied. None where the database could not be asked.
    """

    second: float
    answered: int
    applied: int | None = None
    papers: int | None = None
    waiting: int | None = None


@dataclass(frozen=True)
class Pressed:
    """Something that was made shorter for the drill: its name, and both values as people read them."""

    what: str
    product: str
    drill: str


@dataclass(frozen=True)
class Attributed:
    """A trouble, and the injections in whose window the events of its order fell (their places in `injections`)."""

    trouble: Trouble
    injections: tuple[int, ...] = ()


@dataclass(frozen=True)
class Line:
    """A line of the table. Seconds are from a fault's end to the recovery; None where nothing recovered."""

    family: Family
    name: str
    times: int
    in_flight: int
    median_seconds: float | None
    worst_seconds: float | None
    not_recovered: int
    lost: int
    doubled: int
    wrong: int
    note: str = ""


@dataclass(frozen=True)
class Result:
    """A whole drill. `began` is real time; seconds elsewhere are of `time.monotonic`, `started` is where they begin."""

    seed: int
    minutes: float
    began: datetime
    started: float
    injections: Sequence[Injection]
    verdict: Verdict
    attributed: Sequence[Attributed] = ()
    series: Sequence[Moment] = ()
    pressed: Sequence[Pressed] = ()
    not_possible: dict[str, str] = field(default_factory=dict)
    """Names of faults that could not be made on this machine, and why."""
    not_drawn: tuple[str, ...] = ()
    """Faults that were to strike and for which the time did not suffice."""
    figures: dict[str, int | float | str] = field(default_factory=dict)
    """What else there is to say: kills, database restarts, broker losses, orders, seconds to drain, versions."""
    left: tuple[str, ...] = ()
    """Work that was still due when the drill gave up waiting, in sentences; counts as lost."""

    @property
    def clean(self) -> bool:
        """Nothing lost, doubled or wrong, the audit whole, nothing left undone, and everything recovered."""
        return self.verdict.clean and not self.left

    def lines(self) -> list[Line]:
        """The table: a line for each kind of fault that struck, in the order of the families."""
        names = dict.fromkeys((injection.fault.family, injection.fault.name) for injection in self.injections)
        order = list(Family)
        return [self._line(family, name) for family, name in sorted(names, key=lambda key: order.index(key[0]))]

    def _line(self, family: Family, name: str) -> Line:
        places = [place for place, one in enumerate(self.injections) if one.fault.name == name]
        struck = [self.injections[place] for place in places]
        seconds = [one.seconds_to_recover for one in struck if one.seconds_to_recover is not None]
        troubles = [one.trouble.kind for one in self.attributed if set(one.injections) & set(places)]
        return Line(
            family=family,
            name=name,
            times=len(struck),
            in_flight=sum(one.in_flight for one in struck),
            median_seconds=median(seconds) if seconds else None,
            worst_seconds=max(seconds, default=None),
            not_recovered=len(struck) - len(seconds),
            lost=troubles.count(Kind.LOST),
            doubled=troubles.count(Kind.DOUBLED),
            wrong=troubles.count(Kind.WRONG),
            note="; ".join(dict.fromkeys(trouble for one in struck for trouble in one.troubles)),
        )
