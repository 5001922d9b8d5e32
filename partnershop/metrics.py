"""The state of the database as Prometheus reads it: what is due, what stands still, what is open.

All of it is what is *open*, found through partial indexes and counted up to a limit: a scrape costs the same whether
ten events were ever handled or ten million. How much was done, by outcome, the processes count themselves
(counters.py). Amounts are minor units, whole numbers; the label `exponent` says how many of their digits are decimals.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from ipaddress import ip_address
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import REGISTRY, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from prometheus_client.values import ValueClass
from sqlalchemy import Select, func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models import (
    Dispatch,
    DispatchState,
    Event,
    EventState,
    Finding,
    FindingState,
    Item,
    Mail,
    MailState,
    PeriodClaim,
    Quarantine,
    RefundRequest,
    RefundState,
    RefusedPaper,
)
from partnershop import clock
from partnershop.config import config
from partnershop.db import unit_of_work
from partnershop.due import Left, left
from partnershop.logging import log
from partnershop.rules.lifecycle import ItemState
from partnershop.rules.money import exponent
from partnershop.stages import Stage

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
AT_MOST = 100_000
"""Due rows of a stage, and rows of anything else that is open, are counted up to here."""

_KEEP_SECONDS = 5.0
_STATEMENT_TIMEOUT = "5s"


@dataclass(frozen=True)
class Snapshot:
    """What the database says at `moment`. `refunds` are (number, minor units) by currency, `jobs` their last ends."""

    moment: datetime
    stages: Mapping[Stage, Left]
    events: Mapping[str, int]
    held: Mapping[str, int]
    unknown_dispatches: int
    refused_papers: Mapping[str, int]
    refunds: Mapping[str, tuple[int, int]]
    findings: Mapping[str, int]
    mails: Mapping[str, int]
    jobs: Mapping[str, datetime]

    def age(self, stage: Stage) -> int:
        """For how many seconds the oldest due row of a stage has been due; 0 where there is none."""
        since = self.stages[stage].since
        return max(0, int((self.moment - since).total_seconds())) if since else 0


def take(session: Session) -> Snapshot:
    """Ask the database, each statement for five seconds at most."""
    session.execute(text(f"SET LOCAL statement_timeout = '{_STATEMENT_TIMEOUT}'"))
    return Snapshot(
        moment=clock.now(),
        stages=left(session, AT_MOST),
        events=_events(session),
        held=_by_label(session, select(Item.hold_code).where(Item.state == ItemState.HELD)),
        unknown_dispatches=_number(session, select(Dispatch.id).where(Dispatch.state == DispatchState.UNKNOWN)),
        refused_papers=_by_label(session, select(RefusedPaper.kind).where(RefusedPaper.released_at.is_(None))),
        refunds={currency: (number, amount) for currency, number, amount in session.execute(open_refunds()).all()},
        findings=_by_label(session, select(Finding.kind).where(Finding.state == FindingState.OPEN)),
        mails={
            state.value: _number(session, select(Mail.id).where(Mail.state == state))
            for state in (MailState.DUE, MailState.PARKED)
        },
        jobs={job: ended for job, ended in session.execute(last_ends()).all() if ended},
    )


def _events(session: Session) -> dict[str, int]:
    """What waits for something else, and what is in quarantine: events of ours, and what the door could not take."""
    return {
        "parked": _number(session, select(Event.id).where(Event.state == EventState.PARKED)),
        "quarantined": _number(session, select(Event.id).where(Event.state == EventState.QUARANTINED)),
        "not_taken": _number(session, select(Quarantine.id).where(Quarantine.released_at.is_(None))),
    }


def _number(session: Session, rows: Select[int]) -> int:
    return session.scalars(select(func.count()).select_from(rows.limit(AT_MOST).subquery())).one()


def _by_label(session: Session, labels: Select[Any]) -> dict[str, int]:
    """How many rows there are of each label, the one column of `labels`."""
    rows = labels.limit(AT_MOST).subquery()
    (column,) = rows.c
    found = session.execute(select(column, func.count()).select_from(rows).group_by(column)).all()
    return {str(label or "none"): number for label, number in found}


def open_refunds() -> Select[str, int, int]:
    """What was promised and is not known to be paid: currency, number of requests, sum in minor units."""
    is_open = RefundRequest.state.in_((RefundState.REQUESTED, RefundState.SENT))
    rows = select(RefundRequest.currency, RefundRequest.amount).where(is_open).limit(AT_MOST).subquery()
    amount = func.sum(rows.c.amount).cast(RefundRequest.id.type)
    return select(rows.c.currency, func.count(), amount).group_by(rows.c.currency).order_by(rows.c.currency)


def last_ends() -> Select[str, datetime | None]:
    """When the last finished period of each job ended."""
    ended = func.max(PeriodClaim.ended_at)
    return select(PeriodClaim.job, ended).where(PeriodClaim.ended_at.is_not(None)).group_by(PeriodClaim.job)


class DatabaseCollector(Collector):
    """The gauges. Asks the database when it is scraped, at most every five seconds, one scrape at a time.

    Where the database does not answer, it says so (`partnershop_database_up` 0) and nothing else: no old figures.
    """

    def __init__(self, read: Callable[[], Snapshot] | None = None) -> None:
        self._read = read or _read
        self._lock = threading.Lock()
        self._taken_at = -_KEEP_SECONDS
        self._last: Snapshot | None = None

    def describe(self) -> Iterable[Metric]:
        """Nothing: being registered asks no database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The gauges."""
        with self._lock:
            if time.monotonic() - self._taken_at >= _KEEP_SECONDS:
                self._last = self._try()
                self._taken_at = time.monotonic()
            snapshot = self._last
        yield _up(answers=snapshot is not None)
        if snapshot is not None:
            yield from _gauges(snapshot)

    def _try(self) -> Snapshot | None:
        try:
            return self._read()
        except SQLAlchemyError:
            log.exception("the database does not answer to metrics")
            return None


class NoDatabase(Collector):
    """What is told of a database that has not answered in time."""

    def collect(self) -> Iterator[Metric]:
        """That it does not answer, and nothing else."""
        yield _up(answers=False)


def _up(*, answers: bool) -> GaugeMetricFamily:
    return GaugeMetricFamily("partnershop_database_up", "Whether the database answers.", value=answers)


def _read() -> Snapshot:
    with unit_of_work() as session:
        return take(session)


def _gauges(taken: Snapshot) -> Iterator[Metric]:
    stages = [(stage.value, work) for stage, work in taken.stages.items()]
    ages = [((stage.value,), taken.age(stage)) for stage in taken.stages]
    refunds = [((currency, str(exponent(currency))), found) for currency, found in taken.refunds.items()]
    yield _gauge("due_rows", "Rows that are to be worked on, now or after a pause.",
                 ["stage"], [((stage,), work.due) for stage, work in stages])  # fmt: skip
    yield _gauge("oldest_due_seconds", "For how long the oldest due row has been due.", ["stage"], ages)
    yield _gauge("stuck_rows", "Rows whose attempts are spent, or whose outcome nobody knows.",
                 ["stage"], [((stage,), work.stuck) for stage, work in stages])  # fmt: skip
    yield _gauge("events_aside", "Events that wait for another or are in quarantine.", ["state"], _rows(taken.events))
    yield _gauge("items_held", "Items that are held, by the kind of reason.", ["code"], _rows(taken.held))
    yield _gauge("dispatches_unknown", "Hand-overs of which nobody knows whether they arrived.",
                 [], [((), taken.unknown_dispatches)])  # fmt: skip
    yield _gauge("papers_refused", "Papers that are refused now because they would not conform.",
                 ["kind"], _rows(taken.refused_papers))  # fmt: skip
    yield _gauge("refunds_open", "Refund requests that are not settled.", ["currency", "exponent"],
                 [(labels, number) for labels, (number, _) in refunds])  # fmt: skip
    yield _gauge("refund_open_minor", "What those refund requests come to, in minor units.",
                 ["currency", "exponent"], [(labels, amount) for labels, (_, amount) in refunds])  # fmt: skip
    yield _gauge("findings_open", "Open findings of reconciliation.", ["kind"], _rows(taken.findings))
    yield _gauge("mails_waiting", "Mails that are due, or parked.", ["state"], _rows(taken.mails))
    yield _gauge("job_ended_timestamp_seconds", "When the last finished period of a job ended.",
                 ["job"], [((job,), int(ended.timestamp())) for job, ended in taken.jobs.items()])  # fmt: skip


def _rows(found: Mapping[str, int]) -> list[tuple[tuple[str, ...], int]]:
    return [((label,), number) for label, number in found.items()]


def _gauge(
    name: str, meaning: str, labels: Sequence[str], rows: Iterable[tuple[tuple[str, ...], int]]
) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(f"partnershop_{name}", meaning, labels=labels)
    for values, number in rows:
        gauge.add_metric(values, number)
    return gauge


def may_read(authorization: str | None, host: str) -> bool:
    """Whether whoever asks may read: with PARTNERSHOP_METRICS_TOKEN as bearer where one is set, else from this machine.

    Behind a proxy everybody seems to be this machine: there set a token.
    """
    token = config().metrics_token
    if token:
        return compare_digest((authorization or "").encode(), f"Bearer {token}".encode())
    return _is_loopback(host)


def _is_loopback(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def exposition(database: Collector | None = None) -> bytes:
    """What this process has to say to a scrape, and the state of the database where it is to be told here.

    A process of several (see counters.py) speaks for all of them.
    """
    if not getattr(ValueClass, "_multiprocess", False):
        own = generate_latest(REGISTRY)
    else:
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # has no types
        own = generate_latest(together)
    if database is None:
        return own
    shared = CollectorRegistry()
    shared.register(database)
    return own + generate_latest(shared)
