"""What the product has in its tables, by plain SQL: rows as they are, no flows, no ORM."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import psycopg
from psycopg.rows import class_row

from partnershop.drill import found_rows as rows
from partnershop.drill.found_queries import QUERIES

T = TypeVar("T")


@dataclass(frozen=True)
class FoundItem:
    """An item with its hand-overs, commission entries, and the mails that tell of it."""

    row: rows.Item
    dispatches: Sequence[rows.Dispatch]
    decisions: int
    """Live routing decisions."""
    commissions: Sequence[rows.Commission]
    told: int
    """In how many mails its shipping is told."""


@dataclass(frozen=True)
class FoundPaper:
    """A paper with its lines, and the mails that it is in."""

    row: rows.Paper
    lines: Sequence[rows.Line]
    mails: Sequence[int]


@dataclass(frozen=True)
class FoundOrder:
    """An order with all that belongs to it. Amounts in minor units."""

    row: rows.Order
    items: Sequence[FoundItem]
    papers: Sequence[FoundPaper]
    payments: Sequence[rows.Payment]
    refunds: Sequence[rows.Refund]
    cases: Sequence[rows.Case]
    complaints: Sequence[rows.Complaint]
    mails: Sequence[rows.Mail]


@dataclass(frozen=True)
class Found:
    """All of some shops: orders by shop and number (more than one would be a double), events, mails, papers."""

    orders: Mapping[tuple[str, str], Sequence[FoundOrder]] = field(default_factory=dict)
    events: Sequence[rows.Event] = ()
    mails: Sequence[rows.Mail] = ()

    def papers(self) -> Iterable[tuple[FoundOrder, FoundPaper]]:
        """Every paper with its order."""
        for orders in self.orders.values():
            for order in orders:
                for paper in order.papers:
                    yield order, paper


def look(database_url: str, shops: Sequence[str]) -> Found:
    """All that the database at `database_url` (libpq's or SQLAlchemy's) has of these shops, in one snapshot."""
    _, _, rest = database_url.partition("://")
    with psycopg.connect(f"postgresql://{rest}") as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        return read(connection, shops)


def read(connection: psycopg.Connection[Any], shops: Sequence[str]) -> Found:
    """The same as this connection sees it."""
    return _gathered(_Reader(connection, list(shops)))


class _Reader:
    def __init__(self, connection: psycopg.Connection[Any], shops: list[str]) -> None:
        self._connection, self._shops = connection, shops

    def all(self, kind: type[T]) -> list[T]:
        """The rows of this kind, the oldest first."""
        with self._connection.cursor(row_factory=class_row(kind)) as cursor:
            return cursor.execute(QUERIES[kind], {"shops": self._shops}).fetchall()

    def by(self, kind: type[T], key: Callable[[T], int | None]) -> dict[int, list[T]]:
        """The same, by what they belong to."""
        grouped: dict[int, list[T]] = {}
        for row in self.all(kind):
            owner = key(row)
            if owner is not None:
                grouped.setdefault(owner, []).append(row)
        return grouped


def _gathered(reader: _Reader) -> Found:
    items, papers = _items(reader), _papers(reader)
    payments, refunds = reader.by(rows.Payment, _order_id), reader.by(rows.Refund, _order_id)
    cases, complaints = reader.by(rows.Case, _order_id), reader.by(rows.Complaint, _order_id)
    mails = reader.all(rows.Mail)
    by_order: dict[int | None, list[rows.Mail]] = {}
    for mail in mails:
        by_order.setdefault(mail.order_id, []).append(mail)
    orders: dict[tuple[str, str], list[FoundOrder]] = {}
    for row in reader.all(rows.Order):
        found = FoundOrder(
            row, items.get(row.id, ()), papers.get(row.id, ()), payments.get(row.id, ()), refunds.get(row.id, ()),
            cases.get(row.id, ()), complaints.get(row.id, ()), by_order.get(row.id, ()),
        )  # fmt: skip
        orders.setdefault((row.shop, row.number), []).append(found)
    return Found(orders, reader.all(rows.Event), mails)


def _order_id(row: Any) -> int:
    return int(row.order_id)


def _items(reader: _Reader) -> dict[int, list[FoundItem]]:
    dispatches = reader.by(rows.Dispatch, lambda row: row.item_id)
    decisions = reader.by(rows.Decision, lambda row: row.item_id)
    commissions = reader.by(rows.Commission, lambda row: row.item_id)
    told = reader.by(rows.Shipping, lambda row: row.item_id)
    grouped: dict[int, list[FoundItem]] = {}
    for row in reader.all(rows.Item):
        found = FoundItem(
            row, dispatches.get(row.id, ()), len(decisions.get(row.id, ())), commissions.get(row.id, ()),
            len(told.get(row.id, ())),
        )  # fmt: skip
        grouped.setdefault(row.order_id, []).append(found)
    return grouped


def _papers(reader: _Reader) -> dict[int, list[FoundPaper]]:
    lines = reader.by(rows.Line, lambda row: row.document_id)
    mailed = reader.by(rows.Enclosure, lambda row: row.document_id)
    grouped: dict[int, list[FoundPaper]] = {}
    for row in reader.all(rows.Paper):
        mails = [enclosure.mail_id for enclosure in mailed.get(row.id, ())]
        grouped.setdefault(row.order_id, []).append(FoundPaper(row, lines.get(row.id, ()), mails))
    return grouped
