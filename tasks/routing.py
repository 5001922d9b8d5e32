"""The routing stage: items go to the shop's own production or to Unitedprint."""

from functools import partial

from celery import shared_task

from partnershop.db import unit_of_work
from partnershop.flows import routing
from partnershop.stages import Stage, Wake
from tasks.working import guarded, per_shop


@shared_task(name="routing.route_items")
def route_items(shop: str | None = None) -> str:
    """Decide where received items are made, in house or at Unitedprint, shop by shop, until none is due.

    `shop` is who woke us, for people.
    """
    return per_shop(routing.shops_due, routing.route_next, Wake(Stage.ROUTING, shop=shop), _one_by_one)


def _one_by_one(shop_id: int, error: Exception) -> routing.Routed:
    """One item of the batch is bad: find out which, without losing the rest."""
    with unit_of_work() as session:
        items = routing.items_due(session, shop_id)
    done = (guarded(partial(_single, shop_id, item), partial(_failed, item), item_id=item) for item in items)
    return sum(done, routing.Routed())


def _single(shop_id: int, item: int) -> routing.Routed:
    with unit_of_work() as session:
        return routing.route_one(session, shop_id, item)


def _failed(item: int, error: Exception) -> routing.Routed:
    with unit_of_work() as session:
        return routing.hold_defective(session, item, f"{type(error).__name__}: {error}")
