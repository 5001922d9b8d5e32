"""Claiming due work costs the same however much is finished: each claim goes through its partial index, and only that.

The statements are those the flows really send, caught on their way to a database with 50,000 finished items.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import Session

from partnershop.cli.files import picture_beside
from partnershop.db import migrate
from partnershop.flows import catalogues, commissions, dispatch, documents, inbox, invoicing, routing, shops
from partnershop.paths import SAMPLES
from partnershop.rules.eligibility import Route

ROWS = 50_000

# One order, one document and one finished unit of each kind of work per item: more than any shop has.
_FINISHED_WORK = """
    INSERT INTO orders (shop_id, number, currency, placed_at, payment_method, internal, language, customer, event_id,
                        digest, invoice_due_at)
    SELECT :shop, 'A-' || n, 'EUR', now(), 'invoice', false, 'it', '{}', n, '', now() FROM generate_series(1, :rows) n;
    INSERT INTO document (shop_id, order_id, kind, series, year, sequence, number, issue_date, issued_at, currency,
                          language, seller, buyer, order_number, order_date, payment_method, net, tax, gross, prepaid)
    SELECT :shop, id, 'invoice', 'invoice', 2026, id, 'FT-' || id, '2026-03-02', now(), 'EUR', 'it', '{}', '{}', number,
           '2026-03-02', 'invoice', 4990, 1098, 6088, 0 FROM orders;
    INSERT INTO item (shop_id, order_id, key, position, product, options, description, quantity, unit_price, vat_rate,
                      vat_category, net, state, route, gates_passed_at, invoice_id)
    SELECT :shop, orders.id, '1', 1, 'flyer', '{}', 'Volantini', 1, 49.90, 22, 'S', 4990, 'handed_over', 'in_house',
           now(), document.id FROM orders JOIN document ON document.order_id = orders.id ORDER BY orders.id;
    INSERT INTO commission_entry (shop_id, item_id, document_id, base, percent, amount, created_at)
    SELECT :shop, id, invoice_id, 4990, 8, 399, now() FROM item ORDER BY id;
    INSERT INTO dispatch (item_id, shop_id, producer, key, state, created_at, finished_at)
    SELECT id, :shop, 'in_house', 'key-' || id, 'done', now(), now() FROM item ORDER BY id;
    UPDATE orders SET invoice_id = document.id FROM document WHERE document.order_id = orders.id;
    UPDATE item SET commission_id = commission_entry.id, dispatch_id = dispatch.id
      FROM commission_entry, dispatch WHERE commission_entry.item_id = item.id AND dispatch.item_id = item.id;
    INSERT INTO rendering (document_id, state, pdf, sha256, rendered_at) SELECT id, 'done', '', '', now() FROM document;
    INSERT INTO event (shop_id, source, event_id, type, order_number, time, received_at, digest, body, state,
                       handled_at)
    SELECT :shop, '/shops/aurora', 'evt-' || n, 'order.placed', 'A-' || n, now(), now(), '', '{}', 'handled', now()
      FROM generate_series(1, :rows) n
"""


@dataclass(frozen=True)
class Filled:
    """A database full of finished work, and its one shop."""

    engine: Engine
    shop: int


@dataclass(frozen=True)
class Claim:
    """A flow that claims, and the partial index of that work.

    `looks_up`: indexes it may ask about each row found there; `sorts`: it may sort those rows.
    """

    index: str
    table: str
    flow: Callable[[Session, int], object]
    looks_up: frozenset[str] = frozenset()
    sorts: bool = False


CLAIMS = {
    "inbox": Claim("ix_event_due", "event", inbox.apply_next),
    "routing": Claim("ix_item_routing_due", "item", routing.route_next),
    "dispatch": Claim(
        "ix_item_dispatch_due",
        "item",
        lambda session, shop: dispatch.claim(session, shop, Route.IN_HOUSE, 20, idempotent=True),
    ),
    # Only calls that wait to be tried again are sorted: none on a good day.
    "dispatch, again": Claim(
        "ix_dispatch_due",
        "dispatch",
        lambda session, shop: dispatch.claim(session, shop, Route.IN_HOUSE, 20, idempotent=True),
        looks_up=frozenset({"pk_item"}),
        sorts=True,
    ),
    "invoicing": Claim("ix_orders_invoice_due", "orders", invoicing.invoice_next),
    "commissions": Claim("ix_item_commission_due", "item", lambda session, _: commissions.book_next(session)),
    "documents": Claim("ix_rendering_due", "rendering", lambda session, _: documents.claim(session)),
}


@pytest.fixture(scope="module")
def filled(database_url: str) -> Iterator[Filled]:
    """A database of its own, because filling one takes seconds."""
    server, _, name = database_url.rpartition("/")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}_plans WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}_plans")
        filled = _fill(f"{server}/{name}_plans")
        yield filled
        filled.engine.dispose()
        connection.execute(f"DROP DATABASE {name}_plans WITH (FORCE)")


def _fill(url: str) -> Filled:
    migrate(url)
    engine = create_engine(f"postgresql+psycopg://{url.partition('://')[2]}")
    with Session(engine) as session, session.begin():
        catalogues.load(session, (SAMPLES / "catalogue.yaml").read_text("utf-8"))
        file = SAMPLES / "shops" / "aurora.yaml"
        shop = shops.add(session, file.read_text("utf-8"), "tests", picture_beside(file)).shop.id
        for statement in _FINISHED_WORK.split(";"):
            session.execute(text(statement), {"shop": shop, "rows": ROWS})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE)"))
    return Filled(engine, shop)


def _claims_sent(filled: Filled, claim: Claim) -> list[tuple[str, dict[str, Any]]]:
    """The locking SELECTs on the claim's table that the flow sends."""
    sent: list[tuple[str, dict[str, Any]]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: dict[str, Any], *_: Any) -> None:
        source = " ".join(statement.split()).partition(" FROM ")[2]
        if source.startswith(f"{claim.table} ") and " FOR " in source and " LIMIT " in source:
            sent.append((statement, parameters))

    event.listen(filled.engine, "before_cursor_execute", note)
    try:
        with Session(filled.engine) as session, session.begin():
            claim.flow(session, filled.shop)
    finally:
        event.remove(filled.engine, "before_cursor_execute", note)
    return sent


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def _plan_of(filled: Filled, statement: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    with filled.engine.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
        row = cursor.fetchone()
        connection.rollback()
    assert row is not None
    return list(_nodes(row[0][0]["Plan"]))


@pytest.mark.parametrize("stage", CLAIMS)
def test_a_claim_goes_through_its_partial_index_without_sort_or_scan(filled: Filled, stage: str) -> None:
    claim = CLAIMS[stage]
    sent = _claims_sent(filled, claim)

    assert sent, "the flow sent no claim"
    for statement, parameters in sent:
        nodes = _plan_of(filled, statement, parameters)
        kinds = {node["Node Type"] for node in nodes}
        assert not kinds & {"Seq Scan", "Bitmap Heap Scan"}, kinds
        used = {node["Index Name"] for node in nodes if "Index Name" in node}
        assert claim.index in used
        assert used <= {claim.index, *claim.looks_up}
        assert claim.sorts or not kinds & {"Sort", "Incremental Sort"}, kinds
