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

from models import Shop
from partnershop.audit import files
from partnershop.cli.files import picture_beside
from partnershop.db import migrate
from partnershop.flows import (
    case_hints,
    catalogues,
    commissions,
    corrections,
    dispatch,
    dispatch_withdrawing,
    documents,
    inbox,
    invoicing,
    mail_sending,
    refunds,
    routing,
    shops,
)
from partnershop.paths import SAMPLES
from partnershop.reconciliation.checks import bytes_of_papers
from partnershop.rules.eligibility import Route

ROWS = 50_000

# One order, one document and one finished unit of each kind of work per item: more than any shop has. Every other item
# is Unitedprint's, without commission: the server, which takes columns for independent, thinks a quarter is due there.
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
    SELECT :shop, orders.id, '1', 1, 'flyer', '{}', 'Volantini', 1, 49.90, 22, 'S', 4990, 'handed_over',
           CASE WHEN orders.id % 2 = 0 THEN 'in_house' ELSE 'unitedprint' END,
           now(), document.id FROM orders JOIN document ON document.order_id = orders.id ORDER BY orders.id;
    INSERT INTO commission_entry (shop_id, item_id, document_id, base, percent, amount, created_at)
    SELECT :shop, id, invoice_id, 4990, 8, 399, now() FROM item WHERE route = 'in_house' ORDER BY id;
    INSERT INTO dispatch (item_id, shop_id, producer, key, state, created_at, finished_at)
    SELECT id, :shop, route, 'key-' || id, 'done', now(), now() FROM item ORDER BY id;
    UPDATE orders SET invoice_id = document.id FROM document WHERE document.order_id = orders.id;
    UPDATE item SET commission_id = commission_entry.id, dispatch_id = dispatch.id
      FROM dispatch LEFT JOIN commission_entry USING (item_id) WHERE dispatch.item_id = item.id;
    INSERT INTO rendering (document_id, state, pdf, sha256, rendered_at) SELECT id, 'done', '', '', now() FROM document;
    INSERT INTO event (shop_id, source, event_id, type, order_number, time, received_at, digest, body, state,
                       handled_at)
    SELECT :shop, '/shops/aurora', 'evt-' || n, 'order.placed', 'A-' || n, now(), now(), '', '{}', 'handled', now()
      FROM generate_series(1, :rows) n;
    INSERT INTO correction_case (shop_id, order_id, event_id, kind, actor, reason, state, created_at, done_at)
    SELECT :shop, id, id, 'cancellation', 'tests', 'tests', 'done', now(), now() FROM orders;
    INSERT INTO refund_request (shop_id, order_id, amount, currency, reason, state, created_at)
    SELECT :shop, id, 100, 'EUR', 'tests', 'sent', now() FROM orders;
    INSERT INTO mail (shop_id, order_id, kind, state, language, created_at)
    SELECT :shop, id, 'shipped', 'sent', 'it', now() FROM orders;
    INSERT INTO mail_document (mail_id, position, document_id)
    SELECT mail.id, 1, document.id FROM mail JOIN document ON document.order_id = mail.order_id
"""

# And some that is due, in each of the claims that look for the shops themselves.
_DUE_WORK = """
    INSERT INTO orders (shop_id, number, currency, placed_at, payment_method, internal, language, customer, event_id,
                        digest)
    SELECT :shop, 'D-' || n, 'EUR', now(), 'invoice', false, 'it', '{}', n, '' FROM generate_series(1, 50) n;
    INSERT INTO document (shop_id, order_id, kind, series, year, sequence, number, issue_date, issued_at, currency,
                          language, seller, buyer, order_number, order_date, payment_method, net, tax, gross, prepaid)
    SELECT :shop, id, 'invoice', 'invoice', 2026, id, 'FT-' || id, '2026-03-02', now(), 'EUR', 'it', '{}', '{}', number,
           '2026-03-02', 'invoice', 4990, 1098, 6088, 0 FROM orders WHERE number LIKE 'D-%';
    INSERT INTO item (shop_id, order_id, key, position, product, options, description, quantity, unit_price, vat_rate,
                      vat_category, net, state, route, invoice_id)
    SELECT :shop, orders.id, '1', 1, 'flyer', '{}', 'Volantini', 1, 49.90, 22, 'S', 4990, 'shipped', 'in_house',
           document.id FROM orders JOIN document ON document.order_id = orders.id WHERE orders.number LIKE 'D-%';
    INSERT INTO rendering (document_id) SELECT id FROM document WHERE order_number LIKE 'D-%';
    INSERT INTO correction_case (shop_id, order_id, event_id, kind, actor, reason, created_at)
    SELECT :shop, id, -id, 'cancellation', 'tests', 'tests', now() FROM orders WHERE number LIKE 'D-%';
    INSERT INTO refund_request (shop_id, order_id, amount, currency, reason, created_at)
    SELECT :shop, id, 100, 'EUR', 'tests', now() FROM orders WHERE number LIKE 'D-%';
    INSERT INTO dispatch (item_id, shop_id, producer, key, state, created_at)
    SELECT id, :shop, 'in_house', 'again-' || id, 'withdrawing', now() FROM item WHERE state = 'shipped';
    INSERT INTO mail (shop_id, order_id, kind, state, language, created_at)
    SELECT :shop, id, 'shipped', 'due', 'it', now() FROM orders WHERE number LIKE 'D-%'
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
    "withdrawing": Claim(
        "ix_dispatch_due",
        "dispatch",
        lambda session, _: dispatch_withdrawing.claim_withdrawals(session),
        looks_up=frozenset({"pk_item"}),
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
    "documents": Claim("ix_rendering_due", "rendering", lambda session, _: documents.next_of_all(session, 8)),
    "mail": Claim(
        "ix_mail_due",
        "mail",
        lambda session, _: mail_sending.claim(session),
        looks_up=frozenset({"pk_mail_document", "pk_rendering"}),
    ),
    "refunds": Claim(
        "ix_refund_due", "refund_request", lambda session, _: refunds.claim(session), looks_up=frozenset({"pk_orders"})
    ),
    "cases": Claim(
        "ix_case_open",
        "correction_case",
        lambda session, shop: case_hints.wake_next(session, session.get_one(Shop, shop)),
    ),
}
# Which shops have any: asked before the claims above that look for the shops themselves.
SHOPS_DUE = {
    "commissions": "item", "documents": "rendering", "mail": "mail", "refunds": "refund_request",
    "withdrawing": "dispatch",
}  # fmt: skip


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
        for statement in (_FINISHED_WORK + ";" + _DUE_WORK).split(";"):
            session.execute(text(statement), {"shop": shop, "rows": ROWS})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE)"))
    return Filled(engine, shop)


