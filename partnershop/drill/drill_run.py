"""A whole drill: the place is made, events flow, faults strike, all is drained, then papers and money are judged."""

import platform
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from importlib import metadata

from partnershop import clock
from partnershop.drill import pressed
from partnershop.drill.clients import Clients
from partnershop.drill.conducting import Conductor, chosen, lanes_of
from partnershop.drill.drill_draining import Drained, drain
from partnershop.drill.drill_lanes import LANES, before_new_year, is_crossing_new_year
from partnershop.drill.drill_verdict import attributed, judged
from partnershop.drill.fault import Fault, Injection
from partnershop.drill.faults import FAULTS, disk_full, times
from partnershop.drill.faults.world import KILLS, LOSSES, RESTARTS, World
from partnershop.drill.ledger import Ledger
from partnershop.drill.place import Place, prepared
from partnershop.drill.plan import Plan
from partnershop.drill.refunders import Refunders
from partnershop.drill.reports import Reports
from partnershop.drill.result import Result
from partnershop.drill.stream import Stream
from partnershop.drill.watching import Watcher
from partnershop.errors import Defect

Say = Callable[[str], None]

QUIET_SHARE = 0.1
"""This last part of the time nothing is begun any more, while events still flow."""
_POLL_SECONDS = 0.1
_WARM_SECONDS = 5.0
_WARM_SECONDS_SHORT = 2.0
_BROKEN_OFF_SECONDS = 100.0
_SHORT_PACE = 0.25
_RATE, _SHORT_RATE = 2.0, 1.5  # events a second for each shop


class DrillBroke(Defect):
    """The drill's own program failed; its text names the fault that was at work."""


@dataclass(frozen=True)
class _Around:
    """Everybody around the place."""

    stream: Stream
    clients: Clients
    reports: Reports
    refunders: Refunders


def run(plan: Plan, say: Say) -> Result:
    """Run a drill, and return what came of it; everything it started has ended then.

    Use it from the main thread, within `interruptible()`. Raises `Refused` for an unknown name in `plan.only`,
    `Transient` when the place does not come up, `DrillBroke` when the drill itself fails.
    """
    faults = chosen(FAULTS, plan.only)
    began = clock.now()
    with ExitStack() as stack:
        small = stack.enter_context(disk_full.small_disk()) if disk_full.FAULTS[0] in faults else None
        place = stack.enter_context(prepared(_with_clock(plan) if is_crossing_new_year(faults) else plan, say))
        if small is not None:
            small.take_tables(place)
        ledger = Ledger()
        around = stack.enter_context(_around(place, ledger, plan))
        pace = _SHORT_PACE if plan.short or plan.minutes < 3 else 1.0
        world = World(place, around.stream, around.clients, around.reports, ledger, pace, small_disk=small)
        watcher = Watcher(place.sql, ledger, world.poisoned.keys(), lambda: not around.clients.idle)
        watcher.start()
        stack.callback(watcher.stop)
        started = time.monotonic()
        conductor = _inject(world, watcher, faults, plan, say)
        say("nothing strikes any more; what is left is drained")
        drained = drain(world, around.refunders, conductor, say)
        for part in (around.clients, around.reports, around.refunders, watcher):
            part.stop()
        verdict = judged(world, say)
        injections = sorted(conductor.injections, key=lambda one: one.began)
        return Result(
            seed=plan.seed,
            minutes=plan.minutes,
            began=began,
            started=started,
            injections=injections,
            verdict=verdict,
            attributed=attributed(verdict, injections, ledger),
            series=tuple(watcher.series),
            pressed=pressed.table(),
            not_possible=conductor.not_possible,
            not_drawn=conductor.not_drawn,
            figures=_figures(world, injections, drained),
            left=tuple(drained.left),
        )


def _with_clock(plan: Plan) -> Plan:
    """So that the year ends in the shop's zone while faults strike."""
    ahead = times.next_new_year(clock.now()) - clock.now() - before_new_year(plan)
    return replace(plan, clock_seconds=round(ahead.total_seconds()))


@contextmanager
def _around(place: Place, ledger: Ledger, plan: Plan) -> Iterator[_Around]:
    stream = Stream(place.shops, plan.seed, place.now)
    clients = Clients(place.intake, place.secrets, stream, ledger, place.now, rate=_SHORT_RATE if plan.short else _RATE)
    reports = Reports(place.data, place.simulator, stream, clients.put, place.now, seed=plan.seed)
    refunders = Refunders(place.data, stream.shops, clients.put, place.now, seed=plan.seed)
    parts = (clients, reports, refunders)
    for part in parts:
        part.start()
    try:
        yield _Around(stream, clients, reports, refunders)
    finally:
        for part in reversed(parts):
            part.stop()


def _inject(world: World, watcher: Watcher, faults: Sequence[Fault], plan: Plan, say: Say) -> Conductor:
    _wait(world, _WARM_SECONDS_SHORT if plan.short else _WARM_SECONDS)
    begins = time.monotonic()
    conductor = Conductor(
        world, lanes_of(LANES, faults, plan.seed), begins=begins,
        ends=begins + plan.minutes * 60 * (1 - QUIET_SHARE), looked=lambda: watcher.newest, say=say,
    )  # fmt: skip
    try:
        while time.monotonic() < begins + plan.minutes * 60 or conductor.is_busy:
            if time.monotonic() > begins + plan.minutes * 60 + _BROKEN_OFF_SECONDS:
                break
            world.place.tick()
            conductor.step()
            time.sleep(_POLL_SECONDS)
    except Exception as error:
        at_work = ", ".join(conductor.at_work) or "no fault"
        raise DrillBroke(f"{type(error).__name__}: {error}; at work: {at_work}") from error
    finally:
        conductor.break_off()
    return conductor


def _wait(world: World, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        world.place.tick()
        time.sleep(_POLL_SECONDS)


def _figures(world: World, injections: Sequence[Injection], drained: Drained) -> dict[str, int | float | str]:
    statuses = world.clients.statuses()
    return {
        **{name: world.counts[name] for name in (KILLS, RESTARTS, LOSSES)},
        "faults injected": len(injections),
        "events accepted": len(world.ledger.entries()),
        "events refused, as they should be": len(world.ledger.refused()),
        "requests answered 202": statuses.get(202, 0),
        "requests without an answer": statuses.get(0, 0),
        "seconds to drain": round(drained.seconds, 1),
        "done by operators while draining": len(drained.tidied),
        "Python": platform.python_version(),
        **{name: metadata.version(name) for name in ("celery", "SQLAlchemy", "psycopg")},
        "PostgreSQL": drained.database_version,
    }
