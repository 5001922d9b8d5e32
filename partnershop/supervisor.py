"""Runs the product's programs beside each other on one machine, as `partnershop up` and `demo` do.

Each program is on a leash and in a process group of its own that a guardian watches: when this process ends, even by
SIGKILL, nothing it started stays. A program that ends by itself is started again, ever less eagerly.
"""

import contextlib
import fcntl
import json
import os
import shlex
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from partnershop.errors import Refused, Transient
from partnershop.machine.guardian import Guardian, end_group
from partnershop.machine.program import LogSays, Program, Running
from partnershop.machine.signals import Interrupted, interruptible
from partnershop.machine.stopping import stop_together

__all__ = ["Interrupted", "LogSays", "Program", "Supervisor", "check_free", "interruptible", "read_up"]

UP_FILE = "up.json"
_LOCK_FILE = "supervisor.lock"
_POLL_SECONDS = 0.2
_BACKOFF_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
_STEADY_SECONDS = 60.0  # who ran this long is no longer counted as failing


class EmbeddedServers(Protocol):
    """What the supervisor needs of `partnershop.embedded.Servers`."""

    @property
    def pids(self) -> dict[str, int]:
        """Process ids by name."""
        ...

    def revive(self) -> list[str]:
        """Start again what has ended; the names."""
        ...


@dataclass
class _Watched:
    running: Running
    started: float
    failures: int = 0
    again_at: float | None = None  # waiting to be started again


