"""Each benchmark runs on a tiny size and prints its table; the figures mean nothing there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from partnershop.paths import ROOT

_CLAIMS = (
    "inbox", "routing", "dispatch", "invoicing", "cases", "refunds", "commissions", "documents", "mail",
)  # fmt: skip
LINES = {
    "routing": ["routed items / Celery no-op tasks"],
    "intake": ["events in batches of 100 / single-row commits", "events one by one / single-row commits"],
    "papers": [
        "papers by one worker / bare write_pdf",
        "papers by two workers / one worker",
        "papers by two workers / bare write_pdf",
    ],
    "memory": ["memory after 8 papers / after 4"],
    "numbering": ["papers numbered by the counter / by a sequence", "the same with the gate before it"],
    "growth": ["routing an item at 2,000 items / at 200"],
    "million": [
        *(f"claim of {stage}, large books / small" for stage in _CLAIMS),
        "sweep, large books / small",
        "audit, large books / small",
        "memory of the audit, large / small",
        "reconciliation, large books / small",
        "memory of the reconciliation, large / small",
    ],
    "soak": [
        "p99 from a cancellation's 202 to its PDF, half load / unloaded",
        "p99 from a cancellation's 202 to its PDF, beside a flood / alone",
        "memory of the process that grew most, last third / first",
        "file handles, last third / first",
        "connections, last third / first",
        "tables and indexes per live row, last third / first",
        "until all is done after twice / a minute",
    ],
}


def _run(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"TMPDIR": str(folder), "COLUMNS": "160"}
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("name", LINES)
def test_a_benchmark_prints_its_table_and_leaves_nothing_behind(name: str, reachable_folder: Path) -> None:
    done = _run(name, "--quick", folder=reachable_folder)

    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line for line in done.stdout.splitlines() if line.startswith("│")]
    assert len(rows) == len(LINES[name])
    for row, expected in zip(rows, LINES[name], strict=True):
        cells = [cell.strip() for cell in row.strip("│").split("│")]
        assert cells[0].startswith(expected)
        assert all(re.fullmatch(r"[\d,.]+", cell) for cell in cells[1:4])
        assert re.fullmatch(r"[\d.]+-[\d.]+", cells[4])
    assert "Index Scan using ix_item_routing_due" in done.stdout or name != "growth"
    assert name != "soak" or re.search(r"answers: \d+: \d+", done.stdout), "the overload was answered"
    assert list(reachable_folder.iterdir()) == []


def test_an_unknown_name_is_refused_with_the_known_ones(reachable_folder: Path) -> None:
    done = _run("printing", folder=reachable_folder)

    assert done.returncode == 2
    assert all(name in done.stderr for name in LINES)
