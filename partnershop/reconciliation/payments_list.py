"""Comparing what the payment provider lists with the payments held here: one transaction, compared by the database.

The key is the payment's id. A later list closes what it says is right, and says nothing about payments that it does not
name: another provider may list those.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import psycopg
from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.orm import Session

from models import Finding, FindingState, ReconciliationRun, Shop
from partnershop import clock
from partnershop.db import unit_of_work
from partnershop.flows.orders import settings_of
from partnershop.flows.shops import find
from partnershop.reconciliation.keeping import BY, keep
from partnershop.reconciliation.looking import Found
from partnershop.reconciliation.payments_file import BrokenRow, BrokenRows, CannotRead, PaymentsFile
from partnershop.rules.money import in_words
from partnershop.rules.reconciliation import FindingKind

JOB = "payments"
KINDS = (FindingKind.PROVIDER_MISSING_HERE, FindingKind.PROVIDER_MISSING_THERE, FindingKind.PROVIDER_DIFFERS)

_LANE = 20_264
_LONGEST = "10min"
_BATCH = 1000


@dataclass(frozen=True)
class Scope:
    """What the list should name: payments received on these days (the shop's calendar), by these methods.

    Without days they are those from the earliest to the latest of the list; without methods it is every method.
    """

    first: date | None = None
    last: date | None = None
    methods: Sequence[str] = ()


@dataclass(frozen=True)
class Comparison:
    """What came of it: counts of payments, the days that were compared, and what became of the findings.

    `open` counts the differences that nobody has accepted.
    """

    run_id: int
    first: date
    last: date
    listed: int
    matched: int
    missing_here: int
    missing_there: int
    different: int
    new: int
    closed: int
    open: int


_TABLES = (
    """
    CREATE TEMPORARY TABLE listed (
        line bigint, order_number text, payment text, amount bigint, currency text, method text, day date
    ) ON COMMIT DROP
    """,
    """
    CREATE TEMPORARY TABLE compared (
        kind text, payment text, day date, order_number text, amount bigint, currency text,
        held_id bigint, held_order text, held_amount bigint, held_currency text
    ) ON COMMIT DROP
    """,
)
_COPY = "COPY listed (line, order_number, payment, amount, currency, method, day) FROM STDIN"

_TWICE = text("""
    SELECT line, earlier FROM (
        SELECT line, lag(line) OVER (PARTITION BY payment ORDER BY line) AS earlier FROM listed
    ) AS repeated
     WHERE earlier IS NOT NULL ORDER BY line
""")

# The same id may be held for two orders: the one of the listed order is meant.
_COMPARE = text("""
    WITH held AS (
        SELECT payment.id, payment.key, payment.amount, payment.method, orders.number, orders.currency,
               CAST(payment.received_at AT TIME ZONE :zone AS date) AS day
          FROM payment JOIN orders ON orders.id = payment.order_id
         WHERE orders.shop_id = :shop
    ),
    pairs AS (
        SELECT DISTINCT ON (listed.line) listed.*, held.id AS held_id, held.number AS held_order,
               held.amount AS held_amount, held.currency AS held_currency
          FROM listed LEFT JOIN held ON held.key = listed.payment
         ORDER BY listed.line, held.number = listed.order_number DESC NULLS LAST, held.id
    )
    INSERT INTO compared
    SELECT CASE WHEN held_id IS NULL THEN 'provider_missing_here'
                WHEN (order_number, amount, currency) = (held_order, held_amount, held_currency) THEN 'matched'
                ELSE 'provider_differs' END,
           payment, day, order_number, amount, currency, held_id, held_order, held_amount, held_currency
      FROM pairs
    UNION ALL
    SELECT 'provider_missing_there', held.key, held.day, held.number, held.amount, held.currency, held.id, held.number,
           held.amount, held.currency
      FROM held LEFT JOIN pairs ON pairs.held_id = held.id
     WHERE pairs.held_id IS NULL AND held.day BETWEEN :first AND :last
       AND (cardinality(CAST(:methods AS text[])) = 0 OR held.method = ANY(:methods))
""")

_DIFFERENCES = text("SELECT * FROM compared WHERE kind <> 'matched' ORDER BY day, payment, order_number")
_COUNTS = text("SELECT kind, count(*) FROM compared GROUP BY kind")
_DAYS = text("SELECT min(day), max(day) FROM listed")

# Only what the list names: by our row where it was missing there, otherwise by the payment's id.
_CLOSE = text("""
    UPDATE finding SET state = 'closed', changed_at = :now, changed_by = :by, why = 'the list says that it is right'
     WHERE shop_id = :shop AND last_run_id <> :run AND state IN ('open', 'accepted')
       AND (kind, key) IN (
           SELECT 'provider_missing_there', 'payment-' || held_id FROM compared WHERE held_id IS NOT NULL
            UNION ALL
           SELECT 'provider_missing_here', payment FROM listed
            UNION ALL
           SELECT 'provider_differs', payment FROM listed)
    RETURNING id
""")


def compare(shop: str, file: PaymentsFile, by: str, scope: Scope | None = None) -> Comparison:
    """Compare a list with what is held of a shop (by its code), and keep the differences as findings; `by` is who asks.

    Raises `BrokenRows` or `CannotRead` where the list cannot be read: then nothing has changed, and no run is noted.
    """
    with unit_of_work() as session:
        for limit in ("lock_timeout", "statement_timeout"):
            session.execute(text(f"SET LOCAL {limit} = '{_LONGEST}'"))
        row = find(session, shop)
        # Two lists of a shop at once: the second sees what the first has found.
        lane = {"lane": _LANE, "shop": row.id}
        session.execute(text("SELECT pg_advisory_xact_lock(:lane, CAST(:shop AS int))"), lane)
        listed = _load(session, file)
        first, last = _compare(session, row, scope or Scope())
        run = ReconciliationRun(
            job=JOB, shop_id=row.id, started_by=by, started_at=clock.now(), checked={}, failed={}
        )
        session.add(run)
        session.flush()
        new = sum(keep(session, run, batch) for batch in _differences(session, row))
        return _finish(session, run, listed, new, (first, last))


def differences(session: Session, run_id: int, limit: int) -> Sequence[Finding]:
    """The findings of a comparison, accepted ones too, by kind and then the oldest first."""
    query = select(Finding).where(Finding.last_run_id == run_id).order_by(Finding.kind, Finding.id).limit(limit)
    return session.scalars(query).all()


def timezone_of(shop: str) -> str:
    """The time zone of the shop's calendar. Raises `Refused` for a shop that there is not."""
    with unit_of_work() as session:
        return settings_of(session, find(session, shop).id).timezone


def _load(session: Session, file: PaymentsFile) -> int:
    """Copy the list into its table, and return how many payments it has. Raises unless every row can be read."""
    for table in _TABLES:
        session.execute(text(table))
    connection = cast(psycopg.Connection[Any], session.connection().connection.driver_connection)
    listed = 0
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for row in file.rows():
            copy.write_row((row.line, row.order, row.payment, row.amount, row.currency, row.method, row.day))
            listed += 1
    session.execute(text("ANALYZE listed"))
    for line, earlier in session.execute(_TWICE, execution_options={"yield_per": _BATCH}):
        file.note(BrokenRow(line, f"the payment of line {earlier} is listed again: remove one of the two"))
    if file.broken:
        raise BrokenRows(sorted(file.broken), file.others)
    if not listed:
        raise CannotRead(f"{file.path} has a heading and no payments: there is nothing to compare")
    return listed


def _compare(session: Session, shop: Shop, scope: Scope) -> tuple[date, date]:
    earliest, latest = session.execute(_DAYS).one()
    first, last = scope.first or earliest, scope.last or latest
    if first > last:
        raise CannotRead(f"the days compared would be from {first} to {last}: check --from and --to")
    zone = settings_of(session, shop.id).timezone
    values = {"shop": shop.id, "zone": zone, "first": first, "last": last, "methods": list(scope.methods)}
    session.execute(_COMPARE, values)
    session.execute(text("ANALYZE compared"))
    return first, last


def _differences(session: Session, shop: Shop) -> Iterator[list[Found]]:
    rows = session.execute(_DIFFERENCES, execution_options={"yield_per": _BATCH}).mappings()
    for batch in rows.partitions(_BATCH):
        yield [_found(shop, row) for row in batch]


def _found(shop: Shop, row: RowMapping) -> Found:
    kind = FindingKind(row["kind"])
    amount, currency = row["amount"], row["currency"]
    about = {"shop": shop.code, "order": row["order_number"], "payment": row["payment"]}
    details = {"date": row["day"].isoformat()}
    if kind is FindingKind.PROVIDER_MISSING_THERE:
        return Found(kind, shop.id, f"payment-{row['held_id']}", about, details, amount, currency)
    if kind is FindingKind.PROVIDER_DIFFERS:
        here, currency_here = row["held_amount"], row["held_currency"]
        details |= {"there": in_words(amount, currency), "here": in_words(here, currency_here)}
        details |= {"order_here": row["held_order"]}
        amount = abs(amount - here) if currency == currency_here else None
    return Found(kind, shop.id, row["payment"], about, details, amount, currency)


def _finish(
    session: Session, run: ReconciliationRun, listed: int, new: int, days: tuple[date, date]
) -> Comparison:
    values = {"shop": run.shop_id, "run": run.id, "now": clock.now(), "by": BY}
    run.closed = len(session.execute(_CLOSE, values).all())
    counts: dict[str, int] = dict(session.execute(_COUNTS).all())
    still_open = select(func.count()).where(Finding.last_run_id == run.id, Finding.state == FindingState.OPEN)
    run.found, run.new = session.scalars(still_open).one(), new
    here, there, differs = (counts.get(kind.value, 0) for kind in KINDS)
    matched = counts.get("matched", 0)
    run.checked = {KINDS[0].value: listed, KINDS[1].value: matched + differs + there, KINDS[2].value: matched + differs}
    run.ended_at = clock.now()
    return Comparison(
        run_id=run.id, first=days[0], last=days[1], listed=listed, matched=matched, missing_here=here,
        missing_there=there, different=differs, new=new, closed=run.closed, open=run.found,
    )  # fmt: skip
