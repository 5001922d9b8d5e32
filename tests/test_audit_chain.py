"""A paper is replaced, changed, deleted or put in between, past every guard of the database: the audit names it."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from sqlalchemy import Connection, event, select, text
from sqlalchemy.orm import Session
from test_audit_breaches import broken_by, played

from models import Document, DocumentLine, DocumentTax, NumberSeries
from partnershop.audit import Finding, chain, numbers
from partnershop.db import engine
from partnershop.flows.chain import digest_of, link

__all__ = ["played"]

pytestmark = pytest.mark.usefixtures("played")

_CHANGED = "does not say what it said when it was issued"
_NOT_CHAINED = "has no link, though it was issued after papers were chained"
_NOT_AFTER = "does not follow {} as it did when it was issued"
_THIRD, _LAST = "number = 'FT-2026-000003'", "number = 'FT-2026-000006'"
_OF_THIRD, _OF_LAST = (f"document_id = (SELECT id FROM document WHERE {which})" for which in (_THIRD, _LAST))
_TAX = "position, category, rate, base, tax"
_SAID_COLUMNS = ", ".join(
    name
    for name in Document.__table__.c.keys()  # noqa: SIM118  (a collection of columns is no dictionary)
    if name not in {"id", "sequence", "number", "digest", "chain", "sdi_file_name"}
)


def _in_between(digest: str, link: str) -> list[str]:
    """A paper put in behind the third invoice, which is then number 4 of seven."""
    values = _SAID_COLUMNS.replace("order_id", f"order_id, {digest}, {link}")
    return [
        f"UPDATE document SET sequence = sequence + 1, number = 'FT-2026-00000' || sequence + 1 "
        f"WHERE series = 'invoice' AND sequence = {sequence}"
        for sequence in (6, 5, 4)
    ] + [
        "INSERT INTO document (id, sequence, number, "
        + _SAID_COLUMNS.replace("order_id", "order_id, digest, chain")
        + f") SELECT 99, 4, 'FT-2026-000004', {values} FROM document WHERE {_THIRD}",
        f"INSERT INTO document_tax (document_id, {_TAX}) SELECT 99, {_TAX} FROM document_tax WHERE {_OF_THIRD}",
        "UPDATE number_series SET last_number = 7 WHERE series = 'invoice'",
    ]


def _deleted(which: str, of_it: str) -> list[str]:
    return [f"DELETE FROM document_line WHERE {of_it}", f"DELETE FROM document_tax WHERE {of_it}",
            f"DELETE FROM document WHERE {which}"]  # fmt: skip


# What is done, and all that the audit says of the chains then, in its order.
FORGED: dict[str, tuple[list[str], list[str]]] = {
    "an amount is changed, in all places where it stands": (
        [
            f"UPDATE document SET net = net + 100, gross = gross + 100 WHERE {_THIRD}",
            f"UPDATE document_tax SET base = base + 100 WHERE {_OF_THIRD}",
            f"UPDATE document_line SET price_net = price_net + 100, net = net + 100 WHERE position = 2 AND {_OF_THIRD}",
        ],
        [f"FT-2026-000003 {_CHANGED}"],
    ),
    "the words of a line are changed": (
        [f"UPDATE document_line SET description = 'Volantini A5' WHERE position = 2 AND {_OF_THIRD}"],
        [f"FT-2026-000003 {_CHANGED}"],
    ),
    "the reason of an allowance is changed": (
        [
            (f"UPDATE document_line SET allowances = jsonb_set(allowances, '{{0,reason}}', '\"gift\"')"
             f" WHERE position = 1 AND {_OF_THIRD}"),
        ],
        [f"FT-2026-000003 {_CHANGED}"],
    ),
    "a line is taken out": (
        [f"DELETE FROM document_line WHERE position = 4 AND {_OF_THIRD}"], [f"FT-2026-000003 {_CHANGED}"],
    ),
    "the buyer is another": (
        [f"UPDATE document SET buyer = jsonb_set(buyer, '{{name}}', '\"Somebody Else\"') WHERE {_THIRD}"],
        [f"FT-2026-000003 {_CHANGED}"],
    ),
    "the paper takes back another invoice": (
        ["UPDATE document SET refers_to_id = 8 WHERE number = 'NC-2026-000001'"], [f"NC-2026-000001 {_CHANGED}"],
    ),
    "it is due on another day": (
        [f"UPDATE document SET due_date = due_date + 30 WHERE {_LAST}"],
        ["FT-2026-000006 " + _NOT_AFTER.format("FT-2026-000005")],
    ),
    "it was issued at another time": (
        [f"UPDATE document SET issued_at = issued_at - interval '1 hour' WHERE {_THIRD}"],
        ["FT-2026-000003 " + _NOT_AFTER.format("FT-2026-000002")],
    ),
    "two papers change their numbers": (
        [
            "UPDATE document SET number = 'FT', sequence = 0 WHERE number = 'FT-2026-000002'",
            f"UPDATE document SET number = 'FT-2026-000002', sequence = 2 WHERE {_THIRD}",
            "UPDATE document SET number = 'FT-2026-000003', sequence = 3 WHERE number = 'FT'",
        ],
        [
            "FT-2026-000002 " + _NOT_AFTER.format("FT-2026-000001"),
            "FT-2026-000003 " + _NOT_AFTER.format("FT-2026-000002"),
            "FT-2026-000004 " + _NOT_AFTER.format("FT-2026-000003"),
        ],
    ),
    "what a paper says is exchanged, digest and all": (
        [
            ("UPDATE document SET digest = earlier.digest FROM document earlier"
             f" WHERE earlier.number = 'FT-2026-000002' AND document.{_THIRD}"),
        ],
        [f"FT-2026-000003 {_CHANGED}", "FT-2026-000003 " + _NOT_AFTER.format("FT-2026-000002")],
    ),
    "a paper in the middle is deleted": (
        _deleted(_THIRD, _OF_THIRD),
        ["FT-2026-000004 is number 4 of the series, the one before it is 2",
         "FT-2026-000004 " + _NOT_AFTER.format("FT-2026-000002")],
    ),
    "a paper in the middle is deleted, and the others close up": (
        [
            *_deleted(_THIRD, _OF_THIRD),
            *(f"UPDATE document SET sequence = {n}, number = 'FT-2026-00000{n}' WHERE number = 'FT-2026-00000{n + 1}'"
              for n in (3, 4, 5)),
            "UPDATE number_series SET last_number = 5 WHERE series = 'invoice'",
        ],
        ["FT-2026-000003 " + _NOT_AFTER.format("FT-2026-000002"),
         "FT-2026-000004 " + _NOT_AFTER.format("FT-2026-000003"),
         "FT-2026-000005 " + _NOT_AFTER.format("FT-2026-000004")],
    ),
    "the last paper is deleted, and the counter put back": (
        [*_deleted(_LAST, _OF_LAST), "UPDATE number_series SET last_number = 5 WHERE series = 'invoice'"],
        ["series invoice ends with FT-2026-000005, but another paper was issued last"],
    ),
    "a paper is put in between": (
        _in_between("digest", "chain"),
        [f"FT-2026-000004 {_CHANGED}", "FT-2026-000004 " + _NOT_AFTER.format("FT-2026-000003"),
         "FT-2026-000005 " + _NOT_AFTER.format("FT-2026-000004"),
         "FT-2026-000006 " + _NOT_AFTER.format("FT-2026-000005"),
         "FT-2026-000007 " + _NOT_AFTER.format("FT-2026-000006")],
    ),
    "a paper without a link is put in between": (
        _in_between("NULL", "NULL"),
        ["FT-2026-000004 has no link, though a paper before it has one",
         "FT-2026-000005 " + _NOT_AFTER.format("FT-2026-000003"),
         "FT-2026-000006 " + _NOT_AFTER.format("FT-2026-000005"),
         "FT-2026-000007 " + _NOT_AFTER.format("FT-2026-000006")],
    ),
    "a paper says that it is from before the chain": (
        [f"UPDATE document SET digest = NULL, chain = NULL WHERE {_THIRD}"],
        ["FT-2026-000003 has no link, though a paper before it has one",
         "FT-2026-000004 " + _NOT_AFTER.format("FT-2026-000002")],
    ),
    "the first papers say so": (
        ["UPDATE document SET digest = NULL, chain = NULL WHERE series = 'invoice' AND sequence <= 3"],
        [*(f"FT-2026-00000{n} {_NOT_CHAINED}" for n in (1, 2, 3)),
         "FT-2026-000004 " + _NOT_AFTER.format("the beginning of its series")],
    ),
    "all papers say so": (
        ["UPDATE document SET digest = NULL, chain = NULL WHERE series = 'reversal'"],
        [*(f"NC-2026-00000{n} {_NOT_CHAINED}" for n in range(1, 6)),
         "series reversal has no link, but another paper was issued last"][:5],
    ),
    "all papers say so, and the counter as well": (
        ["UPDATE document SET digest = NULL, chain = NULL WHERE series = 'invoice'",
         "UPDATE number_series SET last_chain = NULL WHERE series = 'invoice'"],
        [f"FT-2026-00000{n} {_NOT_CHAINED}" for n in range(1, 6)],
    ),
    "a paper has a digest and no link": (
        ["UPDATE document SET chain = NULL WHERE number = 'FT-2026-000001'"],
        ["FT-2026-000001 has no link, though a paper before it has one",
         "FT-2026-000002 " + _NOT_AFTER.format("the beginning of its series")],
    ),
    "the counter remembers another paper": (
        ["UPDATE number_series SET last_chain = 'another' WHERE series = 'invoice'"],
        ["series invoice ends with FT-2026-000006, but another paper was issued last"],
    ),
    "the counter is gone": (
        ["DELETE FROM number_series WHERE series = 'invoice'"],
        ["series invoice has a counter at nothing, its last number is 2026/6",
         "series invoice ends with FT-2026-000006, but another paper was issued last"],
    ),
    "all papers are gone": (
        ["DELETE FROM document_line", "DELETE FROM document_tax", "DELETE FROM document"],
        ["series invoice has a counter at 2026/6, and no paper",
         "series reversal has a counter at 2026/5, and no paper",
         "series invoice has no link, but another paper was issued last",
         "series reversal has no link, but another paper was issued last"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("statements", [forged for forged, _ in FORGED.values()], ids=list(FORGED))
def test_a_forged_paper_is_named_with_what_is_wrong(statements: list[str]) -> None:
    expected = next(said for forged, said in FORGED.values() if forged is statements)
    assert broken_by(statements).get(6) == [f"aurora: {breach}" for breach in expected]


def test_nothing_is_said_of_papers_as_they_were_issued_and_the_ends_are_named() -> None:
    with engine().connect() as connection:
        ends = {row.series: row.last_chain for row in connection.execute(select(NumberSeries))}
    assert _checked() == ([], f"chains end at FT-2026-000006 {ends['invoice']}, NC-2026-000005 {ends['reversal']}")


def test_it_is_the_same_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _checked()
    monkeypatch.setattr(chain, "_BATCH", 2)
    asked: list[str] = []
    event.listen(engine(), "before_cursor_execute", note := lambda _c, _k, sql, *_: asked.append(sql))
    assert _checked() == whole
    event.remove(engine(), "before_cursor_execute", note)
    walks = [sql for sql in asked if "ORDER BY document.year, document.sequence" in sql]
    assert len(walks) == 2, "each series is sorted once, not again for each batch"
    _, expected = FORGED["a paper in the middle is deleted, and the others close up"]
    statements, _ = FORGED["a paper in the middle is deleted, and the others close up"]
    assert broken_by(statements)[6] == [f"aurora: {breach}" for breach in expected]


def test_papers_from_before_the_chain_may_stand_before_it() -> None:
    def forge(connection: Connection) -> None:
        _tie_anew(connection, without=3)
        connection.exec_driver_sql(f"UPDATE number_series SET chained_after = (SELECT id FROM document WHERE {_THIRD})")

    assert _checked(forge)[0] == []


def test_whoever_may_write_everything_can_tie_a_chain_anew_which_only_its_end_tells() -> None:
    """The limit, said in docs/decisions/0016-chain.md: so the ends are noted elsewhere."""

    def forge(connection: Connection) -> None:
        connection.exec_driver_sql(f"UPDATE document SET reason = 'another' WHERE {_THIRD}")
        _tie_anew(connection, without=0)

    said, ends = _checked(forge)
    assert said == []
    assert ends != _checked()[1]


def _checked(forge: Callable[[Connection], None] = lambda _: None) -> tuple[list[str], str]:
    """What is said of numbers and chains, and the ends, once this was done; afterwards nothing has happened."""
    with engine().connect() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        forge(connection)
        with Session(connection) as session:
            finding: Finding = numbers.check(session, [1])
        connection.rollback()
    return [str(breach) for breach in finding.first], finding.remark


def _tie_anew(connection: Connection, without: int) -> None:
    """Digest and link the invoices again; the first `without` of them have neither."""
    papers = _rows(connection, Document, Document.series == "invoice")
    previous = None
    for paper in sorted(papers, key=lambda row: row["sequence"]):
        digest = None
        if paper["sequence"] > without:
            lines = _rows(connection, DocumentLine, DocumentLine.document_id == paper["id"])
            digest = digest_of(paper, lines, _rows(connection, DocumentTax, DocumentTax.document_id == paper["id"]))
            previous = link(previous, paper, digest)
        given = {"id": paper["id"], "digest": digest, "chain": previous}
        connection.execute(text("UPDATE document SET digest = :digest, chain = :chain WHERE id = :id"), given)
    connection.execute(text("UPDATE number_series SET last_chain = :end WHERE series = 'invoice'"), {"end": previous})


def _rows(connection: Connection, table: Any, where: Any) -> Iterable[dict[str, Any]]:
    return [dict(row) for row in connection.execute(select(table.__table__).where(where)).mappings()]
