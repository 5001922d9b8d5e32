"""Each of the twelve invariants broken on purpose, past the guards of the database, and the audit names it."""

from collections.abc import Iterator

import psycopg
import pytest
from audit_scenario import Driver, forget_database, play, use_database
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.orm import Session

from partnershop.audit import findings
from partnershop.db import engine, migrate


@pytest.fixture(scope="module")
def played(database_url: str) -> Iterator[str]:
    """A database of this module's own in which everything the audit looks at has happened."""
    server, _, name = database_url.rpartition("/")
    own = sql.Identifier(f"{name}_audit")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(own))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(own))
    with pytest.MonkeyPatch.context() as patch:
        url = f"{server}/{name}_audit"
        migrate(url)
        use_database(url, patch)
        play(Driver())
        yield url
        forget_database()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(own))


def broken_by(statements: list[str]) -> dict[int, list[str]]:
    """What the audit says once these statements have run, by number; afterwards nothing has happened.

    As a replica's they are seen by no trigger and no foreign key.
    """
    with engine().connect() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            changed = connection.exec_driver_sql(statement)
            assert changed.rowcount != 0, f"nothing to break: {statement}"
        with Session(connection) as session:
            found = {finding.number: [str(b) for b in finding.first] for finding in findings(session)}
        connection.rollback()
    return {number: offenders for number, offenders in found.items() if offenders}


_ITEM = "(SELECT item.id FROM item JOIN orders ON orders.id = order_id WHERE number = '{}' AND key = '{}')"
A_1_1, A_1_2, A_1_3, A_1_4 = (_ITEM.format("A-1", key) for key in "1234")
A_2_1, A_3_1, A_4_1, A_5_1, A_5_2 = (
    _ITEM.format(number, key) for number, key in (("A-2", 1), ("A-3", 1), ("A-4", 1), ("A-5", 1), ("A-5", 2))
)
_FIRST_INVOICE = "(SELECT min(id) FROM document WHERE kind = 'invoice')"
_FIRST_REVERSAL = "(SELECT min(id) FROM document WHERE kind = 'reversal')"
_LAST_REVERSAL = "(SELECT max(id) FROM document WHERE kind = 'reversal')"
_FIRST_REDUCED = "(SELECT min(id) FROM document WHERE kind = 'reduced_invoice')"
_REDUCED_LINE = f"position = 1 AND document_id = {_FIRST_REDUCED}"
_TAKEN_LINE = f"position = 2 AND document_id = {_LAST_REVERSAL}"
_QUARANTINED = "(shop_id, errors, raw, digest, first_seen_at, last_seen_at) SELECT id, '[]', '7', '', now(), now()"
_PLACED_A_3 = "type = 'order.placed' AND order_number = 'A-3'"
_ACCEPTED_C_3 = "type = 'complaint.accepted' AND body->'data'->>'complaint' = 'C-3'"

