"""What claims, the sweep, the audit and reconciliation take at a million items in the tables, against ten thousand."""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from benchmarks import million_books
from benchmarks.machine import engine_of, machine
from benchmarks.measuring import Comparison, Report, Say, Sizes, alternate
from partnershop.flows import (
    commissions,
    corrections,
    dispatch,
    documents,
    inbox,
    invoicing,
    mail_sending,
    refunds,
    routing,
    sweeping,
)
from partnershop.rules.eligibility import Route

_DUE = 40
_CLAIMS = 25  # of each stage a round
# The same few due rows in either database: what is finished is made due again. As a replica, whom no trigger stops.
_MAKE_DUE = """
    UPDATE event SET state = 'accepted' WHERE id IN (SELECT id FROM event ORDER BY id DESC LIMIT :due);
    UPDATE item SET route = NULL, state = 'received' WHERE id IN (SELECT id FROM item ORDER BY id DESC LIMIT :due);
    CREATE TEMP TABLE chosen ON COMMIT DROP AS
        SELECT id FROM item WHERE route = 'in_house' AND cancellation_id IS NULL ORDER BY id DESC LIMIT :due;
    DELETE FROM commission_entry WHERE item_id IN (SELECT id FROM chosen);
    DELETE FROM dispatch WHERE item_id IN (SELECT id FROM chosen);
    UPDATE item SET commission_id = NULL, dispatch_id = NULL, state = 'routed', gates_passed_at = now()
     WHERE id IN (SELECT id FROM chosen);
    UPDATE orders SET invoice_id = NULL WHERE id IN (SELECT id FROM orders ORDER BY id DESC LIMIT :due);
    UPDATE correction_case SET state = 'open', woken = false
     WHERE id IN (SELECT id FROM correction_case ORDER BY id DESC LIMIT :due);
    UPDATE refund_request SET state = 'requested', leased_until = NULL
     WHERE id IN (SELECT id FROM refund_request ORDER BY id DESC LIMIT :due);
    UPDATE mail SET state = 'due', leased_until = NULL, times_uncertain = 0
     WHERE id IN (SELECT id FROM mail ORDER BY id DESC LIMIT :due);
    UPDATE rendering SET state = 'due', attempts = 0, leased_until = NULL, shop_id = :shop
     WHERE document_id IN (SELECT id FROM document ORDER BY id LIMIT :due)
"""

STAGES: dict[str, Callable[[Session, int], object]] = {
    "inbox": lambda session, shop: (inbox.shops_due(session), inbox.next_due(session, shop)),
    "routing": lambda session, shop: (
        routing.shops_due(session),
        session.execute(routing.claim(shop, _DUE)).all(),
    ),
    "dispatch": lambda session, shop: (
        dispatch.shops_due(session, Route.IN_HOUSE),
        dispatch.claim(session, shop, Route.IN_HOUSE, 20, idempotent=True),
    ),
    "invoicing": lambda session, shop: (invoicing.shops_due(session), invoicing.orders_due(session, shop)),
    "cases": lambda session, _: corrections.due(session),
    "refunds": lambda session, _: refunds.claim(session),
    "commissions": lambda session, _: commissions.book_next(session),
    "documents": lambda session, _: documents.next_of_all(session, documents.BATCH),
    "mail": lambda session, _: mail_sending.claim(session),
    "sweep": lambda session, _: sweeping.due(session),
}


class _Books:
    """A database with so many items, and its one shop."""

    def __init__(self, url: str, items: int) -> None:
        self.url = url
        self.engine: Engine = engine_of(url)
        self.shop = million_books.fill(self.engine, items)
        with self.engine.connect() as connection:
            self.items = connection.execute(text("SELECT count(*) FROM item")).scalar_one()

    def make_due(self) -> None:
        """Make a few rows of each stage due; the audit does not hold any more."""
        with self.engine.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in _MAKE_DUE.split(";"):
                connection.execute(text(statement), {"due": _DUE, "shop": self.shop})
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE)"))
            connection.execute(text("CHECKPOINT"))

    def milliseconds(self, stage: str) -> float:
        """The fastest of a few claims of a stage, each undone: what it takes where nobody else takes the machine."""
        took = []
        for _ in range(_CLAIMS):
            with Session(self.engine) as session:
                session.connection()
                start = time.perf_counter()
                STAGES[stage](session, self.shop)
                took.append(time.perf_counter() - start)
                session.rollback()
        return min(took) * 1000

    def alone(self, work: Callable[[], int]) -> "tuple[float, float]":
        """Seconds that `work` took in a process of its own, and the most memory that one had, in MB."""
        with ProcessPoolExecutor(1, get_context("spawn"), initializer=_connect, initargs=(self.url,)) as pool:
            return pool.submit(_measured, work).result()


