"""One program that the supervisor runs: what it is, whether it is ready, and its process."""

import http.client
import os
import re
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from partnershop.machine.guardian import end_group
from partnershop.machine.leash import on_leash

_LOG_LIMIT_BYTES = 20 * 1024 * 1024
_ANSWER_SECONDS = 2.0
# Straight to the loopback address, also where the environment names an HTTP proxy.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class LogSays:
    """Ready once the program's log, since its start, has a match of this regular expression."""

    pattern: str


Ready = str | LogSays | Callable[[], bool]


@dataclass(frozen=True)
class Program:
    """A program to run.

    `argv[0]` is an absolute path. `environment` is added to this process's own. `ready` is a URL that answers 200, a
    line of the log, or any question; `grace_seconds` is how long it may take to end when it is asked to. `outlives`:
    it is asked only when those without it have ended, because they may talk to it to the end.
    """

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str]
    ready: Ready
    grace_seconds: float = 15.0
    outlives: bool = False


@dataclass
class Running:
    """A program and its process, the first of a process group of its own. `log` gets what it prints."""

    program: Program
    log: Path
    folder: Path
    process: "subprocess.Popen[bytes] | None" = None
    _log_start: int = field(default=0, repr=False)

    def start(self) -> int:
        """Start it on a leash; its process id, which is also the number of its group."""
        self._make_room()
        with open(self.log, "ab", opener=lambda path, flags: os.open(path, flags, 0o600)) as output:
            self._log_start = output.tell()
            self.process = subprocess.Popen(
                on_leash(self.program.argv, ending=signal.SIGTERM),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=os.environ | dict(self.program.environment),
                start_new_session=True,
            )
        return self.process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative: the number of the signal that ended it."""
        return self.process.poll() if self.process else None

    def is_ready(self) -> bool:
        """Ask it once."""
        ready = self.program.ready
        if isinstance(ready, LogSays):
            return re.search(ready.pattern, self.said()) is not None
        return _answers(ready) if isinstance(ready, str) else ready()

    def ask_to_end(self) -> None:
        """Ask it to end, and return at once."""
        if self.process and self.process.poll() is None:
            self.process.terminate()  # only the first of the group: a worker's pool must finish what it does

    def end(self) -> None:
        """End its whole group, whatever it is doing; returns when it is gone."""
        if self.process:
            end_group(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def said(self) -> str:
        """What it has printed since its start."""
        with open(self.log, "rb") as output:
            output.seek(self._log_start)
            return output.read().decode(errors="replace")

    def _make_room(self) -> None:
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))


def _answers(url: str) -> bool:
    try:
        with _OPENER.open(url, timeout=_ANSWER_SECONDS) as answer:
            return int(answer.status) == 200
    except (urllib.error.URLError, http.client.HTTPException, OSError):
        return False
