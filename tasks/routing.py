"""The routing stage: items go to the shop's own production or to Unitedprint."""

from celery import shared_task

from partnershop.flows import routing
from partnershop.stages import Stage, Wake
from tasks.working import per_shop


@shared_task(name="routing.route_items")
def route_items(shop: str | None = None) -> str:
    """Route received items of all shops until none is due; `shop` is who woke us, for people."""
    return per_shop(routing.shops_due, routing.route_next, Wake(Stage.ROUTING, shop=shop))
