"""What faults work on: the place, the shops' clients and producers around it, and what several faults must share."""

import random
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg

from partnershop.drill.fault import NotInTime, NotStruck, Until, Wait
from partnershop.drill.ledger import Ledger
from partnershop.drill.strikes import Strike, Struck

if TYPE_CHECKING:
    from partnershop.drill.clients import Clients
    from partnershop.drill.place import Place
    from partnershop.drill.reports import Reports
    from partnershop.drill.stream import Stream

KILLS, RESTARTS, LOSSES = "kill -9", "database restarts", "broker losses"

AWAY = (psycopg.OperationalError, psycopg.InterfaceError)
"""What a statement of the drill's own raises while another fault has the database."""

_READY_SECONDS = 90.0


@dataclass
class World:
    """The place with all that is around it. `pace` is below 1 in short drills: long faults then last less long."""

    place: "Place"
    stream: "Stream"
    clients: "Clients"
    reports: "Reports"
    ledger: Ledger
    pace: float = 1.0
    progress: float = 0.0
    """How much of the time for injecting has passed, from 0 to 1."""
    counts: Counter[str] = field(default_factory=Counter)
    kept: set[str] = field(default_factory=set)
    """Programs that a fault is at work on, and that others leave alone."""
    poisoned: dict[str, str] = field(default_factory=dict)
    """Orders whose work fails on purpose, and in which way."""
    small_disk: Any = None
    _struck: list[Struck] = field(default_factory=list)

    def kill(self, pid: int) -> None:
        """SIGKILL, counted."""
        self.place.kill(pid)
        self.counts[KILLS] += 1

    @contextmanager
    def keeping(self, name: str) -> Iterator[None]:
        """Other faults leave this program or server alone meanwhile. Raises `NotStruck` where one is at work on it."""
        if name in self.kept:
            raise NotStruck
        self.kept.add(name)
        try:
            yield
        finally:
            self.kept.discard(name)

    def one_of(self, chance: random.Random, names: Sequence[str]) -> str:
        """A program of these that runs and that nobody is at work on. Raises `NotStruck` when there is none."""
        free = [name for name in names if name not in self.kept and self.place.is_ready(name)]
        if not free:
            raise NotStruck
        return chance.choice(free)

    def worker_of(self, pid: int) -> str | None:
        """The worker that a pool child belongs to."""
        return next((name for name in self.place.workers() if pid in self.place.children(name)), None)

    def take(self, strike: Strike) -> Struck | None:
        """How an order for a strike was carried out; None while it was not."""
        self._struck += self.place.struck()
        found = next((one for one in self._struck if one.strike == strike), None)
        if found is not None:
            self._struck.remove(found)
        return found

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database answers. Raises one of `AWAY` while it is away."""
        with self.place.sql() as connection:
            connection.execute("SET statement_timeout = '5s'")
            return connection.execute(statement, values).fetchall()

    def asked(self, statement: str, *values: object) -> bool:
        """Whether the database has a row for it; False while it is away."""
        try:
            return bool(self.rows(statement, *values))
        except AWAY:
            return False


def struck(world: World, strike: Strike, seconds: float) -> Generator[Wait, None, Struck]:
    """Order a strike and wait until it was carried out; taken back, and `NotStruck`, when nobody came by the point."""
    world.place.order(strike)
    found: list[Struck] = []

    def is_struck() -> bool:
        if (one := world.take(strike)) is not None:
            found.append(one)
        return bool(found)

    try:
        yield Until(is_struck, seconds, f"{strike.task} at {strike.point}")
    except NotInTime:
        world.place.withdraw(strike)
        # Unless it was carried out in this very moment.
        if not is_struck():
            raise NotStruck from None
    except GeneratorExit:
        world.place.withdraw(strike)
        if is_struck():
            world.place.thaw(found[0].pid)
        raise
    return found[0]


def ready(world: World, name: str) -> Until:
    """Wait until a program or server is back."""
    return Until(lambda: world.place.is_ready(name), _READY_SECONDS, f"{name} to be ready again")
