"""Which faults strike beside which, and how often: the pauses that make a drill of ten minutes hard."""

import random
from collections.abc import Sequence
from datetime import timedelta

from partnershop.drill.conducting import LanePlan
from partnershop.drill.fault import Family, Fault
from partnershop.drill.faults import killed, times
from partnershop.drill.faults.database import RESTART
from partnershop.drill.plan import Plan

_NEW_YEAR_AT = 0.45
_START_SECONDS = 40


def _restart_pause(chance: random.Random) -> float:
    """From 5 to 40 s, mostly short."""
    return min(40.0, 5.0 + chance.expovariate(1 / 4))


LANES = (
    LanePlan(
        "children", (Family.WORKER_KILLED,), lambda chance: chance.uniform(4, 12), frozenset({killed.CHILD.name})
    ),
    LanePlan("inside", (Family.WORKER_KILLED,), lambda chance: chance.uniform(1, 4), frozenset({killed.INSIDE.name})),
    LanePlan("mains", (Family.WORKER_KILLED, Family.WEB_KILLED), lambda chance: chance.uniform(6, 16)),
    LanePlan("freezing", (Family.WORKER_FROZEN,), lambda chance: chance.uniform(3, 10)),
    LanePlan("database restarts", (Family.DATABASE_GONE,), _restart_pause, frozenset({RESTART.name})),
    LanePlan("database", (Family.DATABASE_GONE,), lambda chance: chance.uniform(5, 15)),
    LanePlan("broker", (Family.BROKER_GONE,), lambda chance: chance.uniform(4, 12)),
    LanePlan("events", (Family.EVENTS,), lambda chance: chance.uniform(2, 8)),
    LanePlan("producers", (Family.PRODUCER,), lambda chance: chance.uniform(3, 10)),
    LanePlan("mail", (Family.MAIL,), lambda chance: chance.uniform(5, 20)),
    LanePlan("poison", (Family.POISON,), lambda chance: chance.uniform(2, 10)),
    # By themselves: nothing may keep them from their moment.
    LanePlan("calendar", (Family.TIME,), lambda _: 0.0, frozenset(one.name for one in times.FAULTS if one.due)),
    LanePlan("clocks", (Family.TIME,), lambda chance: chance.uniform(4, 12)),
    LanePlan("parts", (Family.DOUBLED_PARTS, Family.DEPLOY), lambda chance: chance.uniform(4, 12)),
)


def is_crossing_new_year(faults: Sequence[Fault]) -> bool:
    """Whether the drill's clocks are to be set so that a year ends in it."""
    return any(fault.family is Family.TIME for fault in faults)


def before_new_year(plan: Plan) -> timedelta:
    """How long before the end of the year the place is begun."""
    return timedelta(minutes=plan.minutes * _NEW_YEAR_AT, seconds=_START_SECONDS)
