"""The programs of a drill: started, killed, frozen, held and started again, far less patiently than `up` does it.

As there, each program is on a leash and in a group that a guardian watches: when the drill ends, even by SIGKILL,
nothing it started stays.
"""

import os
import signal
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from partnershop.errors import Transient
from partnershop.machine.guardian import Guardian, end_group
from partnershop.machine.program import Program, Running
from partnershop.machine.stopping import stop_together

_AGAIN_SECONDS = 0.3
_POLL_SECONDS = 0.1
_GONE_SECONDS, _GONE_POLL_SECONDS = 3.0, 0.002
_GRACE_SECONDS = 12.0  # of one that was asked to end; a machine's service manager kills then, too


@dataclass
class _Kept:
    running: Running
    ended_at: float | None = None
    asked_at: float | None = None
    leaves: bool = False


class Programs:
    """Programs by name. Use it from the main thread; nothing is started again but by `tick`."""

    def __init__(self, data: Path, say: Callable[[str], None]) -> None:
        """Logs go to DATA/logs; `say` gets a line when a program ends by itself."""
        self._logs = data / "logs"
        self._folder = data / "run"
        for folder in (self._logs, self._folder):
            folder.mkdir(mode=0o700, exist_ok=True)
        self._say = say
        self._kept: dict[str, _Kept] = {}
        self._held: set[str] = set()
        self._guardian = Guardian()

    @property
    def names(self) -> list[str]:
        """All that are to run, in the order of their starts."""
        return [name for name, kept in self._kept.items() if not kept.leaves]

    def program(self, name: str) -> Program:
        """What runs under this name."""
        return self._kept[name].running.program

    def add(self, program: Program) -> None:
        """Start it, and return at once. Does nothing for one that is there already."""
        kept = self._kept.get(program.name)
        if kept is not None:
            kept.leaves = False
            return
        kept = _Kept(Running(program, self._logs / f"{program.name}.log", self._folder))
        self._kept[program.name] = kept
        self._start(kept)

    def start(self, programs: Sequence[Program], seconds: float) -> None:
        """Start them and return when all are ready. Raises `Transient` for one that ends or is not ready in time."""
        for program in programs:
            self.add(program)
        deadline = time.monotonic() + seconds
        for program in programs:
            running = self._kept[program.name].running
            while not running.is_ready():
                if running.exit_code is not None or time.monotonic() > deadline:
                    lines = "\n".join(running.said().splitlines()[-15:])
                    raise Transient(f"{program.name} does not come up; the end of {running.log}:\n{lines}")
                time.sleep(_POLL_SECONDS)

    def pid(self, name: str) -> int | None:
        """The process id while it runs."""
        kept = self._kept.get(name)
        if kept is None or kept.running.process is None or kept.running.exit_code is not None:
            return None
        return kept.running.process.pid

    def is_ready(self, name: str) -> bool:
        """Whether it runs and has been ready since its last start."""
        return self.pid(name) is not None and self._kept[name].running.is_ready()

    def log(self, name: str) -> Path:
        """What it prints goes there."""
        return self._kept[name].running.log

    def hold(self, name: str) -> None:
        """When it ends, it stays ended until `release`."""
        self._held.add(name)

    def release(self, name: str) -> None:
        """`tick` may start it again."""
        self._held.discard(name)

    def end(self, name: str) -> None:
        """Ask it to end, as for a new version: it finishes what is in hand; after a grace it is killed."""
        kept = self._kept[name]
        kept.running.ask_to_end()
        kept.asked_at = time.monotonic()

    def remove(self, name: str) -> None:
        """End it for good. Does nothing for one that is not there."""
        if name in self._kept:
            self._kept[name].leaves = True
            self.end(name)

    def change(self, name: str, environment: Mapping[str, str]) -> None:
        """Restart it with these variables beside its own."""
        running = self._kept[name].running
        running.program = replace(running.program, environment={**running.program.environment, **environment})
        self.end(name)

    def tick(self) -> list[str]:
        """Start again what has ended and is not held; the names."""
        return [name for name, kept in list(self._kept.items()) if self._look_after(name, kept)]

    def stop(self) -> None:
        """Stop all of them, those last that others may talk to, and the guardian. Frozen ones are woken for it."""
        everything = [kept.running for kept in reversed(self._kept.values())]
        for running in everything:
            if running.process is not None:
                end_group(running.process.pid, signal.SIGCONT)
        for outlives in (False, True):
            stop_together([running for running in everything if running.program.outlives is outlives], self._say)
        for running in everything:
            if running.process is not None:
                self._guardian.forget(running.process.pid)
        self._kept.clear()
        self._guardian.close()

    def _start(self, kept: _Kept) -> None:
        kept.ended_at, kept.asked_at = None, None
        self._guardian.watch(kept.running.start())

    def _look_after(self, name: str, kept: _Kept) -> bool:
        """Whether it was started again now."""
        now = time.monotonic()
        if kept.running.exit_code is None:
            if kept.asked_at is not None and now - kept.asked_at > _GRACE_SECONDS:
                kept.running.end()
            return False
        if kept.ended_at is None:
            self._note_end(name, kept, now)
            return False
        if name in self._held or now - kept.ended_at < _AGAIN_SECONDS:
            return False
        if kept.leaves:
            del self._kept[name]
            return False
        self._start(kept)
        return True

    def _note_end(self, name: str, kept: _Kept, now: float) -> None:
        running = kept.running
        assert running.process is not None
        kept.ended_at = now
        # Its children: two generations of one worker would do its work twice.
        end_group(running.process.pid, signal.SIGKILL)
        self._guardian.forget(running.process.pid)
        if running.exit_code not in (0, -signal.SIGKILL):
            self._say(f"{name} ended with {running.exit_code}, see {running.log}")


def children(pid: int) -> list[int]:
    """The processes that this one started and that still run."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        state, parent = _state_and_parent(folder)
        if parent == pid and state != "Z":
            found.append(int(folder.name))
    return sorted(found)


def group(number: int) -> list[int]:
    """The processes of a process group."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) == number and _state_and_parent(folder)[0] != "Z":
                found.append(int(folder.name))
        except ProcessLookupError:
            continue
    return sorted(found)


def wait_gone(pids: Collection[int]) -> None:
    """Return when these have ended; after a few seconds in any case, as one may be waiting for its disk."""
    deadline = time.monotonic() + _GONE_SECONDS
    while time.monotonic() < deadline and any(_runs(pid) for pid in pids):
        time.sleep(_GONE_POLL_SECONDS)


def _runs(pid: int) -> bool:
    return _state_and_parent(Path(f"/proc/{pid}"))[0] not in ("Z", "X")


def _state_and_parent(folder: Path) -> tuple[str, int]:
    try:
        # After the name in brackets, which may hold anything.
        fields = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return "Z", 0
    return fields[0], int(fields[1])
