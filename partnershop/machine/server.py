"""One server process of this machine: started on a leash, waited for, stopped, its log read when it fails."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from pwd import struct_passwd

from partnershop.errors import Transient
from partnershop.machine.leash import on_leash

READY_SECONDS = 120.0  # a large append-only file or a crash recovery takes its time to be read
_POLL_SECONDS = 0.05
_PORT_TAKEN = ("Address already in use", "could not bind", "Failed listening on port")
_PREDECESSOR_STILL_ENDING = ("pre-existing shared memory block", "is another postmaster", "is another postgres")


class PortTaken(Transient):
    """Between the choice of a free port and its use somebody else took it."""


class StillEnding(Transient):
    """The same server of a run that was killed has not quite ended."""


@dataclass
class ServerProcess:
    """A server's process and its log file. `stop_signals`: what to send, and how many seconds to wait after each."""

    name: str
    log: Path
    stop_signals: Sequence[tuple[signal.Signals, float]]
    process: "subprocess.Popen[bytes] | None" = None
    _log_start: int = field(default=0, repr=False)

    def start(
        self,
        argv: Sequence[str],
        *,
        folder: Path,
        ending: signal.Signals,
        lock: int,
        user: struct_passwd | None = None,
    ) -> None:
        """Start it in `folder`; it dies with this process by the signal `ending`, and shares the open file `lock`."""
        with open(self.log, "ab", opener=_private) as output:
            self._log_start = output.tell()
            self.process = subprocess.Popen(
                on_leash(argv, ending=ending, user=user),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=server_environment(),
                pass_fds=(lock,),
                start_new_session=True,  # Ctrl-C in the terminal is for the starter, which then stops the servers
            )

    @property
    def pid(self) -> int:
        """Its process id. Raises `Transient` when it was never started."""
        if self.process is None:
            raise Transient(f"{self.name} is not started")
        return self.process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def wait_until(self, ready: Callable[[], bool], seconds: float = READY_SECONDS) -> None:
        """Return once `ready()` is true. Raises `PortTaken`, `StillEnding` or `Transient` with the log's last lines."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.alive:
                raise self._failure("ended at once")
            if time.monotonic() > deadline:
                raise self._failure(f"did not answer within {seconds:.0f} seconds")
            time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        """Ask it to end, ever more firmly; returns when it is gone. Does nothing when it does not run."""
        if self.process is None:
            return
        for request, seconds in (*self.stop_signals, (signal.SIGKILL, 10.0)):
            if self.process.poll() is None:
                self.process.send_signal(request)
                try:
                    self.process.wait(seconds)
                except subprocess.TimeoutExpired:
                    continue
            return

    def _failure(self, what: str) -> Transient:
        said = self._said()
        family = Transient
        if any(words in said for words in _PORT_TAKEN):
            family = PortTaken
        elif any(words in said for words in _PREDECESSOR_STILL_ENDING):
            family = StillEnding
        last_lines = "\n".join(said.splitlines()[-8:])
        return family(f"{self.name} {what}; it said, in {self.log}:\n{last_lines}")

    def _said(self) -> str:
        with open(self.log, "rb") as output:
            output.seek(self._log_start)
            return output.read().decode(errors="replace")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def server_environment() -> Mapping[str, str]:
    """The environment servers start in: nothing of the user's that could change what they do (PGDATA, LC_ALL, ...)."""
    keep = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")
    return {name: os.environ[name] for name in keep if name in os.environ} | {"LC_ALL": "C", "TZ": "UTC"}
