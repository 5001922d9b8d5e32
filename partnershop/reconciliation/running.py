"""A run: every check of a job, each in a transaction of its own, then the repairs, and a row that tells of it.

A check that fails spoils no other: the run says which could not be made, and leaves its findings as they are. Two runs
at once make one check after the other (a lane per check, repairs included), so neither closes what the other has just
found. A check sees one snapshot, so that work in progress looks like either what it was or what it will be; what it
found is written in a transaction of its own, which waits for whoever just accepts a finding instead of failing on it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select, text

from models import Finding, FindingState, ReconciliationRun, Shop
from partnershop import clock
from partnershop.db import unit_of_work
from partnershop.flows import shops as known_shops
from partnershop.logging import log
from partnershop.reconciliation.checks import CHECKS
from partnershop.reconciliation.keeping import BY, close_the_others, keep
from partnershop.reconciliation.looking import Check, Looked
from partnershop.rules.reconciliation import FindingKind, Job
from partnershop.rules.words import counted

_LANE = 20_263
_STATEMENT_TIMEOUT = "10min"
_LONGEST_CHECK = "1h"
_REPAIRS_AT_ONCE = 500


@dataclass
class Report:
    """What a run did. `open` counts the findings that are open after it, of the kinds and shops it looked at."""

    run_id: int
    job: str
    checked: Counter[str] = field(default_factory=Counter)
    failed: dict[str, str] = field(default_factory=dict)
    found: int = 0
    new: int = 0
    closed: int = 0
    repaired: int = 0
    open: int = 0

    @property
    def is_fine(self) -> bool:
        """Whether nothing is open and every check could be made."""
        return not self.open and not self.failed

    def sentence(self) -> str:
        """What came of it, for Flower."""
        looked = counted(sum(self.checked.values()), "thing")
        said = f"{looked} looked at, {counted(self.open, 'finding')} open ({self.new} new)"
        said += f", {self.closed} closed, {self.repaired} repaired"
        return said + (f"; could not be made: {', '.join(sorted(self.failed))}" if self.failed else "")


def run(
    job: Job,
    by: str,
    *,
    shop: str | None = None,
    period: datetime | None = None,
    checks: Sequence[Check] = CHECKS,
    between: Callable[[], None] = lambda: None,
) -> Report:
    """Make every check of this job (`everything`: all), of one shop by its code or of all, and repair what is safe.

    `by` is who wants it, `period` which period of the schedule it is for; `between` is called before each check. Raises
    `Refused` for a shop that there is not.
    """
    report, shops = _begin(job, by, shop, period)
    wanted = _of(job, checks)
    for check in wanted:
        between()
        try:
            _make(check, report, shops)
        except Exception as error:  # noqa: BLE001  (told in the run; the other checks are made all the same)
            log.exception("a check could not be made", check=check.name, run=report.run_id)
            report.failed[check.name] = type(error).__name__
    _end(report, wanted, shops)
    return report


def kinds_of(job: Job) -> list[FindingKind]:
    """The kinds that a run of this job can find."""
    return [kind for check in _of(job, CHECKS) for kind in check.kinds]


def _of(job: Job, checks: Sequence[Check]) -> list[Check]:
    return [check for check in checks if job in check.jobs or job is Job.EVERYTHING]


def _begin(job: Job, by: str, shop: str | None, period: datetime | None) -> tuple[Report, list[int]]:
    with unit_of_work() as session:
        one = known_shops.find(session, shop).id if shop is not None else None
        row = ReconciliationRun(
            job=job.value, period=period, shop_id=one, started_by=by, started_at=clock.now(), checked={}, failed={}
        )
        session.add(row)
        session.flush()
        shops = [one] if one is not None else list(session.scalars(select(Shop.id).order_by(Shop.id)))
        return Report(row.id, job.value), shops


def _make(check: Check, report: Report, shops: Sequence[int]) -> None:
    with _lane(check):
        looked = _look(check, shops)
        with unit_of_work() as session:
            row = session.get_one(ReconciliationRun, report.run_id)
            new, closed = keep(session, row, looked.found), close_the_others(session, row, check, shops)
        # Only what was committed is told.
        report.checked.update({kind.value: looked.checked.get(kind, 0) for kind in check.kinds})
        report.found += len(looked.found)
        report.new += new
        report.closed += closed
        report.repaired += _repair(check, shops)


@contextmanager
def _lane(check: Check) -> Iterator[None]:
    with unit_of_work() as session:
        for limit in ("lock_timeout", "statement_timeout"):
            session.execute(text(f"SET LOCAL {limit} = '{_STATEMENT_TIMEOUT}'"))
        session.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = '{_LONGEST_CHECK}'"))
        lane = {"lane": _LANE, "check": check.name}
        session.execute(text("SELECT pg_advisory_xact_lock(:lane, hashtext(:check))"), lane)
        yield


def _look(check: Check, shops: Sequence[int]) -> Looked:
    with unit_of_work() as session:
        # The lane is another connection's: this snapshot must be taken when the lane is ours, not before.
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        session.execute(text("SET TRANSACTION READ ONLY"))
        session.execute(text(f"SET LOCAL statement_timeout = '{_STATEMENT_TIMEOUT}'"))
        session.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = '{_STATEMENT_TIMEOUT}'"))
        return check.look(session, shops)


def _repair(check: Check, shops: Sequence[int]) -> int:
    """Repair what is open of this check, each in a transaction of its own; how many were repaired."""
    if check.repair is None:
        return 0
    with unit_of_work() as session:
        open_ones = select(Finding.id).where(
            Finding.shop_id.in_(shops), Finding.kind.in_(check.kinds), Finding.state == FindingState.OPEN
        )
        ids = session.scalars(open_ones.order_by(Finding.id).limit(_REPAIRS_AT_ONCE)).all()
    return sum(_repair_one(check, finding_id) for finding_id in ids)


def _repair_one(check: Check, finding_id: int) -> bool:
    assert check.repair is not None
    try:
        with unit_of_work() as session:
            finding = session.get_one(Finding, finding_id)
            sentence = check.repair(session, finding)
            if sentence is None:
                return False
            # Written last: no finding is locked while the repair waits for the locks of its flow.
            finding.state, finding.why = FindingState.REPAIRED, sentence
            finding.changed_at, finding.changed_by = clock.now(), BY
            return True
    except Exception:  # noqa: BLE001  (the finding stays open, the next one is repaired all the same)
        log.exception("a repair failed", check=check.name, finding=finding_id)
        return False


def _end(report: Report, wanted: Sequence[Check], shops: Sequence[int]) -> None:
    kinds = [kind for check in wanted for kind in check.kinds]
    with unit_of_work() as session:
        still_open = select(func.count()).where(
            Finding.shop_id.in_(shops), Finding.kind.in_(kinds), Finding.state == FindingState.OPEN
        )
        report.open = session.scalars(still_open).one()
        row = session.get_one(ReconciliationRun, report.run_id)
        row.ended_at, row.checked, row.failed = clock.now(), dict(report.checked), dict(report.failed)
        row.found, row.new, row.closed, row.repaired = report.open, report.new, report.closed, report.repaired
