"""Digest and link: the same of rows to be written and of rows read back, another one of anything else."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Table, text
from sqlalchemy.orm import Session

from models import Document, DocumentLine, DocumentTax, NumberSeries, Shop
from partnershop.audit import chain as audited
from partnershop.audit.finding import Finding
from partnershop.db import copy_rows, engine
from partnershop.flows.chain import LINE, NUMBERED, SAID, TAX, digest_of, link

_WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
_IDS = st.integers(1, 2**62)
_MINOR = st.integers(0, 10**12)
_DECIMALS = st.decimals(0, 99999, places=4, allow_nan=False, allow_infinity=False)
_DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
_MOMENTS = st.datetimes(
    datetime(2000, 1, 1), datetime(2100, 1, 1),  # noqa: DTZ001  (Hypothesis adds the zone)
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-8))]),
)  # fmt: skip
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=3),
    max_leaves=6,
)
_OBJECTS = st.dictionaries(_WORDS, _JSON, max_size=4)
_LISTS = st.lists(_JSON, max_size=3)


def _written(value: Decimal, exponent: int) -> Decimal:
    """The same number with another exponent, where that is exact: 1.50 and 1.5, 100 and 1E+2."""
    other = value.quantize(Decimal(1).scaleb(exponent)) if value else value
    return other if other == value else value


_PRICES = st.builds(_written, _DECIMALS, st.integers(-8, 2))
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "kind": st.sampled_from(["invoice", "reversal", "reduced_invoice"]), "sdi_file_name": st.none(),
    "refers_to_id": st.none() | _IDS, "companion_id": st.none() | _IDS, "case_id": st.none() | _IDS,
    "item_id": st.none() | _IDS, "charge_id": st.none() | _IDS, "origin_line_id": st.none(), "order_id": _IDS,
    "language": _WORDS, "currency": _WORDS, "order_number": _WORDS, "payment_method": _WORDS, "key": _WORDS,
    "description": _WORDS, "vat_category": _WORDS, "category": _WORDS,
    "reason": st.none() | _WORDS, "vat_exemption": st.none() | _WORDS, "exemption": st.none() | _WORDS,
    "seller": _OBJECTS, "buyer": _OBJECTS, "design": _OBJECTS, "fatturapa": st.none() | _OBJECTS,
    "details": _LISTS, "allowances": _LISTS,
    "order_date": _DAYS, "issue_date": _DAYS, "delivery_date": st.none() | _DAYS, "due_date": st.none() | _DAYS,
    "expected_delivery": st.none() | _DAYS, "issued_at": _MOMENTS, "is_charge": st.booleans(), "number": _WORDS,
    "quantity": st.integers(1, 10**9), "unit_price": _PRICES, "vat_rate": _PRICES, "rate": _PRICES,
    **dict.fromkeys(("net", "tax", "gross", "prepaid", "price_net", "allowance", "base"), _MINOR),
}  # fmt: skip


@st.composite
def papers(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    """The row of a paper, and those of its lines and taxes, as they are about to be written."""
    own = {"id": 1, "shop_id": 1, "series": "invoice", "year": 2026, "sequence": 1, "number": "FT-2026-1"}
    paper = own | {name: draw(_VALUES[name]) for name in (*SAID, *NUMBERED) if name not in own}
    lines = [
        {"id": place, "document_id": 1, "position": place}
        | {name: draw(_VALUES[name]) for name in LINE if name != "position"}
        for place in range(1, draw(st.integers(1, 3)) + 1)
    ]
    taxes = [
        {"document_id": 1, "position": place} | {name: draw(_VALUES[name]) for name in TAX if name != "position"}
        for place in range(1, draw(st.integers(1, 2)) + 1)
    ]
    return paper, lines, taxes


@pytest.fixture
def connection(clean_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """A connection that writes what no trigger and no foreign key sees, and forgets it."""
    monkeypatch.setenv("DATABASE_URL", clean_database)
    engine.cache_clear()
    with engine().connect() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        yield connection
        connection.rollback()
    engine().dispose()
    engine.cache_clear()


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paper=papers())
def test_rows_read_back_have_the_digest_and_the_link_of_the_rows_that_were_written(
    connection: Connection, paper: tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]
) -> None:
    row, lines, taxes = paper
    digest = digest_of(row, lines, taxes)
    linked = row | {"digest": digest, "chain": link(None, row, digest)}
    counter = {
        "shop_id": 1, "series": "invoice", "year": 2026, "last_number": 1, "last_issue_date": row["issue_date"],
        "last_chain": linked["chain"], "chained_after": 0,
    }  # fmt: skip
    with connection.begin_nested() as savepoint:
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            session.add(Shop(id=1, code="aurora", currency="EUR", created_at=datetime.now(UTC)))
            copy_rows(session, _table(Document), [linked])
            copy_rows(session, _table(DocumentLine), lines)
            copy_rows(session, _table(DocumentTax), taxes)
            copy_rows(session, _table(NumberSeries), [counter])
            finding = Finding(6, "")
            audited.look_at(session, [1], finding)
            assert [str(breach) for breach in finding.first] == []
            assert linked["chain"] in finding.remark
        savepoint.rollback()


PAPER: dict[str, Any] = {
    "id": 7, "shop_id": 1, "order_id": 2, "case_id": None, "kind": "reversal", "series": "reversal", "year": 2026,
    "sequence": 3, "number": "NC-2026-000003", "issue_date": date(2026, 3, 5), "due_date": None,
    "issued_at": datetime(2026, 3, 5, 10, 0, tzinfo=UTC), "refers_to_id": 5, "companion_id": None, "currency": "EUR",
    "language": "it", "seller": {"legal_name": "Tipografia di Prova S.r.l."}, "buyer": {"name": "Łódź"},
    "order_number": "A-1", "order_date": date(2026, 3, 2), "delivery_date": None, "payment_method": "card",
    "reason": "as proofed", "net": 100, "tax": 22, "gross": 122, "prepaid": 0, "expected_delivery": None,
    "design": {"colour": "#17365d", "logo": None}, "fatturapa": None, "sdi_file_name": None,
}  # fmt: skip
LINES: list[dict[str, Any]] = [
    {
        "position": position, "is_charge": False, "item_id": position, "charge_id": None, "origin_line_id": position,
        "key": str(position), "description": "flyer", "details": ["format: a6"], "quantity": 1,
        "unit_price": Decimal("0.5000"), "price_net": 50, "allowance": 0, "allowances": [], "net": 50,
        "vat_rate": Decimal(22), "vat_category": "S", "vat_exemption": None,
    }
    for position in (1, 2)
]  # fmt: skip
TAXES: list[dict[str, Any]] = [
    {"position": 1, "category": "S", "rate": Decimal("22.0000"), "exemption": None, "base": 100, "tax": 22}
]
DIGEST = digest_of(PAPER, LINES, TAXES)
LINK = link("before", PAPER, DIGEST)


def test_the_form_is_for_ever_for_papers_that_were_issued_stand_in_it() -> None:
    assert DIGEST == "48944e8b279f5da31ee8a9e0643d18db53b799d109141c574800e2b14d3f2ee2"
    assert LINK == "947b130ef936a6966488dc65e762f7abe9ad9eeaf880724f837edb369731397b"


@pytest.mark.parametrize("column", SAID)
def test_all_that_a_paper_says_is_digested(column: str) -> None:
    assert digest_of(PAPER | {column: "another"}, LINES, TAXES) != DIGEST


@pytest.mark.parametrize("column", [name for name in LINE if name != "position"])
def test_all_that_a_line_says_is_digested(column: str) -> None:
    assert digest_of(PAPER, [LINES[0], LINES[1] | {column: "another"}], TAXES) != DIGEST


@pytest.mark.parametrize("column", TAX)
def test_all_that_the_vat_breakdown_says_is_digested(column: str) -> None:
    assert digest_of(PAPER, LINES, [TAXES[0] | {column: "another"}]) != DIGEST


@pytest.mark.parametrize("column", NUMBERED)
def test_number_and_dates_are_linked(column: str) -> None:
    assert link("before", PAPER | {column: "another"}, DIGEST) != LINK


def test_a_link_is_tied_to_the_digest_and_to_the_link_before_it() -> None:
    assert len({LINK, link("another", PAPER, DIGEST), link(None, PAPER, DIGEST), link("before", PAPER, "another")}) == 4


def test_the_digest_knows_nothing_of_number_and_dates_for_it_is_made_before_the_number_is_taken() -> None:
    later = {"number": "?", "sequence": None, "year": None, "issue_date": None, "due_date": None, "issued_at": None}
    assert digest_of(PAPER | later, LINES, TAXES) == DIGEST


def test_lines_may_come_in_any_order_but_none_may_be_missing_or_come_twice() -> None:
    assert digest_of(PAPER, reversed(LINES), TAXES) == DIGEST
    assert digest_of(PAPER, LINES[:1], TAXES) != DIGEST
    assert digest_of(PAPER, [*LINES, LINES[1] | {"position": 3}], TAXES) != DIGEST


def test_every_column_is_digested_or_linked_so_that_none_that_is_added_is_forgotten() -> None:
    made_of_them = {"digest", "chain"}
    not_said = {"issued_in"}
    assert set(_table(Document).c.keys()) == {*SAID, *NUMBERED} | made_of_them | not_said
    assert set(_table(DocumentLine).c.keys()) == {*LINE, "id", "document_id"}
    assert set(_table(DocumentTax).c.keys()) == {*TAX, "id", "document_id"}


def test_a_value_that_has_no_one_form_is_refused() -> None:
    with pytest.raises(TypeError, match="a paper says nothing that is a set"):
        digest_of(PAPER | {"reason": {1}}, LINES, TAXES)
