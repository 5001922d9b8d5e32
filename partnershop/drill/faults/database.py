"""The database: shut down at once, cut off exactly at COMMIT, deadlocked, out of connections."""

import os
import random
import signal
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Literal

import psycopg
from psycopg import errors

from partnershop.drill.fault import Family, Fault, Injecting, NotStruck, Until, Wait
from partnershop.drill.faults.world import AWAY, RESTARTS, World, ready

_SERVER = "postgres"
_COMMITS_SECONDS = 15.0
_DEADLOCK_SECONDS = 12.0
_TAKEN_SECONDS = 8.0
_MOST_CONNECTIONS = 400


def restart(world: World, chance: random.Random) -> Injecting:
    """Immediate shutdown (SIGQUIT): no session is ended in order, and the next start is a recovery."""
    pid = world.place.pid(_SERVER)
    if pid is None:
        raise NotStruck
    with world.keeping(_SERVER):
        os.kill(pid, signal.SIGQUIT)
        world.counts[RESTARTS] += 1
        yield Until(lambda: world.place.pid(_SERVER) not in {None, pid}, 60.0, "the database to be started again")
        yield ready(world, _SERVER)
    return f"the database shut down at once, pid {pid}"


def cutting(moment: Literal["before", "after"]) -> Callable[[World, random.Random], Injecting]:
    """Cut the connection when a COMMIT passes the wire: nobody at this end knows whether it happened."""

    def inject(world: World, chance: random.Random) -> Injecting:
        wire = world.place.database_wire
        before, times = wire.commits_cut, chance.randint(2, 8)
        wire.cut_at_commit(moment, times)
        try:
            yield Until(lambda: wire.commits_cut >= before + times, _COMMITS_SECONDS, f"{times} commits")
        finally:
            wire.cut_at_commit(moment, 0)
        return f"cut {moment} the answer to COMMIT, {wire.commits_cut - before} times"

    return inject


@dataclass
class _Held:
    """What a thread holds: it goes on until it is told to end, or the database is gone."""

    open_connection: "Callable[[], psycopg.Connection[Any]]"
    found: int = 0
    ending: threading.Event = field(default_factory=threading.Event)

    def deadlock(self) -> None:
        """Lock items of busy orders, then the orders: the other way round than the product does."""
        try:
            with self.open_connection() as connection:
                connection.execute("SET statement_timeout = '8s'")
                while not self.ending.wait(0.05):
                    self._against(connection)
        except AWAY:
            return

    def _against(self, connection: "psycopg.Connection[Any]") -> None:
        try:
            with connection.transaction(force_rollback=True):
                items = (
                    "SELECT i.order_id FROM item i JOIN orders o ON o.id = i.order_id WHERE i.order_id IN"
                    " (SELECT id FROM orders ORDER BY id DESC LIMIT 60) ORDER BY i.id DESC FOR UPDATE OF i"
                )
                orders = sorted({row[0] for row in connection.execute(items)}, reverse=True)
                self.ending.wait(0.3)
                for order in orders:
                    connection.execute("SELECT 1 FROM orders WHERE id = %s FOR UPDATE", (order,))
        except errors.DeadlockDetected:
            self.found += 1
        except errors.QueryCanceled:
            return

    def take_all(self) -> None:
        """Open connections until there are none left, and keep them."""
        taken: list[psycopg.Connection[Any]] = []
        try:
            while not self.ending.is_set() and len(taken) < _MOST_CONNECTIONS:
                try:
                    taken.append(self.open_connection())
                    self.found = len(taken)
                except AWAY:
                    # None left, for now: what anybody gives back is taken as well.
                    self.ending.wait(0.1)
        finally:
            for connection in taken:
                connection.close()


def deadlocks(world: World, chance: random.Random) -> Injecting:
    """Whoever is chosen to end by the database is the product as often as the drill."""
    with world.keeping(_SERVER):
        before = _count_deadlocks(world)
        held = _Held(world.place.sql)
        yield from _while_at_work(held, held.deadlock, _DEADLOCK_SECONDS)
        found = max(held.found, _count_deadlocks(world) - before)
    if not found:
        raise NotStruck
    return f"{found} deadlocks, {found - held.found} at the product's cost"


def _count_deadlocks(world: World) -> int:
    return int(world.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")[0][0])


def no_connections(world: World, chance: random.Random) -> Injecting:
    """Every connection that the server allows is taken."""
    with world.keeping(_SERVER):
        held = _Held(world.place.sql)
        yield from _while_at_work(held, held.take_all, _TAKEN_SECONDS)
    if not held.found:
        raise NotStruck
    return f"{held.found} connections taken, none left"


def _while_at_work(held: _Held, work: Callable[[], None], seconds: float) -> Generator[Wait, None, None]:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield seconds
    finally:
        held.ending.set()
    yield Until(lambda: not thread.is_alive(), 15.0, "the drill's own connections to be given back")


RESTART = Fault(Family.DATABASE_GONE, "immediate shutdown", restart, weight=1, lasts=5.0)
FAULTS = (
    RESTART,
    Fault(Family.DATABASE_GONE, "cut before a COMMIT arrives", cutting("before"), weight=3, lasts=6.0),
    Fault(Family.DATABASE_GONE, "cut after a COMMIT was done", cutting("after"), weight=3, lasts=6.0),
    Fault(Family.DATABASE_GONE, "deadlocks", deadlocks, weight=1, lasts=14.0),
    Fault(Family.DATABASE_GONE, "out of connections", no_connections, weight=1, lasts=10.0),
)
