"""The wire between a client and a real server: it passes everything on, and can be cut where it matters most."""

import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from partnershop.drill.place_preparing import through, wired
from partnershop.drill.wire import Moment, Wire
from partnershop.machine.ports import is_open


@pytest.fixture
def wire(clean_database: str) -> Iterator[Wire]:
    with wired(clean_database, sees_commits=True) as made:
        yield made


@pytest.fixture
def direct(clean_database: str) -> Iterator["psycopg.Connection[tuple[int]]"]:
    """Straight to the server, with a table to write into."""
    with psycopg.connect(clean_database, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS wired (number int)")
        yield connection
        connection.execute("DROP TABLE wired")


def count(direct: "psycopg.Connection[tuple[int]]") -> int:
    row = direct.execute("SELECT count(*) FROM wired").fetchone()
    assert row is not None
    return row[0]


def test_everything_passes_in_both_directions(wire: Wire, clean_database: str) -> None:
    with psycopg.connect(through(clean_database, wire)) as connection:
        content = "ü" * 3_000_000
        assert connection.execute("SELECT %s", (content,)).fetchone() == (content,)
        rows = connection.execute("SELECT n, repeat('x', 500) FROM generate_series(1, 5000) n").fetchall()
        assert len(rows) == 5000
        with connection.cursor().copy("COPY (SELECT n FROM generate_series(1, 20000) n) TO STDOUT") as copy:
            assert sum(1 for _ in copy) == 20000
        assert wire.connections == 1


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_client_never_hears_of_a_commit_that_is_cut(
    moment: Moment, wire: Wire, clean_database: str, direct: "psycopg.Connection[tuple[int]]"
) -> None:
    wire.cut_at_commit(moment, 2)
    for _ in range(2):
        with pytest.raises(psycopg.OperationalError), psycopg.connect(through(clean_database, wire)) as connection:
            connection.execute("INSERT INTO wired VALUES (1)")
    with psycopg.connect(through(clean_database, wire)) as connection:
        connection.execute("INSERT INTO wired VALUES (2)")
    assert wire.commits_cut == 2
    assert count(direct) == (1 if moment == "before" else 3)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_commit_of_nothing_is_not_worth_a_cut(
    moment: Moment, wire: Wire, clean_database: str, direct: "psycopg.Connection[tuple[int]]"
) -> None:
    wire.cut_at_commit(moment, 1)
    with psycopg.connect(through(clean_database, wire)) as connection:
        connection.execute("SELECT 1")
        connection.commit()
        connection.execute("UPDATE wired SET number = 7")
    assert wire.commits_cut == 0
    assert count(direct) == 0


def test_a_commit_of_sqlalchemy_is_seen(
    wire: Wire, clean_database: str, direct: "psycopg.Connection[tuple[int]]"
) -> None:
    url = through(clean_database, wire).replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url, pool_pre_ping=True)
    wire.cut_at_commit("after", 1)
    with pytest.raises(OperationalError), engine.begin() as connection:
        connection.execute(text("INSERT INTO wired VALUES (:number)"), {"number": 3})
    engine.dispose()
    assert (wire.commits_cut, count(direct)) == (1, 1)


def test_a_cut_breaks_every_connection_and_the_next_ones_pass(wire: Wire, clean_database: str) -> None:
    url = through(clean_database, wire)
    clients = [psycopg.connect(url) for _ in range(3)]
    assert wire.cut() == 3
    for client in clients:
        with pytest.raises(psycopg.OperationalError):
            client.execute("SELECT 1")
        client.close()
    with psycopg.connect(url) as again:
        assert again.execute("SELECT 1").fetchone() == (1,)


def test_while_it_refuses_nobody_new_comes_through(wire: Wire, clean_database: str) -> None:
    url = through(clean_database, wire)
    with psycopg.connect(url) as old:
        wire.refuse(on=True)
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url)
        assert old.execute("SELECT 1").fetchone() == (1,)
        wire.refuse(on=False)
        psycopg.connect(url).close()


def test_what_is_delayed_arrives_whole_and_in_order_also_when_the_delay_ends() -> None:
    parts = [bytes([number]) * 1000 for number in range(200)]
    with socket.create_server(("127.0.0.1", 0)) as server, Wire(server.getsockname()[1]) as wire:
        with socket.create_connection(("127.0.0.1", wire.port)) as client:
            there, _ = server.accept()
            for number, part in enumerate(parts):
                wire.delay = 0.05 if number % 3 == 0 else 0.0
                client.sendall(part)
                time.sleep(0.001)
        with there, there.makefile("rb") as arrived:
            assert arrived.read() == b"".join(parts)


def test_a_broker_answers_through_it_late(broker_url: str) -> None:
    with wired(broker_url) as wire, redis.Redis.from_url(through(broker_url, wire)) as client:
        wire.delay = 0.01
        assert client.ping()


def test_a_server_that_is_away_is_a_connection_that_breaks() -> None:
    with Wire(1) as wire, pytest.raises(psycopg.OperationalError):
        psycopg.connect(f"postgresql://partnershop:x@127.0.0.1:{wire.port}/x", connect_timeout=10)


def test_a_wire_that_is_closed_leaves_nobody_connected(clean_database: str) -> None:
    wire = wired(clean_database, sees_commits=True)
    client = psycopg.connect(through(clean_database, wire))
    wire.close()
    wire.close()
    with pytest.raises(psycopg.OperationalError):
        client.execute("SELECT 1")
    client.close()
    assert not is_open(wire.port)


def test_an_address_by_the_wire_keeps_password_and_database(wire: Wire, clean_database: str) -> None:
    before, after = urlsplit(clean_database), urlsplit(through(clean_database, wire))
    assert (after.username, after.password, after.path) == (before.username, before.password, before.path)
    assert after.port == wire.port
