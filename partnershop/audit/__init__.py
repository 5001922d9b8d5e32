"""The audit: the twelve things that must always hold, on the real database, worked out again from its rows.

It reads one snapshot in one read-only transaction, so that it may run while everything works. It does not ask the flows
that wrote the rows; where it needs a rule it takes the pure one, otherwise the sums are SQL of its own. Work that is
still due is pending and no breach.
"""

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models import Shop
from partnershop.audit import (
    commissions,
    corrections,
    dispatches,
    documents,
    events,
    files,
    numbers,
    papers,
    refunds,
    replay,
    reversals,
    routing,
)
from partnershop.audit.documents import Sample
from partnershop.audit.finding import Breach, Finding
from partnershop.flows.shops import find

__all__ = ["INVARIANTS", "Breach", "Finding", "Sample", "audit", "findings"]

INVARIANTS: tuple[Callable[[Session, Sequence[int]], Finding], ...] = (
    events.check,
    routing.check,
    dispatches.check,
    papers.check,
    reversals.check,
    numbers.check,
    corrections.check_cancellations,
    corrections.check_complaints,
    refunds.check,
    commissions.check,
    files.check,
    replay.check,
)


def audit(session: Session, shop: str | None = None, sample: Sample | None = None) -> Iterator[Finding]:
    """Check the twelve invariants, in their order, one after the other, of one shop by its code or of all.

    `sample` says how many papers are printed and judged again (None: as many as `Sample()` says). The session must be
    fresh: its transaction becomes read-only, with one snapshot. Raises `Refused` for no such shop.
    """
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    session.execute(text("SET TRANSACTION READ ONLY"))
    session.execute(text("SET LOCAL statement_timeout = '10min'"))
    # While papers are printed, the database is asked nothing.
    session.execute(text("SET LOCAL idle_in_transaction_session_timeout = '10min'"))
    yield from findings(session, shop, sample or Sample())


def findings(session: Session, shop: str | None = None, sample: Sample | None = None) -> Iterator[Finding]:
    """The same in a transaction that the caller has begun, as it sees the database; without `sample`, none is printed.

    Reconciliation prints none: what one night's sample finds would be gone the next, though it still stands.
    """
    every = session.scalars(select(Shop.id).order_by(Shop.id))
    shops = list(every) if shop is None else [find(session, shop).id]
    for check in INVARIANTS:
        finding = check(session, shops)
        if check is files.check and sample is not None:
            documents.look_at(session, shops, finding, sample)
        yield finding
