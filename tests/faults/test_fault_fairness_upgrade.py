"""Workers of the version before go on beside fair claims: what they left due, and what they insert, has a shop."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from partnershop.db import migrate
from partnershop.flows import corrections, documents
from partnershop.paths import MIGRATIONS

_SHOP = "INSERT INTO shop (id, code, currency, created_at) VALUES (7, 'aurora', 'EUR', now())"
_ORDER = """
    INSERT INTO orders (id, shop_id, number, currency, placed_at, payment_method, internal, language, customer,
                        event_id, digest)
    VALUES (1, 7, 'A-1', 'EUR', now(), 'card', false, 'it', '{}', 1, '')
"""
_PAPER = """
    INSERT INTO document (id, shop_id, order_id, kind, series, year, sequence, number, issue_date, issued_at, currency,
        language, seller, buyer, order_number, order_date, payment_method, net, tax, gross, prepaid)
    VALUES (%(n)s, 7, 1, 'invoice', 'invoice', 2026, %(n)s, 'FT-' || %(n)s, '2026-03-02', '2026-03-02', 'EUR', 'it',
        '{}', '{}', 'A-1', '2026-03-01', 'card', 0, 0, 0, 0)
"""
_CASE = """
    INSERT INTO correction_case (shop_id, order_id, event_id, kind, actor, reason, created_at)
    VALUES (7, 1, 1, 'cancellation', 'tests', 'tests', now())
"""


@pytest.fixture
def before(database_url: str) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    """A database at schema 0004 with a paper that is printed, one that is due, and an open case."""
    server, _, run = database_url.rpartition("/")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {run}_before_fair")
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    settings.attributes.update(url=f"{server}/{run}_before_fair")
    command.upgrade(settings, "0004")
    with psycopg.connect(f"{server}/{run}_before_fair", autocommit=True) as connection:
        for statement in (_SHOP, _ORDER, _CASE):
            connection.execute(statement)
        for number in (1, 2, 3):
            connection.execute(_PAPER, {"n": number})
        connection.execute("INSERT INTO rendering (document_id) VALUES (1), (2)")
        connection.execute("UPDATE rendering SET state = 'done', pdf = '', sha256 = '' WHERE document_id = 1")
        yield connection
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {run}_before_fair WITH (FORCE)")


def test_what_was_due_before_and_what_older_workers_insert_afterwards_is_claimed(
    before: "psycopg.Connection[tuple[Any, ...]]", database_url: str
) -> None:
    url = f"{database_url}_before_fair"
    migrate(url)
    before.execute("INSERT INTO rendering (document_id, due_at) VALUES (3, now())")
    shops = before.execute("SELECT document_id, shop_id FROM rendering ORDER BY document_id").fetchall()
    assert shops == [(1, None), (2, 7), (3, 7)], "what is printed is left as it is"
    engine = create_engine(f"postgresql+psycopg://{url.partition('://')[2]}")
    with Session(engine) as session:
        assert [row.document_id for row in documents.next_of_all(session, 8)] == [2, 3]
        assert [shop for shop, *_ in corrections.due(session)] == ["aurora"]
    engine.dispose()
