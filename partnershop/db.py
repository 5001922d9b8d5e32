"""The one place that opens, commits and rolls back. `unit_of_work()` is one task or one request = one transaction."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, cast

import psycopg
from psycopg import sql
from sqlalchemy import Engine, Table, create_engine, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from partnershop.config import config
from partnershop.counters import add_committed
from partnershop.paths import MIGRATIONS
from partnershop.stages import Wake

_LOCK_TIMEOUT = "10s"
_STATEMENT_TIMEOUT = "60s"

_waker: Callable[[Iterable[Wake]], None] | None = None


def set_waker(waker: Callable[[Iterable[Wake]], None] | None) -> None:
    """Say how the next stages are woken after a commit. Without one, the sweeper finds the work within seconds."""
    global _waker  # noqa: PLW0603  (set once by the composition root of each process)
    _waker = waker


@lru_cache(maxsize=1)
def engine() -> Engine:
    """The engine of this process, with limits on locks and statements so that nothing waits for ever."""
    return create_engine(
        config().sqlalchemy_url,
        pool_size=5,
        max_overflow=10,
        pool_pre_ping=True,
        # Statements in errors and logs come without their values: those are people's data.
        hide_parameters=True,
        json_serializer=_dumps,
        connect_args={
            "options": f"-c lock_timeout={_LOCK_TIMEOUT} -c statement_timeout={_STATEMENT_TIMEOUT} -c timezone=UTC"
            " -c idle_in_transaction_session_timeout=120s"
            # The generic plan of a prepared statement cannot use a partial index on a state.
            " -c plan_cache_mode=force_custom_plan",
            "application_name": "partnershop",
            "connect_timeout": 10,
        },
    )


def forget_connections() -> None:
    """Give a forked child its own connections (SQLAlchemy: dispose without closing the parent's)."""
    engine().dispose(close=False)


def forget_settings() -> None:
    """What was read of the environment is read anew, and no connection outlives its server."""
    if engine.cache_info().currsize:
        engine().dispose()
    engine.cache_clear()
    config.cache_clear()


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """A session in one transaction: committed at the end, rolled back on any error; then the next stages are woken.

    The wake-up is only a hint: it happens after the commit, and a lost one costs seconds, until the sweeper comes by.
    """
    with Session(engine(), expire_on_commit=False, autoflush=True) as session:
        with session.begin():
            yield session
        add_committed(session)
        wakes = list(session.info.get("wakes", {}))
    if wakes and _waker is not None:
        _waker(wakes)


@contextmanager
def undone_on_error(session: Session) -> Iterator[None]:
    """A part of the unit of work that is undone by itself where it raises, while what came before it stays."""
    with session.begin_nested():
        yield


def wake(session: Session, *hints: Wake) -> None:
    """Remember to wake these stages once the unit of work has committed; the same hint twice is one."""
    remembered: dict[Wake, None] = session.info.setdefault("wakes", {})
    for hint in hints:
        remembered[hint] = None


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def new_ids(session: Session, table: Table, count: int) -> list[int]:
    """`count` fresh values of a table's identity column, for rows that `copy_rows` is to write."""
    if not count:
        return []
    rows = session.execute(
        text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)"),
        {"table": table.name, "count": count},
    )
    return list(rows.scalars())


def copy_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write many rows by COPY, the fastest way in. All rows name the same columns; defaults of the table fill the rest.

    Like every bulk statement it knows no ON CONFLICT: a broken constraint fails the whole transaction.
    """
    if not rows:
        return
    names = list(rows[0])
    as_json = [isinstance(table.c[name].type, JSONB) for name in names]
    session.flush()
    connection = cast(psycopg.Connection[Any], session.connection().connection.driver_connection)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(
                [
                    _dumps(row[name]) if is_json and row[name] is not None else row[name]
                    for name, is_json in zip(names, as_json, strict=True)
                ]
            )


def migrate(url: str, runtime_role: str | None = None) -> None:
    """Bring the database at `url` to the newest schema (Alembic, `head`).

    `runtime_role` gets what the product needs of the tables and no more (migrations/runtime_role.py); raises `Refused`
    where it is not there or owns the tables itself.
    """
    from alembic import command  # noqa: PLC0415  (only this needs it, and it is slow to import)
    from alembic.config import Config  # noqa: PLC0415

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    settings.attributes.update(url=url, runtime_role=runtime_role)
    command.upgrade(settings, "head")
