"""The last line against processes left behind: ends whole process groups when the process that watches them is gone.

Run as a script by `Guardian`. It reads lines from a pipe whose only other end is its owner: `+ PGID` watch this group,
`- PGID` it has ended. When the pipe closes, which the kernel does however the owner ends, the groups still watched get
the grace to end by themselves, and then SIGKILL. Each group's first process is asked to end by its leash (`leash.py`)
at that same moment; but the leash does not reach its children, such as a worker's pool, which would outlive it.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

_POLL_SECONDS = 0.1


class Guardian:
    """The owner's side. Watches from creation on until `close`, or until this process ends."""

    def __init__(self, grace_seconds: float = 8.0) -> None:
        """`grace_seconds` is how long groups have to end by themselves once their owner is gone."""
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__)), str(grace_seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,  # Ctrl-C in the terminal is for the owner, not for the guardian
        )

    @property
    def pid(self) -> int:
        """The guardian's own process id."""
        return self._process.pid

    def watch(self, group: int) -> None:
        """From now on this process group is not to outlive the owner."""
        self._say(f"+ {group}")

    def forget(self, group: int) -> None:
        """The group has ended; its number may come to belong to somebody else."""
        self._say(f"- {group}")

    def close(self) -> None:
        """End the guardian; groups still watched are ended as if the owner had. Does nothing the second time."""
        if self._process.stdin and not self._process.stdin.closed:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        self._process.wait()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # somebody killed it; the leash still holds
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()


def end_group(group: int, with_signal: int) -> bool:
    """Send a signal to a process group; False when nobody is left in it."""
    try:
        os.killpg(group, with_signal)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _watched_at_the_end() -> set[int]:
    groups: set[int] = set()
    for line in sys.stdin:
        sign, _, number = line.strip().partition(" ")
        if sign == "+":
            groups.add(int(number))
        else:
            groups.discard(int(number))
    return groups


def _main(grace_seconds: float) -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)  # only the owner's end ends the guardian
    groups = _watched_at_the_end()
    deadline = time.monotonic() + grace_seconds
    while groups and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
        groups = {group for group in groups if end_group(group, 0)}
    for group in groups:
        end_group(group, signal.SIGKILL)


if __name__ == "__main__":
    _main(float(sys.argv[1]))
