"""What only operators may say: hand over elsewhere, let go on, settle an unknown outcome."""

from typing import Any

from models import Event
from partnershop import clock
from partnershop.db import wake
from partnershop.flows import items as moves
from partnershop.flows.dispatch_settling import settle_by_word
from partnershop.flows.inbox_outcomes import Handled, Outcome
from partnershop.flows.inbox_touched import Touched, find, too_early
from partnershop.flows.redirect import redirect
from partnershop.rules.lifecycle import ItemState, Trigger
from partnershop.stages import Stage, Wake


def item_redirected(touched: Touched, event: Event, data: Any) -> Outcome:
    """An in-house item goes to Unitedprint instead."""
    found = find(touched, data)
    if not isinstance(found, tuple):
        return found
    order, item = found
    outcome = redirect(touched.session, touched.shop, order, item, actor=event.source, reason=data.reason)
    touched.change(order)
    return outcome if outcome is not None else too_early(order.number, item)


def item_released(touched: Touched, event: Event, data: Any) -> Outcome:
    """What held the item has been put right."""
    found = find(touched, data)
    if not isinstance(found, tuple):
        return found
    order, item = found
    name = f"item {item.key} of {order.number}"
    if item.state is not ItemState.HELD:
        return Handled(f"refused: {name} is not held, it {item.state.sentence}", refused=True)
    touched.change(order)
    if item.route is None:
        item.recheck, item.due_at = True, clock.now()
        wake(touched.session, Wake(Stage.ROUTING, shop=touched.shop.code))
        return Handled(f"{name} is judged again: {data.reason}")
    # It has its route already: it was held by what became of its hand-over, and goes there again.
    item.hold_code = item.hold_reason = None
    moves.apply(touched.session, item, Trigger.RELEASE, actor=event.source, why=data.reason)
    moves.apply(touched.session, item, Trigger.ROUTE, actor=event.source, why=f"goes on to {item.route.value}")
    wake(touched.session, Wake(Stage.DISPATCH, shop=touched.shop.code))
    return Handled(f"{name} goes on to {item.route.value}: {data.reason}")


def dispatch_settled(touched: Touched, event: Event, data: Any) -> Outcome:
    """What became of a hand-over whose outcome was unknown."""
    found = find(touched, data)
    if not isinstance(found, tuple):
        return found
    order, item = found
    sentence = settle_by_word(
        touched.session, item, key=data.hand_over, accepted=data.accepted, reference=data.reference,
        actor=event.source, reason=data.reason,
    )  # fmt: skip
    touched.released.append(("hand_over", f"{order.number}/{item.key}"))
    touched.change(order)
    if sentence is None:
        which = f"the hand-over {data.hand_over}" if data.hand_over else "no hand-over"
        is_it = "is not unknown" if data.hand_over else "is unknown"
        return Handled(f"refused: {which} of item {item.key} of {order.number} {is_it}", refused=True)
    wake(touched.session, Wake(Stage.DISPATCH, shop=touched.shop.code))
    return Handled(f"item {item.key} of {order.number}: {sentence}")
