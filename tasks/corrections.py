"""The corrections stage: one task a case, named in its arguments so that an operator finds it in Flower."""

from functools import partial

from celery import shared_task

from partnershop.db import unit_of_work
from partnershop.failure import describe
from partnershop.flows import corrections
from tasks.working import guarded


@shared_task(name="corrections.reverse_items")
def reverse_items(shop: str, order: str, case: int) -> str:
    """Settle a cancellation: take the items off, or back by a reversal invoice, and open the refund request."""
    return _settle(case)


@shared_task(name="corrections.issue_reduced_invoice")
def issue_reduced_invoice(shop: str, order: str, case: int) -> str:
    """Settle an accepted complaint: reduce the coming invoice, or reverse the current one and issue a reduced one."""
    return _settle(case)


def _settle(case: int) -> str:
    return guarded(partial(_in_one_transaction, case), partial(_failed, case), case=case)


def _in_one_transaction(case: int) -> str:
    with unit_of_work() as session:
        return corrections.settle(session, case)


def _failed(case: int, error: Exception) -> str:
    with unit_of_work() as session:
        noted = corrections.note_failure(session, case, f"{type(error).__name__}: {error}")
    # What it says in full is in the row, for operators; a result is read by everybody.
    return f"{noted}: {describe(error)}"


def note_killed(case: int, error: str) -> None:
    """Count an attempt whose process was ended, and could not count it itself.

    Else a case that kills whoever settles it would be tried for ever.
    """
    with unit_of_work() as session:
        corrections.note_failure(session, case, error)
