"""A door to knock at: a shop in a clean database and a server in front of it."""

from collections.abc import Iterator

import pytest
from knocking import Database, Knocker, running_server

from partnershop.config import config
from partnershop.db import engine


def _forget_settings() -> None:
    if engine.cache_info().currsize:
        engine().dispose()
    engine.cache_clear()
    config.cache_clear()


@pytest.fixture
def settings(clean_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The process's settings name the test database; a test may set more of the environment before it takes `door`."""
    _forget_settings()
    monkeypatch.setenv("DATABASE_URL", clean_database)
    yield monkeypatch
    _forget_settings()


@pytest.fixture
def database(clean_database: str) -> Database:
    """The database behind the door."""
    return Database(clean_database)


@pytest.fixture
def door(settings: pytest.MonkeyPatch, database: Database) -> Iterator[Knocker]:
    """A client that signs as shop aurora (EUR), in front of a running server."""
    secret = database.add_shop()
    with running_server() as url:
        knocker = Knocker(url, secret, database)
        yield knocker
        knocker.client.close()
