"""The inbox: accepted events are applied to their orders, a batch of one shop at a time, in the order they came in.

One shop's inbox is one lane (an advisory lock): two workers can therefore never park an event for an order that the
other is just about to write. Hundreds of events are one transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models import Event, EventState, Order, Shop
from partnershop import clock
from partnershop.contract import OrderPlaced, data_of
from partnershop.counters import Counted, count
from partnershop.flows import mail, refunds
from partnershop.flows.case_hints import wake_next
from partnershop.flows.inbox_events import HANDLERS
from partnershop.flows.inbox_outcomes import Handled, Outcome, Parked, Quarantined
from partnershop.flows.inbox_placing import place
from partnershop.flows.inbox_touched import Touched
from partnershop.flows.orders import lock_many, note_completed, open_gates
from partnershop.flows.parked import release_waiting
from partnershop.flows.timing import it_is_time
from partnershop.rules.words import counted

BATCH = 500
ATTEMPTS = 3
LANE = 7_620_012


@dataclass(frozen=True)
class Applied:
    """What a call did: how many events became what."""

    handled: int = 0
    parked: int = 0
    quarantined: int = 0

    @property
    def count(self) -> int:
        """How many events were taken."""
        return self.handled + self.parked + self.quarantined

    def __add__(self, other: "Applied") -> "Applied":
        return Applied(
            self.handled + other.handled, self.parked + other.parked, self.quarantined + other.quarantined
        )

    def sentence(self) -> str:
        """For Flower."""
        return f"{counted(self.handled, 'event')} handled, {self.parked} parked, {self.quarantined} quarantined"


def shops_due(session: Session) -> list[int]:
    """The shops with accepted events, by id (one index probe per shop, not a walk over the events)."""
    due = select(Event.id).where(Event.shop_id == Shop.id, Event.state == EventState.ACCEPTED).exists()
    return list(session.scalars(select(Shop.id).where(due).order_by(Shop.id)))


def apply_next(session: Session, shop_id: int, limit: int = BATCH) -> Applied:
    """Apply the next accepted events of a shop, in the order they came in; nothing where another worker is at it.

    That one looks again after it has given the lane free, so nothing is overlooked.
    """
    lane = {"lane": LANE, "shop": shop_id}
    if not session.execute(text("SELECT pg_try_advisory_xact_lock(:lane, CAST(:shop AS int))"), lane).scalar_one():
        return Applied()
    events = session.scalars(
        select(Event)
        .where(Event.shop_id == shop_id, Event.state == EventState.ACCEPTED, it_is_time(Event))
        .order_by(Event.id)
        .limit(limit)
        .with_for_update(key_share=True)
    ).all()
    if not events:
        return Applied()
    shop = session.get_one(Shop, shop_id)
    outcomes, arrived = _apply(session, shop, events)
    for event, outcome in zip(events, outcomes, strict=True):
        _record(event, outcome)
        count(session, Counted.EVENTS, "refused" if event.refused else event.state.value)
    session.flush()
    # After the parked ones are written: one of this very batch may wait for what another of it brought.
    release_waiting(session, shop, arrived)
    kinds = [type(outcome) for outcome in outcomes]
    return Applied(kinds.count(Handled), kinds.count(Parked), kinds.count(Quarantined))


def _apply(
    session: Session, shop: Shop, events: Sequence[Event]
) -> tuple[list[Outcome], list[tuple[str, str]]]:
    """Place the new orders first, all at once; then everything else one after the other.

    Returns the outcomes, and what has arrived that parked events may wait for.
    """
    data = [data_of(event.type, event.body) for event in events]
    placed = [(event, item) for event, item in zip(events, data, strict=True) if isinstance(item, OrderPlaced)]
    outcomes: dict[int, Outcome] = place(session, shop, placed) if placed else {}
    others = {event.order_number for event in events if event.type != "order.placed" and event.order_number}
    touched = Touched(session, shop, lock_many(session, shop.id, others))
    touched.load(events, data)
    for event, item in zip(events, data, strict=True):
        if event.type != "order.placed":
            outcomes[event.id] = HANDLERS[event.type](touched, event, item)
    _follow_up(session, shop, touched.changed_orders())
    mail.queue_shipped(session, shop, touched.shipped)
    if touched.has_new_cases:
        wake_next(session, shop)
    new = [event.order_number for event, _ in placed if event.order_number and isinstance(outcomes[event.id], Handled)]
    return [outcomes[event.id] for event in events], [("order", number) for number in new] + touched.released


def _follow_up(session: Session, shop: Shop, orders: Sequence[Order]) -> None:
    """Whatever touched an order: its gates, its completeness and its refunds are judged again."""
    open_gates(session, shop, orders)
    note_completed(session, shop, [order.id for order in orders])
    refunds.reevaluate(session, orders)


def _record(event: Event, outcome: Outcome) -> None:
    event.outcome = outcome.sentence
    if isinstance(outcome, Handled):
        event.state, event.refused, event.handled_at = EventState.HANDLED, outcome.refused, clock.now()
    elif isinstance(outcome, Parked):
        event.state, event.waits_for, event.waits_key = EventState.PARKED, outcome.waits_for, outcome.waits_key
    else:
        event.state, event.handled_at = EventState.QUARANTINED, clock.now()


def next_due(session: Session, shop_id: int) -> int | None:
    """The event that `apply_next` would take first."""
    due = (Event.shop_id == shop_id, Event.state == EventState.ACCEPTED, it_is_time(Event))
    return session.scalars(select(Event.id).where(*due).order_by(Event.id).limit(1)).first()


def note_failure(session: Session, event_id: int, error: str) -> Applied:
    """Count a failed attempt at one event; when its attempts are spent it is quarantined and the others go on."""
    event = session.get_one(Event, event_id, with_for_update=True)
    if event.state is not EventState.ACCEPTED:
        return Applied()
    event.attempts += 1
    event.last_error = error
    event.due_at = clock.now() + timedelta(seconds=2**event.attempts)
    if event.attempts < ATTEMPTS:
        return Applied()
    event.state = EventState.QUARANTINED
    event.outcome = f"could not be applied after {ATTEMPTS} attempts: {error}"
    count(session, Counted.EVENTS, event.state.value)
    return Applied(quarantined=1)
