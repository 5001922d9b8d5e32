"""Cancellations and accepted complaints whose papers are not there, and no open case is about to make them."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from models import CaseKind
from partnershop.reconciliation.checks.asking import ask, count
from partnershop.reconciliation.looking import Check, Looked
from partnershop.rules.reconciliation import FindingKind, Job

PARKED = "parked"

_CANCELLED = text("""
    SELECT count(*) FROM item WHERE shop_id = ANY(:shops) AND (state = 'cancelled' OR cancellation_id IS NOT NULL)
""")
_COMPLAINTS = text("SELECT count(*) FROM complaint WHERE shop_id = ANY(:shops)")

# Whether or not the order is invoiced: what the customer was told has not come about. Refused papers are told apart.
_PARKED = text("""
    SELECT decided.shop_id, shop.code AS shop, 'case-' || decided.id AS key,
           jsonb_build_object('order', orders.number, 'case_id', decided.id::text,
               'item', (SELECT string_agg(item.key, ', ' ORDER BY item.position)
                          FROM case_item JOIN item ON item.id = case_item.item_id
                         WHERE case_item.case_id = decided.id)) AS about,
           jsonb_build_object('case', CAST(:parked AS text), 'error', coalesce(decided.last_error, 'unknown'))
               AS details, NULL AS amount, NULL AS currency
      FROM correction_case decided
      JOIN orders ON orders.id = decided.order_id
      JOIN shop ON shop.id = decided.shop_id
     WHERE decided.shop_id = ANY(:shops) AND decided.state = 'parked' AND decided.kind = :of
       AND NOT EXISTS (SELECT FROM refused_paper WHERE case_id = decided.id AND released_at IS NULL)
     ORDER BY decided.id
""")

_NOT_REVERSED = text("""
    SELECT item.shop_id, shop.code AS shop, 'item-' || item.id AS key,
           jsonb_build_object('order', orders.number, 'item', item.key, 'invoice', invoice.number) AS about,
           '{}'::jsonb AS details, line.net AS amount, orders.currency
      FROM item
      JOIN orders ON orders.id = item.order_id
      JOIN shop ON shop.id = item.shop_id
      JOIN document invoice ON invoice.id = orders.current_invoice_id
      JOIN document_line line ON line.document_id = invoice.id AND line.item_id = item.id
      LEFT JOIN correction_case decided ON decided.id = item.cancellation_id
     WHERE item.shop_id = ANY(:shops) AND item.state = 'cancelled'
       AND coalesce(decided.state NOT IN ('open', 'parked'), true)
       AND NOT EXISTS (SELECT FROM document_line taken WHERE taken.origin_line_id = line.id)
     ORDER BY item.id
""")

# The last invoice that bears the item must carry the reduction; where the first one did not carry it already, the case
# must have issued the pair. Nothing is asked of an order that is not invoiced: the coming invoice carries it.
_WITHOUT_PAIR = text("""
    SELECT complaint.shop_id, shop.code AS shop, 'complaint-' || complaint.id AS key,
           jsonb_build_object('order', orders.number, 'item', item.key, 'complaint', complaint.key,
               'invoice', latest.number) AS about,
           '{}'::jsonb AS details, complaint.reduction AS amount, orders.currency
      FROM complaint
      JOIN orders ON orders.id = complaint.order_id
      JOIN item ON item.id = complaint.item_id
      JOIN shop ON shop.id = complaint.shop_id
      CROSS JOIN LATERAL (
          SELECT document.number, line.allowances
            FROM document_line line JOIN document ON document.id = line.document_id
           WHERE line.item_id = item.id AND document.kind <> 'reversal'
           ORDER BY document.id DESC LIMIT 1
      ) AS latest
      CROSS JOIN LATERAL (
          SELECT line.allowances
            FROM document_line line JOIN document ON document.id = line.document_id
           WHERE line.item_id = item.id AND document.kind = 'invoice'
           ORDER BY document.id LIMIT 1
      ) AS at_first
     WHERE complaint.shop_id = ANY(:shops) AND complaint.state = 'accepted'
       AND (NOT EXISTS (
                SELECT FROM jsonb_array_elements(latest.allowances) AS granted
                 WHERE granted->>'complaint' = complaint.key)
            OR NOT EXISTS (
                SELECT FROM jsonb_array_elements(at_first.allowances) AS granted
                 WHERE granted->>'complaint' = complaint.key)
               AND NOT EXISTS (
                SELECT FROM correction_case decided
                  JOIN document reduced ON reduced.case_id = decided.id AND reduced.kind = 'reduced_invoice'
                  JOIN document reversal ON reversal.id = reduced.companion_id AND reversal.kind = 'reversal'
                 WHERE decided.complaint_id = complaint.id AND decided.order_id = complaint.order_id
                   AND reduced.order_id = complaint.order_id AND reversal.refers_to_id = reduced.refers_to_id))
     ORDER BY complaint.id
""")


def _look_at_cancellations(session: Session, shops: Sequence[int]) -> Looked:
    kind = FindingKind.CANCELLED_NOT_REVERSED
    parked = ask(session, _PARKED, shops, kind, **_of(CaseKind.CANCELLATION))
    return Looked({kind: count(session, _CANCELLED, shops)}, parked + ask(session, _NOT_REVERSED, shops, kind))


def _look_at_complaints(session: Session, shops: Sequence[int]) -> Looked:
    kind = FindingKind.COMPLAINT_WITHOUT_PAIR
    parked = ask(session, _PARKED, shops, kind, **_of(CaseKind.COMPLAINT))
    return Looked({kind: count(session, _COMPLAINTS, shops)}, parked + ask(session, _WITHOUT_PAIR, shops, kind))


def _of(kind: CaseKind) -> dict[str, str]:
    return {"of": kind.value, "parked": PARKED}


CHECKS = (
    Check(
        "cancellations", (FindingKind.CANCELLED_NOT_REVERSED,), frozenset({Job.MONEY}), _look_at_cancellations
    ),
    Check("complaints", (FindingKind.COMPLAINT_WITHOUT_PAIR,), frozenset({Job.MONEY}), _look_at_complaints),
)
