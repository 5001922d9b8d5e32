"""`partnershop drill`: what it says of wrong words, and one that is done in earnest."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from commanding import Run, no_place, run

from partnershop.drill.faults import FAULTS

__all__ = ["no_place", "run"]


def test_every_fault_is_named(run: Run) -> None:
    shown = run("drill", "--list", "--json")
    assert [(one["family"], one["name"]) for one in json.loads(shown.out)] == [
        (fault.family.value, fault.name) for fault in FAULTS
    ]


def test_an_unknown_fault_is_answered_with_the_known_ones(run: Run, tmp_path: Path) -> None:
    answer = run("drill", "--only", "worker killd", "--report", tmp_path)
    assert answer.code == 2
    assert "there is no fault called worker killd; known are: worker killed, main process killed" in answer.err


def test_a_report_that_cannot_be_written_is_said_before_anything_is_broken(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    answer = run("drill", "--report", tmp_path / "file" / "report")
    assert answer.code == 2
    assert f"the report cannot be written to {tmp_path}/file/report: Not a directory" in answer.err


def test_a_language_that_nobody_wrote_is_refused(run: Run) -> None:
    answer = run("drill", "--language", "fr")
    assert (answer.code, "en, it, de, not in fr" in answer.err) == (2, True)


@pytest.mark.skipif(not os.environ.get("SOAK_RUNS"), reason="it takes more than a minute")
@pytest.mark.xdist_group("a place of a drill")
@pytest.mark.usefixtures("no_place")
def test_a_short_drill_in_earnest_loses_nothing_and_says_so(tmp_path: Path) -> None:
    arguments = ("--minutes", "0.25", "--seed", "3", "--only", "pool child killed", "--only", "broker killed")
    done = subprocess.run(
        [sys.executable, "-c", "from workers.command import main; main()", "drill", *arguments, "--report",
         str(tmp_path / "a report")],
        cwd=tmp_path, env=os.environ | {"COLUMNS": "180"}, capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing lost, nothing doubled, the audit holds" in done.stdout
    figures = json.loads((tmp_path / "a report" / "drill.json").read_text(encoding="utf-8"))
    assert figures["clean"] is True
    assert figures["looked_at"]["orders"] > 5
    assert {line["name"] for line in figures["faults"]} == {"pool child killed", "broker killed"}
    assert (tmp_path / "a report" / "drill.html").stat().st_size > 5_000
