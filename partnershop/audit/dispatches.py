"""Invariant 3: nothing is made twice, and nothing that was cancelled in time is made at all."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from partnershop.audit.finding import Finding

_ITEMS = text("SELECT count(*) FROM item WHERE shop_id = ANY(:shops)")

_PRODUCERS = text("""
    WITH live AS (
        SELECT item_id, count(*) AS dispatches, count(*) FILTER (WHERE state = 'done') AS done,
               min(producer) AS producer, count(DISTINCT producer) AS producers, min(id) AS id
          FROM dispatch WHERE state IN ('in_flight', 'done', 'unknown')
         GROUP BY item_id
    ),
    judged AS (
        SELECT shop.code, 'item ' || item.key || ' of ' || orders.number AS about, item.id,
               CASE WHEN live.producers > 1 THEN 'is at two producers'
                    WHEN live.dispatches > 1 THEN 'has ' || live.dispatches || ' live dispatches'
                    WHEN live.producer <> item.route
                        THEN 'goes to ' || item.route || ' and is at ' || live.producer
                    WHEN live.dispatches = 1 AND item.dispatch_id IS DISTINCT FROM live.id
                        THEN 'has a live dispatch that it does not name'
                    WHEN item.state IN ('handed_over', 'in_production', 'shipped') AND coalesce(live.done, 0) <> 1
                        THEN 'is ' || replace(item.state, '_', ' ') || ' without a dispatch that is done'
               END AS problem
          FROM item
          JOIN orders ON orders.id = item.order_id
          JOIN shop ON shop.id = item.shop_id
          LEFT JOIN live ON live.item_id = item.id
         WHERE item.shop_id = ANY(:shops)
    )
    SELECT code, about, problem FROM judged WHERE problem IS NOT NULL ORDER BY id
""")

# A call that had begun before the cancellation may still succeed; the shop's own works are then told not to make the
# item, Unitedprint publishes no call for it. What was handed over already says so by its state and is asked for no
# time: the clocks of two workers may differ.
_CANCELLED = text("""
    SELECT shop.code, 'item ' || item.key || ' of ' || orders.number,
           'was cancelled ' || replace(cancelled.from_state, '_', ' ') || ' and is live at ' || dispatch.producer
      FROM item
      JOIN orders ON orders.id = item.order_id
      JOIN shop ON shop.id = item.shop_id
      JOIN item_history cancelled ON cancelled.item_id = item.id AND cancelled.to_state = 'cancelled'
      JOIN dispatch ON dispatch.item_id = item.id
     WHERE item.shop_id = ANY(:shops) AND item.state = 'cancelled'
       AND dispatch.state IN ('in_flight', 'done', 'unknown')
       AND (
           (cancelled.from_state IN ('received', 'held', 'routed') AND dispatch.created_at > cancelled.at)
           OR (dispatch.producer = 'in_house' AND dispatch.state = 'done')
       )
     ORDER BY item.id
""")

_IN_FLIGHT = text("SELECT count(*) FROM dispatch WHERE shop_id = ANY(:shops) AND state = 'in_flight'")
_UNKNOWN = text("SELECT count(*) FROM dispatch WHERE shop_id = ANY(:shops) AND state = 'unknown'")
_WITHDRAWING = text("SELECT count(*) FROM dispatch WHERE shop_id = ANY(:shops) AND state = 'withdrawing'")


def check(session: Session, shops: Sequence[int]) -> Finding:
    """No item is at two producers; at most one live dispatch per item; none for one cancelled before its hand-over."""
    finding = Finding(3, "No item is at two producers, and none that was cancelled before its hand-over is at any")
    finding.checked = finding.count(session, shops, _ITEMS)
    finding.take(session, shops, _PRODUCERS, _CANCELLED)
    finding.wait_for(finding.count(session, shops, _IN_FLIGHT), "hand-overs under way")
    finding.wait_for(finding.count(session, shops, _UNKNOWN), "hand-overs with unknown outcome")
    finding.wait_for(finding.count(session, shops, _WITHDRAWING), "hand-overs to take back")
    return finding
