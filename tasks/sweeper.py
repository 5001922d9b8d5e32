"""The guarantee: whatever hint was lost, work that is due is found again within seconds."""

from celery import shared_task

from partnershop.db import unit_of_work, wake
from partnershop.flows import periods, sweeping
from partnershop.rules.reconciliation import Job


@shared_task(name="sweeper.look_for_due_work")
def look_for_due_work() -> str:
    """Wake every stage that has due work, once in each half minute: whatever hint was lost, nothing is forgotten."""
    with unit_of_work() as session:
        claim = periods.claim(session, Job.SWEEP)
        if claim is None:
            return "looked already in this half minute"
        hints = sweeping.due(session)
        wake(session, *hints)
        periods.end(session, claim)
    stages = sorted({hint.stage.value for hint in hints})
    return f"woken: {', '.join(stages)}" if stages else "nothing is due"
