"""The sample shop of tests/factories.py, and a database that a test may break."""

from collections.abc import Iterator

import psycopg
import pytest
from factories import Scene, product, scene, time

__all__ = ["breakable", "product", "scene", "time"]


@pytest.fixture
def breakable(scene: Scene, clean_database: str) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """A connection to the scene's database whose transaction is rolled back: it may drop guards and break rules."""
    connection = psycopg.connect(clean_database)
    connection.execute("SET lock_timeout = '10s'")
    yield connection
    connection.rollback()
    connection.close()
