"""Pressed time: in drilled workers leases, backoffs and slices are shorter: a drill of minutes sees them run out.

Each stands to the others as in the product: a lease that is longer than its task's time limit stays longer. Whatever is
not in the tables is the product's own: the sweeper's 30 seconds, the limits of locks and statements, all attempts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from importlib import import_module

from partnershop.drill.result import Pressed


@dataclass(frozen=True)
class Value:
    """One value, in seconds. It lies in `module`, under `name` (with a dot: of a class in it)."""

    module: str
    name: str
    what: str
    product: float
    drill: float

    def seconds(self) -> float:
        """What it is now. Raises `AttributeError` where the product has it no more."""
        value = getattr(self._owner(), self._attribute)
        return float(value.total_seconds()) if isinstance(value, timedelta) else float(value)

    def press(self) -> None:
        """Make it the drill's, for good."""
        is_span = isinstance(getattr(self._owner(), self._attribute), timedelta)
        setattr(self._owner(), self._attribute, timedelta(seconds=self.drill) if is_span else self.drill)

    def _owner(self) -> object:
        return reduce(getattr, self.name.split(".")[:-1], import_module(self.module))

    @property
    def _attribute(self) -> str:
        return self.name.rpartition(".")[2]


@dataclass(frozen=True)
class Limits:
    """Soft and hard time limit of the tasks of a queue, in seconds."""

    queue: str
    product: tuple[int, int]
    drill: tuple[int, int]


VALUES = (
    Value("partnershop.flows.dispatch", "LEASE", "lease of a hand-over", 180, 20),
    Value("partnershop.flows.dispatch", "_BACKOFF_CAP", "longest pause of a hand-over", 1800, 5),
    Value("partnershop.flows.dispatch_withdrawing", "_LEASE", "lease of a withdrawal", 180, 20),
    Value("partnershop.flows.dispatch_withdrawing", "_BACKOFF_CAP", "longest pause of a withdrawal", 1800, 5),
    Value("partnershop.flows.documents", "LEASE", "lease of a rendering", 300, 20),
    Value("partnershop.flows.documents", "_BACKOFF", "pause of a rendering, per attempt", 20, 1),
    Value("partnershop.flows.refunds", "LEASE", "lease of a refund instruction", 120, 20),
    Value("partnershop.flows.refunds", "_BACKOFF_CAP", "longest pause of a refund instruction", 3600, 5),
    Value("partnershop.flows.mail_sending", "LEASE", "lease of a mail", 300, 20),
    Value("partnershop.flows.mail_sending", "_BACKOFF", "first pause of a mail", 60, 1),
    Value("partnershop.flows.mail_sending", "_BACKOFF_CAP", "longest pause of a mail", 3600, 5),
    Value("partnershop.flows.periods", "LEASE", "lease of a period", 3300, 60),
    Value("workers.task", "StageTask.retry_backoff_max", "longest pause before a task is tried again", 30, 5),
)

LIMITS = (
    Limits("dispatch", (240, 280), (24, 28)),
    Limits("unitedprint", (240, 280), (24, 28)),
    Limits("documents", (240, 280), (16, 18)),
    Limits("mail", (240, 280), (16, 18)),
    Limits("refunds", (90, 120), (15, 20)),
)

ENVIRONMENT: Mapping[str, tuple[str, int, int]] = {
    "UNITEDPRINT_TIMEOUT_SECONDS": ("Unitedprint's answer is waited for", 10, 4),
    "PARTNERSHOP_MAIL_GATHER_SECONDS": ("shipped items are gathered into a mail", 20, 2),
}
"""Variables: what they are, the product's value and the drill's."""


def press() -> None:
    """Press this process's time, for good. To be called before any task is loaded: some are reckoned from others."""
    for pressed in VALUES:
        pressed.press()


def environment() -> dict[str, str]:
    """What the drill's programs get."""
    return {name: str(drill) for name, (_, _, drill) in ENVIRONMENT.items()}


def table() -> tuple[Pressed, ...]:
    """What is pressed, for people."""
    values = [Pressed(one.what, f"{one.product:g} s", f"{one.drill:g} s") for one in VALUES]
    limits = [Pressed(f"time limits of {one.queue}", _both(one.product), _both(one.drill)) for one in LIMITS]
    others = [Pressed(what, f"{product} s", f"{drill} s") for what, product, drill in ENVIRONMENT.values()]
    return (*values, *limits, *others)


def _both(limits: tuple[int, int]) -> str:
    return f"{limits[0]} s soft, {limits[1]} s hard"
