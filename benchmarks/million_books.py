"""Finished books of any size: a few orders go through the real flows, and the server copies them thousands of times.

Every row of the copies is what the flows wrote, with ids moved along and names of its own; chains and prints are tied
anew over all papers, so that the audit holds. Nothing in it is due.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Engine, Table, func, select, text, update
from sqlalchemy.orm import Session

from benchmarks import goods
from models import Base, Document, DocumentLine, DocumentTax, NumberSeries, Shop
from partnershop.audit.chain import _batches, _of
from partnershop.flows import commissions, corrections, dispatch, documents, inbox, invoicing, refunds, routing
from partnershop.flows.chain import LINE, TAX, digest_of, link
from partnershop.flows.intake import accept
from partnershop.gateways.outcome import Done
from partnershop.rules.eligibility import Route
from partnershop.rules.money import to_text

ORDERS = 10
"""Of the pattern; one of them has an item cancelled and one a complaint accepted after they were invoiced."""
PATTERN_ITEMS = ORDERS * goods.ITEMS_PER_ORDER
_PDF = b"%PDF-1.7"
_STEP = 1_000_000  # ids of one copy lie so far behind those of the one before it
_COPIED = (
    "event", "orders", "item", "charge", "payment", "item_history", "routing_decision", "dispatch", "document",
    "document_line", "document_tax", "rendering", "correction_case", "case_item", "complaint", "refund_request",
    "commission_entry", "mail", "mail_document", "mail_item",
)  # fmt: skip
# What names a thing is told apart by the number of the copy, and what counts goes on behind the copy before it.
_OWN = {
    ("event", "event_id"): "t.event_id || '-' || copy",
    ("event", "order_number"): "t.order_number || '-' || copy",
    ("event", "body"): "replace(t.body::text, t.order_number || '\"', t.order_number || '-' || copy || '\"')::jsonb",
    ("orders", "number"): "t.number || '-' || copy",
    ("orders", "event_id"): "t.event_id + copy * :step",
    ("payment", "event_id"): "t.event_id + copy * :step",
    ("correction_case", "event_id"): "t.event_id + copy * :step",
    ("complaint", "key"): "t.key || '-' || copy",
    ("document_line", "allowances"): "replace(t.allowances::text, '\"C-M-1\"', '\"C-M-1-' || copy || '\"')::jsonb",
    ("dispatch", "key"): "t.key || '-' || copy",
    ("mail", "key"): "t.key || '-' || copy",
    ("document", "order_number"): "t.order_number || '-' || copy",
    ("document", "sequence"): "t.sequence + copy * (SELECT max(sequence) FROM document o WHERE o.series = t.series"
    " AND o.id < :step)",
    ("document", "number"): "left(t.number, -6) || lpad((t.sequence + copy * (SELECT max(sequence) FROM document o"
    " WHERE o.series = t.series AND o.id < :step))::text, 6, '0')",
    ("document", "sdi_file_name"): "t.sdi_file_name || '-' || copy",
}
_PRINTS = """
    CREATE FUNCTION pg_temp.tie_prints() RETURNS void LANGUAGE plpgsql AS $$
    DECLARE paper record; before text;
    BEGIN
        FOR paper IN SELECT document.id, document.shop_id, chain, sha256, renderer
                       FROM document JOIN rendering ON document_id = id ORDER BY id LOOP
            before := encode(sha256(convert_to(concat_ws(' ', coalesce(before, '-'), paper.id,
                          coalesce(paper.chain, '-'), paper.sha256, paper.renderer), 'UTF8')), 'hex');
            INSERT INTO printed (shop_id, document_id, sha256, renderer, link)
            VALUES (paper.shop_id, paper.id, paper.sha256, paper.renderer, before);
        END LOOP;
    END $$
"""


def fill(engine: Engine, items: int) -> int:
    """Fill a migrated and empty database with `items` items, or a few less; the shop's id."""
    assortment = _shop(engine)
    _pattern(engine, assortment)
    with engine.begin() as connection:
        # As a replica, for whom neither triggers nor foreign keys are asked: all that is there goes together.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for name in _COPIED:
            table = Base.metadata.tables[name]
            connection.execute(text(_copy(table)), {"step": _STEP, "copies": items // PATTERN_ITEMS - 1})
            if "id" in table.c:
                connection.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}")  # noqa: S608
                )
    _tie(engine, assortment.shop_id)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE)"))
    return assortment.shop_id


def _shop(engine: Engine) -> goods.Assortment:
    with Session(engine) as session, session.begin():
        return goods.add_shop(session, invoice_on="placed", require_print_data=False, mail={"enabled": True})


def _copy(table: Table) -> str:
    columns = [column for column in table.c if column.computed is None]
    values = ", ".join(_value(table, column.name) for column in columns)
    names = ", ".join(column.name for column in columns)
    rows = f"{table.name} t, generate_series(1, :copies) copy"
    return f"INSERT INTO {table.name} ({names}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {rows}"  # noqa: S608


