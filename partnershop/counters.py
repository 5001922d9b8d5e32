"""What a process counts of what it does, for Prometheus: what was committed, what came in, how long things took.

Each process counts for itself and starts at zero; `rate()` and `increase()` of Prometheus know that. Counting rows of
whole tables at each scrape would not stay cheap. Where PROMETHEUS_MULTIPROC_DIR names a folder, the processes of a
worker count into files there (see workers/metrics.py); prometheus_client reads that variable when it is first imported.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram

_PENDING = "counted"
# From a hint that finds nothing to a night's run.
_TASK_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60, 120, 300, 1200, 3600)
_REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Counted(Enum):
    """What is counted: the counter's name, its one label, what it means."""

    EVENTS = ("partnershop_events_total", "outcome", "Events by what became of them; a parked one counts again later.")
    EVENTS_RECEIVED = ("partnershop_events_received_total", "outcome", "Events by what the door said to them.")
    ITEMS = ("partnershop_items_routed_total", "route", "Items that were judged, by route, or held.")
    DOCUMENTS = ("partnershop_documents_issued_total", "kind", "Papers that were issued.")
    REFUSED_PAPERS = ("partnershop_papers_refused_total", "kind", "Papers that were refused before they had a number.")
    TASKS = ("partnershop_tasks_total", "outcome", "Tasks by how they ended.")


def count(session: Session, what: Counted, label: str, number: int = 1) -> None:
    """Remember to count this once the unit of work has committed; what is rolled back is not counted."""
    if number:
        pending: dict[tuple[Counted, str], int] = session.info.setdefault(_PENDING, {})
        pending[what, label] = pending.get((what, label), 0) + number


def add_committed(session: Session) -> None:
    """Count what this session remembered; for `unit_of_work` alone."""
    for (what, label), number in session.info.pop(_PENDING, {}).items():
        add(what, label, number)


def add(what: Counted, label: str, number: int = 1) -> None:
    """Count now."""
    if number:
        _counter(what).labels(label).inc(number)


def observe_task(task: str, outcome: str, seconds: float) -> None:
    """A task has ended by itself: "done", "failed" or "retried"; `seconds` it took. Else it was "killed"."""
    add(Counted.TASKS, outcome)
    _task_seconds().labels(task).observe(seconds)


@cache
def request_observer() -> Callable[[int, float], None]:
    """What to call when the web has answered, with the HTTP status and the seconds it took."""
    histogram = _request_seconds()
    known: dict[int, Histogram] = {}

    def observe(status: int, seconds: float) -> None:
        if status not in known:
            known[status] = histogram.labels(str(status))
        known[status].observe(seconds)

    return observe


def values(what: Counted) -> Mapping[str, int]:
    """What this process has counted, by label."""
    samples = [sample for metric in _counter(what).collect() for sample in metric.samples]
    return {
        sample.labels[what.value[1]]: int(sample.value) for sample in samples if sample.name.endswith("_total")
    }


# Made when first needed: most commands count nothing, and need not load the library.


@cache
def _counter(what: Counted) -> "Counter":
    from prometheus_client import Counter  # noqa: PLC0415

    name, label, help_text = what.value
    return Counter(name, help_text, [label])


@cache
def _task_seconds() -> "Histogram":
    from prometheus_client import Histogram  # noqa: PLC0415

    return Histogram("partnershop_task_seconds", "How long tasks took.", ["task"], buckets=_TASK_SECONDS)


@cache
def _request_seconds() -> "Histogram":
    from prometheus_client import Histogram  # noqa: PLC0415

    help_text = "How long the web took to answer."
    return Histogram("partnershop_request_seconds", help_text, ["status"], buckets=_REQUEST_SECONDS)
