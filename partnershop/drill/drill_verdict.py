"""The verdict of a drill: the judge asked, what the clients wondered at, and which faults each trouble fell among."""

import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from partnershop.drill.fault import Injection
from partnershop.drill.faults.times import offset
from partnershop.drill.faults.world import World
from partnershop.drill.judging import Excused, judge
from partnershop.drill.ledger import Ledger
from partnershop.drill.place import CLOCK_VARIABLE
from partnershop.drill.result import Attributed
from partnershop.drill.verdict import Kind, Trouble, Verdict
from partnershop.reconciliation.checks.dispatches import CHECKS
from partnershop.reconciliation.running import run
from partnershop.rules.reconciliation import Job

_DAYS_LATER = timedelta(days=90)
_UNKNOWN_SECONDS = 30.0
_BEFORE_SECONDS = 1.0


def judged(world: World, say: Callable[[str], None]) -> Verdict:
    """Everything that was lost, doubled or is wrong."""
    outside = world.place.outside()
    if outside.forgotten:
        said = _reconcile_later()
        say(f"{len(outside.forgotten)} orders were accepted and forgotten; reconciliation, days later: {said}")
    say("papers, money and hand-overs are counted again, and the audit is made")
    excused = Excused(frozenset(world.poisoned), outside.forgotten)
    verdict = judge(world.place.database_url, world.place.shops, world.ledger.accepted(), outside, excused)
    wondered = tuple(Trouble(Kind.WRONG, sentence) for sentence in world.clients.unexpected())
    return replace(verdict, troubles=(*verdict.troubles, *wondered))


def _reconcile_later() -> str:
    """What reconciliation says of hand-overs when days have gone by without a word."""
    right = offset()
    os.environ[CLOCK_VARIABLE] = str(right + round(_DAYS_LATER.total_seconds()))
    try:
        report = run(Job.EVERYTHING, "drill", checks=CHECKS)
    finally:
        os.environ[CLOCK_VARIABLE] = str(right)
    return report.sentence()


def attributed(verdict: Verdict, injections: Sequence[Injection], ledger: Ledger) -> list[Attributed]:
    """Each trouble with the injections in whose window an event of its order was answered, by their places."""
    moments: Mapping[tuple[str, str], list[float]] = defaultdict(list)
    for entry in ledger.entries():
        order = entry.event["data"].get("order")
        if order is not None:
            moments[entry.shop, str(order)].append(entry.answered_at)
    return [_attribute(trouble, injections, moments) for trouble in verdict.troubles]


def _attribute(
    trouble: Trouble, injections: Sequence[Injection], moments: Mapping[tuple[str, str], list[float]]
) -> Attributed:
    its = moments.get((trouble.shop or "", trouble.order or ""), [])
    places = tuple(
        place for place, injection in enumerate(injections) if any(_is_within(moment, injection) for moment in its)
    )
    return Attributed(trouble, places)


def _is_within(moment: float, injection: Injection) -> bool:
    end = injection.recovered or (injection.ended or injection.began) + _UNKNOWN_SECONDS
    return injection.began - _BEFORE_SECONDS <= moment <= end

