"""What beat sends, and when. That a period is done once, whoever sends it, is the claim's business (flows/periods)."""

from typing import Any

from partnershop.flows.periods import PERIODS
from partnershop.rules.reconciliation import Job
from partnershop.stages import Stage
from workers.queues import SWEEPER

# Twice as often as a sweep is due: so its period is never missed by a beat that is a little late.
SWEEP_SECONDS = PERIODS[Job.SWEEP].seconds / 2


def _every(task: str, queue: str, seconds: float) -> dict[str, Any]:
    # Expires before the next one: they do not pile up behind a worker that is away.
    return {"task": task, "schedule": seconds, "options": {"queue": queue, "expires": seconds}}


SCHEDULE: dict[str, dict[str, Any]] = {
    "look for due work": _every("sweeper.look_for_due_work", SWEEPER, SWEEP_SECONDS),
    "look for stuck work": _every(
        "reconciliation.look_for_stuck_work", Stage.RECONCILIATION, PERIODS[Job.STUCK_WORK].seconds
    ),
    "check the money": _every("reconciliation.check_the_money", Stage.RECONCILIATION, PERIODS[Job.MONEY].seconds),
    # Asked each hour, done once a day: the sweeper would find it too.
    "check everything": _every("reconciliation.check_everything", Stage.RECONCILIATION, PERIODS[Job.MONEY].seconds),
    "tell the operators": _every("reconciliation.tell_operators", Stage.RECONCILIATION, PERIODS[Job.DIGEST].seconds),
}
