"""The tests' own bench: the network is closed, each test process has its own database, and cleaning really cleans."""

import socket
import urllib.request

import psycopg
import pytest
import redis


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "example.org"])
def test_nothing_outside_this_machine_can_be_reached(address: str) -> None:
    with pytest.raises(RuntimeError, match="tests may"):
        socket.create_connection((address, 80), timeout=1)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as client, pytest.raises(RuntimeError, match="tests may only connect to this machine"):
        client.connect_ex((address, 80))


def test_libraries_that_open_connections_meet_the_same_wall() -> None:
    with pytest.raises(RuntimeError, match="tests may not look up"):
        urllib.request.urlopen("http://example.org/", timeout=1)


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=1).close()


def test_the_broker_is_there(broker_url: str) -> None:
    with redis.Redis.from_url(broker_url) as client:
        assert client.ping()


def test_cleaning_empties_every_table_also_one_that_refuses_it(
    database_url: str, request: pytest.FixtureRequest
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        versions = connection.execute("SELECT count(*) FROM alembic_version").fetchone()
        connection.execute("CREATE TABLE guarded (number int GENERATED ALWAYS AS IDENTITY)")
        connection.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''never''; END'"
        )
        connection.execute("CREATE TRIGGER refuse BEFORE TRUNCATE ON guarded EXECUTE FUNCTION refuse()")
        try:
            connection.execute("INSERT INTO guarded DEFAULT VALUES")
            with pytest.raises(psycopg.errors.RaiseException, match="never"):
                connection.execute("TRUNCATE guarded")
            assert request.getfixturevalue("clean_database") == database_url
            inserted = connection.execute("INSERT INTO guarded DEFAULT VALUES RETURNING number").fetchone()
            assert inserted == (1,), "the row and the count are gone"
            assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == versions == (1,)
        finally:
            connection.execute("DROP TABLE guarded; DROP FUNCTION refuse()")
