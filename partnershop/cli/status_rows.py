"""What `partnershop status` looks at: the servers, this machine's programs, and the database."""

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models import Document, Event, ReconciliationRun, RoutingDecision
from partnershop import clock
from partnershop.cli.place import data_folder
from partnershop.cli.reading_session import snapshot
from partnershop.errors import Refused
from partnershop.metrics import Snapshot, take
from partnershop.readiness import ask_broker, ask_database
from partnershop.rules.money import in_words
from partnershop.rules.reconciliation import Job
from partnershop.supervisor import read_up

# No table has an index on when its rows came: of the newest so many, those of today are counted.
_NEWEST = 50_000


def look(data: Path | None) -> dict[str, Any]:
    """Everything, as plain values for JSON and for the screen. Raises the database's own errors where it is away."""
    servers = [*ask_database(), ask_broker()]
    with snapshot() as session:
        taken = take(session)
        today = _today(session)
        runs = _runs(session)
    return {
        "at": taken.moment,
        "servers": [{"name": server.name, "ok": server.ok, "detail": server.words} for server in servers],
        "programs": _programs(data),
        "stages": _stages(taken),
        "waiting": _waiting(taken),
        "today": today,
        "jobs": _jobs(taken, runs),
    }


def _programs(data: Path | None) -> list[dict[str, Any]]:
    """What `up` runs here; nothing where it does not."""
    try:
        pids = read_up(data_folder(data)).get("pids")
    except Refused:
        return []
    known = pids if isinstance(pids, dict) else {}
    return [{"name": name, "pid": pid, "running": Path(f"/proc/{pid}").exists()} for name, pid in known.items()]


def _stages(taken: Snapshot) -> list[dict[str, Any]]:
    return [
        {"stage": stage.value, "due": work.due, "oldest_seconds": taken.age(stage), "stuck": work.stuck}
        for stage, work in taken.stages.items()
    ]


def _waiting(taken: Snapshot) -> dict[str, Any]:
    return {
        "events": dict(taken.events),
        "items_held": dict(taken.held),
        "dispatches_unknown": taken.unknown_dispatches,
        "papers_refused": dict(taken.refused_papers),
        "mails": dict(taken.mails),
        "refunds_open": [
            {"number": number, "amount": in_words(amount, currency)}
            for currency, (number, amount) in taken.refunds.items()
        ],
        "findings_open": dict(taken.findings),
    }


def _jobs(taken: Snapshot, runs: dict[str, ReconciliationRun]) -> list[dict[str, Any]]:
    """When each job was last done, and what reconciliation said."""
    return [
        {"job": job.value, "ended": taken.jobs.get(job.value), "open": run.found if run else None,
         "new": run.new if run else None, "repaired": run.repaired if run else None,
         "failed": sorted(run.failed) if run else []}
        for job in Job
        for run in (runs.get(job.value),)
    ]  # fmt: skip


def _runs(session: Session) -> dict[str, ReconciliationRun]:
    """The last finished run of each job that the schedule wanted."""
    newest = (
        select(func.max(ReconciliationRun.id))
        .where(ReconciliationRun.ended_at.is_not(None), ReconciliationRun.period.is_not(None))
        .group_by(ReconciliationRun.job)
    )
    runs = session.scalars(select(ReconciliationRun).where(ReconciliationRun.id.in_(newest)))
    return {run.job: run for run in runs}


def _today(session: Session) -> dict[str, dict[str, int]]:
    """Events by state, items by route, papers by kind, since midnight UTC, among the newest rows."""
    return {
        "events": _since_midnight(session, Event.id, Event.received_at, Event.state),
        "items": _since_midnight(session, RoutingDecision.id, RoutingDecision.decided_at, RoutingDecision.route),
        "documents": _since_midnight(session, Document.id, Document.issued_at, Document.kind),
    }


def _since_midnight(
    session: Session, key: InstrumentedAttribute[int], when: InstrumentedAttribute[datetime], what: Any
) -> dict[str, int]:
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    newest = select(when.label("at"), what.label("what")).order_by(key.desc()).limit(_NEWEST).subquery()
    query: Select[Any, Any] = select(newest.c.what, func.count()).where(newest.c.at >= midnight)
    found = session.execute(query.group_by(newest.c.what)).all()
    return {str(label): number for label, number in sorted(found, key=lambda row: str(row[0]))}
