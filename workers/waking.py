"""Waking the next stages: a Celery message is a hint, never the work itself. One that cannot be sent costs seconds."""

import math
import threading
import time
from collections.abc import Iterable
from typing import Any

from celery import Celery

from partnershop.logging import log
from partnershop.stages import Stage, Wake
from workers.queues import queue_of, tasks_of
from workers.words import said

ENOUGH = 16
"""Hints of a stage that may wait in its queue: more than any worker has processes."""
_PATIENCE = 3.0
_LONGEST_QUIET = 30.0


class Waker:
    """Sends hints. With `gather_seconds`, equal hints within that time are one message (for the door under load).

    A broker that took none is left alone for a while, three times as long as it has held us up: one that hangs must not
    hold up every commit.
    """

    def __init__(self, app: Celery, gather_seconds: float = 0.0) -> None:
        self._app = app
        self._gather_seconds = gather_seconds
        self._waiting: dict[Wake, None] = {}
        self._lock = threading.Lock()
        self._quiet_until = -math.inf

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
        began = time.monotonic()
        if began < self._quiet_until:
            return
        try:
            for hint in hints:
                for task, arguments in messages(hint):
                    queue = queue_of(task)
                    if hint.case is None and self._has_enough(queue):
                        continue
                    self._app.send_task(task, kwargs=arguments, queue=queue, retry=False, kwargsrepr=said(arguments))
        except Exception as problem:  # noqa: BLE001  (the work is committed; whatever a broker does, it is not undone)
            ended = time.monotonic()
            self._quiet_until = ended + min(_PATIENCE * (ended - began), _LONGEST_QUIET)
            log.warning("the broker took no wake-up; the sweeper will find the work", problem=type(problem).__name__)

    def _has_enough(self, queue: str) -> bool:
        """Whether so many hints wait in a stage's queue that one more would say nothing new.

        Each of them begins after this moment, and finds what was committed before it. A flood of one shop would
        otherwise leave thousands behind.
        """
        with self._app.producer_pool.acquire(block=True) as acquired:
            producer: Any = acquired  # whose channel and connection are declared as if they could be missing
            try:
                waiting = producer.channel.queue_declare(queue, passive=True).message_count
            except producer.connection.connection_errors + producer.connection.channel_errors:
                return False  # there is no such queue while it is empty; else sending finds out what is wrong
        return bool(waiting >= ENOUGH)


def messages(hint: Wake) -> list[tuple[str, dict[str, str | int]]]:
    """The tasks that a hint wakes, with their arguments."""
    if hint.stage is Stage.CORRECTIONS:
        case: dict[str, str | int] = {"shop": hint.shop or "", "order": hint.order or "", "case": hint.case or 0}
        return [(f"corrections.{hint.verb}", case)]
    arguments: dict[str, str | int] = {"shop": hint.shop} if hint.shop else {}
    return [(task, arguments) for task in tasks_of(hint.stage)]
