"""Invariant 1: nothing that was accepted is lost."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from partnershop.audit.finding import Finding

_UNFINISHED = text("""
    SELECT shop.code, 'event ' || event.event_id || ' (' || event.type || ', ' || event.source || ')',
           CASE event.state
                WHEN 'handled' THEN 'is handled, but what became of it was not written down'
                WHEN 'parked' THEN 'is parked, but not for anything in particular'
                WHEN 'quarantined' THEN 'is quarantined without a reason'
                ELSE 'is in the unknown state ' || event.state END
      FROM event JOIN shop ON shop.id = event.shop_id
     WHERE event.shop_id = ANY(:shops)
       AND CASE event.state
                WHEN 'accepted' THEN false
                WHEN 'handled' THEN coalesce(event.outcome, '') = '' OR event.handled_at IS NULL
                WHEN 'parked' THEN event.waits_for IS NULL OR event.waits_key IS NULL
                WHEN 'quarantined' THEN coalesce(event.outcome, '') = ''
                ELSE true END
     ORDER BY event.id
""")

# What an event waits for is named by flows/inbox_events.py; whoever writes the awaited thing lets the event go on.
_WAITS_FOR_NOTHING = text("""
    SELECT shop.code, 'event ' || event.event_id || ' (' || event.type || ')',
           'is parked although the ' || replace(event.waits_for, '_', '-') || ' it waits for, '
               || event.waits_key || ', is there'
      FROM event JOIN shop ON shop.id = event.shop_id
      LEFT JOIN orders ON orders.shop_id = event.shop_id AND orders.number = event.order_number
     WHERE event.shop_id = ANY(:shops) AND event.state = 'parked'
       AND CASE event.waits_for
                WHEN 'order' THEN orders.id IS NOT NULL
                WHEN 'item' THEN EXISTS (
                    SELECT FROM item WHERE item.order_id = orders.id
                       AND orders.number || '/' || item.key = event.waits_key)
                WHEN 'hand_over' THEN EXISTS (
                    SELECT FROM item WHERE item.order_id = orders.id
                       AND orders.number || '/' || item.key = event.waits_key
                       AND item.state IN ('handed_over', 'in_production', 'shipped', 'cancelled'))
                WHEN 'complaint' THEN EXISTS (
                    SELECT FROM complaint WHERE complaint.shop_id = event.shop_id AND complaint.key = event.waits_key)
                WHEN 'case' THEN EXISTS (
                    SELECT FROM correction_case decided WHERE decided.order_id = orders.id
                       AND decided.id::text = event.waits_key AND decided.state IN ('done', 'refused'))
                WHEN 'refund' THEN EXISTS (
                    SELECT FROM refund_request refund WHERE refund.shop_id = event.shop_id
                       AND 'R-' || refund.id = event.waits_key)
                ELSE false END
     ORDER BY event.id
""")

_QUARANTINE = text("""
    SELECT shop.code, 'quarantined ' || coalesce(quarantine.event_id, 'entry ' || quarantine.id),
           CASE WHEN released.id IS NULL AND quarantine.released_event_id IS NOT NULL
                THEN 'was released as an event that is not there' ELSE 'has no reason' END
      FROM quarantine
      JOIN shop ON shop.id = quarantine.shop_id
      LEFT JOIN event released ON released.id = quarantine.released_event_id
     WHERE quarantine.shop_id = ANY(:shops)
       AND (jsonb_array_length(quarantine.errors) = 0
            OR (released.id IS NULL AND quarantine.released_event_id IS NOT NULL))
     ORDER BY quarantine.id
""")

_EVENTS = text("SELECT count(*) FROM event WHERE shop_id = ANY(:shops)")
_QUARANTINED = text("SELECT count(*) FROM quarantine WHERE shop_id = ANY(:shops)")
_ACCEPTED = text("SELECT count(*) FROM event WHERE shop_id = ANY(:shops) AND state = 'accepted'")


def check(session: Session, shops: Sequence[int]) -> Finding:
    """Every accepted event is handled, parked (what it waits for is not known yet) or quarantined with the reason."""
    finding = Finding(1, "Every accepted event is handled, parked or quarantined with the reason")
    finding.checked = finding.count(session, shops, _EVENTS) + finding.count(session, shops, _QUARANTINED)
    finding.take(session, shops, _UNFINISHED, _WAITS_FOR_NOTHING, _QUARANTINE)
    finding.wait_for(finding.count(session, shops, _ACCEPTED), "events to apply")
    return finding
