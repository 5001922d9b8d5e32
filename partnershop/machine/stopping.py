"""Stopping programs beside each other: each has its grace, and nobody waits for one after the other."""

import time
from collections.abc import Callable, Sequence

from partnershop.machine.program import Running
from partnershop.machine.signals import is_hurried

_POLL_SECONDS = 0.05
_PATIENCE_SECONDS = 4.0  # so long a stop goes without a word


def stop_together(programs: Sequence[Running], say: Callable[[str], None]) -> None:
    """Ask all of them to end and return when they are gone, with their children.

    Each has its own grace, and is killed after it, or at once when somebody hurries (`is_hurried`); both are said.
    """
    for running in programs:
        running.ask_to_end()
    began = time.monotonic()
    left, told = list(programs), False
    while left:
        waited = time.monotonic() - began
        for running in list(left):
            if running.exit_code is not None or running.process is None or _is_over(running, waited, say):
                running.end()
                left.remove(running)
        if left and not told and waited > _PATIENCE_SECONDS:
            told = True
            say(_still_ending(left))
        if left:
            time.sleep(_POLL_SECONDS)


def _is_over(running: Running, waited: float, say: Callable[[str], None]) -> bool:
    name, grace = running.program.name, running.program.grace_seconds
    if is_hurried():
        say(f"{name} is killed, as you asked twice")
        return True
    if waited > grace:
        say(f"{name} did not end in {grace:g} s and was killed")
        return True
    return False


def _still_ending(left: Sequence[Running]) -> str:
    names = ", ".join(running.program.name for running in left)
    longest = max(running.program.grace_seconds for running in left)
    return f"still ending: {names} (at most {longest:g} s, for what is in hand; a second Ctrl-C or SIGTERM kills them)"
