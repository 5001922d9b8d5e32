"""Signals that ask a process to end, as an exception: whatever is open is closed on the way out, in its order."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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

    Main thread only.
    """
    asked = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if not asked:
            asked = True
            raise Interrupted(number)

    before = {number: signal.signal(number, handle) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
