"""The inbox stage: accepted events are applied to their orders."""

from functools import partial

from celery import shared_task

from partnershop.db import unit_of_work
from partnershop.flows import inbox
from partnershop.stages import Stage, Wake
from tasks.working import guarded, per_shop


@shared_task(name="inbox.apply_events")
def apply_events(shop: str | None = None) -> str:
    """Apply accepted events to their orders, shop by shop, until none is due.

    `shop` is who woke us, for people.
    """
    return per_shop(inbox.shops_due, inbox.apply_next, Wake(Stage.INBOX, shop=shop), _one_by_one)


def _one_by_one(shop_id: int, error: Exception) -> inbox.Applied:
    """Something in the batch is bad: find out what, without losing the rest."""
    applied = inbox.Applied()
    for _ in range(inbox.BATCH):
        with unit_of_work() as session:
            event_id = inbox.next_due(session, shop_id)
        if event_id is None:
            break
        applied += guarded(partial(_single, shop_id), partial(_failed, event_id), event_id=event_id)
    return applied


def _single(shop_id: int) -> inbox.Applied:
    with unit_of_work() as session:
        return inbox.apply_next(session, shop_id, limit=1)


def _failed(event_id: int, error: Exception) -> inbox.Applied:
    with unit_of_work() as session:
        return inbox.note_failure(session, event_id, f"{type(error).__name__}: {error}")
