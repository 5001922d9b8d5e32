"""Periodic work: each period of a job is claimed in the database, so that two beats, or two workers, do it once.

Only the last period that has begun counts: what was missed while nothing ran is caught up once, not once for each. A
clock that is set back comes to a period that was done already, and does it no second time. The periods that then lie
ahead are forgotten: hours go by before they come again, and nothing would be done in the meantime.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models import PeriodClaim
from partnershop import clock
from partnershop.flows.timing import LONGEST
from partnershop.rules.reconciliation import Job

# Longer than a task may run (workers/queues.py): nobody takes over from a worker that is alive.
LEASE = timedelta(minutes=55)
_KEEP = timedelta(days=3)
# No two machines' clocks are further apart: a claim that lies further ahead was made while a clock was wrong.
_DRIFT = timedelta(minutes=2)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Period:
    """How long a job's period is and, in seconds after midnight UTC, when the first of a day begins."""

    seconds: int
    offset: int = 0

    def last_begun(self, moment: datetime) -> datetime:
        """The beginning of the period that `moment` lies in."""
        start = _EPOCH + timedelta(seconds=self.offset)
        return start + (moment - start) // timedelta(seconds=self.seconds) * timedelta(seconds=self.seconds)


PERIODS = {
    Job.SWEEP: Period(30),
    Job.STUCK_WORK: Period(300),
    Job.MONEY: Period(3600),
    # After the day has ended in the shops' zones, and before anybody comes to work there.
    Job.EVERYTHING: Period(86400, offset=3600 + 900),
    Job.DIGEST: Period(3600, offset=600),
}


@dataclass(frozen=True)
class Claim:
    """A claimed period, and the lease number that may end it."""

    job: Job
    period: datetime
    lease: int


def due(session: Session) -> list[Job]:
    """The jobs, but for the sweeper's own, whose last begun period nobody has done or is doing."""
    return [job for job in PERIODS if job is not Job.SWEEP and not _is_taken(session, job)]


def _is_taken(session: Session, job: Job) -> bool:
    now = clock.now()
    held = PeriodClaim.leased_until.between(now, now + LONGEST)
    query = select(PeriodClaim.job).where(
        PeriodClaim.job == job.value,
        PeriodClaim.period == PERIODS[job].last_begun(now),
        or_(PeriodClaim.ended_at.is_not(None), held),
    )
    return session.scalars(query).first() is not None


def claim(session: Session, job: Job) -> Claim | None:
    """Claim the job's last begun period; None where it was done already, or somebody is at it."""
    now = clock.now()
    session.execute(delete(PeriodClaim).where(PeriodClaim.job == job.value, PeriodClaim.period > now + _DRIFT))
    period = PERIODS[job].last_begun(now)
    new = {"job": job.value, "period": period, "claimed_at": now, "leased_until": now + LEASE, "lease": 1}
    taken_over = {"claimed_at": now, "leased_until": now + LEASE, "lease": PeriodClaim.lease + 1}
    statement = insert(PeriodClaim).values(new).on_conflict_do_update(
        index_elements=["job", "period"],
        set_=taken_over,
        where=PeriodClaim.ended_at.is_(None)
        & or_(PeriodClaim.leased_until < now, PeriodClaim.leased_until > now + LONGEST),
    )
    lease = session.execute(statement.returning(PeriodClaim.lease)).scalar_one_or_none()
    return None if lease is None else Claim(job, period, lease)


def renew(session: Session, held: Claim) -> bool:
    """Hold the claim for longer, between two steps of long work; False where somebody else has taken over."""
    return _write(session, held, leased_until=clock.now() + LEASE)


def give_back(session: Session, held: Claim) -> bool:
    """Let somebody else do the period at once; False where somebody else has taken over already."""
    return _write(session, held, leased_until=clock.now() - timedelta(seconds=1))


def end(session: Session, held: Claim) -> bool:
    """Say that the period is done, and forget those of long ago; False where somebody else has taken over."""
    session.execute(
        delete(PeriodClaim).where(PeriodClaim.job == held.job.value, PeriodClaim.period < clock.now() - _KEEP)
    )
    return _write(session, held, ended_at=func.coalesce(PeriodClaim.ended_at, clock.now()))


def _write(session: Session, held: Claim, **values: object) -> bool:
    mine = (PeriodClaim.job == held.job.value, PeriodClaim.period == held.period, PeriodClaim.lease == held.lease)
    changed = session.execute(update(PeriodClaim).where(*mine).values(**values).returning(PeriodClaim.lease))
    return changed.first() is not None
