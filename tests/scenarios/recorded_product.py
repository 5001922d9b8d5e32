"""The running product that the recorded order stream goes through, and what is left of it: its books and its papers."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recorded_papers import RECORDED, papers, working_on

from partnershop.documents.paper import Paper
from partnershop.embedded import remove_data
from partnershop.paths import SAMPLES

COMMAND = str(Path(sys.executable).parent / "partnershop")
# The books depend on none of these: 11,000 job tickets and 900 PDFs would only make the test slow.
LEFT_OUT = ["worker-dispatch", "worker-unitedprint", "worker-documents", "flower", "simulator"]
START_SECONDS = 120


def partnershop(*arguments: str, data: Path) -> subprocess.CompletedProcess[str]:
    """Run a command on the product that runs on `data`."""
    environment = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "BROKER_URL")}
    environment["PARTNERSHOP_DATA"] = str(data)
    return subprocess.run(
        [COMMAND, *arguments], env=environment, capture_output=True, text=True, timeout=600, check=False
    )


def fine(*arguments: str, data: Path) -> str:
    """Run a command that must exit 0; returns what it printed."""
    done = partnershop(*arguments, data=data)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout


@contextmanager
def product(data: Path) -> Iterator[dict[str, str]]:
    """The running product; yields its addresses."""
    environment = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "BROKER_URL")}
    without = [option for name in LEFT_OUT for option in ("--without", name)]
    with (data.parent / "up.log").open("w") as log:
        process = subprocess.Popen(
            [COMMAND, "up", "--data", str(data), *without], env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield _addresses(process, data)
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0, (data.parent / "up.log").read_text()
            remove_data(data)


def _addresses(process: subprocess.Popen[bytes], data: Path) -> dict[str, str]:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, (data.parent / "up.log").read_text()
        if (data / "up.json").exists():
            found: dict[str, str] = json.loads((data / "up.json").read_text())
            return found
        time.sleep(0.2)
    raise AssertionError(f"not up after {START_SECONDS} s: {(data.parent / 'up.log').read_text()}")


@dataclass(frozen=True)
class Books:
    """What `books` printed, of the whole shop and order by order; and the papers themselves, if they were asked for."""

    total: dict[str, Any]
    per_order: dict[str, dict[str, Any]]
    papers: list[Paper]


def play(data: Path, *how: str, with_papers: bool = False) -> Books:
    """Load catalogue and shop, send the stream, wait until nothing is due, audit; returns the books."""
    with product(data) as addresses:
        fine("catalogue", "load", str(SAMPLES / "catalogue.yaml"), data=data)
        fine("shop", "add", str(SAMPLES / "shops" / "retail.yaml"), data=data)
        fine("emit", str(RECORDED), "--url", addresses["intake"], "--shop", "retail", "--batch", "50", *how, data=data)
        fine("drain", "--timeout", "300", "--without", "dispatch", "--without", "documents", data=data)
        fine("audit", data=data)
        total = json.loads(fine("books", "--shop", "retail", "--json", data=data))
        per_order = json.loads(fine("books", "--shop", "retail", "--per-order", "--json", data=data))
        with working_on(addresses["database"]):
            issued = papers() if with_papers else []
    return Books(total, per_order, issued)


