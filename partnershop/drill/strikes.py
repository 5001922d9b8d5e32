"""Orders to the drilled workers: die, freeze or fail here. Files, since workers come and go, and each obeys once.

`DATA/drill/orders` holds what is to be done. A pool child that begins such a task takes the file by renaming it into
`taken`, and at the point itself, just before it obeys, into `struck`: so each order is carried out once, and
one that was withdrawn meanwhile not at all. Poison stays where it is and strikes every time.
"""

import contextlib
import json
import os
import secrets
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from partnershop.drill.points import Point


class How(StrEnum):
    """What happens."""

    KILL = "kill"
    STOP = "stop"
    FAIL = "fail"
    """A defect is raised."""
    SEGV = "segv"
    HOG = "hog"
    """It eats memory up to its limit."""
    HANG = "hang"


ONCE = frozenset({How.KILL, How.STOP})
"""These strike one task at a point; the others are poison, and strike one order's work every time."""


@dataclass(frozen=True)
class Strike:
    """`task` is the task's name. `point`: where, for KILL and STOP; None is the first that is passed.

    `order` is the number of the order whose work is poisoned, or None.
    """

    how: How
    task: str
    point: Point | None = None
    order: str | None = None


@dataclass(frozen=True)
class Struck:
    """A strike that happened: in which process, and when (seconds of `time.time`)."""

    strike: Strike
    pid: int
    at: float


class Orders:
    """The folder of orders, seen from both sides."""

    def __init__(self, data: Path) -> None:
        """`data` is the drill's data folder."""
        self._orders, self._taken, self._struck = (
            data / "drill" / name for name in ("orders", "taken", "struck")
        )
        for folder in (self._orders, self._taken, self._struck):
            folder.mkdir(parents=True, exist_ok=True)

    def give(self, strike: Strike) -> None:
        """Leave an order."""
        unfinished = self._taken / f".{secrets.token_hex(8)}"
        unfinished.write_text(_written(strike), encoding="utf-8")
        unfinished.rename(self._orders / secrets.token_hex(8))

    def withdraw(self, strike: Strike) -> None:
        """Nobody is to carry it out any more."""
        for folder in (self._orders, self._taken):
            for path, found in _orders_in(folder):
                if found == strike:
                    path.unlink(missing_ok=True)

    def collect(self) -> list[Struck]:
        """What was carried out since the last call, oldest first."""
        found = []
        for path, strike in _orders_in(self._struck):
            _, pid, at = path.name.split("-")
            found.append(Struck(strike, int(pid), int(at) / 1_000_000))
            path.unlink()
        return sorted(found, key=lambda struck: struck.at)

    def take(self, task: str) -> "tuple[Path, Strike] | None":
        """Take an order for a task that begins now; None where there is none."""
        for path, strike in _orders_in(self._orders):
            if strike.how in ONCE and strike.task == task:
                taken = self._taken / path.name
                with contextlib.suppress(FileNotFoundError):
                    path.rename(taken)
                    return taken, strike
        return None

    def give_back(self, taken: Path) -> None:
        """The task ended without passing the point: another may."""
        with contextlib.suppress(FileNotFoundError):
            taken.rename(self._orders / taken.name)

    def note(self, taken: Path) -> bool:
        """It happens now, in this process; False where the order was withdrawn."""
        try:
            taken.rename(self._struck / f"{taken.name}-{os.getpid()}-{_real_microseconds()}")
        except FileNotFoundError:
            return False
        return True

    def has_poison(self, stage: str) -> bool:
        """Whether any order's work is poisoned in this stage."""
        return any(_is_poison(strike, stage) for _, strike in _orders_in(self._orders))

    def poison(self, stage: str, order: str) -> Strike | None:
        """What is to happen to this order's work in this stage ("documents"), every time."""
        for path, strike in _orders_in(self._orders):
            if _is_poison(strike, stage) and strike.order == order:
                told = self._struck / f"{path.name}{secrets.token_hex(4)}-{os.getpid()}-{_real_microseconds()}"
                unfinished = self._taken / f".{told.name}"
                unfinished.write_text(_written(strike), encoding="utf-8")
                unfinished.rename(told)
                return strike
        return None


def _real_microseconds() -> int:
    # The product's clock may be moved in one of the processes and not in another.
    return time.time_ns() // 1000


def _is_poison(strike: Strike, stage: str) -> bool:
    return strike.how not in ONCE and strike.task.partition(".")[0] == stage


def _written(strike: Strike) -> str:
    point = None if strike.point is None else str(strike.point)
    return json.dumps({"how": strike.how, "task": strike.task, "point": point, "order": strike.order})


def _orders_in(folder: Path) -> "list[tuple[Path, Strike]]":
    found = []
    for path in sorted(folder.iterdir()):
        # Of those that somebody takes at this moment.
        with contextlib.suppress(FileNotFoundError):
            if not path.name.startswith("."):
                found.append((path, _read(path)))
    return found


def _read(path: Path) -> Strike:
    read = json.loads(path.read_text(encoding="utf-8"))
    point = None if read["point"] is None else Point.parse(read["point"])
    return Strike(How(read["how"]), read["task"], point, read["order"])