class Supervisor:
    """Starts, watches and stops programs. A context manager that stops them at its end, all at once.

    Only those that others may talk to until they have ended (`Program.outlives`) are stopped after the others.

    Use it from the main thread, inside `interruptible()`. Nothing happens behind its back: programs are started again
    by `tick`, which `watch` and `wait` call and any long work beside it should call now and then.
    """

    def __init__(
        self,
        data: Path,
        *,
        say: Callable[[str], None] = print,
        servers: EmbeddedServers | None = None,
        grace_seconds: float = 8.0,
    ) -> None:
        """`data`: logs go to DATA/logs, up.json into it. `say` gets one line for whatever the operator should know.

        `servers`: the embedded ones, started again as well when they end. `grace_seconds`: how long the programs have
        to end when this process is killed. Raises `Refused` while another supervisor lives on the folder.
        """
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._data = data
        self._lock: int | None = _lock(data)
        (data / UP_FILE).unlink(missing_ok=True)  # of a run that was killed
        self._say = say
        self._servers = servers
        self._watched: list[_Watched] = []
        self._published: Mapping[str, str] | None = None
        self._logs = data / "logs"
        self._logs.mkdir(mode=0o700, exist_ok=True)
        # Python and Celery put the working folder on the module path: an empty one cannot shadow anything.
        self._folder = data / "run"
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._guardian = Guardian(grace_seconds)

    @property
    def pids(self) -> dict[str, int]:
        """The process ids of all programs that run, and of the embedded servers, by name."""
        own = {
            watched.running.program.name: watched.running.process.pid
            for watched in self._watched
            if watched.running.process and watched.running.exit_code is None
        }
        return own | (self._servers.pids if self._servers else {})

    def start(self, programs: Sequence[Program], *, seconds: float = 60.0) -> None:
        """Start them in this order and return when all are ready.

        Raises `Transient`, with the last lines of its log, for the first that ends at once or is not ready in time.
        """
        new = [self._start(program) for program in programs]
        deadline = time.monotonic() + seconds
        for watched in new:
            self._wait_ready(watched.running, deadline, seconds)

    def tick(self) -> list[str]:
        """Start again what has ended; the names of what was started now."""
        revived = self._servers.revive() if self._servers else []
        for name in revived:
            self._say(f"{name} had ended and was started again")
        again = revived + [watched.running.program.name for watched in self._watched if self._look_after(watched)]
        if again and self._published is not None:
            self.publish(self._published)
        return again

    def wait(self, seconds: float) -> None:
        """Look after the programs for that long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.tick()
            time.sleep(_POLL_SECONDS)

    def watch(self) -> None:
        """Look after the programs until a signal asks this process to end (`Interrupted` then passes through)."""
        while True:
            self.wait(60.0)

    def publish(self, addresses: Mapping[str, str]) -> None:
        """Write DATA/up.json: the addresses, this process's own "pid", and "pids". Mode 0600: it has passwords.

        It is there in whole or not at all, and follows the process ids when a program is started again.
        """
        self._published = addresses
        path = self._data / UP_FILE
        unfinished = path.with_suffix(".unfinished")
        with open(unfinished, "w", opener=lambda name, flags: os.open(name, flags, 0o600), encoding="utf-8") as file:
            json.dump({**addresses, "pid": os.getpid(), "pids": self.pids}, file, indent=1)
        unfinished.replace(path)

    def stop(self) -> None:
        """Remove up.json, stop everything, end the guardian. Does nothing the second time.

        Says who needs time, and who was killed after the grace or because of a second request.
        """
        if self._lock is None:
            return
        (self._data / UP_FILE).unlink(missing_ok=True)
        everything = [watched.running for watched in reversed(self._watched)]
        self._watched.clear()
        for outlives in (False, True):
            stop_together([running for running in everything if running.program.outlives is outlives], self._say)
        for running in everything:
            if running.process:
                self._guardian.forget(running.process.pid)
        self._guardian.close()
        os.close(self._lock)
        self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _start(self, program: Program) -> _Watched:
        watched = _Watched(Running(program, self._logs / f"{program.name}.log", self._folder), time.monotonic())
        self._watched.append(watched)
        self._guardian.watch(watched.running.start())
        return watched

    def _wait_ready(self, running: Running, deadline: float, seconds: float) -> None:
        while not running.is_ready():
            if running.exit_code is not None:
                raise _failed(running, f"ended at once ({_how(running.exit_code)})")
            if time.monotonic() > deadline:
                raise _failed(running, f"was not ready within {seconds:.0f} seconds")
            time.sleep(_POLL_SECONDS)

    def _look_after(self, watched: _Watched) -> bool:
        """Whether it was started again now."""
        running, now = watched.running, time.monotonic()
        if running.exit_code is None:
            return False
        if watched.again_at is None:
            self._note_end(watched, now)
            return False
        if now < watched.again_at:
            return False
        watched.again_at, watched.started = None, now
        self._guardian.watch(running.start())
        return True

    def _note_end(self, watched: _Watched, now: float) -> None:
        running = watched.running
        assert running.process is not None
        watched.failures = 1 if now - watched.started > _STEADY_SECONDS else watched.failures + 1
        pause = _BACKOFF_SECONDS[min(watched.failures, len(_BACKOFF_SECONDS)) - 1]
        watched.again_at = now + pause
        # Its children, if any are left: two generations of one worker would do its work twice.
        end_group(running.process.pid, signal.SIGKILL)
        self._guardian.forget(running.process.pid)
        code = running.exit_code or 0
        self._say(f"{running.program.name} ended ({_how(code)}); it is started again in {pause:g} s, see {running.log}")


def read_up(data: Path) -> dict[str, object]:
    """What DATA/up.json says: addresses and process ids. Raises `Refused` when nothing is up on that folder."""
    with contextlib.suppress(FileNotFoundError):
        content: dict[str, object] = json.loads((data / UP_FILE).read_text(encoding="utf-8"))
        if _is_locked(data / _LOCK_FILE):  # otherwise it was left by a run that was killed
            return content
    raise Refused(f"nothing is up on {data}: start it with `partnershop up --data {shlex.quote(str(data))}`")


def check_free(data: Path) -> None:
    """Raise `Refused` while a supervisor lives on the folder, saying which process it is and where it answers."""
    with contextlib.suppress(FileNotFoundError):
        if _is_locked(data / _LOCK_FILE):
            raise Refused(_in_use(data))


def _in_use(data: Path) -> str:
    said = f"{data} is in use: another `partnershop up` or `demo` runs on it"
    with contextlib.suppress(Refused):
        up = read_up(data)
        return f"{said}, process {up.get('pid')}, intake {up.get('intake')}"
    return f"{said} and is starting or ending"


def _lock(data: Path) -> int:
    lock = os.open(data / _LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise Refused(_in_use(data)) from None
    return lock


def _is_locked(path: Path) -> bool:
    with open(path, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _how(exit_code: int) -> str:
    return f"signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"


def _failed(running: Running, what: str) -> Transient:
    lines = "\n".join(running.said().splitlines()[-15:])
    return Transient(f"{running.program.name} {what}; the end of {running.log}:\n{lines}")
