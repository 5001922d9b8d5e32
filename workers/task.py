"""What becomes of a task that fails is decided here, by the family of the error, so that tasks hold no `try`."""

from collections.abc import Mapping
from typing import Any

from celery import Task
from celery.exceptions import Retry, TaskPredicate, TimeLimitExceeded, WorkerLostError
from celery.worker.request import Request
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from partnershop.counters import Counted, add
from partnershop.errors import Refused, Transient
from partnershop.failure import describe, describe_chain
from partnershop.logging import log
from partnershop.stages import Stage
from tasks.corrections import note_killed
from workers.queues import stage_of
from workers.words import comes_back, said

# What ends a process and not its task's code; their texts are Celery's own.
_FROM_OUTSIDE = (WorkerLostError, TimeLimitExceeded)


class Told(Exception):
    """What Flower and the logs show in place of an error, whose own text may repeat somebody's data."""

    def __repr__(self) -> str:
        return str(self)


class StageRequest(Request):
    """A task as the worker's main process sees it: the only one left to tell of a process that was killed.

    Of a task that ran out of time Celery tells twice; the first time counts.
    """

    _ended_by: BaseException | None = None
    _told = False

    def on_failure(self, exc_info: Any, send_failed_event: bool = True, return_ok: bool = False) -> None:
        """Note what ended it: what Celery tells Flower of a killed process does not name it."""
        error = exc_info.exception
        # Between processes an error travels inside another one that has its traceback.
        first, self._ended_by = self._ended_by is None, getattr(error, "exc", error)
        if first and isinstance(self._ended_by, _FROM_OUTSIDE):
            _spend_attempt(self.name, self.kwargs, _from_outside(self._ended_by))
        super().on_failure(exc_info, send_failed_event=send_failed_event, return_ok=return_ok)

    def send_event(self, type: str, **fields: Any) -> None:  # noqa: A002  (Celery's name)
        """Tell Flower; the row of a task that failed says where its work stands, whatever ended it."""
        if type == "task-failed":
            if self._told:
                return
            self._told = True
            if isinstance(self._ended_by, _FROM_OUTSIDE):
                fields["exception"] = _from_outside(self._ended_by)
                add(Counted.TASKS, "killed")
            fields["exception"] = _with_fate(fields["exception"], self.name, self.kwargs)
        super().send_event(type, **fields)


class StageTask(Task):  # type: ignore[type-arg]  # declared generic, at run time it is not
    """The base of all tasks.

    `Refused` ends the task with the refusal as its result. `Transient` and a database that is away are tried again with
    backoff (1 s up to 30 s), five times; after that the sweeper brings the work back. Anything else is a defect: the
    task fails loudly, its row stays due and spends its attempts.
    """

    abstract = True
    Request = "workers.task:StageRequest"
    autoretry_for = (Transient, OperationalError, InterfaceError)
    max_retries = 5
    retry_backoff = True
    retry_backoff_max = 30
    retry_jitter = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task; a refusal is a result, not a failure. In a worker, errors leave it as `Told`."""
        try:
            return super().__call__(*args, **kwargs)
        except Refused as refusal:
            return f"refused: {refusal}"
        except Retry as again:
            raise _told_again(again) from None
        except TaskPredicate:
            raise
        except Exception as error:
            if self.request.called_directly:
                raise
            told = Told(_with_fate(describe_chain(error), self.name, kwargs))
            raise told.with_traceback(error.__traceback__) from None

    def apply_async(self, args: Any = None, kwargs: Any = None, *more: Any, **options: Any) -> Any:
        """Send the task, whoever does it (beat, a retry), with its arguments as a sentence for Flower."""
        options.setdefault("kwargsrepr", said(kwargs or {}))
        return super().apply_async(args, kwargs, *more, **options)


def _spend_attempt(task: str, arguments: Mapping[str, Any], why: str) -> None:
    """The work of a killed process spends an attempt where that is counted on its row, and not by a claim."""
    if stage_of(task) != Stage.CORRECTIONS:
        return
    try:
        note_killed(arguments["case"], why)
    except SQLAlchemyError as problem:
        log.warning("a killed attempt could not be counted", case=arguments["case"], problem=type(problem).__name__)


def _from_outside(error: BaseException) -> str:
    """What ended a process: Celery's own words, but for the one that gives a bare number."""
    words = f"it took longer than {error.args[0]} seconds" if isinstance(error, TimeLimitExceeded) else str(error)
    return f"{type(error).__name__}: {words}".rstrip(".")


def _told_again(again: Any) -> Retry:
    """The same order to try again (a `Retry`, whose types do not tell all), with its reason in our words."""
    reason = Told(describe(again.exc)) if again.exc is not None else None
    return Retry(again.message, reason, again.when, again.is_eager, again.sig)


def _with_fate(what: str, task: str, arguments: Mapping[str, object]) -> str:
    """What happened, and where the work stands now; said once, however many processes tell of it."""
    fate = comes_back(task, arguments)
    return what if what.endswith(fate) else f"{what}. {fate}"
