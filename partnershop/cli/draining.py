"""Waiting until nothing is due, with a progress bar per stage. Used by `drain` and by the demo."""

import sys
import time
from collections.abc import Callable, Collection, Iterable

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from partnershop.db import unit_of_work
from partnershop.due import Left, is_due, left
from partnershop.stages import Stage

POLL_SECONDS = 0.25


def wait_until_drained(
    timeout: float, without: Collection[Stage] = (), meanwhile: Callable[[], object] = lambda: None
) -> dict[Stage, Left]:
    """Wait until no stage but those in `without` has due work, or until `timeout` seconds are over; what is left then.

    Nothing due must be seen twice in a row. `meanwhile` is called with every look.
    """
    deadline = time.monotonic() + timeout
    quiet = False
    with StageBars([stage for stage in Stage if stage not in without]) as bars:
        while True:
            with unit_of_work() as session:
                found = left(session)
            bars.show(found)
            busy = is_due(found, without)
            if (quiet and not busy) or time.monotonic() >= deadline:
                return found
            quiet = not busy
            meanwhile()
            time.sleep(POLL_SECONDS)


class StageBars:
    """A progress bar per stage on stderr; nothing where stderr is no terminal.

    A bar's total is the most that was due at once so far: how much more a stage will get, nobody knows.
    """

    def __init__(self, stages: Iterable[Stage]) -> None:
        """One bar for each of these."""
        columns = (TextColumn("{task.description:<12}"), BarColumn(), TextColumn("{task.fields[due]:>7} due"))
        self._progress = Progress(
            *columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
        )
        self._bars: dict[Stage, tuple[TaskID, int]] = {
            stage: (self._progress.add_task(stage.value, total=1, completed=1, due=0), 0) for stage in stages
        }

    def __enter__(self) -> "StageBars":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, found: dict[Stage, Left]) -> None:
        """Draw what is left now."""
        for stage, (task, most_before) in self._bars.items():
            due = found[stage].due
            most = max(most_before, due)
            self._bars[stage] = task, most
            self._progress.update(task, total=max(most, 1), completed=most - due if most else 1, due=due)
