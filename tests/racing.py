"""Two or more transactions at once, brought to the point where they meet."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import psycopg

from partnershop.config import config

T = TypeVar("T")


def at_once(*works: Callable[[], T]) -> list[T | Exception]:
    """Run these at the same time, each in a thread of its own; what each returned or raised."""
    results: list[T | Exception] = [RuntimeError("has not ended")] * len(works)

    def run(place: int, work: Callable[[], T]) -> None:
        try:
            results[place] = work()
        except Exception as error:  # noqa: BLE001  it is handed to the test
            results[place] = error

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


def errors(results: Sequence[object]) -> list[str]:
    """What was raised, by the names of the errors."""
    return [type(result).__name__ for result in results if isinstance(result, Exception)]


def until_somebody_waits_for_a_lock(seconds: float = 10) -> None:
    """Return when a transaction of this database waits for another; raises `TimeoutError` when none does."""
    with psycopg.connect(config().database_url, autocommit=True) as connection:
        for _ in range(int(seconds / 0.02)):
            waiting = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).fetchone()
            if waiting and waiting[0]:
                return
            time.sleep(0.02)
    raise TimeoutError("nobody waited for a lock")
