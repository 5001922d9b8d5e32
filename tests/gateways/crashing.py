"""A hand-over that ends as by kill -9, for a child process: it takes the process with it, without any clean-up."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from counterparts import page, ticket

from partnershop.gateways.outcome import Done
from partnershop.gateways.workshop import HotFolder

KILLED = 9


def hand_over_and_die(folder: Path, stop_before: int, key: str) -> None:
    """Hand a ticket over and end the process with 9 before its n-th change to the disk (0 is the first)."""
    counter = Counter(stop_before)
    for name in ("mkdir", "rename", "fsync"):
        counter.watch(name)
    assert isinstance(HotFolder(folder, page).hand_over(ticket(key)), Done)


class Counter:
    """Counts the changes to the disk and ends the process before the n-th."""

    def __init__(self, stop_before: int) -> None:
        self._left = stop_before

    def watch(self, name: str) -> None:
        """Count the calls of that function of `os`."""
        original: Callable[..., Any] = getattr(os, name)

        def counted(*args: Any, **kwargs: Any) -> Any:
            if self._left == 0:
                # What is not synced yet may be on the disk only in part.
                if name == "fsync" and Path(f"/proc/self/fd/{args[0]}").is_file():
                    os.truncate(f"/proc/self/fd/{args[0]}", 100)
                os._exit(KILLED)
            self._left -= 1
            return original(*args, **kwargs)

        setattr(os, name, counted)