# Number of the invariant, the statements that break it, and words that the audit must then say.
BREACHES = [
    (1, ["UPDATE event SET outcome = NULL WHERE type = 'order.placed' AND order_number = 'A-1'"], "not written down"),
    (1, ["UPDATE event SET waits_for = NULL WHERE state = 'parked'"], "not for anything"),
    (1, ["UPDATE event SET state = 'lost' WHERE state = 'parked'"], "unknown state lost"),
    (1, ["UPDATE event SET state = 'quarantined', outcome = NULL WHERE order_number = 'A-4'"], "without a reason"),
    (1, ["UPDATE event SET waits_key = 'A-1', order_number = 'A-1' WHERE state = 'parked'"], "waits for, A-1, is"),
    (1, [f"INSERT INTO quarantine {_QUARANTINED} FROM shop"], "has no reason"),
    (2, [f"DELETE FROM routing_decision WHERE item_id = {A_1_4}"], "without a live routing decision"),
    (2, [f"UPDATE routing_decision SET checks = '[]' WHERE item_id = {A_1_4}"], "trace that now comes out as matches"),
    (2, [f"UPDATE routing_decision SET route = 'unitedprint' WHERE item_id = {A_1_4}"], "its live decision says"),
    (2, [f"UPDATE item SET hold_reason = '' WHERE id = {A_5_1}"], "held without a reason"),
    (2, [f"DELETE FROM routing_decision WHERE item_id = {A_3_1} AND NOT live"], "had not been in house"),
    (2, [f"UPDATE routing_decision SET settings_id = 99 WHERE item_id = {A_1_4}"], "settings which are not there"),
    (2, ["DROP INDEX uq_routing_decision_live", f"UPDATE routing_decision SET live = true WHERE item_id = {A_3_1}"],
     "has 2 live routing decisions"),
    (3, [f"UPDATE dispatch SET state = 'rejected' WHERE item_id = {A_1_4}"], "without a dispatch that is done"),
    (3, [f"UPDATE dispatch SET producer = 'unitedprint' WHERE item_id = {A_1_4}"], "is at unitedprint"),
    (3, ["DROP INDEX uq_dispatch_live", f"UPDATE dispatch SET state = 'done' WHERE item_id = {A_3_1}"],
     "is at two producers"),
    (3, [f"UPDATE dispatch SET state = 'done' WHERE item_id = {A_2_1}"], "and is live at in_house"),
    (4, [f"UPDATE document_line SET unit_price = unit_price + 1 WHERE document_id = {_FIRST_INVOICE} AND position = 1"],
     "not quantity times unit price"),
    (4, [f"UPDATE document_line SET allowance = allowance + 1, net = net - 1 WHERE {_REDUCED_LINE}"],
     "not the sum of its reductions"),
    (4, [f"UPDATE document_line SET net = net + 1 WHERE document_id = {_FIRST_INVOICE} AND position = 1"],
     "net that is not its price"),
    (4, [f"UPDATE document_tax SET base = base + 1 WHERE document_id = {_FIRST_INVOICE}"], "its lines come to"),
    (4, [f"UPDATE document_tax SET tax = tax + 1 WHERE document_id = {_FIRST_INVOICE}"], "has VAT of"),
    (4, [f"UPDATE document_tax SET tax = tax - 1 WHERE document_id = {_FIRST_REVERSAL}"], "takes back VAT of"),
    (4, [f"UPDATE document SET gross = gross + 1 WHERE id = {_FIRST_INVOICE}"], "gross that is not net plus VAT"),
    (4, [f"UPDATE document SET prepaid = gross + 1 WHERE id = {_FIRST_INVOICE}"], "more prepaid than its gross"),
    (4, [f"DELETE FROM document_line WHERE document_id = {_FIRST_INVOICE} AND position = 2"], "gap in its lines"),
    (5, [f"UPDATE document_line SET net = net + 100 WHERE document_id = {_FIRST_REVERSAL}"],
     "takes back more than was invoiced"),
    (5, [f"UPDATE document_line SET origin_line_id = NULL WHERE document_id = {_FIRST_REVERSAL}"],
     "takes back no line of an invoice"),
    (5, [f"UPDATE document SET refers_to_id = NULL WHERE id = {_FIRST_REVERSAL}"], "refers to no invoice"),
    (5, [f"UPDATE document SET tax = tax - 1, gross = gross - 1 WHERE id = {_LAST_REVERSAL}"], "fully reversed"),
    (5, ["DROP INDEX uq_document_line_origin",
         f"UPDATE document_line SET origin_line_id = origin_line_id - 1 WHERE {_TAKEN_LINE}"], "taken back 2 times"),
    (6, ["UPDATE document SET sequence = 99, number = 'FT-99' WHERE kind = 'invoice' AND order_number = 'A-3'"],
     "the one before it is"),
    (6, [f"UPDATE document SET issue_date = issue_date + 400, year = year WHERE id = {_FIRST_INVOICE}"],
     "is dated"),
    (6, ["UPDATE number_series SET last_number = last_number + 1 WHERE series = 'invoice'"], "has a counter at"),
    (6, ["UPDATE document SET series = 'invoice', sequence = 100 WHERE id = " + _FIRST_REVERSAL], "is number 100"),
    (7, [f"UPDATE item SET state = 'cancelled' WHERE id = {A_1_4}"], "it has 0 live reversals"),
    (7, [f"UPDATE item SET state = 'shipped' WHERE id = {A_1_2}"], "is not cancelled and was taken back"),
    (7, [f"DELETE FROM document_line WHERE item_id = {A_5_2}"], "not on the invoice of its order"),
    (7, [f"UPDATE item SET cancellation_id = NULL WHERE id = {A_1_2}"], "without a cancellation that is done"),
    (8, [f"UPDATE document SET companion_id = NULL WHERE id = {_FIRST_REDUCED}"], "without its reversal"),
    (8, [f"UPDATE document SET case_id = NULL WHERE id = {_FIRST_REDUCED}"], "without an accepted complaint"),
    (8, ["UPDATE complaint SET state = 'rejected' WHERE key = 'C-1'"], "is rejected and reduces a line"),
    (8, ["UPDATE complaint SET reduction = reduction + 1 WHERE key = 'C-2'"], "does not carry its reduction"),
    (8, [f"UPDATE item SET reduced_by = 0 WHERE id = {A_1_1}"], "its accepted complaints come to"),
    (9, ["DELETE FROM refund_request WHERE id = (SELECT max(id) FROM refund_request)"], "the rule says EUR 50.00"),
    (9, ["UPDATE refund_request SET amount = amount + 100000 WHERE id = 1"], "paid was"),
    (9, ["UPDATE correction_case SET owed_after = owed_after + 1 WHERE id = 1"], "what is owed fell by"),
    (9, ["UPDATE orders SET paid = paid + 1 WHERE number = 'A-1'"], "its payments come to"),
    (9, ["UPDATE orders SET entitled = entitled - 1 WHERE number = 'A-1'"], "its cases come to"),
    (9, ["UPDATE refund_request SET currency = 'CHF' WHERE id = 1"], "another currency"),
    (10, [f"UPDATE commission_entry SET base = base - 1000 WHERE item_id = {A_1_1}"], "its price was 6833"),
    (10, [f"UPDATE commission_entry SET amount = amount + 1 WHERE item_id = {A_1_4}"], "has a commission of"),
    (10, [f"UPDATE commission_entry SET voided_at = NULL WHERE item_id = {A_1_1}"], "is not voided"),
    (10, [f"UPDATE commission_entry SET voided_at = NULL WHERE item_id = {A_3_1}"], "made by Unitedprint"),
    (10, [f"UPDATE commission_entry SET voided_at = now() WHERE item_id = {A_1_4}"], "made in house, its commission"),
    (11, [f"UPDATE rendering SET pdf = pdf || 'x'::bytea WHERE document_id = {_FIRST_INVOICE}"], "other bytes"),
    (11, [f"UPDATE rendering SET pdf = NULL WHERE document_id = {_FIRST_INVOICE}"], "bytes or their hash are missing"),
    (11, [f"DELETE FROM rendering WHERE document_id = {_FIRST_INVOICE}"], "not even due"),
    (12, ["DELETE FROM event WHERE type = 'payment.received' AND order_number = 'A-1'"], "has paid EUR 350.00"),
    (12, ["DELETE FROM event WHERE type = 'order.placed' AND order_number = 'A-4'"], "no event placed it"),
    (12, [f"UPDATE event SET body = jsonb_set(body, '{{data,items,0,unit_price}}', '\"9.99\"') WHERE {_PLACED_A_3}"],
     "has live_gross"),
    (12, ["UPDATE event SET state = 'parked', waits_for = 'order', waits_key = 'x' WHERE event_id = 'aurora-3'"],
     "has items_cancelled 2, its events say 1"),
    (12, [f"UPDATE event SET body = jsonb_set(body, '{{data,reduction,net}}', '\"1.00\"') WHERE {_ACCEPTED_C_3}",
          "UPDATE event SET state = 'parked' WHERE type = 'item.cancelled' AND order_number = 'A-1'"],
     "C-3 refused although"),
    (12, ["DELETE FROM orders WHERE number = 'A-4'"], "placed order A-4, which is not there"),
    (12, ["UPDATE event SET body = '{}' WHERE type = 'order.placed' AND order_number = 'A-3'"], "keep the contract"),
]  # fmt: skip


@pytest.mark.usefixtures("played")
@pytest.mark.parametrize(("number", "statements", "words"), BREACHES, ids=[f"{n}: {w}" for n, _, w in BREACHES])
def test_each_invariant_that_is_broken_is_named(number: int, statements: list[str], words: str) -> None:
    found = broken_by(statements)
    assert number in found, f"not found; found instead: {found}"
    assert any(words in offender for offender in found[number]), found[number]


@pytest.mark.usefixtures("played")
def test_what_is_broken_is_broken_only_by_these_statements() -> None:
    assert broken_by([]) == {}


def test_every_invariant_has_a_test_that_breaks_it() -> None:
    assert {number for number, _, _ in BREACHES} == set(range(1, 13))
