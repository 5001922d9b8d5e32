"""The broker: emptied, killed, started with nothing, away for a minute, full, cut off, slow."""

import random
import shutil

import redis

from partnershop.drill.fault import Family, Fault, Injecting, NotStruck, Until
from partnershop.drill.faults.world import LOSSES, World, ready

_AWAY_SECONDS = 60.0
_SLOW_SECONDS = 10.0
_FULL_SECONDS = 8.0
_CUT_SECONDS = 3.0
_SERVER = "valkey"
# Less than the server itself takes: every write is refused then.
_NO_MEMORY = "1mb"


def flush(world: World, chance: random.Random) -> Injecting:
    """Everything that waits is gone: tasks, and those that are to be acknowledged."""
    with world.place.redis() as client:
        waiting = sum(client.llen(key) for key in client.scan_iter(_type="list"))
        client.flushall()
    world.counts[LOSSES] += 1
    yield 0.0
    return f"FLUSHALL with {waiting} messages in the queues"


def kill(world: World, chance: random.Random) -> Injecting:
    """SIGKILL; what it had not written is gone."""
    pid = _running(world)
    world.kill(pid)
    world.counts[LOSSES] += 1
    yield Until(lambda: world.place.pid(_SERVER) not in {None, pid}, 30.0, "the broker to be started again")
    yield ready(world, _SERVER)
    return f"killed the broker, pid {pid}"


def empty_disk(world: World, chance: random.Random) -> Injecting:
    """It comes back without any of its files."""
    yield from _away(world, 0.5, empty=True)
    return "the broker came back with an empty disk"


def away(world: World, chance: random.Random) -> Injecting:
    """Nobody answers there for a minute."""
    seconds = _AWAY_SECONDS * world.pace
    yield from _away(world, seconds, empty=False)
    return f"the broker was away for {seconds:.0f} s"


def _running(world: World) -> int:
    pid = world.place.pid(_SERVER)
    if pid is None:
        raise NotStruck
    return pid


def _away(world: World, seconds: float, *, empty: bool) -> Injecting:
    pid = _running(world)
    world.place.hold(_SERVER)
    try:
        world.kill(pid)
        world.counts[LOSSES] += 1
        yield Until(lambda: world.place.pid(_SERVER) != pid, 10.0, "the broker to be gone")
        if empty:
            for path in world.place.valkey_folder.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        yield seconds
    finally:
        world.place.release(_SERVER)
    yield ready(world, _SERVER)
    return ""


def full(world: World, chance: random.Random) -> Injecting:
    """Out of memory: it reads, and refuses every write (noeviction)."""
    before = _limit(world)
    _set_limit(world, _NO_MEMORY)
    world.counts[LOSSES] += 1
    try:
        yield _FULL_SECONDS
        refused = _refuses(world)
    finally:
        _lift(world, before)
    return "the broker refused writes for want of memory" if refused else "the broker had no memory left for new data"


def _limit(world: World) -> str:
    with world.place.redis() as client:
        return str(client.config_get("maxmemory")["maxmemory"])


def _set_limit(world: World, limit: str) -> None:
    with world.place.redis() as client:
        client.config_set("maxmemory", limit)


def _refuses(world: World) -> bool:
    with world.place.redis() as client:
        try:
            client.set("drill", "x", ex=1)
        except redis.ResponseError:
            return True
    return False


def _lift(world: World, before: str) -> None:
    """Back to what it was; one that was started again meanwhile has its own limit already."""
    if world.place.is_ready(_SERVER):
        _set_limit(world, before)


def cut(world: World, chance: random.Random) -> Injecting:
    """All connections to it break, and new ones are closed at once for some seconds."""
    wire = world.place.broker_wire
    broken = wire.cut()
    wire.refuse(True)
    try:
        yield _CUT_SECONDS
        broken += wire.cut()
    finally:
        wire.refuse(False)
    return f"{broken} connections to the broker cut"


def slow(world: World, chance: random.Random) -> Injecting:
    """Whatever passes to it and back is delayed."""
    wire = world.place.broker_wire
    wire.delay = chance.uniform(0.2, 1.0)
    said = f"the broker's wire slower by {wire.delay:.1f} s"
    try:
        yield _SLOW_SECONDS
    finally:
        wire.delay = 0.0
    return said


FAULTS = (
    Fault(Family.BROKER_GONE, "FLUSHALL", flush, weight=4, lasts=1.0),
    Fault(Family.BROKER_GONE, "broker killed", kill, kills=1, weight=4, lasts=3.0),
    Fault(Family.BROKER_GONE, "broker back with an empty disk", empty_disk, kills=1, weight=3, lasts=4.0),
    Fault(Family.BROKER_GONE, "broker stopped for a minute", away, kills=1, weight=0, at_most=1, lasts=65.0),
    Fault(Family.BROKER_GONE, "broker out of memory", full, weight=1, lasts=9.0),
    Fault(Family.BROKER_GONE, "broker's connection cut", cut, weight=2, lasts=3.0),
    Fault(Family.BROKER_GONE, "broker's connection slow", slow, weight=1, lasts=10.0),
)
