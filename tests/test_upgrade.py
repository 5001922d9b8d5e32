"""A database of the version before: its papers have no chain and stay lawful, its prints are noted from now on."""

import hashlib
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from partnershop.audit import Finding, chain, prints
from partnershop.db import migrate
from partnershop.paths import MIGRATIONS

_SHOP = "INSERT INTO shop (id, code, currency, created_at) VALUES (1, 'aurora', 'EUR', now())"
_PAPER = """
    INSERT INTO document (id, shop_id, order_id, kind, series, year, sequence, number, issue_date, issued_at, currency,
        language, seller, buyer, order_number, order_date, payment_method, net, tax, gross, prepaid)
    VALUES (%(n)s, 1, 1, 'invoice', 'invoice', 2026, %(n)s, 'FT-' || %(n)s, '2026-03-02', '2026-03-02', 'EUR', 'it',
        '{}', '{}', 'A-1', '2026-03-01', 'card', 0, 0, 0, 0)
"""
_COUNTER = """
    INSERT INTO number_series (shop_id, series, year, last_number, last_issue_date) VALUES (1, %s, 2026, %s, %s)
"""
_RENDERED = "UPDATE rendering SET state = 'done', pdf = %s, sha256 = %s, renderer = 'old' WHERE document_id = %s"
_DAY = "2026-03-02"


@pytest.fixture
def old(database_url: str) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    """A database at schema 0003, with two papers, of which the first is rendered."""
    server, _, run = database_url.rpartition("/")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {run}_old")
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    settings.attributes.update(url=f"{server}/{run}_old")
    command.upgrade(settings, "0003")
    with psycopg.connect(f"{server}/{run}_old", autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(_SHOP)
        connection.execute(_COUNTER, ("invoice", 2, _DAY))
        for number in (1, 2):
            connection.execute(_PAPER, {"n": number})
            connection.execute("INSERT INTO rendering (document_id, due_at) VALUES (%s, now())", (number,))
        print_as_before(connection, 1)
        connection.execute("SET session_replication_role = origin")
        yield connection
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {run}_old WITH (FORCE)")


def print_as_before(connection: "psycopg.Connection[tuple[Any, ...]]", document_id: int) -> None:
    """Store bytes as the worker of the version before does."""
    pdf = b"paper %d" % document_id
    connection.execute(_RENDERED, (pdf, hashlib.sha256(pdf).hexdigest(), document_id))


def said(url: str) -> list[str]:
    """What is found of chains and prints."""
    found = Finding(6, "")
    engine = create_engine(f"postgresql+psycopg://{url.partition('://')[2]}")
    with Session(engine) as session:
        chain.look_at(session, [1], found)
        prints.look_at(session, [1], found)
    engine.dispose()
    return [f"{breach.about} {breach.problem}" for breach in found.first]


def test_papers_and_prints_from_before_are_in_order_and_later_ones_without_a_chain_are_not(
    old: "psycopg.Connection[tuple[Any, ...]]", database_url: str
) -> None:
    url = f"{database_url}_old"
    migrate(url)
    print_as_before(old, 2)
    noted = old.execute("SELECT document_id, renderer FROM printed ORDER BY id").fetchall()
    assert noted == [(1, "old"), (2, "old")]
    assert said(url) == []
    old.execute("SET session_replication_role = replica")
    old.execute(_PAPER, {"n": 3})
    old.execute(_COUNTER, ("reversal", 1, _DAY))
    assert said(url) == ["FT-3 has no link, though it was issued after papers were chained"]
    assert old.execute("SELECT series, chained_after FROM number_series ORDER BY series").fetchall() == [
        ("invoice", 2), ("reversal", 0),
    ]  # fmt: skip
    old.execute("SET session_replication_role = origin")
    with pytest.raises(psycopg.errors.RestrictViolation):
        old.execute("UPDATE number_series SET last_number = 3, chained_after = 3 WHERE series = 'invoice'")
