"""Workers that stand still (SIGSTOP) between a claim and its outcome, until another has done their work."""

import random
from collections.abc import Callable, Generator
from dataclasses import dataclass

from partnershop.drill.fault import Family, Fault, Injecting, NotInTime, NotStruck, Until, Wait
from partnershop.drill.faults.world import AWAY, World, ready, struck
from partnershop.drill.points import COMMITTED, Point
from partnershop.drill.strikes import How, Strike

_STRUCK_SECONDS = 20.0
_TAKEN_OVER_SECONDS = 60.0
_LATE_SECONDS = 5.0


@dataclass(frozen=True)
class _Work:
    """Where a task is between claim and outcome, and which rows have a lease then (id, lease number)."""

    task: str
    point: Point
    leased: str
    worker: str


_HAND_OVERS = "SELECT id, lease FROM dispatch WHERE leased_until IS NOT NULL AND state = 'in_flight' AND producer = "
_WORKS = {
    "frozen while handing over in house": _Work(
        "dispatch.hand_over_in_house", Point(2, COMMITTED), _HAND_OVERS + "'in_house'", "worker-dispatch"
    ),
    "frozen while ordering from Unitedprint": _Work(
        "dispatch.hand_over_to_unitedprint", Point(2, COMMITTED), _HAND_OVERS + "'unitedprint'", "worker-unitedprint"
    ),
    "frozen while printing": _Work(
        "documents.render_papers", Point(1, 0),
        "SELECT document_id, lease FROM rendering WHERE leased_until IS NOT NULL AND state = 'due'", "worker-documents",
    ),
    "frozen while asking for a refund": _Work(
        "refunds.send_requests", Point(0, COMMITTED),
        "SELECT id, lease FROM refund_request WHERE leased_until IS NOT NULL AND state = 'requested'", "worker-flow",
    ),
    "frozen while mailing": _Work(
        "mail.send_mails", Point(2, COMMITTED),
        "SELECT id, lease FROM mail WHERE leased_until IS NOT NULL AND state = 'due'", "worker-mail",
    ),
}  # fmt: skip


def _freezing(work: _Work) -> Callable[[World, random.Random], Injecting]:
    def inject(world: World, chance: random.Random) -> Injecting:
        with world.keeping(work.worker):
            return (yield from _freeze(world, work))

    return inject


def _freeze(world: World, work: _Work) -> Injecting:
    strike = Strike(How.STOP, work.task, work.point)
    done = yield from struck(world, strike, _STRUCK_SECONDS)
    main = world.place.pid(work.worker)
    try:
        leased = yield from _leased(world, work)
        if not leased:
            raise NotStruck  # nothing was claimed at all: it froze with empty hands
        # Another of its kind, since the whole worker stands still.
        world.place.start_extra(work.worker)
        taken = f"the lease of {len(leased)} rows of {work.task} to be taken over"
        yield Until(lambda: _is_taken(world, work, leased), _TAKEN_OVER_SECONDS, taken)
    finally:
        for pid in (done.pid, main):
            if pid is not None:
                world.place.thaw(pid)
        world.place.stop_extra(work.worker)
    yield _LATE_SECONDS  # for the late one to try
    yield ready(world, work.worker)
    return f"{work.task} frozen at {work.point}, pid {done.pid}; another took {len(leased)} rows over"


def _leased(world: World, work: _Work) -> Generator[Wait, None, dict[int, int]]:
    """The rows that are leased in this moment, by their lease numbers; those of others soon have an outcome."""
    found: dict[int, int] = {}

    def are_read() -> bool:
        try:
            found.update(world.rows(work.leased))
        except AWAY:
            return False
        return True

    try:
        yield Until(are_read, 20.0, "the database")
    except NotInTime:
        raise NotStruck from None
    return found


def _is_taken(world: World, work: _Work, leased: dict[int, int]) -> bool:
    """Whether none of those leases is held any more: another has done the work, or is at it."""
    try:
        return not set(world.rows(work.leased)) & set(leased.items())
    except AWAY:
        return False


FAULTS = tuple(
    Fault(Family.WORKER_FROZEN, name, _freezing(work), weight=1, lasts=40.0) for name, work in _WORKS.items()
)
