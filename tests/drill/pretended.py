"""A place that is not there, for conductor and faults: processes are numbers, time passes when it is told to."""

from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from partnershop.drill.fault import Family, Fault, Injecting, Wait
from partnershop.drill.faults.world import World
from partnershop.drill.ledger import Ledger
from partnershop.drill.strikes import Strike, Struck

STARTED = datetime(2026, 12, 31, 22, 56, tzinfo=UTC)


class Clock:
    """Seconds that pass only by `passes`."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def passes(self, seconds: float) -> None:
        self.seconds += seconds


class PretendedPlace:
    """Remembers what was done to it. A killed process is there again, under another number, at the next `tick`."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.began = clock, clock()
        self.pids: dict[str, int | None] = {
            "worker-flow": 101, "worker-mail": 102, "web": 103, "postgres": 104, "valkey": 105,
        }  # fmt: skip
        self.pools = {"worker-flow": [201, 202], "worker-mail": [203]}
        self.killed: list[int] = []
        self.thawed: list[int] = []
        self.modes: list[tuple[str, ...]] = []
        self.orders: list[Strike] = []
        self.withdrawn: list[Strike] = []
        self.carried_out: list[Struck] = []
        self._next = 300

    def tick(self) -> None:
        for name, pid in self.pids.items():
            if pid is None:
                self.pids[name], self._next = self._next, self._next + 1

    def workers(self) -> list[str]:
        return [name for name in self.pids if name.startswith("worker-")]

    def pid(self, name: str) -> int | None:
        return self.pids.get(name)

    def children(self, name: str) -> list[int]:
        return self.pools.get(name, [])

    def is_ready(self, name: str) -> bool:
        return self.pids.get(name) is not None

    def kill(self, pid: int) -> None:
        self.killed.append(pid)
        for name, known in self.pids.items():
            if known == pid:
                self.pids[name] = None
        for pool in self.pools.values():
            if pid in pool:
                pool.remove(pid)

    def kill_group(self, name: str) -> int:
        members = [self.pids[name], *self.pools[name]]
        for pid in members:
            assert pid is not None
            self.kill(pid)
        return len(members)

    def thaw(self, pid: int) -> None:
        self.thawed.append(pid)

    def start_extra(self, name: str) -> None:
        self.modes.append(("extra", name))

    def stop_extra(self, name: str) -> None:
        self.modes.append(("no extra", name))

    def producer_mode(self, mode: str, share: int = 1, delay_seconds: float = 0.0) -> None:
        self.modes.append(("producer", mode))

    def mail_mode(self, mode: str, share: int = 1, delay_seconds: float = 0.0) -> None:
        self.modes.append(("mail", mode))

    def order(self, strike: Strike) -> None:
        self.orders.append(strike)

    def withdraw(self, strike: Strike) -> None:
        self.withdrawn.append(strike)

    def struck(self) -> list[Struck]:
        done, self.carried_out = self.carried_out, []
        return done

    def now(self) -> datetime:
        return STARTED + timedelta(seconds=self.clock() - self.began)

    def sql(self) -> Any:
        raise AssertionError("nobody asks the database here")


class PretendedStream:
    """Remembers which troubles were switched on and off."""

    def __init__(self) -> None:
        self.troubles: list[tuple[str, float]] = []

    def trouble(self, name: str, share: float) -> None:
        self.troubles.append((name, share))


def pretended(clock: Clock, pace: float = 1.0) -> tuple[World, PretendedPlace]:
    """A world without anything real in it."""
    place = PretendedPlace(clock)
    stream = PretendedStream()
    nobody = cast(Any, None)
    return World(cast(Any, place), cast(Any, stream), nobody, cast(Any, stream), Ledger(), pace), place


def waiting(seconds: float, said: str = "") -> Callable[..., Injecting]:
    """What a fault does that only takes its time."""

    def inject(*_: object) -> Injecting:
        yield seconds
        return said

    return inject


def raising(error: BaseException, *, after: float | None = None) -> Callable[..., Injecting]:
    """A fault that ends so: at once, or after a while."""

    def inject(*_: object) -> Generator[Wait, None, str]:
        if after is not None:
            yield after
        raise error

    return inject


def fault(name: str, inject: Callable[..., Injecting] | None = None, **more: Any) -> Fault:
    """One of the family that is at hand."""
    return Fault(Family.BROKER_GONE, name, inject or waiting(1.0), **more)
