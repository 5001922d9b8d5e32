"""Something strikes a task at a point: it runs in a forked child, and that is really killed, or stopped and woken up.

The child has connections of its own, and whatever it had in its hands is gone with it. What it did outside is in files.
"""

import os
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import psycopg
from sqlalchemy import event
from sqlalchemy.pool import Pool

from partnershop import db
from partnershop.config import config
from partnershop.drill.points import Point, watching

Work = Callable[[], object]
Reached = Callable[[Point], None]

_OFFSET = "PARTNERSHOP_CLOCK_OFFSET_SECONDS"
_DEADLINE_SECONDS = 30.0
_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s"


def points_of(work: Work) -> list[Point]:
    """Do the work, and say which points it passed."""
    passed: list[Point] = []
    with watching(passed.append):
        work()
    return passed


@dataclass(frozen=True)
class Ended:
    """How a child ended: by which signal, or with which status; `said` is the error that it ended with."""

    signal: int | None
    status: int | None
    said: str = ""

    @property
    def was_killed(self) -> bool:
        """As by kill -9."""
        return self.signal == signal.SIGKILL


class Child:
    """A task in a process of its own, from its start to its end."""

    def __init__(self, work: Work, reached: Reached) -> None:
        self._status: int | None = None
        self._reader, writer = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._reader)
            _be_the_child(work, reached, writer)
        os.close(writer)

    def has_ended(self) -> bool:
        """Whether it has ended by now."""
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._status = status if pid else None
        return self._status is not None

    def ended(self) -> Ended:
        """Wait until it has ended, and until the database has noticed."""
        if self._status is None:
            _, self._status = os.waitpid(self.pid, 0)
        status = self._status
        with os.fdopen(self._reader, encoding="utf-8") as reader:
            said = reader.read()
        until(lambda: not _backends(self.pid), "the child's transactions to end")
        if os.WIFSIGNALED(status):
            return Ended(os.WTERMSIG(status), None, said)
        return Ended(None, os.WEXITSTATUS(status), said)

    def kill(self) -> Ended:
        """Kill it from outside, whatever it is at."""
        if not self.has_ended():
            os.kill(self.pid, signal.SIGKILL)
        return self.ended()

    def kill_with_backends(self, admin: "psycopg.Connection[Any]") -> None:
        """Kill it, and end what the database is still doing for it."""
        if not self.has_ended():
            os.kill(self.pid, signal.SIGKILL)
        for pid in _backends(self.pid):
            admin.execute("SELECT pg_terminate_backend(%s)", (pid,))
        self.ended()


def killed(work: Work, at: Point) -> bool:
    """Do the work in a child that is killed at this point; False where it never came there."""
    ended = Child(work, lambda point: _die() if point == at else None).ended()
    if ended.status:
        raise AssertionError(f"the child failed before it came to {at}:\n{ended.said}")
    return ended.was_killed


def killed_by(work: Work) -> None:
    """Do work in a child that kills itself somewhere within, by `die`."""
    ended = Child(work, lambda _: None).ended()
    assert ended.was_killed, f"it was to die, and ended otherwise:\n{ended.said}"


def die() -> NoReturn:
    """End this process as kill -9 does; for what runs in a child."""
    _die()


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nothing runs after SIGKILL")


class Frozen:
    """A child that was stopped at a point, until it is woken."""

    def __init__(self, work: Work, at: Point | None, offset_file: Path) -> None:
        """`at`: where it stops by itself; None where the work calls `freeze_here`. It wakes up in our time."""
        self._offset_file = offset_file
        started = int(os.environ.get(_OFFSET, "0"))

        def reached(point: Point) -> None:
            if point == at:
                freeze_here(offset_file, started)

        self._child = Child(work, reached)
        _, status = os.waitpid(self._child.pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            raise AssertionError(f"it ended before it came to {at}: {status}")

    def thaw(self) -> Ended:
        """Let it go on, with the time that has passed, to its end."""
        self._offset_file.write_text(os.environ.get(_OFFSET, "0"), encoding="ascii")
        os.kill(self._child.pid, signal.SIGCONT)
        return self._child.ended()

    def kill(self) -> Ended:
        """End it where it stands."""
        return self._child.kill()


def freeze_here(offset_file: Path, started: int) -> None:
    """Stop this child; once it goes on, as much time has passed for it as for everybody else."""
    os.kill(os.getpid(), signal.SIGSTOP)
    offset = offset_file.read_text(encoding="ascii")
    os.environ[_OFFSET] = offset
    passed, monotonic = int(offset) - started, time.monotonic
    time.monotonic = lambda: monotonic() + passed


def until(question: Callable[[], bool], what: str) -> None:
    """Wait until it is so; raises `AssertionError` after half a minute."""
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while not question():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain for {what}")
        time.sleep(0.002)


def _be_the_child(work: Work, reached: Reached, writer: int) -> NoReturn:
    status = 0
    try:
        db.forget_connections()
        event.listen(Pool, "connect", _bear_our_name)
        with watching(reached):
            work()
    except BaseException:  # noqa: BLE001  the parent reads it
        status = 1
        os.write(writer, traceback.format_exc()[-4000:].encode())
    os._exit(status)


def _bear_our_name(connection: Any, _: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('application_name', %s, false)", (f"child {os.getpid()}",))
    connection.commit()


def _backends(child: int) -> list[int]:
    rows = _beside(config().database_url).execute(_BACKENDS, (f"child {child}",)).fetchall()
    return [pid for (pid,) in rows]


@cache
def _beside(url: str) -> "psycopg.Connection[tuple[int]]":
    return psycopg.connect(url, autocommit=True)
