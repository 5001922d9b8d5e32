"""The invoicing stage: first invoices."""

from celery import shared_task

from partnershop.flows import invoicing
from partnershop.stages import Stage, Wake
from tasks.working import per_shop


@shared_task(name="invoicing.issue_invoices")
def issue_invoices(shop: str | None = None) -> str:
    """Issue due invoices of all shops until none is due; `shop` is who woke us, for people."""
    return per_shop(invoicing.shops_due, invoicing.invoice_next, Wake(Stage.INVOICING, shop=shop))
