"""Claiming a mail costs the same however many were sent, and however many wait."""

import json
from typing import Any

import psycopg
from factories import Scene
from sqlalchemy import Engine, event

from partnershop import db
from partnershop.db import unit_of_work
from partnershop.flows import mail_sending

SENT, DUE = 50_000, 2_000
# Without their orders and papers, which the foreign keys would ask for.
_MAILS = """
    SET session_replication_role = replica;
    INSERT INTO mail (shop_id, order_id, kind, state, language, created_at)
    SELECT 1, n, 'digest', CASE WHEN n <= {sent} THEN 'sent' ELSE 'due' END, 'it', now()
      FROM generate_series(1, {sent} + {due}) n;
    INSERT INTO mail_document (mail_id, position, document_id) SELECT id, 1, id FROM mail;
    INSERT INTO rendering (document_id, state, pdf, sha256) SELECT id, 'done', '', '' FROM mail;
    SET session_replication_role = origin;
    ANALYZE
"""


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps of a plan, from the top."""
    return [plan, *(node for part in plan.get("Plans", ()) for node in nodes(part))]


def test_a_claim_reads_the_due_mails_in_their_order(scene: Scene, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        for statement in _MAILS.format(sent=SENT, due=DUE).split(";"):
            connection.execute(statement)
    statement, parameters = sent_by_the_claim(db.engine())
    with unit_of_work() as session:
        cursor = session.connection().connection.cursor()
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
        row = cursor.fetchone()
    assert row is not None
    plan = row[0] if isinstance(row[0], list) else json.loads(row[0])
    of_mail = [node for node in nodes(plan[0]["Plan"]) if node.get("Relation Name") == "mail"]
    assert [node.get("Index Name") for node in of_mail] == ["ix_mail_due"], plan
    assert [node["Node Type"] for node in of_mail] == ["Index Scan"], plan
    # The first that is due is taken; the others are not even looked at.
    assert of_mail[0]["Actual Rows"] <= 10, plan


def sent_by_the_claim(engine: Engine) -> tuple[str, Any]:
    """The statement by which the claim looks for a mail, and its parameters."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "FOR UPDATE" in statement and "FROM mail" in statement:
            seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        with unit_of_work() as session:
            assert mail_sending.claim(session) is not None
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return seen[0]
