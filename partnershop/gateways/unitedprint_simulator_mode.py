"""How the simulated Unitedprint behaves: normally, or in one of the ways in which a service goes wrong."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """What happens to an order request."""

    NORMAL = "normal"
    SLOW = "slow"
    REFUSE = "refuse"
    ACCEPT_THEN_TIME_OUT = "accept_then_time_out"
    ERROR = "error"
    GARBAGE = "garbage"
    ACCEPT_AND_FORGET = "accept_and_forget"


@dataclass(frozen=True)
class Control:
    """The body of POST /control.

    `mode` goes for one in `share` requests, chosen by a generator started with `seed`, and after `count` of those the
    service is normal again (None: it stays). `delay_seconds` goes with slow and accept_then_time_out, `status` (500 to
    599) with error.
    """

    mode: Mode = Mode.NORMAL
    delay_seconds: float = 30.0
    count: int | None = None
    share: int = 1
    seed: int = 0
    status: int = 500


def read_control(members: object) -> Control:
    """A control from JSON. Raises `ValueError` with a sentence when a member is unknown or out of range."""
    if not isinstance(members, dict):
        raise ValueError("The body is to be a JSON object.")
    if unknown := sorted(set(members) - {"mode", "delay_seconds", "count", "share", "seed", "status"}):
        raise ValueError(f"Unknown members: {', '.join(unknown)}.")
    mode = members.get("mode", Mode.NORMAL)
    if mode not in list(Mode):
        raise ValueError(f"mode is to be one of {', '.join(Mode)}.")
    delay = members.get("delay_seconds", 30.0)
    if isinstance(delay, bool) or not isinstance(delay, (int, float)) or not 0 <= delay <= 3600:
        raise ValueError("delay_seconds is to be a number from 0 to 3600.")
    return Control(
        mode=Mode(mode),
        delay_seconds=float(delay),
        count=None if members.get("count") is None else _whole(members, "count", 1, 1, 10**9),
        share=_whole(members, "share", 1, 1, 10**9),
        seed=_whole(members, "seed", 0, 0, 2**63),
        status=_whole(members, "status", 500, 500, 599),
    )


def _whole(members: Mapping[str, object], name: str, default: int, least: int, most: int) -> int:
    value = members.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{name} is to be a whole number from {least} to {most}.")
    return value


class Behaviour:
    """Decides, request by request, what a `Control` asks for."""

    def __init__(self) -> None:
        self.set(Control())

    def set(self, control: Control) -> None:
        """Behave like this from the next request on."""
        self._control = control
        self._left = control.count
        # Not for secrets: the same seed must strike the same requests again.
        self._chance = random.Random(control.seed)

    def next(self) -> Control:
        """What to do with the request at hand; counts it if it is struck."""
        control = self._control
        if control.mode is Mode.NORMAL or self._left == 0:
            return Control()
        if control.share > 1 and self._chance.randrange(control.share) != 0:
            return Control()
        if self._left is not None:
            self._left -= 1
        return control

    def state(self) -> dict[str, object]:
        """For GET /control: the control in force and how many requests it will still strike (null: no limit)."""
        control = Control() if self._left == 0 else self._control
        return {
            "mode": control.mode,
            "delay_seconds": control.delay_seconds,
            "count": self._left if control is self._control else None,
            "share": control.share,
            "seed": control.seed,
            "status": control.status,
        }
