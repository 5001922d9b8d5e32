"""Short drills of the database: cut off exactly at COMMIT, a deadlock, no connection to be had, no space on disk."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from factories import item
from guards_killed import invoiced, store
from guards_kit import UNTIL_PAPERS, drill, frozen, limits
from psycopg import sql
from shortly import LEASE_SECONDS, TASKS, Short
from shortly_story import tell
from striking import Work, until

from partnershop import db
from partnershop.config import config
from partnershop.db import engine as engine_of_the_product
from partnershop.drill.fault import Family
from partnershop.drill.points import BEFORE_COMMIT, Point, watching
from partnershop.drill.wire import Moment, Wire
from partnershop.stages import Stage

DATABASE = Family.DATABASE_GONE
_UNITS = 4
"""Each task is cut in its first units of work; those that follow do the same again."""


@contextmanager
def connected_by(short: Short, url: str) -> Iterator[None]:
    """The product reaches its database by this address."""
    with short.patch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        config.cache_clear()
        engine = engine_of_the_product.__wrapped__()
        patch.setattr(db, "engine", lambda: engine)
        try:
            yield
        finally:
            engine.dispose()
    config.cache_clear()


def _cut_and_again(short: Short, wire: Wire, moment: Moment, attempt: Any, work: Work) -> bool:
    """Each unit's commit is cut once; what was claimed by it is taken up again when its lease has ended."""
    for unit in range(_UNITS):
        before = wire.commits_cut

        def reached(point: Point, unit: int = unit) -> None:
            if point.at == BEFORE_COMMIT:
                wire.cut_at_commit(moment, int(point.unit == unit))

        with watching(reached):
            attempt(work)
        if wire.commits_cut > before:
            short.clock.advance(LEASE_SECONDS)
    wire.cut_at_commit(moment, 0)
    return bool(attempt(work))


def _cut_at_commits(short: Short, moment: Moment) -> None:
    url = urlsplit(config().database_url)
    assert url.port is not None
    with Wire(url.port, sees_commits=True) as wire:
        netloc = url.netloc.replace(f":{url.port}", f":{wire.port}").replace("localhost", "127.0.0.1")
        with connected_by(short, urlunsplit(url._replace(netloc=netloc))), short.patch.context() as patch:
            patch.setattr(short, "attempt", partial(_cut_and_again, short, wire, moment, short.attempt))
            tell(short)
        assert wire.commits_cut > 20, f"only {wire.commits_cut} commits were cut"


@drill(DATABASE)
def cut_off_before_commits(short: Short) -> None:
    """The server never hears of them, and nobody at this end knows that."""
    _cut_at_commits(short, "before")


@drill(DATABASE)
def cut_off_after_commits(short: Short) -> None:
    """The server has committed, and nobody at this end hears of it."""
    _cut_at_commits(short, "after")


@drill(DATABASE)
def a_deadlock(short: Short) -> None:
    """Somebody takes an item before its order; the product's worker is the one that the database ends."""
    invoiced(short)
    short.scene.cancel("A-1", "2")
    short.go(frozenset({Stage.INBOX}))
    (case,) = short.hints(Stage.CORRECTIONS)
    settle = partial(TASKS[f"corrections.{case.verb}"], shop=case.shop, order=case.order, case=case.case)
    with psycopg.connect(config().database_url) as somebody, limits(deadlock_timeout=50):
        worker = frozen(short, settle, "0.6")  # has the order, and is about to take its items
        somebody.execute("SET LOCAL deadlock_timeout = '1min'")
        somebody.execute("SELECT 1 FROM item WHERE key = '2' FOR UPDATE")
        waiting = threading.Thread(target=somebody.execute, args=("SELECT 1 FROM orders FOR UPDATE",))
        waiting.start()
        until(lambda: _waits_for_a_lock(short), "somebody to wait for the order")
        ended = worker.thaw()
        waiting.join()
    assert "DeadlockDetected" in ended.said, ended


def _waits_for_a_lock(short: Short) -> bool:
    found = short.admin.execute(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return found.fetchone() is not None


@contextmanager
def no_connections(short: Short) -> Iterator[None]:
    """The product's role may have one connection, and somebody else has it."""
    url = urlsplit(config().database_url)
    role = f"crowded_{short.admin.info.dbname}"
    names = {"role": sql.Identifier(role), "owner": sql.Identifier(short.admin.info.user)}
    short.admin.execute(sql.SQL("CREATE ROLE {role} LOGIN PASSWORD 'crowded' CONNECTION LIMIT 1").format(**names))
    short.admin.execute(sql.SQL("GRANT {owner} TO {role}").format(**names))
    _, _, host = url.netloc.rpartition("@")
    crowded = urlunsplit(url._replace(netloc=f"{role}:crowded@{host}"))
    try:
        with psycopg.connect(crowded), connected_by(short, crowded):
            yield
    finally:
        short.admin.execute(sql.SQL("DROP ROLE {role}").format(**names))


@contextmanager
def no_space(short: Short) -> Iterator[None]:
    """Whatever is written, the server says that its disk is full."""
    short.admin.execute("""
        CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
        END $$
    """)
    tables = short.admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    for (table,) in tables:
        short.admin.execute(
            sql.SQL("CREATE TRIGGER no_space BEFORE INSERT OR UPDATE OR DELETE ON {} EXECUTE FUNCTION no_space()")
            .format(sql.Identifier(str(table)))
        )  # fmt: skip
    try:
        yield
    finally:
        short.admin.execute("DROP FUNCTION no_space CASCADE")


def _knocks_in_vain(short: Short, event: dict[str, Any]) -> None:
    """The door must not take an event that it cannot store; the client keeps it."""
    short.attempt(lambda: store(short, [event], lambda: short.lost(f"{event['id']} was taken and is nowhere")))


def _nothing_works(short: Short, refusal: Any, sentence: str) -> None:
    """The database refuses for a while, again and again, in the middle of a story."""
    scene = short.scene
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    scene.pay("A-1", "97.60")
    with refusal(short):
        short.attempt(short.go)
        _knocks_in_vain(short, scene.event("item.cancelled", order="A-1", item="2", reason="too late"))
    short.go(UNTIL_PAPERS)
    scene.ship("A-1", "1", "2")
    with refusal(short):
        short.attempt(short.go)
    short.go()
    scene.cancel("A-1", "2")
    short.go(frozenset({Stage.INBOX}))
    with refusal(short):
        short.attempt(short.go)
    assert any(sentence in error for error in short.errors), short.errors


@drill(DATABASE)
def no_connection_to_be_had(short: Short) -> None:
    """Too many are connected."""
    _nothing_works(short, no_connections, "too many connections")


@drill(DATABASE)
def no_space_on_the_disk(short: Short) -> None:
    """Reading works, and nothing can be written."""
    _nothing_works(short, no_space, "No space left on device")
