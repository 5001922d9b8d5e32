"""Keeping findings: found again is the same row, what no longer holds closes itself, an accepted one stays so."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import and_, case, not_, null, or_, select, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session

from models import Finding, FindingState, ReconciliationRun, Shop
from partnershop import clock
from partnershop.reconciliation.looking import Check, Found

BY = "reconciliation"
_BATCH = 1000
_TOLD = ("about", "details", "amount", "currency")
_SAME = (Finding.amount, Finding.currency, Finding.details)


def keep(session: Session, run: ReconciliationRun, found: Sequence[Found]) -> int:
    """Write what a run found; how many of it are new, or open again.

    An accepted finding stays accepted as long as its amount and details are what they were when it was accepted. The
    shop's code joins what a finding is about, as "shop".
    """
    unique = {(one.shop_id, one.kind, one.key): one for one in found}
    shops = {one.shop_id for one in found}
    codes = dict(session.execute(select(Shop.id, Shop.code).where(Shop.id.in_(shops))).all())
    rows = [_row(run, one, codes) for one in unique.values()]
    return sum(_keep_batch(session, rows[start : start + _BATCH]) for start in range(0, len(rows), _BATCH))


def _row(run: ReconciliationRun, one: Found, codes: Mapping[int, str]) -> dict[str, Any]:
    now = clock.now()
    return {
        "shop_id": one.shop_id, "kind": one.kind, "key": one.key, "about": {"shop": codes[one.shop_id], **one.about},
        "details": one.details, "amount": one.amount, "currency": one.currency, "state": FindingState.OPEN,
        "first_seen_at": now, "last_seen_at": now, "first_run_id": run.id, "last_run_id": run.id,
        "changed_at": now, "changed_by": BY,
    }  # fmt: skip


def _keep_batch(session: Session, rows: list[dict[str, Any]]) -> int:
    # Seen and changed in the same moment: inserted, or opened again.
    # Not `values(rows)`: a statement of its own for each number of rows takes more time than writing them.
    opened = session.connection().execute(_upsert().returning(Finding.changed_at == Finding.last_seen_at), rows)
    return sum(opened.scalars())


def _upsert() -> Insert:
    statement = insert(Finding)
    new = statement.excluded
    same = and_(*(getattr(new, column.key).is_not_distinct_from(column) for column in _SAME))
    over = or_(Finding.state == FindingState.CLOSED, Finding.state == FindingState.REPAIRED)
    again = or_(over, and_(Finding.state == FindingState.ACCEPTED, not_(same)))
    seen = {name: getattr(new, name) for name in (*_TOLD, "last_seen_at", "last_run_id")}
    opened = {
        "state": case((again, FindingState.OPEN), else_=Finding.state),
        "changed_at": case((again, new.changed_at), else_=Finding.changed_at),
        "changed_by": case((again, new.changed_by), else_=Finding.changed_by),
        "why": case((again, null()), else_=Finding.why),
    }
    return statement.on_conflict_do_update(
        index_elements=["shop_id", "kind", "key"],
        set_={**seen, **opened, "times_seen": Finding.times_seen + 1},
    )


def close_the_others(session: Session, run: ReconciliationRun, check: Check, shops: Sequence[int]) -> int:
    """Close what this check found earlier and not in this run; how many."""
    closed = session.execute(
        update(Finding)
        .where(Finding.shop_id.in_(shops), Finding.kind.in_(check.kinds), Finding.last_run_id != run.id)
        .where(Finding.state.in_((FindingState.OPEN, FindingState.ACCEPTED)))
        .values(state=FindingState.CLOSED, changed_at=clock.now(), changed_by=BY, why="it no longer holds")
        .returning(Finding.id)
    )
    return len(closed.all())
