"""What becomes of a task that fails is decided here, by the family of the error, so that tasks hold no `try`."""

from typing import Any

from celery import Task
from sqlalchemy.exc import InterfaceError, OperationalError

from partnershop.errors import Refused, Transient


class StageTask(Task):  # type: ignore[type-arg]  # declared generic, at run time it is not
    """The base of all tasks.

    `Refused` ends the task with the refusal as its result. `Transient` and a database that is away are tried again with
    backoff (1 s up to 30 s), five times; after that the sweeper brings the work back. Anything else is a defect: the
    task fails loudly, its row stays due and spends its attempts.
    """

    abstract = True
    autoretry_for = (Transient, OperationalError, InterfaceError)
    max_retries = 5
    retry_backoff = True
    retry_backoff_max = 30
    retry_jitter = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task; a refusal is a result, not a failure."""
        try:
            return super().__call__(*args, **kwargs)
        except Refused as refusal:
            return f"refused: {refusal}"
