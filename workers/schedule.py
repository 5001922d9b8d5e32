"""What beat sends, and when."""

from typing import Any

from workers.queues import SWEEPER

SWEEP_SECONDS = 30.0

SCHEDULE: dict[str, dict[str, Any]] = {
    # Expires before the next one: sweeps do not pile up behind a worker that is away.
    "look for due work": {
        "task": "sweeper.look_for_due_work",
        "schedule": SWEEP_SECONDS,
        "options": {"queue": SWEEPER, "expires": SWEEP_SECONDS},
    },
}
