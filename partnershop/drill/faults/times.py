"""Clocks: two hours ahead and behind, across midnight of 31 December, and the change to daylight saving."""

import os
import random
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from partnershop.drill.fault import Family, Fault, Injecting, Until, Wait
from partnershop.drill.faults.world import World, ready
from partnershop.drill.place import CLOCK_VARIABLE

_TWO_HOURS = 2 * 3600
_WRONG_SECONDS = 20.0
_BEFORE = timedelta(seconds=10)
_ACROSS_SECONDS = 120.0
_AFTER = timedelta(seconds=10)
_HALF, _LATE = 0.5, 0.8
ZONE = ZoneInfo("Europe/Rome")
"""The zone whose midnight and daylight saving are crossed: that of a shop of the drill."""


def offset() -> int:
    """By how many seconds the product's clock differs from the real one, where it was not moved by itself."""
    return int(os.environ.get(CLOCK_VARIABLE, "0"))


def _wrong(kind: str, seconds: int) -> Callable[[World, random.Random], Injecting]:
    def inject(world: World, chance: random.Random) -> Injecting:
        name = "web" if kind == "web" else world.one_of(chance, world.place.workers())
        with world.keeping(name):
            world.place.set_clock(offset() + seconds, name)
            try:
                yield from _restarted(world, name)
                yield _WRONG_SECONDS
            finally:
                world.place.set_clock(offset(), name)
            yield from _restarted(world, name)
        return f"the clock of {name} {abs(seconds) // 3600} h {'ahead' if seconds > 0 else 'behind'}"

    return inject


def _restarted(world: World, name: str) -> Generator[Wait, None, None]:
    """Wait until it has ended and is ready again."""
    pid = world.place.pid(name)
    yield Until(lambda: world.place.pid(name) not in {None, pid}, 40.0, f"{name} to be started again")
    yield ready(world, name)


def next_new_year(now: datetime) -> datetime:
    """The next midnight of 31 December in the shop's zone, in UTC."""
    local = now.astimezone(ZONE)
    return datetime(local.year + 1, 1, 1, tzinfo=ZONE).astimezone(UTC)


def next_summer_time(now: datetime) -> datetime:
    """The next moment in which the zone's clocks go forward (01:00 UTC on the last Sunday of March)."""
    for year in (now.year, now.year + 1):
        last = datetime(year, 3, 31, 1, tzinfo=UTC)
        moment = last - timedelta(days=(last.weekday() + 1) % 7)
        if moment > now:
            return moment
    raise AssertionError(now)


def _is_new_year(world: World) -> bool:
    """The year is about to end, or should have ended by now: the place took too long to start."""
    now = world.place.now()
    return next_new_year(now) - now <= _BEFORE or world.progress >= _HALF


def midnight(world: World, chance: random.Random) -> Injecting:
    """The drill's clocks were set so that the year ends while it runs; else they are set now."""
    year_ends = next_new_year(world.place.now())
    if is_moved := year_ends - world.place.now() > _BEFORE:
        yield from _everything_at(world, year_ends - _BEFORE)
    yield Until(lambda: world.place.now() >= year_ends + _AFTER, _ACROSS_SECONDS, "the year to end")
    papers = world.rows("SELECT count(*) FROM document WHERE issued_at >= %s", year_ends)[0][0]
    year = year_ends.astimezone(ZONE).year
    said = f"from {year - 1} to {year}, {papers} papers just after"
    return said + (f"; every clock set to {_BEFORE.seconds} s before it" if is_moved else "")


def _everything_at(world: World, moment: datetime) -> Generator[Wait, None, None]:
    """Restart all programs with their clocks at this moment, and wait until they are ready."""
    world.place.set_clock(offset() + round((moment - world.place.now()).total_seconds()))
    yield 1.0
    for name in ("web", *world.place.workers()):
        if not name.endswith("-2"):
            yield ready(world, name)


def _is_late(world: World) -> bool:
    return world.progress >= _LATE


def summer_time(world: World, chance: random.Random) -> Injecting:
    """All programs are restarted ten seconds before the clocks of the shop's zone go forward."""
    change = next_summer_time(world.place.now())
    yield from _everything_at(world, change - _BEFORE)
    yield Until(lambda: world.place.now() >= change + _AFTER, _ACROSS_SECONDS, "daylight saving to begin")
    return f"every clock set to {_BEFORE.seconds} s before {change:%Y-%m-%d %H:%M} UTC, when daylight saving began"


FAULTS = (
    Fault(Family.TIME, "a worker two hours ahead", _wrong("worker", _TWO_HOURS), lasts=35.0),
    Fault(Family.TIME, "a worker two hours behind", _wrong("worker", -_TWO_HOURS), lasts=35.0),
    Fault(Family.TIME, "the web two hours ahead", _wrong("web", _TWO_HOURS), lasts=35.0),
    Fault(Family.TIME, "the web two hours behind", _wrong("web", -_TWO_HOURS), lasts=35.0),
    Fault(Family.TIME, "across midnight of 31 December", midnight, lasts=20.0, due=_is_new_year),
    Fault(Family.TIME, "across the change to daylight saving", summer_time, lasts=30.0, due=_is_late),
)
