"""`partnershop migrate` beside workers that use the tables."""

import psycopg
import pytest
from commanding import Result, Run
from psycopg.errors import DeadlockDetected
from sqlalchemy.exc import OperationalError


def test_a_database_that_has_the_schema_keeps_it(database: str, run: Run) -> None:
    assert run("migrate") == Result(0, "the database has the schema of this version\n", "")


def test_it_is_tried_again_while_a_table_is_in_use(database: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    released: list[str] = []
    with psycopg.connect(database) as worker:
        worker.execute("LOCK TABLE alembic_version")

        def let_go(_: float) -> None:
            released.append("after a try")
            worker.rollback()

        monkeypatch.setattr("partnershop.cli.migrate.time.sleep", let_go)
        result = run("migrate")
    assert released == ["after a try"]
    assert result.code == 0
    assert "a table is in use; nothing has changed yet, trying again" in result.err
    assert "the database has the schema" in result.out


def test_patience_ends(database: str, run: Run) -> None:
    with psycopg.connect(database) as worker:
        worker.execute("LOCK TABLE alembic_version")
        result = run("migrate", "--patience", "0")
    assert result.code == 3
    assert "the database cannot do it now: canceling statement due to lock timeout" in result.err


def test_a_database_that_is_away_is_not_waited_for(no_place: pytest.MonkeyPatch, run: Run) -> None:
    no_place.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    assert run("migrate").code == 3


def test_it_is_tried_again_after_a_deadlock(database: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []

    def once_in_a_deadlock(url: str, runtime_role: str | None) -> None:
        assert runtime_role is None
        tries.append(url)
        if len(tries) == 1:
            raise OperationalError("CREATE TABLE", {}, DeadlockDetected("deadlock detected"))

    monkeypatch.setattr("partnershop.db.migrate", once_in_a_deadlock)
    monkeypatch.setattr("partnershop.cli.migrate.time.sleep", lambda _: None)
    assert run("migrate").code == 0
    assert tries == [database, database]