def run(sizes: Sizes, say: Say) -> Report:
    """Audit and reconcile both databases once, then claim in both, in turn."""
    # Some flows ask the configuration for the address of callbacks; the database that they use is the session's.
    with machine() as on, patch.dict(os.environ, {"DATABASE_URL": on.servers.database_url}):
        say(f"filling a database with {sizes.small_books:,} items")
        small = _Books(on.servers.database_url, sizes.small_books)
        say(f"filling a database with {sizes.large_books:,} items")
        large = _Books(on.another_database("large"), sizes.large_books)
        try:
            whole = _whole_books(large, small, say)
            large.make_due()
            small.make_due()
            claims = _claims(large, small, sizes.rounds, say)
        finally:
            small.engine.dispose()
            large.engine.dispose()
    growth = large.items / small.items
    note = (
        f"million: {large.items:,} items against {small.items:,} ({growth:.0f} times as many), with their orders, "
        "events, decisions, history, hand-overs, papers (chained), prints, mails, cases and commission. The audit "
        "holds on both; it and reconciliation run once on each, in a process of their own, whose most memory is told. "
        f"Claims: the fastest of {_CLAIMS} a round with {_DUE} rows due in each stage, undone each time."
    )
    return Report([*claims, *whole], [note])


def _claims(large: _Books, small: _Books, rounds: int, say: Say) -> list[Comparison]:
    comparisons = []
    for stage in STAGES:
        measured = alternate(
            {
                f"{stage} in large books": partial(large.milliseconds, stage),
                f"{stage} in small books": partial(small.milliseconds, stage),
            },
            rounds,
            say,
        )
        name = "sweep" if stage == "sweep" else f"claim of {stage}"
        ours, baseline = measured.values()
        comparisons.append(Comparison(f"{name}, large books / small", "ms", ours, baseline, "at most 1.2"))
    return comparisons


def _whole_books(large: _Books, small: _Books, say: Say) -> list[Comparison]:
    comparisons = []
    growth = large.items / small.items
    for name, work in (("audit", _audit), ("reconciliation", _reconcile)):
        say(f"{name} of {small.items:,} items")
        few_seconds, few_memory = small.alone(work)
        say(f"{name} of {large.items:,} items")
        many_seconds, many_memory = large.alone(work)
        comparisons += [
            Comparison(f"{name}, large books / small", "s", [many_seconds], [few_seconds], f"at most {growth:.0f}"),
            Comparison(f"memory of the {name}, large / small", "MB", [many_memory], [few_memory], "at most 1.2"),
        ]
    return comparisons


def _connect(url: str) -> None:
    os.environ["DATABASE_URL"] = url


def _measured(work: Callable[[], int]) -> tuple[float, float]:
    start = time.perf_counter()
    if problems := work():
        raise RuntimeError(f"{problems} things do not hold in the books that were made")
    seconds = time.perf_counter() - start
    # Not what getrusage says: that remembers the process which started this one.
    status = Path("/proc/self/status").read_text("utf-8")
    return seconds, int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _audit() -> int:
    from partnershop.audit import findings  # noqa: PLC0415  (the process has its own address of the database)
    from partnershop.db import unit_of_work  # noqa: PLC0415

    with unit_of_work() as session:
        session.execute(text("SET LOCAL statement_timeout = '30min'"))
        found = list(findings(session))
    for finding in found:
        for breach in finding.first[:2]:
            print(f"invariant {finding.number}: {breach}")  # noqa: T201  (the books that were made are wrong)
    return sum(finding.breaches for finding in found)


def _reconcile() -> int:
    from partnershop.reconciliation.running import run as reconcile  # noqa: PLC0415
    from partnershop.rules.reconciliation import Job  # noqa: PLC0415

    report = reconcile(Job.EVERYTHING, "benchmark")
    if not report.is_fine:
        print(report.sentence())  # noqa: T201  (the books that were made are wrong)
    return report.open + len(report.failed)


__all__: Sequence[str] = ["run"]
