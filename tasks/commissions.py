"""The commissions stage: what Unitedprint bills on items made in house."""

from celery import shared_task

from partnershop.flows import commissions
from partnershop.stages import Stage, Wake
from tasks.working import until_nothing


@shared_task(name="commissions.book_entries")
def book_entries(shop: str | None = None) -> str:
    """Book the commission of invoiced in-house items until none is due."""
    return until_nothing(commissions.book_next, Wake(Stage.COMMISSIONS, shop=shop))
