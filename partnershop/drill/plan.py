"""What a drill is asked to do."""

from dataclasses import dataclass

from partnershop.programs import WEB_APP

DRILLED_APP = "workers.drilled"


@dataclass(frozen=True)
class Plan:
    """`minutes` is how long faults are injected, `seed` what all choices are drawn from.

    `only` names families or faults; empty: all. `worker_app` and `web_app` are the modules that workers and the web
    run, so that tests can put in ones without a guard. `short`: pauses are cut down, for tests.
    """

    minutes: float
    seed: int
    only: tuple[str, ...] = ()
    worker_app: str = DRILLED_APP
    web_app: str = WEB_APP
    short: bool = False
    clock_seconds: int = 0
    """By how much the clocks of the place are ahead of the real time from its beginning on."""
