"""Refunds that were asked for and are not with the customer."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from partnershop import clock
from partnershop.reconciliation.checks.asking import ask, count
from partnershop.reconciliation.looking import Check, Looked
from partnershop.rules.reconciliation import FindingKind, Job

# Days after which whoever pays should have reported that a refund was settled or has failed.
SETTLED_WITHIN = timedelta(days=7)
# Hours for which sending a request may fail: it is sent again at least every hour.
SENT_WITHIN = timedelta(hours=24)

NOT_SENT = "not_sent"

_REQUESTS = text("SELECT count(*) FROM refund_request WHERE shop_id = ANY(:shops) AND state IN ('requested', 'sent')")

_NOT_SETTLED = text("""
    SELECT refund.shop_id, shop.code AS shop, 'refund-' || refund.id AS key,
           jsonb_build_object('order', orders.number, 'refund', 'R-' || refund.id) AS about,
           CASE refund.state
                WHEN 'sent' THEN jsonb_build_object('sent', to_char(refund.sent_at, 'YYYY-MM-DD'))
                ELSE jsonb_build_object(
                    'case', CAST(:not_sent AS text), 'error', coalesce(refund.last_error, 'unknown'))
           END AS details,
           refund.amount, refund.currency
      FROM refund_request refund
      JOIN orders ON orders.id = refund.order_id
      JOIN shop ON shop.id = refund.shop_id
     WHERE refund.shop_id = ANY(:shops)
       AND (refund.state = 'sent' AND refund.sent_at < :sent_before
            OR refund.state = 'requested' AND refund.created_at < :requested_before)
     ORDER BY refund.id
""")


def _look(session: Session, shops: Sequence[int]) -> Looked:
    kind, now = FindingKind.REFUND_NOT_SETTLED, clock.now()
    limits = {"sent_before": now - SETTLED_WITHIN, "requested_before": now - SENT_WITHIN}
    found = ask(session, _NOT_SETTLED, shops, kind, not_sent=NOT_SENT, **limits)
    return Looked({kind: count(session, _REQUESTS, shops)}, found)


CHECK = Check("refunds", (FindingKind.REFUND_NOT_SETTLED,), frozenset({Job.MONEY}), _look)
