"""When a row of work may be taken: it is time for it, and nobody holds a lease on it."""

from datetime import timedelta

from sqlalchemy import ColumnElement, or_

from models.base import DueWork
from partnershop import clock

# No backoff and no lease is longer. What lies further ahead was written while the clock was ahead of the present one.
LONGEST = timedelta(hours=1)


def it_is_time(work: type[DueWork]) -> ColumnElement[bool]:
    """The row's time has come (also where a clock that was set back put it out of reach)."""
    now = clock.now()
    return or_(work.due_at <= now, work.due_at > now + LONGEST)


def lease_has_ended(work: type[DueWork]) -> ColumnElement[bool]:
    """Somebody took the row and did not come back in time."""
    now = clock.now()
    return or_(work.leased_until < now, work.leased_until > now + LONGEST)


def nobody_holds(work: type[DueWork]) -> ColumnElement[bool]:
    """No lease, or one that has ended."""
    return or_(work.leased_until.is_(None), lease_has_ended(work))