def _sent(filled: Filled, flow: Callable[[Session, int], object]) -> list[tuple[str, str, dict[str, Any]]]:
    """What the flow sends, undone afterwards: each statement, what follows its first FROM, and its parameters."""
    sent: list[tuple[str, str, dict[str, Any]]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: dict[str, Any], *_: Any) -> None:
        sent.append((statement, " ".join(statement.split()).partition(" FROM ")[2], parameters))

    event.listen(filled.engine, "before_cursor_execute", note)
    try:
        with Session(filled.engine) as session:
            flow(session, filled.shop)
            session.rollback()
    finally:
        event.remove(filled.engine, "before_cursor_execute", note)
    return sent


def _claims_sent(filled: Filled, claim: Claim) -> list[tuple[str, dict[str, Any]]]:
    """The locking SELECTs on the claim's table that the flow sends."""
    return [
        (statement, parameters)
        for statement, source, parameters in _sent(filled, claim.flow)
        if source.startswith(f"{claim.table} ") and " FOR " in source and " LIMIT " in source
    ]


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
        # Of shops there are few: a page or two.
        kinds = {node["Node Type"] for node in nodes if node.get("Relation Name") != "shop"}
        assert not kinds & {"Seq Scan", "Bitmap Heap Scan"}, kinds
        used = {node["Index Name"] for node in nodes if "Index Name" in node}
        assert claim.index in used
        assert used <= {claim.index, *claim.looks_up}
        assert claim.sorts or not kinds & {"Sort", "Incremental Sort"}, kinds
        # By the shop's own part of it: a backlog of another shop is not even looked at.
        conditions = [node.get("Index Cond", "") for node in nodes if node.get("Index Name") == claim.index]
        assert claim.sorts or all("shop_id" in condition for condition in conditions), conditions


@pytest.mark.parametrize("stage", SHOPS_DUE)
def test_which_shops_have_due_work_is_asked_by_the_same_index(filled: Filled, stage: str) -> None:
    claim = CLAIMS[stage]
    asked = [
        (statement, parameters)
        for statement, source, parameters in _sent(filled, claim.flow)
        if source.startswith("shop ") and f"FROM {SHOPS_DUE[stage]}" in source
    ]

    assert asked, "the flow did not ask"
    for statement, parameters in asked:
        nodes = _plan_of(filled, statement, parameters)
        assert claim.index in _indexes_on(claim.table, nodes)
        conditions = [node.get("Index Cond", "") for node in nodes if node.get("Index Name") == claim.index]
        assert all("shop_id" in condition for condition in conditions), conditions


def test_the_sweeper_looks_at_the_oldest_open_cases_of_each_shop_only(filled: Filled) -> None:
    statement, _, parameters = _sent(filled, lambda session, _: corrections.due(session))[0]

    nodes = _plan_of(filled, statement, parameters)
    assert _indexes_on("correction_case", nodes) == {"ix_case_open"}
    assert case_hints.AT_ONCE in parameters.values()
    assert [node["Index Cond"] for node in nodes if "ix_case_open" in node.get("Index Name", "")] == [
        "((shop_id >= shop.id) AND (shop_id <= shop.id))"
    ]


def test_the_next_papers_whose_bytes_are_hashed_are_read_from_where_the_last_ones_ended(filled: Filled) -> None:
    for query in (files._NEXT, bytes_of_papers._NEXT):
        parameters = {"shops": [filled.shop], "after": ROWS - 100, "batch": 50}
        nodes = _plan_of(filled, str(query.compile(dialect=filled.engine.dialect)), parameters)
        begin = {node["Index Name"] for node in nodes if "id >" in node.get("Index Cond", "")}
        assert begin == {"pk_rendering", "pk_document"}


def _indexes_on(table: str, nodes: list[dict[str, Any]]) -> set[str]:
    """The indexes by which the table is read; fails where it is read in another way."""
    of_table = [node for node in nodes if node.get("Relation Name") == table]
    assert of_table
    return {node["Index Name"] for node in of_table}