def _value(table: Table, name: str) -> str:
    if (table.name, name) in _OWN:
        return _OWN[table.name, name]
    column = table.c[name]
    copied = name == "id" or any(key.column.table.name in _COPIED for key in column.foreign_keys)
    return f"t.{name} + copy * :step" if copied else f"t.{name}"


def _pattern(engine: Engine, assortment: goods.Assortment) -> None:
    """A few orders from the door to the last mail."""
    numbers = [f"M-{number}" for number in range(ORDERS)]
    placed = [goods.order_placed(assortment, number, goods.ITEMS_PER_ORDER) for number in numbers]
    _send(engine, assortment, [("order.placed", data) for data in placed])
    with Session(engine) as session:
        owed = dict(session.execute(select(Document.order_number, Document.gross)).all())
    _send(engine, assortment, [("payment.received", _payment(number, owed[number])) for number in numbers])
    _cases(engine, assortment)
    with Session(engine) as session, session.begin():
        session.execute(text("UPDATE mail SET state = 'sent', sent_at = now(), times_sent = 1, attempts = 1"))
        session.execute(text("UPDATE refund_request SET state = 'settled', finished_at = now()"))


def _cases(engine: Engine, assortment: goods.Assortment) -> None:
    cancelled = {"order": "M-0", "item": "1", "reason": "no longer wanted"}
    about = {"order": "M-1", "complaint": "C-M-1"}
    _send(engine, assortment, [
        ("item.cancelled", cancelled),
        ("complaint.opened", about | {"item": "2", "reason": "colours are off"}),
    ])  # fmt: skip
    _send(engine, assortment, [("complaint.accepted", about | {"reduction": {"percent": "20"}})])


def _payment(order: str, amount: int) -> dict[str, str]:
    return {
        "order": order, "payment": f"P-{order}", "amount": to_text(amount, "EUR"), "currency": "EUR", "method": "card",
        "received_at": "2026-03-02T09:14:00Z",
    }  # fmt: skip


def _send(engine: Engine, assortment: goods.Assortment, said: list[tuple[str, Mapping[str, object]]]) -> None:
    """Put events in, and let every stage work until nothing is due."""
    with Session(engine) as session, session.begin():
        events = [goods.envelope(assortment, kind, data) for kind, data in said]
        accept(session, session.get_one(Shop, assortment.shop_id), events)
    while _once(engine, assortment.shop_id):
        pass


def _once(engine: Engine, shop_id: int) -> int:
    stages: tuple[Callable[[Session], int], ...] = (
        lambda session: inbox.apply_next(session, shop_id).count,
        lambda session: routing.route_next(session, shop_id).count,
        lambda session: invoicing.invoice_next(session, shop_id).count,
        lambda session: len([corrections.settle(session, case) for _, _, case, _ in corrections.due(session, 1)]),
        lambda session: commissions.book_next(session).count,
        lambda session: sum(_hand_over(session, shop_id, route) for route in Route),
        lambda session: len([refunds.record(session, job, Done("paid")) for job in refunds.claim(session)]),
        lambda session: len([documents.store(session, job, _PDF, "benchmark") for job in documents.claim(session)]),
    )
    done = 0
    for stage in stages:
        with Session(engine) as session, session.begin():
            done += stage(session)
    return done


def _hand_over(session: Session, shop_id: int, route: Route) -> int:
    jobs = dispatch.claim(session, shop_id, route, 500, idempotent=True)
    for job in jobs:
        dispatch.record(session, job, Done(f"T-{job.dispatch_id}"), idempotent=True)
    return len(jobs)


def _tie(engine: Engine, shop_id: int) -> None:
    """Digest every paper anew and tie the chains of both series and of the prints; the counters know the last ones."""
    for series in ("invoice", "reversal"):
        before = None
        with Session(engine) as reading:
            for batch in _batches(reading, shop_id, series):
                before = _tie_batch(engine, reading, batch, before)
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            last = select(func.max(Document.sequence)).where(Document.series == series).scalar_subquery()
            counter = update(NumberSeries).where(NumberSeries.shop_id == shop_id, NumberSeries.series == series)
            connection.execute(counter.values(last_number=last, last_chain=before))
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("DELETE FROM printed"))
        connection.execute(text(_PRINTS))
        connection.execute(text("SELECT pg_temp.tie_prints()"))


def _tie_batch(engine: Engine, reading: Session, batch: list[dict[str, Any]], before: str | None) -> str | None:
    ids = [paper["id"] for paper in batch]
    lines, taxes = _of(reading, DocumentLine, LINE, ids), _of(reading, DocumentTax, TAX, ids)
    digests, chains = [], []
    for paper in batch:
        digests.append(digest_of(paper, lines[paper["id"]], taxes[paper["id"]]))
        before = link(before, paper, digests[-1])
        chains.append(before)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(
            text("""
                UPDATE document SET digest = tied.digest, chain = tied.chain
                  FROM unnest(CAST(:ids AS bigint[]), CAST(:digests AS text[]), CAST(:chains AS text[]))
                       AS tied(id, digest, chain)
                 WHERE document.id = tied.id
            """),
            {"ids": ids, "digests": digests, "chains": chains},
        )
    return before
