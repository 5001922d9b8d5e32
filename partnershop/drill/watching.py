"""Looks at the rows a few times a second, through a connection of its own, and survives that the database is away.

By ids and not by moments: a drill moves the clocks that due times are written by.
"""

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import psycopg

from partnershop.drill.ledger import Ledger
from partnershop.drill.result import Moment

_EVERY_SECONDS = 0.3
_SERIES_SECONDS = 1.0

# The work of the stages between an event and its papers and money, a key each. Poisoned orders fail on purpose.
_DUE = """
SELECT 'event ' || id FROM event WHERE state = 'accepted'
UNION ALL SELECT 'item to route ' || id FROM item WHERE route IS NULL AND (hold_code IS NULL OR recheck)
UNION ALL SELECT 'item to hand over ' || id FROM item
    WHERE route IS NOT NULL AND state = 'routed' AND gates_passed_at IS NOT NULL AND cancellation_id IS NULL
    AND dispatch_id IS NULL
UNION ALL SELECT 'hand-over ' || id FROM dispatch WHERE state IN ('in_flight', 'withdrawing')
UNION ALL SELECT 'invoice of order ' || id FROM orders
    WHERE invoice_due_at IS NOT NULL AND invoice_id IS NULL AND paper_refused_at IS NULL
UNION ALL SELECT 'case ' || c.id FROM correction_case c JOIN orders o ON o.id = c.order_id
    WHERE c.state = 'open' AND o.number <> ALL(%s)
UNION ALL SELECT 'refund ' || id FROM refund_request WHERE state = 'requested'
"""
_LATER = """
SELECT 'paper to print ' || document_id FROM rendering WHERE state = 'due'
UNION ALL SELECT 'mail ' || id FROM mail WHERE state = 'due'
"""
_COUNTS = """
SELECT (SELECT count(*) FROM event WHERE state <> 'accepted'), (SELECT count(*) FROM rendering WHERE state = 'done')
"""


@dataclass(frozen=True)
class Look:
    """What was due in a moment of `time.monotonic`, by keys: "event 17", "case 3"."""

    began: float
    due: frozenset[str]
    last_answer: float = 0.0
    is_knocking: bool = True
    """Whether anybody sends events at all."""

    @property
    def waiting(self) -> int:
        """How many events are accepted and not applied."""
        return sum(1 for key in self.due if key.startswith("event "))

    def answering_since(self, moment: float) -> bool:
        """Whether the door has answered somebody since, or nobody knocks."""
        return self.last_answer > moment or not self.is_knocking


@dataclass
class Watcher:
    """A thread that looks; `newest` is the last look, `series` how things stood each second.

    `connect` opens a connection to the database, `is_knocking` says whether clients send.
    """

    connect: Callable[[], "psycopg.Connection[Any]"]
    ledger: Ledger
    poisoned: Collection[str]
    is_knocking: Callable[[], bool] = lambda: True
    newest: Look | None = None
    series: list[Moment] = field(default_factory=list)
    _ending: threading.Event = field(default_factory=threading.Event)
    _connection: "psycopg.Connection[Any] | None" = None
    _thread: threading.Thread | None = None
    _started: float = 0.0
    _answered: tuple[int, float] = (0, 0.0)

    def start(self) -> None:
        """Begin to look; seconds of the series count from now."""
        self._started = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="drill-watcher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._ending.set()
        if self._thread:
            self._thread.join(10)
        self._disconnect()

    def _run(self) -> None:
        next_moment = self._started
        while not self._ending.is_set():
            self.newest = self.look() or self.newest
            if time.monotonic() >= next_moment:
                self.series.append(self._moment())
                next_moment += _SERIES_SECONDS
            self._ending.wait(_EVERY_SECONDS)

    def look(self) -> Look | None:
        """What is due now; None where the database could not be asked."""
        began = time.monotonic()
        count = len(self.ledger.entries())
        if count != self._answered[0]:
            self._answered = (count, began)
        rows = self._rows(_DUE, [list(self.poisoned)])
        if rows is None:
            return None
        return Look(began, frozenset(row[0] for row in rows), self._answered[1], self.is_knocking())

    def left(self) -> list[str] | None:
        """Everything that is due, papers and mails as well; None where the database could not be asked."""
        rows = self._rows(f"{_DUE} UNION ALL {_LATER}", [list(self.poisoned)])
        return None if rows is None else [row[0] for row in rows]

    def _moment(self) -> Moment:
        counts = self._rows(_COUNTS, [])
        second, answered = time.monotonic() - self._started, self._answered[0]
        if not counts or self.newest is None:
            return Moment(second, answered)
        return Moment(second, answered, counts[0][0], counts[0][1], self.newest.waiting)

    def _rows(self, statement: str, values: list[Any]) -> list[tuple[Any, ...]] | None:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = self.connect()
                self._connection.execute("SET statement_timeout = '5s'")
            return self._connection.execute(statement.encode(), values or None).fetchall()
        except psycopg.Error:
            self._disconnect()
            return None

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
