"""What the database itself refuses; each statement goes through once its guard is taken out."""

import psycopg
import pytest
from factories import Scene, item
from psycopg import sql

PDF = b"%PDF-1.7 one"


@pytest.fixture
def issued(scene: Scene) -> Scene:
    """An order with an invoice and a reversal of one of its lines."""
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    scene.pay("A-1", "97.60")
    scene.complain("A-1", "1", "C-1")
    scene.go()
    scene.cancel("A-1", "2")
    scene.go()
    return scene


FROZEN = [
    (f"{verb} {table}", f"ALTER TABLE {table} DISABLE TRIGGER {trigger}", statement)
    for table, column in (("document", "gross"), ("document_line", "net"), ("document_tax", "tax"))
    for verb, trigger, statement in (
        ("update", "frozen", f"UPDATE {table} SET {column} = {column} + 1"),
        ("delete", "frozen", f"DELETE FROM {table}"),
    )
]
LATE = [
    (
        f"late row of {table}",
        f"ALTER TABLE {table} DISABLE TRIGGER only_when_issued",
        f"INSERT INTO {table} ({columns}) SELECT {columns.replace('position', 'position + 100')} FROM {table} LIMIT 1",
    )
    for table, columns in (
        (
            "document_line",
            ("document_id, position, is_charge, item_id, key, description, details, quantity, unit_price, price_net,"
            " allowance, allowances, net, vat_rate, vat_category"),
        ),
        ("document_tax", "document_id, position, category, rate, base, tax"),
    )
]
KEPT = [
    (f"delete {table}", f"ALTER TABLE {table} DISABLE TRIGGER never_deleted", f"DELETE FROM {table} WHERE {which}")
    for table, which in (
        ("event", "true"), ("item_history", "true"), ("payment", "true"), ("rendering", "true"),
        ("number_series", "true"), ("routing_decision", "true"),
        ("commission_entry", "id NOT IN (SELECT commission_id FROM item WHERE commission_id IS NOT NULL)"),
    )
]  # fmt: skip
KEPT += [
    (f"delete {table}", f"ALTER TABLE {table} DISABLE TRIGGER never_deleted", f"DELETE FROM {table}")
    for table in ("orders", "item", "dispatch", "correction_case", "complaint", "refund_request")
]
FIXED = [
    (f"change {table}", f"ALTER TABLE {table} DISABLE TRIGGER fixed", f"UPDATE {table} SET {change}")
    for table, change in (
        ("payment", "amount = amount + 1"), ("refund_request", "amount = amount + 1"),
        ("commission_entry", "base = base + 1"), ("routing_decision", "verdict = 'another'"),
    )
]  # fmt: skip
BACKWARDS = [
    (why, "ALTER TABLE number_series DISABLE TRIGGER forward_only", f"UPDATE number_series SET {change}")
    for why, change in (
        ("counter back", "last_number = last_number - 1"),
        ("counter standing", "last_issue_date = last_issue_date + 1"),
        ("year back", "year = year - 1, last_number = last_number + 1"),
        ("date back", "last_number = last_number + 1, last_issue_date = last_issue_date - 1"),
    )
]
BYTES = [
    ("other bytes", "ALTER TABLE rendering DISABLE TRIGGER same_bytes", "UPDATE rendering SET pdf = 'another'"),
    ("other hash", "ALTER TABLE rendering DISABLE TRIGGER same_bytes", "UPDATE rendering SET sha256 = 'another'"),
    ("no bytes", "ALTER TABLE rendering DISABLE TRIGGER same_bytes", "UPDATE rendering SET pdf = NULL, sha256 = NULL"),
]


