"""Work standing still: rows that have been due for minutes and that nobody has taken, stage by stage."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from partnershop import clock
from partnershop.db import wake
from partnershop.flows import sweeping
from partnershop.flows.periods import PERIODS
from partnershop.flows.timing import LONGEST
from partnershop.reconciliation.looking import Check, Found, Looked
from partnershop.rules.reconciliation import FindingKind, Job
from partnershop.stages import Stage

STANDING = timedelta(minutes=10)
"""Minutes beyond its time after which a row that nobody has taken stands still; the sweeper comes by twice a minute."""
MISSED_PERIODS = 3
"""Lengths of a job's period after the beginning of the last one that was done, when the job itself stands still."""

# Rows of work with the shop and since when each could have been taken. A lease that has not ended means that somebody
# has it. Invoices and commission entries that are due have kinds of their own, which name each order.
_ROWS: Mapping[Stage, str] = {
    Stage.INBOX: "SELECT shop_id, due_at AS since FROM event WHERE state = 'accepted'",
    Stage.ROUTING: """
        SELECT shop_id, greatest(due_at, (SELECT max(at) FROM item_history WHERE item_id = item.id)) AS since
          FROM item WHERE route IS NULL AND (hold_code IS NULL OR recheck)
    """,
    Stage.DISPATCH: """
        SELECT shop_id, greatest(gates_passed_at, (SELECT max(at) FROM item_history WHERE item_id = item.id),
                                 (SELECT max(finished_at) FROM dispatch WHERE item_id = item.id)) AS since
          FROM item
         WHERE state = 'routed' AND gates_passed_at IS NOT NULL AND cancellation_id IS NULL AND dispatch_id IS NULL
        UNION ALL
        SELECT shop_id, greatest(due_at, leased_until) FROM dispatch WHERE state = 'withdrawing'
        UNION ALL
        SELECT dispatch.shop_id, greatest(dispatch.due_at, dispatch.leased_until)
          FROM dispatch JOIN item ON item.id = dispatch.item_id
         WHERE dispatch.state = 'in_flight' AND (dispatch.leased_until IS NOT NULL OR item.cancellation_id IS NULL)
    """,
    Stage.CORRECTIONS: "SELECT shop_id, due_at AS since FROM correction_case WHERE state = 'open'",
    Stage.REFUNDS: """
        SELECT shop_id, greatest(due_at, leased_until) AS since FROM refund_request WHERE state = 'requested'
    """,
    Stage.DOCUMENTS: """
        SELECT document.shop_id, greatest(rendering.due_at, rendering.leased_until) AS since
          FROM rendering JOIN document ON document.id = rendering.document_id
         WHERE rendering.state = 'due'
    """,
    # A mail waits for its papers first.
    Stage.MAIL: """
        SELECT mail.shop_id, greatest(mail.due_at, mail.leased_until, max(rendering.rendered_at)) AS since
          FROM mail
          LEFT JOIN mail_document ON mail_document.mail_id = mail.id
          LEFT JOIN rendering ON rendering.document_id = mail_document.document_id
         WHERE mail.state = 'due'
         GROUP BY mail.id
        HAVING bool_and(mail_document.document_id IS NULL OR coalesce(rendering.state = 'done', false))
    """,
}

_PER_SHOP = """
    SELECT shop_id, count(*) AS due, count(*) FILTER (WHERE since < :before) AS standing, min(since) AS since
      FROM ({rows}) AS work WHERE shop_id = ANY(:shops)
     GROUP BY shop_id ORDER BY shop_id
"""

_LAST_DONE = text("""
    SELECT job, max(period) FILTER (WHERE ended_at IS NOT NULL) AS done, min(period) AS first
      FROM period_claim GROUP BY job ORDER BY job
""")


def _look(session: Session, shops: Sequence[int]) -> Looked:
    looked = Looked({FindingKind.WORK_STANDING_STILL: 0})
    standing = set()
    for stage, rows in _ROWS.items():
        query = text(_PER_SHOP.format(rows=rows))
        for row in session.execute(query, {"shops": list(shops), "before": clock.now() - STANDING}):
            looked.checked[FindingKind.WORK_STANDING_STILL] += row.due
            if row.standing:
                standing.add(stage)
                looked.found.append(_found(row.shop_id, stage.value, row.standing, row.since))
    if standing:
        # A hint may have been lost, and more than one sweep with it: it costs nothing to send it again.
        wake(session, *(hint for hint in sweeping.due(session) if hint.stage in standing))
    looked.found += _jobs(session, shops)
    return looked


def _jobs(session: Session, shops: Sequence[int]) -> Iterator[Found]:
    """Jobs that nobody does any more, for each shop: seen when reconciliation is run by hand, or by another job.

    One that was never begun is none of them: nothing has run yet on this database. While a run of the schedule is under
    way, those are left out that the first minutes after an outage catch up: it may be the first of them itself.
    """
    if _has_just_come_back(session):
        return
    for job, done, first in session.execute(_LAST_DONE):
        since: datetime = done or first
        if job in set(Job) and since < clock.now() - MISSED_PERIODS * timedelta(seconds=PERIODS[Job(job)].seconds):
            for shop_id in shops:
                yield _found(shop_id, f"{Stage.RECONCILIATION.value}, {job}", 1, since)


def _has_just_come_back(session: Session) -> bool:
    """Whether somebody holds a job's period now, and nobody has swept some minutes ago."""
    now = clock.now()
    query = text("""
        SELECT EXISTS (SELECT FROM period_claim WHERE ended_at IS NULL AND leased_until BETWEEN :now AND :far)
           AND NOT EXISTS (SELECT FROM period_claim WHERE job = 'sweep' AND period BETWEEN :earlier AND :lately)
    """)
    lately = now - STANDING
    values = {"now": now, "far": now + LONGEST, "earlier": lately - STANDING, "lately": lately}
    return bool(session.execute(query, values).scalar_one())


def _found(shop_id: int, stage: str, count: int, since: datetime) -> Found:
    # How many and since when change with every look, and mean nothing new to whoever accepted it.
    about = {"stage": stage, "count": str(count), "since": f"{since.astimezone(UTC):%Y-%m-%d %H:%M} UTC"}
    return Found(FindingKind.WORK_STANDING_STILL, shop_id, stage, about)


CHECK = Check("stages", (FindingKind.WORK_STANDING_STILL,), frozenset({Job.STUCK_WORK}), _look)
