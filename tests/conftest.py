"""One real PostgreSQL and one real Valkey for the whole run, a database of its own per test process, no network.

With xdist the controlling process starts the servers and hands their addresses down, because it outlives every worker;
without it they start with the first test that asks. Each test process works on a copy of one migrated template.
"""

import ipaddress
import shutil
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from partnershop import clock
from partnershop.embedded import Servers, remove_data, start_servers

# Tests tell of March 2026, and a reversal more than a year after the supply waits for an operator.
clock.stay_before(datetime(2027, 2, 1, tzinfo=UTC))

_TEMPLATE = "template_partnershop"
_TEMPLATE_LOCK = 1850  # any number: the advisory lock under which the template is made and copied


@dataclass(frozen=True)
class TestServers:
    """Where the run's servers are: the URLs of their first databases, with passwords."""

    __test__ = False  # not a test, whatever its name says to pytest

    database_url: str
    broker_url: str


_STARTED: pytest.StashKey[tuple[Path, Servers]] = pytest.StashKey()


def _start(config: pytest.Config) -> TestServers:
    if _STARTED not in config.stash:
        data = Path(tempfile.mkdtemp(prefix="partnershop-tests-"))
        data.chmod(0o711)  # for root's runs: PostgreSQL runs as nobody and must come through
        try:
            config.stash[_STARTED] = data, start_servers(data, fast=True)
        except BaseException:
            remove_data(data)
            raise
    _, servers = config.stash[_STARTED]
    return TestServers(servers.database_url, servers.broker_url)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Called in xdist's controller for each worker: what it puts into `workerinput` the worker can read."""
    started = _start(node.config)
    node.workerinput["servers"] = (started.database_url, started.broker_url)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The end of the run in the process that started the servers."""
    if _STARTED in config.stash:
        data, servers = config.stash[_STARTED]
        servers.stop()
        remove_data(data)


def _worker_number(config: pytest.Config) -> int:
    """0 without xdist; with it, 1 and up."""
    worker = getattr(config, "workerinput", {}).get("workerid", "gw-1")
    return int(worker.removeprefix("gw")) + 1


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> TestServers:
    """The servers of the whole run."""
    handed_down = getattr(request.config, "workerinput", {}).get("servers")
    return TestServers(*handed_down) if handed_down else _start(request.config)


@pytest.fixture(scope="session")
def database_url(servers: TestServers, request: pytest.FixtureRequest) -> str:
    """A migrated database of this test process's own."""
    name = f"test_{_worker_number(request.config)}"
    with psycopg.connect(_with_database(servers.database_url, "postgres"), autocommit=True) as connection:
        # A template may have no sessions while it is copied, so the test processes take turns.
        connection.execute("SELECT pg_advisory_lock(%s)", (_TEMPLATE_LOCK,))
        _make_template(connection, servers.database_url)
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
    return _with_database(servers.database_url, name)


def _make_template(connection: "psycopg.Connection[Any]", url: str) -> None:
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (_TEMPLATE,)).fetchone():
        return
    from partnershop.db import migrate  # noqa: PLC0415  tests without a database need none of it

    unfinished = f"{_TEMPLATE}_unfinished"  # renamed at the end: a failed migration leaves no half template
    connection.execute(f"DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")
    connection.execute(f"CREATE DATABASE {unfinished}")
    migrate(_with_database(url, unfinished))
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (unfinished,)
    )  # pooled connections that the migration left open
    connection.execute(f"ALTER DATABASE {unfinished} RENAME TO {_TEMPLATE}")


def _with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def broker_url(servers: TestServers, request: pytest.FixtureRequest) -> str:
    """A numbered database of the run's Valkey that only this test process uses."""
    return _with_database(servers.broker_url, str(_worker_number(request.config)))


# Rows are deleted where there are some, and few: TRUNCATE makes new files for each table and each of its indexes, and
# took a quarter of the whole run's time.
_EMPTY = """
DO $$
DECLARE
    one record;
    found boolean;
BEGIN
    FOR one IN
        SELECT oid::regclass AS name FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one.name) INTO found;
        CONTINUE WHEN NOT found;
        EXECUTE format('SELECT count(*) > 2000 FROM (SELECT FROM %s LIMIT 2001) AS its_rows', one.name) INTO found;
        IF found THEN
            EXECUTE format('TRUNCATE %s CASCADE', one.name);
        ELSE
            EXECUTE format('DELETE FROM %s', one.name);
        END IF;
    END LOOP;
    PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence WHERE pg_sequence_last_value(seqrelid) IS NOT NULL;
END $$
"""


@pytest.fixture
def clean_database(database_url: str) -> str:
    """The same database with every row gone and every identity at its beginning; its URL."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        # A transaction that an earlier test left open blocks this; ten seconds say so instead of a hanging run.
        connection.execute("SET lock_timeout = '10s'")
        # The triggers that guard issued documents refuse this to everybody but a replica.
        connection.execute("SET session_replication_role = replica")
        connection.execute(_EMPTY)
    return database_url


class NetworkClosedError(RuntimeError):
    """A test wanted to leave this machine."""


def _is_loopback(host: object) -> bool:
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    text = host.decode(errors="replace") if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def closed_network() -> Iterator[None]:
    """Refuse connections and name look-ups that leave this machine (Python's own; libpq's are not seen here)."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def check(family: int, address: Any) -> None:
        if family != socket.AF_UNIX and not _is_loopback(address[0]):
            raise NetworkClosedError(f"tests may only connect to this machine, not to {address!r}")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        check(self.family, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        check(self.family, address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        if not _is_loopback(host):
            raise NetworkClosedError(f"tests may not look up the name {host!r}")
        return getaddrinfo(host, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
        yield


@pytest.fixture
def reachable_folder() -> Iterator[Path]:
    """A folder, with a blank in its name, that every user may pass through; pytest's own are closed to all but one."""
    outer = Path(tempfile.mkdtemp(prefix="partnershop-test-"))
    outer.chmod(0o711)
    folder = outer / "data folder"
    folder.mkdir(mode=0o711)
    yield folder
    shutil.rmtree(outer, ignore_errors=True)
