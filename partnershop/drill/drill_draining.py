"""The end of a drill: the rest is sent, people tidy up, and everybody waits until nothing is due any more."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from partnershop import due
from partnershop.db import unit_of_work
from partnershop.drill.conducting import Conductor
from partnershop.drill.faults.world import AWAY, World
from partnershop.drill.operators import Operators
from partnershop.drill.refunders import Refunders
from partnershop.rules.words import counted
from partnershop.stages import Stage

_SECONDS = 1800.0
_STANDSTILL_SECONDS = 180.0
"""Longer than any lease, backoff and sweep of a drill: what has not moved by then is lost and not late."""
_POLL_SECONDS = 0.2
_TIDY_SECONDS = 2.0
_WORD_SECONDS = 15.0
_STILL_SECONDS = 4.0
# Poisoned work stays parked in these; in the others nothing may be left that has spent its attempts.
_STUCK_MATTERS = (Stage.DISPATCH, Stage.MAIL)


@dataclass
class Drained:
    """How the end went. `left`: what was due still when the time was up, in sentences."""

    seconds: float = 0.0
    tidied: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    database_version: str = ""


def drain(
    world: World, refunders: Refunders, conductor: Conductor, say: Callable[[str], None], seconds: float = _SECONDS
) -> Drained:
    """Send what is left, tidy up, and wait until all rests: as long as it moves, for so many seconds at most."""
    operators = Operators(world.place.simulator, world.ledger)
    drained, began = Drained(), time.monotonic()
    world.clients.finish(0)
    still_since: float | None = None
    moved, moved_at = "", began
    next_tidy = next_word = 0.0
    while True:
        world.place.tick()
        now = time.monotonic()
        if now >= next_tidy:
            said = operators.tidy_up(world.poisoned)
            drained.tidied += [sentence for sentence in said if not sentence.startswith("not now")]
            still_since = still_since if not said else None
            next_tidy = now + _TIDY_SECONDS
        drained.left = _left(world, refunders)
        still_since = None if drained.left else (still_since or now)
        if drained.left and now >= next_word:
            say(f"waits for: {'; '.join(drained.left)}")
            next_word = now + _WORD_SECONDS
        conductor.see_recovered()
        if moved != (moved := f"{len(world.ledger.entries())} {drained.left}"):
            moved_at = now
        if still_since and now - still_since > _STILL_SECONDS:
            break
        if now - moved_at > _STANDSTILL_SECONDS or now - began > seconds:
            break
        time.sleep(_POLL_SECONDS)
    drained.seconds = time.monotonic() - began
    with world.place.sql() as connection:
        drained.database_version = str(connection.execute("SHOW server_version").fetchall()[0][0])
    say(f"drained in {drained.seconds:.0f} s" + (f", with {len(drained.left)} things left" if drained.left else ""))
    return drained


def _left(world: World, refunders: Refunders) -> list[str]:
    """What keeps the drill from its end, in sentences."""
    if not world.clients.idle or world.ledger.waiting:
        return ["events are not answered"]
    if world.reports.waiting or refunders.waiting:
        return ["producers or payments have something to report"]
    try:
        with unit_of_work() as session:
            found = due.left(session)
    except (*AWAY, SQLAlchemyError):
        return ["the database does not answer"]
    said = [f"{stage.value}: {counted(work.due, 'row')} due" for stage, work in found.items() if work.due]
    stuck = [f"{stage.value}: {found[stage].stuck} given up" for stage in _STUCK_MATTERS if found[stage].stuck]
    return said + stuck