def rendered(connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    """Every paper has its bytes; every invoiced item its commission entry free of it."""
    connection.execute("UPDATE rendering SET state = 'done', pdf = %s, sha256 = encode(sha256(%s), 'hex')", (PDF, PDF))
    connection.execute("UPDATE item SET commission_id = NULL")


@pytest.mark.parametrize(
    ("removal", "statement"),
    [pytest.param(*row[1:], id=row[0]) for row in FROZEN + LATE + KEPT + FIXED + BACKWARDS + BYTES],
)
def test_what_is_issued_or_recorded_never_changes(
    issued: Scene, breakable: "psycopg.Connection[tuple[object, ...]]", removal: str, statement: str
) -> None:
    rendered(breakable)
    breakable.commit()
    with pytest.raises(psycopg.errors.RestrictViolation):
        breakable.execute(sql.SQL(statement))
    breakable.rollback()
    breakable.execute(sql.SQL(removal))
    try:
        assert breakable.execute(sql.SQL(statement)).rowcount > 0
    except psycopg.errors.ForeignKeyViolation:
        assert statement.startswith("DELETE"), "past the guard, and other rows stand on these"


@pytest.mark.parametrize("table", ["document", "document_line", "document_tax"])
def test_issued_papers_cannot_be_emptied_away(
    issued: Scene, breakable: "psycopg.Connection[tuple[object, ...]]", table: str
) -> None:
    statement = sql.SQL("TRUNCATE {} CASCADE").format(sql.Identifier(table))
    with pytest.raises(psycopg.errors.RestrictViolation):
        breakable.execute(statement)
    breakable.rollback()
    # CASCADE reaches what hangs on papers, which is guarded too.
    named = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'never_emptied'"
    guards = breakable.execute(named).fetchall()
    for (guarded,) in guards:
        breakable.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER never_emptied").format(sql.Identifier(str(guarded))))
    breakable.execute(statement)
    assert breakable.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone() == (0,)


_PAPER = (
    "shop_id, order_id, kind, series, year, sequence, number, issue_date, issued_at, currency, language, seller, buyer,"
    " order_number, order_date, payment_method, net, tax, gross, prepaid"
)
_NEXT = _PAPER.replace("sequence,", "sequence + 100,").replace("number,", "number || '-x',", 1)
_DISPATCH = "item_id, shop_id, producer, key, state, created_at"
_DECISION = "item_id, route, verdict, about, checks, misses, settings_id, catalogue_id, decided_at, decided_by, live"
_LINE = (
    "position, is_charge, item_id, origin_line_id, key, description, details, quantity, unit_price, price_net,"
    " allowance, allowances, net, vat_rate, vat_category"
)

UNIQUE = [
    (
        "the same sequence",
        "ALTER TABLE document DROP CONSTRAINT uq_document_shop_id_series_year_sequence",
        f"INSERT INTO document ({_PAPER}) SELECT {_NEXT.replace('sequence + 100', 'sequence')} FROM document LIMIT 1",
    ),
    (
        "the same number",
        "ALTER TABLE document DROP CONSTRAINT uq_document_shop_id_number",
        f"INSERT INTO document ({_PAPER}) SELECT {_PAPER.replace('sequence', 'sequence + 100')} FROM document LIMIT 1",
    ),
    (
        "a second live hand-over",
        "DROP INDEX uq_dispatch_live",
        (f"INSERT INTO dispatch ({_DISPATCH}) SELECT {_DISPATCH.replace('key', 'key || 2')} FROM dispatch"
        " WHERE state = 'done'"),
    ),
    (
        "a second live decision",
        "DROP INDEX uq_routing_decision_live",
        f"INSERT INTO routing_decision ({_DECISION}) SELECT {_DECISION} FROM routing_decision WHERE live",
    ),
    (
        "a line taken back twice",
        "DROP INDEX uq_document_line_origin",
        (f"WITH paper AS (INSERT INTO document ({_PAPER}) SELECT {_NEXT} FROM document WHERE kind = 'reversal'"
        f" RETURNING id) INSERT INTO document_line (document_id, {_LINE}) SELECT paper.id, {_LINE}"
        " FROM paper, document_line WHERE origin_line_id IS NOT NULL"),
    ),
    (
        "an event twice",
        "ALTER TABLE event DROP CONSTRAINT uq_event_source_event_id",
        ("INSERT INTO event (shop_id, source, event_id, type, time, received_at, digest, body)"
        " SELECT shop_id, source, event_id, type, time, received_at, digest, body FROM event"),
    ),
    (
        "a payment twice",
        "ALTER TABLE payment DROP CONSTRAINT uq_payment_order_id_key",
        ("INSERT INTO payment (order_id, key, amount, method, received_at, event_id)"
        " SELECT order_id, key, amount, method, received_at, event_id FROM payment"),
    ),
    (
        "an order number twice",
        "ALTER TABLE orders DROP CONSTRAINT uq_orders_shop_id_number",
        ("INSERT INTO orders (shop_id, number, currency, placed_at, payment_method, internal, language, customer,"
        " event_id, digest) SELECT shop_id, number, currency, placed_at, payment_method, internal, language, customer,"
        " event_id, digest FROM orders"),
    ),
    (
        "a complaint number twice",
        "ALTER TABLE complaint DROP CONSTRAINT uq_complaint_shop_id_key",
        ("INSERT INTO complaint (shop_id, order_id, item_id, key, reason, opened_at)"
        " SELECT shop_id, order_id, item_id, key, reason, opened_at FROM complaint"),
    ),
    (
        "an event that opens two cases",
        "ALTER TABLE correction_case DROP CONSTRAINT uq_correction_case_event_id",
        ("INSERT INTO correction_case (shop_id, order_id, event_id, kind, actor, reason, created_at)"
        " SELECT shop_id, order_id, event_id, kind, actor, reason, created_at FROM correction_case"),
    ),
    (
        "a paper in two mails",
        "ALTER TABLE mail_document DROP CONSTRAINT uq_mail_document_document_id",
        ("WITH letter AS (INSERT INTO mail (shop_id, order_id, kind, state, language, created_at, due_at)"
        " SELECT shop_id, order_id, 'invoice', 'due', 'it', issued_at, issued_at FROM document LIMIT 1 RETURNING id)"
        " INSERT INTO mail_document (mail_id, position, document_id)"
        " SELECT letter.id, position, (SELECT min(id) FROM document) FROM letter, generate_series(1, 2) AS position"),
    ),
    (
        "a second commission on an item",
        "ALTER TABLE commission_entry DROP CONSTRAINT uq_commission_entry_item_id",
        ("INSERT INTO commission_entry (shop_id, item_id, document_id, base, percent, amount, created_at)"
        " SELECT shop_id, item_id, document_id, base, percent, amount, created_at FROM commission_entry"),
    ),
]


@pytest.mark.parametrize(("removal", "statement"), [pytest.param(*row[1:], id=row[0]) for row in UNIQUE])
def test_what_may_be_there_once_cannot_be_there_twice(
    issued: Scene, breakable: "psycopg.Connection[tuple[object, ...]]", removal: str, statement: str
) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        breakable.execute(sql.SQL(statement))
    breakable.rollback()
    breakable.execute(sql.SQL(removal))
    assert breakable.execute(sql.SQL(statement)).rowcount > 0
