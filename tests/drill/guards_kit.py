"""What a guard of the product is, how drills are named, and tools to take guards out: all of it in tests only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import sql
from shortly import Short
from shortly_state import Admin
from sqlalchemy import Select, event
from striking import Frozen, Work, die, killed_by

from partnershop import db
from partnershop.drill.fault import Family
from partnershop.drill.points import Point
from partnershop.drill.verdict import Kind, Trouble
from partnershop.stages import Stage

Play = Callable[[Short], None]
Out = Callable[[Short], None]
"""Takes a guard out for the rest of a test; what it does to the database is put back by the test's end."""


@dataclass(frozen=True)
class Drill:
    """A short drill: it plays a fault; that all is drained and judged afterwards goes without saying."""

    name: str
    family: Family
    play: Play


DRILLS: dict[str, Drill] = {}


def drill(family: Family) -> Callable[[Play], Play]:
    """Enters a function among the drills, by its name and for its family."""

    def enter(play: Play) -> Play:
        name = play.__name__
        assert name not in DRILLS, name
        DRILLS[name] = Drill(name, family, play)
        return play

    return enter


AUDIT = "audit"


@dataclass(frozen=True)
class Guard:
    """A guard, what it promises, the drill that shows it, and how only tests take it out.

    `trouble` is what the verdict says without it: a kind of trouble, or the audit's. Where another guard catches the
    same, `also` takes that one out besides and `caught_by` names it: with the first alone out, nothing happens yet.
    """

    name: str
    promise: str
    drill: str
    out: Out
    trouble: Kind | str
    also: Out | None = None
    caught_by: str = ""


BEFORE_DISPATCH = frozenset({Stage.INBOX, Stage.ROUTING})
UNTIL_PAPERS = frozenset(Stage) - {Stage.RECONCILIATION, Stage.DOCUMENTS, Stage.MAIL}


def offset_file(short: Short) -> Path:
    """Where a frozen child reads how late it is when it wakes up; beside the product's data."""
    return short.data.parent / f"{short.data.name}-offset"


def frozen(short: Short, work: Work, at: str) -> Frozen:
    """A child that is stopped at this point."""
    return Frozen(work, Point.parse(at), offset_file(short))


def wrong(short: Short, sentence: str) -> None:
    """The drill itself saw that something is neither lost nor doubled, and is not as it must be."""
    short.said.append(Trouble(Kind.WRONG, sentence, short.scene.code))


def die_after(short: Short, module: Any, name: str, call: Work) -> None:
    """Do `call` in a child that is killed as soon as a function of a module has returned."""
    original = getattr(module, name)

    def and_die(*arguments: Any, **named: Any) -> Any:
        original(*arguments, **named)
        die()

    with short.patch.context() as patch:
        patch.setattr(module, name, and_die)
        killed_by(call)


@contextmanager
def limits(**milliseconds: int) -> Iterator[None]:
    """Other time limits of the database, in milliseconds by the names of its settings (0: none)."""
    settings = {name: f"{value}ms" for name, value in milliseconds.items()}

    def limit(connection: Any, _: Any) -> None:
        with connection.cursor() as cursor:
            for name, value in settings.items():
                cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
        connection.commit()

    engine = db.engine()
    engine.dispose()
    event.listen(engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(engine, "connect", limit)
        engine.dispose()


def without_row_locks(short: Short) -> None:
    """Nobody locks a row before reading it."""
    short.patch.setattr(Select, "with_for_update", lambda query, **_: query)


def without_key(*names: str) -> Out:
    """Without these unique keys; they come back when the short drill ends, with their tables empty."""

    def out(short: Short) -> None:
        for name in names:
            short.at_the_end(_dropped(short.admin, name))

    return out


def _dropped(admin: Admin, name: str) -> Callable[[], None]:
    constraint = admin.execute(
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", (name,)
    ).fetchone()
    index = admin.execute("SELECT tablename, indexdef FROM pg_indexes WHERE indexname = %s", (name,)).fetchone()
    assert index is not None, f"there is no key {name}"
    table, definition = sql.Identifier(str(index[0])), sql.Composed([sql.SQL(str(index[1]))])
    if constraint is not None:
        keyed = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} ").format(table, sql.Identifier(name))
        definition = keyed + sql.SQL(str(constraint[1]))
        admin.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(table, sql.Identifier(name)))
    else:
        admin.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))

    def put_back() -> None:
        with admin.transaction():
            admin.execute("SET LOCAL session_replication_role = replica")
            admin.execute(sql.SQL("DELETE FROM {}").format(table))
        admin.execute(definition)

    return put_back


def without_trigger(table: str, name: str) -> Out:
    """Without this trigger; it comes back when the short drill ends."""
    names = {"table": sql.Identifier(table), "trigger": sql.Identifier(name)}

    def out(short: Short) -> None:
        short.admin.execute(sql.SQL("ALTER TABLE {table} DISABLE TRIGGER {trigger}").format(**names))
        enable = sql.SQL("ALTER TABLE {table} ENABLE TRIGGER {trigger}").format(**names)
        short.at_the_end(lambda: short.admin.execute(enable))

    return out


def patched(module: Any, name: str, value: Any) -> Out:
    """With another value of a name in a module."""
    return lambda short: short.patch.setattr(module, name, value)


def wrapped(module: Any, name: str, around: Callable[..., Any]) -> Out:
    """With a function of a module replaced by one that is given it as its first argument."""

    def out(short: Short) -> None:
        original = getattr(module, name)
        short.patch.setattr(module, name, lambda *arguments, **named: around(original, *arguments, **named))

    return out


def both(*outs: Out) -> Out:
    """Several taken out together."""

    def out(short: Short) -> None:
        for one in outs:
            one(short)

    return out
