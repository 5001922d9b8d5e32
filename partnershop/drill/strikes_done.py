"""What a strike does, in the worker's own process."""

import ctypes
import mmap
import os
import resource
import signal
import time
from pathlib import Path

from partnershop.drill.points import Point
from partnershop.drill.strikes import How, Orders, Strike

_HOG_BYTES = 256 * 1024 * 1024
_PIECE_BYTES = 8 * 1024 * 1024


class Poisoned(Exception):
    """A defect, made on purpose."""


class Striker:
    """Carries out orders in one pool child: told when a task begins, at each point, and when it ends."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._taken: tuple[Path, Strike] | None = None

    def starts(self, task: str) -> None:
        """A task of this name begins."""
        self._taken = self._orders.take(task)

    def reached(self, point: Point) -> None:
        """The task passes a point: perhaps its last."""
        if self._taken is None or self._taken[1].point not in (None, point):
            return
        path, strike = self._taken
        self._taken = None
        if self._orders.note(path):
            _die_or_freeze(strike.how)

    def end(self) -> None:
        """The task has ended."""
        if self._taken is not None:
            self._orders.give_back(self._taken[0])
            self._taken = None

    def knows_poison(self, stage: str) -> bool:
        """Whether anybody's work is poisoned in this stage."""
        return self._orders.has_poison(stage)

    def poison(self, stage: str, order: str) -> None:
        """An order's work begins in a stage: raises `Poisoned`, or never comes back, where it is poisoned."""
        strike = self._orders.poison(stage, order)
        if strike is not None:
            _POISONS[strike.how]()


def _die_or_freeze(how: How) -> None:
    if how is How.STOP:
        # The main process as well: it would end this one when its time is up, as it would not on a machine that sleeps.
        os.kill(os.getppid(), signal.SIGSTOP)
        os.kill(os.getpid(), signal.SIGSTOP)
    else:
        os.kill(os.getpid(), signal.SIGKILL)


def _fail() -> None:
    raise Poisoned("a defect of the drill's own")


def _crash() -> None:
    ctypes.string_at(0)


def _eat() -> None:
    """Take memory until there is no more; the limit is this process's own, so that nobody else goes hungry."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * mmap.PAGESIZE + _HOG_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, before[1]))
    eaten = []
    try:
        while True:
            eaten.append(bytearray(b"\1") * _PIECE_BYTES)
    finally:
        eaten.clear()
        resource.setrlimit(resource.RLIMIT_AS, before)


def _hang() -> None:
    """Not even the soft time limit reaches it, as it would not reach a loop in a library written in C."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    while True:
        time.sleep(60)


_POISONS = {How.FAIL: _fail, How.SEGV: _crash, How.HOG: _eat, How.HANG: _hang}
