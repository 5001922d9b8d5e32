"""Items that have been held for long."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from partnershop import clock
from partnershop.reconciliation.checks.asking import ask, count
from partnershop.reconciliation.looking import Check, Looked
from partnershop.rules.reconciliation import FindingKind, Job

HELD = timedelta(days=1)
"""Days that an item may be held; operators are told of it at once by other ways."""

_ALL = text("SELECT count(*) FROM item WHERE shop_id = ANY(:shops) AND state = 'held'")
# What is about to be judged again or cancelled is on its way.
_HELD = text("""
    SELECT item.shop_id, shop.code AS shop, 'item-' || item.id AS key,
           jsonb_build_object('order', orders.number, 'item', item.key) AS about,
           jsonb_build_object('why', item.hold_reason) AS details, NULL AS amount, NULL AS currency
      FROM item
      JOIN orders ON orders.id = item.order_id
      JOIN shop ON shop.id = item.shop_id
     WHERE item.shop_id = ANY(:shops) AND item.state = 'held' AND NOT item.recheck AND item.cancellation_id IS NULL
       AND (SELECT max(at) FROM item_history WHERE item_id = item.id AND to_state = 'held') < :before
     ORDER BY item.id
""")


def _look(session: Session, shops: Sequence[int]) -> Looked:
    kind = FindingKind.ITEM_HELD
    return Looked({kind: count(session, _ALL, shops)}, ask(session, _HELD, shops, kind, before=clock.now() - HELD))


CHECK = Check("held items", (FindingKind.ITEM_HELD,), frozenset({Job.STUCK_WORK}), _look)
