"""Signals that ask a process to end, as an exception: whatever is open is closed on the way out, in its order."""

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Two in one go are one request: nobody has seen yet that something takes its time, and a service manager or a terminal
# that closes sends several in a row.
_SECOND_REQUEST_SECONDS = 1.0
_hurried = threading.Event()


class Interrupted(BaseException):
    """Somebody asked this process to end (Ctrl-C, `kill`, a closed terminal). Not an `Exception`: nobody retries it.

    `exit_code` is what a shell expects of a process that a signal ended: 128 plus its number.
    """

    def __init__(self, number: int) -> None:
        """`number` is the signal's."""
        super().__init__(f"ended by {signal.Signals(number).name}")
        self.exit_code = 128 + number


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Within, the first SIGINT, SIGTERM or SIGHUP raises `Interrupted`; later ones cannot disturb the tidying up.

    A second SIGINT (Ctrl-C) or SIGTERM, a second or more after the first request, makes it hurry: see `is_hurried`. A
    closed terminal (SIGHUP) never does. Main thread only.
    """
    asked_at: float | None = None

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal asked_at
        if asked_at is None:
            asked_at = time.monotonic()
            raise Interrupted(number)
        if number != signal.SIGHUP and time.monotonic() - asked_at >= _SECOND_REQUEST_SECONDS:
            _hurried.set()

    before = {number: signal.signal(number, handle) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _hurried.clear()


def is_hurried() -> bool:
    """Whether this process was asked again to end while it was ending: whoever waits for others gives up then."""
    return _hurried.is_set()
