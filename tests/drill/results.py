"""Drills that came to something, made by hand: for the tests of what is printed of them."""

from datetime import UTC, datetime
from random import Random
from typing import Any

from partnershop.drill.fault import Family, Fault, Injecting, Injection
from partnershop.drill.result import Attributed, Moment, Pressed, Result
from partnershop.drill.verdict import Kind, Trouble, Verdict

STARTED = 1000.0


def _nothing(_world: Any, _dice: Random) -> Injecting:
    yield 0.0
    return ""


def injection(family: Family, name: str, began: float, lasts: float, recovers: float | None, **more: Any) -> Injection:
    """A fault that began so many seconds after the drill did; seconds to its end, and from there to the recovery."""
    ended = STARTED + began + lasts
    return Injection(
        Fault(family, name, _nothing), STARTED + began, ended, recovered=None if recovers is None else ended + recovers,
        **more,
    )  # fmt: skip


def drilled(verdict: Verdict | None = None, **more: Any) -> Result:
    """A minute in which five faults of three kinds struck."""
    struck = [
        injection(Family.DATABASE_GONE, "immediate shutdown", 5, 2, 3, in_flight=12),
        injection(Family.WORKER_KILLED, "a pool child", 8, 0, 1, in_flight=4, said="pid 4711"),
        injection(Family.WORKER_KILLED, "a pool child", 20, 0, 2, in_flight=5),
        injection(Family.WORKER_KILLED, "a pool child", 30, 0, 9, in_flight=6),
        injection(Family.BROKER_GONE, "FLUSHALL", 40, 0.5, None, in_flight=7, troubles=["it did not come back"]),
    ]
    series = [Moment(float(second), second * 20, second * 19, second, second % 7) for second in range(61)]
    values: dict[str, Any] = {
        "seed": 17, "minutes": 1.0, "began": datetime(2026, 3, 2, 9, 14, tzinfo=UTC), "started": STARTED,
        "injections": struck, "verdict": verdict or Verdict(events=1200, orders=200, papers=350), "series": series,
        "figures": {"SIGKILL": 3, "database restarts": 1},
        "pressed": [Pressed("lease of a paper that is printed", "5 minutes", "20 seconds")],
    }  # fmt: skip
    return Result(**(values | more))


def broken() -> Result:
    """The same with a loss that two faults may have caused, a double that none has, and a breach."""
    lost = Trouble(Kind.LOST, "order A-17 <b>of</b> aurora: its invoice is not there", "aurora", "A-17")
    doubled = Trouble(Kind.DOUBLED, "order A-18 has two live invoices", "aurora", "A-18")
    verdict = Verdict((lost, doubled), ("numbers: FT-2026-000003 is missing",), 1200, 200, 350)
    return drilled(verdict, attributed=[Attributed(lost, (0, 1)), Attributed(doubled)])
