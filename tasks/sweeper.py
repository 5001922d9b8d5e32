"""The guarantee: whatever hint was lost, work that is due is found again within seconds."""

from celery import shared_task

from partnershop.db import unit_of_work, wake
from partnershop.flows import sweeping


@shared_task(name="sweeper.look_for_due_work")
def look_for_due_work() -> str:
    """Wake every stage that has due work."""
    with unit_of_work() as session:
        hints = sweeping.due(session)
        wake(session, *hints)
    stages = sorted({hint.stage.value for hint in hints})
    return f"woken: {', '.join(stages)}" if stages else "nothing is due"
