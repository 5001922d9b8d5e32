"""Whether database, schema and broker are there for this process, each asked anew and answered within two seconds."""

from dataclasses import dataclass
from functools import cache

import psycopg
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from partnershop.config import config
from partnershop.failure import describe
from partnershop.paths import MIGRATIONS

SECONDS = 2
_OPTIONS = f"-c statement_timeout={SECONDS}s -c lock_timeout={SECONDS}s"


@dataclass(frozen=True)
class Answer:
    """What was found, in words without addresses or passwords. `needed`: without it no event can be stored."""

    name: str
    ok: bool
    words: str
    needed: bool = True


def ask_database() -> tuple[Answer, Answer]:
    """Whether the database answers a statement, and whether it has the schema of this version."""
    try:
        revision = _revision()
    except psycopg.Error as problem:
        away = Answer("database", False, f"does not answer within {SECONDS} seconds: {describe(problem)}")
        return away, Answer("schema", False, "nobody knows, the database does not answer")
    return Answer("database", True, "answers"), _schema(revision)


def ask_broker() -> Answer:
    """Whether the broker answers a PING. Without it events are stored all the same, and wait for the sweeper."""
    limits = {"socket_timeout": SECONDS, "socket_connect_timeout": SECONDS, "retry": Retry(NoBackoff(), 0)}
    broker = Redis.from_url(config().broker_url, **limits)
    try:
        broker.ping()
    except (RedisError, OSError) as problem:
        words = f"does not answer within {SECONDS} seconds: {describe(problem)}"
        return Answer("broker", False, f"{words}; events are stored and worked on once it is back", needed=False)
    finally:
        broker.close()
    return Answer("broker", True, "answers", needed=False)


def _revision() -> str | None:
    """The schema's revision as the database has it; None where it has no tables of ours."""
    _, _, rest = config().database_url.partition("://")
    # A connection of its own: a pool with none left, or one that hangs, is not what is asked about.
    with psycopg.connect(f"postgresql://{rest}", connect_timeout=SECONDS, options=_OPTIONS, autocommit=True) as asked:
        try:
            row = asked.execute("SELECT version_num FROM alembic_version").fetchone()
        except psycopg.errors.UndefinedTable:
            return None
    return str(row[0]) if row else None


def _schema(revision: str | None) -> Answer:
    newest = _revisions()[0]
    if revision is None:
        return Answer("schema", False, "there is none: run `partnershop migrate`")
    if revision == newest:
        return Answer("schema", True, f"is {newest}, the newest")
    if revision in _revisions():
        return Answer("schema", False, f"is {revision}, this version needs {newest}: run `partnershop migrate`")
    # While machines are brought to a new version one after the other, the older ones go on.
    return Answer("schema", True, f"is {revision}, of a newer version than this one ({newest})")


@cache
def _revisions() -> tuple[str, ...]:
    """The revisions this version knows, the newest first."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415  (slow to import)

    return tuple(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())
