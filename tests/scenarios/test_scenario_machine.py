"""Runs of the stateful machine: orders live together, anything happens, and the books end where the model says.

`make soak` makes thousands of runs, each time others: SOAK_RUNS says how many, SOAK_SEED is the first seed.
"""

import os
import random
import time
from collections.abc import Callable

import pytest
from machine_house import House
from machine_running import AT_ONCE, STEPS, run

RUNS = 100


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_happens_the_books_end_where_the_model_says(house: House, seed: int) -> None:
    machine = run(house, RUNS, seed)
    assert machine.ended >= RUNS
    assert machine.steps >= RUNS * STEPS * 9 // 10
    assert house.breaker.broken >= RUNS // 5, "tasks were broken off"


@pytest.mark.skipif("SOAK_RUNS" not in os.environ, reason="only `make soak` has the hours")
def test_thousands_of_runs_end_where_the_model_says(house: House, say: Callable[[str], None]) -> None:
    wanted = int(os.environ["SOAK_RUNS"])
    seed = int(os.environ.get("SOAK_SEED") or random.randrange(10**9))
    began = time.monotonic()
    for done in range(0, wanted, AT_ONCE):
        say(f"seed {seed}: {done} of {wanted} runs, {house.breaker.broken} tasks broken off")
        run(house, min(AT_ONCE, wanted - done), seed)
        seed += 1
    say(f"{wanted} runs in {time.monotonic() - began:.0f} s")
