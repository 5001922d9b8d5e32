"""Points inside a task where something may strike: before each statement, before each commit, right after it.

The seams are those of the transactions themselves, so every task has them and none is forgotten: SQLAlchemy tells of
each statement and each commit. Only a drill or a test listens; the product does not know of it.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Engine, event

BEFORE_COMMIT: Literal["commit"] = "commit"
COMMITTED: Literal["committed"] = "committed"


@dataclass(frozen=True)
class Point:
    """Where in a task: a unit of work, counted from 0, and a place in it.

    `at` is before the statement of that number (from 0), before the commit, or committed while nobody has been woken or
    called yet. So the call between a claim and its outcome lies between "0.committed" and "1.0".
    """

    unit: int
    at: int | Literal["commit", "committed"]

    def __str__(self) -> str:
        return f"{self.unit}.{self.at}"

    @classmethod
    def parse(cls, text: str) -> "Point":
        """The point that `str()` wrote. Raises `ValueError` for anything else."""
        unit, _, at = text.partition(".")
        if at == BEFORE_COMMIT:
            return cls(int(unit), BEFORE_COMMIT)
        if at == COMMITTED:
            return cls(int(unit), COMMITTED)
        return cls(int(unit), int(at))


class Watch:
    """Calls `reached` at every point that this thread passes, from `anew` on, with units and statements counted anew.

    `reached` may kill or stop the process, or raise. Statements outside of units (of another thread) do not count.
    """

    def __init__(self, reached: Callable[[Point], None]) -> None:
        self._reached = reached
        self._thread = 0
        self.anew()

    def anew(self) -> None:
        """A new task begins in this thread."""
        self._thread, self._unit, self._statement, self._committing = threading.get_ident(), 0, 0, False

    def install(self) -> None:
        """Listen to every engine of this process, those to come as well."""
        event.listen(Engine, "before_cursor_execute", self._before_statement)
        event.listen(Engine, "commit", self._before_commit)
        event.listen(Engine, "rollback", self._rolled_back)
        event.listen(Engine, "checkin", self._given_back)

    def remove(self) -> None:
        """Listen no more."""
        event.remove(Engine, "before_cursor_execute", self._before_statement)
        event.remove(Engine, "commit", self._before_commit)
        event.remove(Engine, "rollback", self._rolled_back)
        event.remove(Engine, "checkin", self._given_back)

    def _mine(self) -> bool:
        return threading.get_ident() == self._thread

    def _before_statement(self, *_: Any) -> None:
        if self._mine():
            at, self._statement = self._statement, self._statement + 1
            self._reached(Point(self._unit, at))

    def _before_commit(self, _: Any) -> None:
        if self._mine():
            self._committing = True
            self._reached(Point(self._unit, BEFORE_COMMIT))

    def _rolled_back(self, _: Any) -> None:
        if self._mine():
            self._committing = False

    def _given_back(self, *_: Any) -> None:
        """The connection goes back to the pool: the unit of work has ended, by its commit or by a rollback."""
        if not self._mine():
            return
        unit, committed = self._unit, self._committing
        self._unit, self._statement, self._committing = unit + 1, 0, False
        if committed:
            self._reached(Point(unit, COMMITTED))


@contextmanager
def watching(reached: Callable[[Point], None]) -> Iterator[Watch]:
    """A `Watch` for this block and thread."""
    watch = Watch(reached)
    watch.install()
    try:
        yield watch
    finally:
        watch.remove()
