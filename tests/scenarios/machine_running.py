"""How the machine is run: so many runs of so many steps, from a seed, shrunk where it fails."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from machine_house import House
from machine_rules import Machine

STEPS = 50
AT_ONCE = 10
"""After so many runs Hypothesis begins anew: later it would vary what it has, so that runs are alike and cut short."""


def run(house: House, runs: int, seed: int, *, shrink: bool = True) -> type[Machine]:
    """Raise what the first run that fails raises; else the machine that ran, with what it has counted.

    The same seed makes the same runs. `shrink`: a failing run is made as short as it goes, for five minutes at most.
    """
    machine = type("Run", (Machine,), {"house": house})
    phases = [Phase.generate, Phase.shrink] if shrink else [Phase.generate]
    for done in range(0, runs, AT_ONCE):
        chosen = settings(
            max_examples=min(AT_ONCE, runs - done), stateful_step_count=STEPS, deadline=None, database=None,
            phases=phases, suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
        )  # fmt: skip
        setattr(machine, "_hypothesis_internal_use_seed", seed + done)  # noqa: B010  Hypothesis reads it there
        run_state_machine_as_test(machine, settings=chosen)
    return machine
