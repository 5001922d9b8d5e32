"""How a benchmark measures: after a warm-up each side in turn, round by round, so that both see the same machine."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

from rich.console import Console

Say = Callable[[str], None]

_POLL_SECONDS = 0.005


@dataclass(frozen=True)
class Sizes:
    """How much is done in one round of each benchmark."""

    rounds: int = 5
    routed_items: int = 20_000
    noop_tasks: int = 3_000
    batches: int = 40
    single_events: int = 800
    commits: int = 2_000
    papers: int = 16
    papers_few: int = 500
    papers_many: int = 5_000
    numbered: int = 200
    small_table: int = 5_000
    large_table: int = 500_000
    small_books: int = 10_000
    large_books: int = 1_000_000
    soak_minutes: float = 10.0
    soak_stories: int = 200
    soak_probes: int = 6_000
    soak_alone: int = 60


QUICK = Sizes(
    rounds=1, routed_items=300, noop_tasks=50, batches=2, single_events=20, commits=50, papers=8, papers_few=4,
    papers_many=8, numbered=20, small_table=200, large_table=2_000,
    small_books=500, large_books=2_000,
    soak_minutes=0.05, soak_stories=4, soak_probes=48, soak_alone=2,
)  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """One line of the table: per round, what ours and what the baseline reached (in `unit`), and the aim in words."""

    name: str
    unit: str
    ours: list[float]
    baseline: list[float]
    aim: str

    @property
    def ratios(self) -> list[float]:
        """Ours divided by the baseline, round by round."""
        return [ours / baseline for ours, baseline in zip(self.ours, self.baseline, strict=True)]

    @property
    def ratio(self) -> float:
        """The median of the ratios."""
        return median(self.ratios)


@dataclass(frozen=True)
class Report:
    """What a benchmark found: lines for the table, what they mean exactly, and text to print as it is."""

    comparisons: list[Comparison]
    notes: list[str]
    appendix: str = field(default="")


def alternate(sides: Mapping[str, Callable[[], float]], rounds: int, say: Say) -> dict[str, list[float]]:
    """Run every side once to warm up, then in turn (A B A B …); what each returned, per round and side."""
    measured: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds + 1):
        for name, side in sides.items():
            say(f"round {number} of {rounds}: {name}" if number else f"warm-up: {name}")
            value = side()
            if number:
                measured[name].append(value)
    return measured


@contextmanager
def progress(console: Console, benchmark: str) -> Iterator[Say]:
    """A line that says what is being done now; call it with the words."""
    with console.status(benchmark) as status:
        yield lambda words: status.update(f"{benchmark}: {words}")


def seconds_until(reached: Callable[[], bool], limit: float = 300.0) -> float:
    """Ask again and again until `reached()`; how long that took. Raises TimeoutError after `limit` seconds."""
    start = time.perf_counter()
    while not reached():
        if time.perf_counter() - start > limit:
            raise TimeoutError(f"not done after {limit:.0f} seconds")
        time.sleep(_POLL_SECONDS)
    return time.perf_counter() - start
