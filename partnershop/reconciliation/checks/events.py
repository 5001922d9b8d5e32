"""Events that wait too long for what they are about, and what was set aside."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from partnershop import clock
from partnershop.reconciliation.checks.asking import ask, count
from partnershop.reconciliation.checks.payments_aside import (
    FOR_UNKNOWN_ORDER,
    OTHER_CURRENCY_AT_THE_DOOR,
    OTHER_CURRENCY_IN_THE_INBOX,
)
from partnershop.reconciliation.looking import Check, Looked
from partnershop.rules.reconciliation import FindingKind, Job

PARKED = timedelta(days=1)
"""Days that an event may wait for what it is about."""

# Payments that no order has are kinds of their own.
_ALL_PARKED = text("SELECT count(*) FROM event WHERE shop_id = ANY(:shops) AND state = 'parked'")
_PARKED = text(f"""
    SELECT event.shop_id, shop.code AS shop, 'event-' || event.id AS key,
           jsonb_build_object('event', event.event_id, 'type', event.type) AS about,
           jsonb_build_object('waits_for', event.waits_for, 'which', event.waits_key) AS details,
           NULL AS amount, NULL AS currency
      FROM event JOIN shop ON shop.id = event.shop_id
     WHERE event.shop_id = ANY(:shops) AND event.state = 'parked'
       AND greatest(event.received_at, event.due_at) < :before
       AND NOT {FOR_UNKNOWN_ORDER}
     ORDER BY event.id
""")  # noqa: S608  (the conditions are ours)

_ALL_QUARANTINED = text("""
    SELECT (SELECT count(*) FROM quarantine WHERE shop_id = ANY(:shops) AND released_at IS NULL)
         + (SELECT count(*) FROM event WHERE shop_id = ANY(:shops) AND state = 'quarantined')
""")
# By the names that `event quarantine list` has for them.
_QUARANTINED = text(f"""
    SELECT quarantine.shop_id, shop.code AS shop, 'Q-' || quarantine.id AS key,
           jsonb_build_object('name', 'Q-' || quarantine.id) AS about,
           jsonb_build_object('event', coalesce(quarantine.event_id, '?'), 'why', left(
               (SELECT string_agg(error, '; ') FROM jsonb_array_elements_text(quarantine.errors) AS error),
               :longest)) AS details,
           NULL AS amount, NULL AS currency
      FROM quarantine JOIN shop ON shop.id = quarantine.shop_id
     WHERE quarantine.shop_id = ANY(:shops) AND quarantine.released_at IS NULL
       AND NOT {OTHER_CURRENCY_AT_THE_DOOR}
    UNION ALL
    SELECT event.shop_id, shop.code, 'E-' || event.id, jsonb_build_object('name', 'E-' || event.id),
           jsonb_build_object('event', event.event_id, 'why', left(event.outcome, :longest)), NULL, NULL
      FROM event JOIN shop ON shop.id = event.shop_id
     WHERE event.shop_id = ANY(:shops) AND event.state = 'quarantined' AND NOT {OTHER_CURRENCY_IN_THE_INBOX}
     ORDER BY key
""")  # noqa: S608
# Characters of a reason in a sentence; the list of the quarantine has all of it.
_LONGEST_REASON = 300


def _look_at_parked(session: Session, shops: Sequence[int]) -> Looked:
    kind = FindingKind.EVENT_PARKED
    found = ask(session, _PARKED, shops, kind, before=clock.now() - PARKED)
    return Looked({kind: count(session, _ALL_PARKED, shops)}, found)


def _look_at_quarantined(session: Session, shops: Sequence[int]) -> Looked:
    kind = FindingKind.EVENT_QUARANTINED
    found = ask(session, _QUARANTINED, shops, kind, longest=_LONGEST_REASON)
    return Looked({kind: count(session, _ALL_QUARANTINED, shops)}, found)


_JOBS = frozenset({Job.STUCK_WORK})
CHECKS = (
    Check("parked events", (FindingKind.EVENT_PARKED,), _JOBS, _look_at_parked),
    Check("quarantine", (FindingKind.EVENT_QUARANTINED,), _JOBS, _look_at_quarantined),
)
