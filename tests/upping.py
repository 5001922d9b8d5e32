"""`partnershop up` as a process of its own, with some of its programs, on the servers of the test run."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from celery import Celery
from factories import Scene

from partnershop.programs import QUEUES

_MAIN = "from workers.command import main; main()"
# What it prints to becomes its terminal, whose end is the kernel's SIGHUP.
_AT_TERMINAL = f"import fcntl, termios; fcntl.ioctl(1, termios.TIOCSCTTY, 0); {_MAIN}"


@dataclass
class Up:
    """`partnershop up` with some of its programs, on the servers of the test run."""

    process: "subprocess.Popen[bytes]"
    data: Path
    broker_url: str

    def said(self) -> str:
        """What it has printed."""
        return (self.data / "said").read_text(encoding="utf-8", errors="replace")

    def address(self, name: str) -> str:
        """What up.json says."""
        return str(json.loads((self.data / "up.json").read_text(encoding="utf-8"))[name])

    def pid(self, program: str) -> int:
        """The process of a program."""
        return int(json.loads((self.data / "up.json").read_text(encoding="utf-8"))["pids"][program])

    def wake(self, task: str, queue: str) -> None:
        """Send the hint that the sweeper would send."""
        with Celery(broker=self.broker_url) as app:
            app.send_task(task, queue=queue, routing_key=queue)

    def ended(self, seconds: float = 90.0) -> int:
        """Wait for its end; the exit code."""
        return self.process.wait(seconds)


Start = Callable[..., Up]


@pytest.fixture
def start(scene: Scene, clean_database: str, broker_url: str, tmp_path: Path) -> Iterator[Start]:
    """Starts `up` with these programs only, at this terminal if there is one, and waits until they are ready."""
    started: list[Up] = []

    def start_it(*wanted: str, terminal: int | None = None) -> Up:
        data = tmp_path / "up"
        data.mkdir()
        everything = ["web", "simulator", *(f"worker-{name}" for name in QUEUES), "beat", "flower"]
        without = [word for name in everything if name not in wanted for word in ("--without", name)]
        environment = os.environ | {
            "DATABASE_URL": clean_database, "BROKER_URL": broker_url, "UNITEDPRINT_TIMEOUT_SECONDS": "25",
        }  # fmt: skip
        environment.pop("UNITEDPRINT_URL", None)
        code = _MAIN if terminal is None else _AT_TERMINAL
        with (data / "said").open("wb") as said:
            output = said if terminal is None else terminal
            process = subprocess.Popen(
                [sys.executable, "-c", code, "up", "--data", str(data), *without], env=environment,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        started.append(Up(process, data, broker_url))
        eventually((data / "up.json").exists, started[-1])
        return started[-1]

    yield start_it
    for up in started:
        up.process.kill()  # whatever it started ends with it
        up.process.wait()


def eventually(question: Callable[[], bool], up: Up, seconds: float = 120.0) -> None:
    """Wait until it is so; what `up` said is the failure's text."""
    deadline = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < deadline, up.said()
        time.sleep(0.1)
