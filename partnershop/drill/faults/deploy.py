"""A new version under load: migrations while workers run, a rolling restart, SIGTERM in the middle of a rendering."""

import random
import threading
from dataclasses import dataclass, field

import psycopg
from sqlalchemy.exc import OperationalError

from partnershop.db import migrate
from partnershop.drill.fault import Family, Fault, Injecting, NotStruck, Until
from partnershop.drill.faults.world import World, ready

_MIGRATING_SECONDS = 60.0
_END_SECONDS = 60.0
_RENDERING_SECONDS = 30.0
_RENDERER = "worker-documents"
_TABLES = ("orders", "item", "event")


@dataclass
class _Migration:
    """What runs in a thread of its own, since it may wait for locks."""

    world: World
    steps: int = 0
    failed: list[str] = field(default_factory=list)

    def run(self) -> None:
        """To the newest schema, then what a next one would do to the busy tables, and back."""
        try:
            migrate(self.world.place.database_url)
            with self.world.place.sql() as connection:
                # As migrations/env.py: rather give up than hold up the workers.
                connection.execute("SET lock_timeout = '5s'")
                for table in _TABLES:
                    self._change(connection, table)
        except (psycopg.Error, OperationalError) as problem:
            self.failed.append(type(problem).__name__)

    def _change(self, connection: "psycopg.Connection[tuple[object, ...]]", table: str) -> None:
        for statement in (
            f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS drill_note text",
            f"CREATE INDEX CONCURRENTLY IF NOT EXISTS drill_{table} ON {table} (drill_note)",
        ):
            connection.execute(statement.encode())
            self.steps += 1

    def back(self) -> bool:
        """Take away what was added; whether it could be done now."""
        try:
            with self.world.place.sql() as connection:
                connection.execute("SET lock_timeout = '5s'")
                for table in _TABLES:
                    connection.execute(f"ALTER TABLE {table} DROP COLUMN IF EXISTS drill_note".encode())
        except psycopg.Error:
            return False
        return True


def migrate_under_load(world: World, chance: random.Random) -> Injecting:
    """`migrate` with workers at work; there is nothing newer than now, so a next version's statements follow."""
    migration = _Migration(world)
    with world.keeping("postgres"):
        thread = threading.Thread(target=migration.run, daemon=True)
        thread.start()
        try:
            yield Until(lambda: not thread.is_alive(), _MIGRATING_SECONDS, "the migration")
            yield 3.0
        finally:
            done = migration.back()
        if not done:
            yield Until(migration.back, _MIGRATING_SECONDS, "the way back")
    said = f"migrate (nothing newer), then {migration.steps} steps of a next one: columns and indexes, and back"
    return said + (f"; stopped by {migration.failed[0]}, as it may be" if migration.failed else "")


def rolling_restart(world: World, chance: random.Random) -> Injecting:
    """Each worker in turn is asked to end, and the next when it is back."""
    done = 0
    for name in list(world.place.workers()):
        if name in world.kept or name.endswith("-2") or world.place.pid(name) is None:
            continue
        with world.keeping(name):
            pid = world.place.pid(name)
            world.place.end(name)
            yield Until(lambda n=name, p=pid: world.place.pid(n) not in {None, p}, _END_SECONDS, f"{name} to end")  # type: ignore[misc]
            yield ready(world, name)
            done += 1
    if not done:
        raise NotStruck
    return f"{done} workers restarted one after the other"


def end_while_rendering(world: World, chance: random.Random) -> Injecting:
    """SIGTERM for the worker that prints, with papers in hand."""
    leased = "SELECT 1 FROM rendering WHERE state = 'due' AND leased_until IS NOT NULL LIMIT 1"
    with world.keeping(_RENDERER):
        yield Until(lambda: world.asked(leased), _RENDERING_SECONDS, "a paper being printed")
        pid = world.place.pid(_RENDERER)
        if pid is None:
            raise NotStruck
        world.place.end(_RENDERER)
        yield Until(lambda: world.place.pid(_RENDERER) not in {None, pid}, _END_SECONDS, f"{_RENDERER} to end")
        yield ready(world, _RENDERER)
    return f"SIGTERM to {_RENDERER}, pid {pid}, while papers were in hand"


FAULTS = (
    Fault(Family.DEPLOY, "migration under load", migrate_under_load, at_most=3, lasts=10.0),
    Fault(Family.DEPLOY, "rolling restart", rolling_restart, lasts=40.0),
    Fault(Family.DEPLOY, "SIGTERM during a rendering", end_while_rendering, lasts=15.0),
)
