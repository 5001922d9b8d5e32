"""The one clock of the product. Everything that needs the time asks here, so that tests and drills can move it."""

import math
import os
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_OFFSET_VARIABLE = "PARTNERSHOP_CLOCK_OFFSET_SECONDS"


def now() -> datetime:
    """The present moment, aware and in UTC.

    `PARTNERSHOP_CLOCK_OFFSET_SECONDS` (whole seconds, may be negative) moves it for a whole process.
    """
    return datetime.now(UTC) + timedelta(seconds=int(os.environ.get(_OFFSET_VARIABLE, "0")))


def stay_before(moment: datetime) -> None:
    """Turn this process's clock back to `moment` if it is later, for good; processes that it starts inherit that.

    For what tells a story of fixed days: some things are judged by how long ago they were.
    """
    late = now() - moment
    if late > timedelta():
        offset = int(os.environ.get(_OFFSET_VARIABLE, "0")) - math.ceil(late.total_seconds())
        os.environ[_OFFSET_VARIABLE] = str(offset)


def local_day(moment: datetime, timezone: str) -> date:
    """The calendar day of an aware moment in an IANA time zone: the day a paper of that shop bears."""
    return moment.astimezone(ZoneInfo(timezone)).date()
