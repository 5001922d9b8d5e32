"""Waking the next stages: a Celery message is a hint, never the work itself. One that cannot be sent costs seconds."""

import threading
from collections.abc import Iterable

from celery import Celery
from kombu.exceptions import OperationalError

from partnershop.logging import log
from partnershop.stages import Stage, Wake
from workers.queues import queue_of, tasks_of
from workers.words import said


class Waker:
    """Sends hints. With `gather_seconds`, equal hints within that time are one message (for the door under load)."""

    def __init__(self, app: Celery, gather_seconds: float = 0.0) -> None:
        self._app = app
        self._gather_seconds = gather_seconds
        self._waiting: dict[Wake, None] = {}
        self._lock = threading.Lock()

    def __call__(self, hints: Iterable[Wake]) -> None:
        """Send these hints, now or gathered. Never raises: the sweeper is the guarantee."""
        if not self._gather_seconds:
            self._send(hints)
            return
        with self._lock:
            first = not self._waiting
            self._waiting.update(dict.fromkeys(hints))
        if first:
            timer = threading.Timer(self._gather_seconds, self._flush)
            timer.daemon = True
            timer.start()

    def _flush(self) -> None:
        with self._lock:
            hints, self._waiting = self._waiting, {}
        self._send(hints)

    def _send(self, hints: Iterable[Wake]) -> None:
        try:
            for hint in hints:
                for task, arguments in messages(hint):
                    queue = queue_of(task)
                    self._app.send_task(task, kwargs=arguments, queue=queue, retry=False, kwargsrepr=said(arguments))
        except (OperationalError, OSError) as problem:
            log.warning("the broker took no wake-up; the sweeper will find the work", problem=type(problem).__name__)


def messages(hint: Wake) -> list[tuple[str, dict[str, str | int]]]:
    """The tasks that a hint wakes, with their arguments."""
    if hint.stage is Stage.CORRECTIONS:
        case: dict[str, str | int] = {"shop": hint.shop or "", "order": hint.order or "", "case": hint.case or 0}
        return [(f"corrections.{hint.verb}", case)]
    arguments: dict[str, str | int] = {"shop": hint.shop} if hint.shop else {}
    return [(task, arguments) for task in tasks_of(hint.stage)]
