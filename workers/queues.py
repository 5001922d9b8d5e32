"""The one table of queues: a queue per stage, the task that serves it, and how long that task may take.

Dispatch has two, one for each producer: a slow Unitedprint must not hold up the shop's own print works.
"""

from dataclasses import dataclass

from partnershop.stages import Stage

SWEEPER = "sweeper"
UNITEDPRINT = "unitedprint"


@dataclass(frozen=True)
class QueueSettings:
    """`tasks` are woken, by name, when the stage has work; limits are seconds per task (soft, then hard)."""

    tasks: tuple[str, ...]
    soft_time_limit: int = 90
    time_limit: int = 120


QUEUES: dict[str, QueueSettings] = {
    Stage.INBOX: QueueSettings(("inbox.apply_events",)),
    Stage.ROUTING: QueueSettings(("routing.route_items",)),
    Stage.DISPATCH: QueueSettings(("dispatch.hand_over_in_house",), 240, 280),
    UNITEDPRINT: QueueSettings(("dispatch.hand_over_to_unitedprint",), 240, 280),
    Stage.INVOICING: QueueSettings(("invoicing.issue_invoices",)),
    # Which of the two a case needs is said by the hint's verb.
    Stage.CORRECTIONS: QueueSettings(("corrections.reverse_items", "corrections.issue_reduced_invoice"), 60, 90),
    Stage.REFUNDS: QueueSettings(("refunds.send_requests",)),
    Stage.COMMISSIONS: QueueSettings(("commissions.book_entries",)),
    Stage.DOCUMENTS: QueueSettings(("documents.render_papers",), 240, 280),
    Stage.MAIL: QueueSettings(("mail.send_mails",), 240, 280),
    # A night's run over a big database takes its time; its claim of the period is renewed from check to check.
    Stage.RECONCILIATION: QueueSettings(
        (
            "reconciliation.look_for_stuck_work",
            "reconciliation.check_the_money",
            "reconciliation.check_everything",
            "reconciliation.tell_operators",
        ),
        3000,
        3060,
    ),
    SWEEPER: QueueSettings(("sweeper.look_for_due_work",), 60, 90),
}


_QUEUE_OF = {task: queue for queue, settings in QUEUES.items() for task in settings.tasks}


def stage_of(task: str) -> str:
    """The stage in a task's name: "corrections.reverse_items" -> "corrections"."""
    return task.partition(".")[0]


def queue_of(task: str) -> str:
    """The queue of a task; that of its stage for one that the table does not name."""
    return _QUEUE_OF.get(task, stage_of(task))


def tasks_of(stage: str) -> list[str]:
    """The tasks that a stage is woken by, in whichever queue they are."""
    return [task for task in _QUEUE_OF if stage_of(task) == stage]
