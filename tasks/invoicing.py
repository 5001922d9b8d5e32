"""The invoicing stage: first invoices."""

from functools import partial

from celery import shared_task

from partnershop.db import unit_of_work
from partnershop.flows import invoicing
from partnershop.stages import Stage, Wake
from tasks.working import guarded, per_shop


@shared_task(name="invoicing.issue_invoices")
def issue_invoices(shop: str | None = None) -> str:
    """Issue the first invoices of orders that are due for one, shop by shop, until none is.

    `shop` is who woke us, for people.
    """
    return per_shop(invoicing.shops_due, invoicing.invoice_next, Wake(Stage.INVOICING, shop=shop), _one_by_one)


def _one_by_one(shop_id: int, error: Exception) -> invoicing.Invoiced:
    """One order of the batch is bad: find out which, without losing the rest."""
    with unit_of_work() as session:
        orders = invoicing.orders_due(session, shop_id)
    done = [guarded(partial(_single, order), partial(_failed, order), order_id=order) for order in orders]
    papers = [paper for invoiced in done for paper in invoiced.papers]
    return invoicing.Invoiced(papers, sum(invoiced.refused for invoiced in done))


def _single(order: int) -> invoicing.Invoiced:
    with unit_of_work() as session:
        return invoicing.invoice_one(session, order)


def _failed(order: int, error: Exception) -> invoicing.Invoiced:
    with unit_of_work() as session:
        return invoicing.note_failure(session, order, f"{type(error).__name__}: {error}")
