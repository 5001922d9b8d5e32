"""Hand-overs of which nobody knows whether they arrived, and those of which the producer has said nothing since.

An unknown one is settled by what the producer reports or by an operator's word, in both directions, and never by
sending again: that could have the item made twice.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models import Dispatch, DispatchState, Finding, Item, Shop, ShopSettings
from partnershop import clock
from partnershop.flows.dispatch_ticket import working_days_after
from partnershop.flows.orders import lock
from partnershop.flows.parked import release
from partnershop.reconciliation.checks.asking import ask, count, row_id
from partnershop.reconciliation.looking import Check, Looked
from partnershop.rules.reconciliation import FindingKind, Job

GRACE_DAYS = 2
"""Working days beyond a shop's own production days, within which a producer has said something of what it has."""

_ALL_UNKNOWN = text("SELECT count(*) FROM dispatch WHERE shop_id = ANY(:shops) AND state = 'unknown'")
# The error may be told in other words each time, so it is not among the details.
_UNKNOWN = text("""
    SELECT dispatch.shop_id, shop.code AS shop, 'dispatch-' || dispatch.id AS key,
           jsonb_build_object('order', orders.number, 'item', item.key, 'why', coalesce(dispatch.last_error, '?'))
               AS about,
           jsonb_build_object('producer', dispatch.producer, 'name', dispatch.key) AS details,
           NULL AS amount, NULL AS currency
      FROM dispatch
      JOIN item ON item.id = dispatch.item_id
      JOIN orders ON orders.id = item.order_id
      JOIN shop ON shop.id = dispatch.shop_id
     WHERE dispatch.shop_id = ANY(:shops) AND dispatch.state = 'unknown'
     ORDER BY dispatch.id
""")

_ALL_WITH_PRODUCER = text("SELECT count(*) FROM item WHERE shop_id = ANY(:shops) AND state = 'handed_over'")
_UNACKNOWLEDGED = text("""
    SELECT dispatch.shop_id, shop.code AS shop, 'dispatch-' || dispatch.id AS key,
           jsonb_build_object('order', orders.number, 'item', item.key) AS about,
           jsonb_build_object('producer', dispatch.producer, 'name', coalesce(dispatch.reference, dispatch.key),
               'since', to_char(dispatch.finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')) AS details,
           NULL AS amount, NULL AS currency
      FROM unnest(CAST(:shops AS bigint[]), CAST(:before AS timestamptz[])) AS asked (shop_id, before)
      JOIN shop ON shop.id = asked.shop_id
      JOIN item ON item.shop_id = shop.id AND item.state = 'handed_over' AND item.cancellation_id IS NULL
      JOIN orders ON orders.id = item.order_id
      JOIN dispatch ON dispatch.id = item.dispatch_id AND dispatch.state = 'done'
     WHERE dispatch.finished_at < asked.before
     ORDER BY dispatch.id
""")


def _look_at_unknown(session: Session, shops: Sequence[int]) -> Looked:
    kind = FindingKind.DISPATCH_UNKNOWN
    return Looked({kind: count(session, _ALL_UNKNOWN, shops)}, ask(session, _UNKNOWN, shops, kind))


def _let_reports_settle(session: Session, finding: Finding) -> str | None:
    """Let reports go on that wait for the hand-over: that the item is printed or shipped settles it with certainty.

    Nothing else does. Nobody is called.
    """
    dispatch = session.get_one(Dispatch, row_id(finding))
    order = lock(session, session.get_one(Item, dispatch.item_id).order_id)
    session.refresh(dispatch)
    if dispatch.state is not DispatchState.UNKNOWN:
        return None
    released = release(session, order, session.get_one(Item, dispatch.item_id))
    return f"{released} of the producer's reports go on, which settle it" if released else None


def _look_at_unacknowledged(session: Session, shops: Sequence[int]) -> Looked:
    kind = FindingKind.DISPATCH_UNACKNOWLEDGED
    query = (
        select(Shop.id, ShopSettings.timezone, ShopSettings.production_days)
        .join(ShopSettings, ShopSettings.id == Shop.settings_id)
        .where(Shop.id.in_(shops))
    )
    before = {shop: _handed_over_before(zone, days + GRACE_DAYS) for shop, zone, days in session.execute(query)}
    found = ask(session, _UNACKNOWLEDGED, list(before), kind, before=list(before.values()))
    return Looked({kind: count(session, _ALL_WITH_PRODUCER, shops)}, found)


def _handed_over_before(timezone: str, days: int) -> datetime:
    """The moment before which a hand-over lies more than so many working days back, by the shop's calendar."""
    today = clock.local_day(clock.now(), timezone)
    return _midnight(last_day_past(today, days) + timedelta(days=1), timezone)


def last_day_past(today: date, days: int) -> date:
    """The last day after which more than so many working days have gone by when `today` begins."""
    day = today - timedelta(days=1)
    while working_days_after(day, days) >= today:
        day -= timedelta(days=1)
    return day


def _midnight(day: date, timezone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(timezone))


CHECKS = (
    Check(
        "unknown hand-overs", (FindingKind.DISPATCH_UNKNOWN,), frozenset({Job.STUCK_WORK}), _look_at_unknown,
        _let_reports_settle,
    ),
    # Days count here, and the items with their producers have no index of their own: once a night is enough.
    Check(
        "hand-overs without a word", (FindingKind.DISPATCH_UNACKNOWLEDGED,), frozenset({Job.EVERYTHING}),
        _look_at_unacknowledged,
    ),
)  # fmt: skip
