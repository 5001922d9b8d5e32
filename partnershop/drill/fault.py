"""What a fault is: a generator that does something to the place, and yields what it waits for.

All of it runs in the main thread, a step of each lane in turn, so that programs are started from the thread that their
leash hangs on, and the same seed makes the same choices.
"""

import random
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from partnershop.drill.faults.world import World


class Family(StrEnum):
    """The lines of the drill's table."""

    WORKER_KILLED = "worker killed"
    WORKER_FROZEN = "worker frozen"
    WEB_KILLED = "web killed"
    BROKER_GONE = "broker gone"
    DATABASE_GONE = "database gone"
    EVENTS = "events"
    PRODUCER = "producer"
    MAIL = "mail"
    TIME = "time"
    DOUBLED_PARTS = "doubled parts"
    POISON = "poison"
    DEPLOY = "deploy"


@dataclass(frozen=True)
class Until:
    """Wait until `question` answers yes; when it has not after `seconds`, the fault raises `NotInTime`."""

    question: Callable[[], bool]
    seconds: float = 60.0
    what: str = "it"


class NotInTime(Exception):
    """Something that a fault waited for did not happen; the drill says so and goes on."""


class NotStruck(Exception):
    """Nothing was done, since there was nothing to do it to; it does not count, and is tried again later."""


class NotPossible(Exception):
    """The fault cannot be made on this machine, and why; said in the table."""


Wait = float | Until
"""Seconds to wait, or a question."""

Injecting = Generator[Wait, None, str]
"""What it returns in the end is what the report says of it ("killed pid 4711 in documents.render_papers at 1.0")."""

Inject = Callable[["World", random.Random], Injecting]


@dataclass(frozen=True)
class Fault:
    """One kind of trouble.

    `name` is what `--only` and the table say ("main process killed"). `inject` begins it and ends when the fault itself
    is over: whatever was taken away is there again, though nothing has recovered yet. `kills` is how many processes it
    ends with SIGKILL each time, `weight` how often it is drawn against the others of its family, `at_most` how many
    times a drill, for what takes long; `lasts` about how many seconds it takes. One with a moment of its own is never
    drawn: it begins when `due` says so.
    """

    family: Family
    name: str
    inject: Inject
    kills: int = 0
    weight: int = 1
    at_most: int | None = None
    lasts: float = 10.0
    due: Callable[["World"], bool] | None = None


@dataclass
class Injection:
    """A fault as it happened. Moments are seconds of `time.monotonic`."""

    fault: Fault
    began: float
    ended: float | None = None
    in_flight: int = 0
    """Events that were accepted and not applied yet, and events sent and not answered, when it began."""
    recovered: float | None = None
    """When all that was accepted before it ended was applied and no older work was left due."""
    said: str = ""
    """What a fault wants the report to say of this time ("killed pid 4711 in documents.render_papers at 1.0")."""
    troubles: list[str] = field(default_factory=list)

    @property
    def seconds_to_recover(self) -> float | None:
        """From the end of the fault to the recovery."""
        return None if self.recovered is None or self.ended is None else max(0.0, self.recovered - self.ended)
