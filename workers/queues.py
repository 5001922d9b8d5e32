"""The one table of queues: a queue per stage, the task that serves it, and how long that task may take."""

from dataclasses import dataclass

from partnershop.stages import Stage

SWEEPER = "sweeper"


@dataclass(frozen=True)
class QueueSettings:
    """`tasks` are woken, by name, when the stage has work; limits are seconds per task (soft, then hard)."""

    tasks: tuple[str, ...]
    soft_time_limit: int = 90
    time_limit: int = 120


QUEUES: dict[str, QueueSettings] = {
    Stage.INBOX: QueueSettings(("inbox.apply_events",)),
    Stage.ROUTING: QueueSettings(("routing.route_items",)),
    Stage.DISPATCH: QueueSettings(("dispatch.hand_over_in_house", "dispatch.hand_over_to_unitedprint"), 600, 660),
    Stage.INVOICING: QueueSettings(("invoicing.issue_invoices",)),
    # Which of the two a case needs is said by the hint's verb.
    Stage.CORRECTIONS: QueueSettings(("corrections.reverse_items", "corrections.issue_reduced_invoice"), 60, 90),
    Stage.REFUNDS: QueueSettings(("refunds.send_requests",)),
    Stage.COMMISSIONS: QueueSettings(("commissions.book_entries",)),
    Stage.DOCUMENTS: QueueSettings(("documents.render_papers",), 240, 280),
    SWEEPER: QueueSettings(("sweeper.look_for_due_work",), 60, 90),
}


def queue_of(task: str) -> str:
    """A task's queue is the stage in its name: "corrections.reverse_items" -> "corrections"."""
    return task.partition(".")[0]
