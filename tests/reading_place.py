"""A database of a module's own, and commands run on it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from audit_scenario import forget_database, use_database

from partnershop import cli
from partnershop.db import migrate


@contextmanager
def own_database(database_url: str, name: str) -> Iterator[None]:
    """The product works on a new database, named after the run's and `name`, which is dropped at the end."""
    server, _, run = database_url.rpartition("/")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {run}_{name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {run}_{name}")
    with pytest.MonkeyPatch.context() as patch:
        migrate(f"{server}/{run}_{name}")
        use_database(f"{server}/{run}_{name}", patch)
        patch.delenv("PARTNERSHOP_DATA", raising=False)
        yield
        forget_database()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {run}_{name} WITH (FORCE)")


class Ran:
    """What a command printed, and its exit code."""

    def __init__(self, code: object, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        """Its output as the machine reads it."""
        return json.loads(self.out)


def run_command(capsys: pytest.CaptureFixture[str], *arguments: str) -> Ran:
    """Run a command line in this process."""
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    printed = capsys.readouterr()
    return Ran(ended.value.code, printed.out, printed.err)
