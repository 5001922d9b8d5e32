"""`partnershop status`: one screen that says what is so."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from commanding import Run
from factories import Scene, item

from partnershop.cli import status_rows
from partnershop.cli.status_screen import _duration
from partnershop.config import config
from partnershop.stages import Stage


@dataclass
class Watching:
    """A command on a terminal."""

    process: "subprocess.Popen[bytes]"
    terminal: int

    def read_until(self, pattern: str, seconds: int = 60) -> None:
        """Read what it shows until that has a match of the pattern."""
        shown, deadline = "", time.monotonic() + seconds
        while not re.search(pattern, shown):
            assert time.monotonic() < deadline and self.process.poll() is None, shown
            if select.select([self.terminal], [], [], 0.2)[0]:
                shown += os.read(self.terminal, 65536).decode(errors="replace")


@pytest.fixture
def place(database: str, broker_url: str, no_place: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment names the test's database and broker."""
    no_place.setenv("BROKER_URL", broker_url)
    no_place.setenv("COLUMNS", "250")
    return no_place


@pytest.fixture
def played(place: pytest.MonkeyPatch) -> Scene:
    """An order that is paid, and cancelled after its invoice; an item that is held; an event that waits; one due."""
    made = Scene(invoice_on="placed")
    odd = {"format": "a9", "quantity": "1000"}
    made.place("A-1", [item("1", "50.00"), item("2", "20.00", options=odd), item("3", "5.00")])
    made.pay("A-1", "91.50")
    made.tell("item.shipped", order="A-9", item="1", shipped_at="2026-03-05T10:00:00Z")
    made.go(frozenset(Stage) - {Stage.DISPATCH, Stage.DOCUMENTS, Stage.MAIL, Stage.RECONCILIATION, Stage.COMMISSIONS})
    made.cancel("A-1", "1")
    made.go(frozenset({Stage.INBOX, Stage.CORRECTIONS}))
    made.pay("A-1", "1.00", "P-2")
    return made


def test_for_machines_it_has_everything(played: Scene, run: Run) -> None:
    ran = run("status", "--json")
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    assert [(server["name"], server["ok"]) for server in found["servers"]] == [
        ("database", True), ("schema", True), ("broker", True),
    ]  # fmt: skip
    stages = {row["stage"]: row for row in found["stages"]}
    assert set(stages) == {stage.value for stage in Stage}
    assert (stages["inbox"]["due"], stages["inbox"]["stuck"]) == (1, 0)
    assert stages["documents"]["due"] == 2 and stages["dispatch"]["due"] == 1
    waiting = found["waiting"]
    assert waiting["events"] == {"parked": 1, "quarantined": 0, "not_taken": 0}
    assert waiting["items_held"] == {"unknown_option": 1}
    assert waiting["refunds_open"] == [{"number": 1, "amount": "EUR 61.00"}]
    assert found["today"] == {
        "events": {"accepted": 1, "handled": 3, "parked": 1}, "items": {"in_house": 2},
        "documents": {"invoice": 1, "reversal": 1},
    }  # fmt: skip
    assert found["programs"] == []
    assert {job["job"]: job["ended"] for job in found["jobs"]}["money"] is None


def test_for_people_it_is_one_screen(played: Scene, run: Run) -> None:
    ran = run("status")
    assert ran.code == 0
    for words in ("database  answers", "inbox", "events parked", "unknown_option", "EUR 61.00", "3 handled",
                  "1 invoice, 1 reversal", "partnershop event park list --shop SHOP", "never"):  # fmt: skip
        assert words in ran.out, words
    assert len(ran.out.splitlines()) < 40


def test_a_broker_that_is_away_is_said(played: Scene, run: Run, place: pytest.MonkeyPatch) -> None:
    place.setenv("BROKER_URL", "redis://:sesame@127.0.0.1:1/0")
    config.cache_clear()
    ran = run("status")
    assert ran.code == 0 and "does not answer within 2 seconds" in ran.out, ran.out
    assert "sesame" not in ran.out + ran.err


def test_without_a_database_the_exit_code_is_three(no_place: pytest.MonkeyPatch, run: Run) -> None:
    assert run("status").code == 3
    no_place.setenv("DATABASE_URL", "postgresql://anna:sesame@127.0.0.1:1/none")
    ran = run("status")
    assert ran.code == 3 and "sesame" not in ran.err


def test_programs_that_ended_are_named(played: Scene, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    pids = {"web": os.getpid(), "worker-mail": 2**22 + 1}
    monkeypatch.setattr(status_rows, "read_up", lambda _: {"pids": pids})
    assert "1 programs run here; ended: worker-mail" in run("status").out
    assert [program["running"] for program in json.loads(run("status", "--json").out)["programs"]] == [True, False]


def test_only_todays_rows_are_todays(played: Scene, run: Run, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("UPDATE event SET received_at = received_at - interval '1 day' WHERE state = 'handled'")
    assert json.loads(run("status", "--json").out)["today"]["events"] == {"accepted": 1, "parked": 1}


@pytest.fixture
def watching(played: Scene, database: str, broker_url: str, tmp_path: Path) -> Iterator[Watching]:
    """`status --watch` on a terminal of its own."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "DATABASE_URL": database, "BROKER_URL": broker_url, "XDG_DATA_HOME": str(tmp_path),
                   "TERM": "xterm", "COLUMNS": "160", "LINES": "50"}  # fmt: skip
    argv = [sys.executable, "-c", "from workers.command import main; main()", "status", "--watch", "--every", "1"]
    # Whoever runs the tests in the background has Ctrl-C ignored, which children inherit.
    ctrl_c = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(argv, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
    signal.signal(signal.SIGINT, ctrl_c)
    os.close(theirs)
    yield Watching(process, ours)
    process.kill()
    process.wait(10)
    os.close(ours)


def test_it_refreshes_until_ctrl_c(watching: Watching, played: Scene) -> None:
    watching.read_until("events parked")
    played.tell("item.shipped", order="A-8", item="1", shipped_at="2026-03-05T10:00:00Z")
    watching.read_until(r"inbox +2 ")
    watching.process.send_signal(signal.SIGINT)
    assert watching.process.wait(60) == 0


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (90_000, "25 h 0 min")]
)
def test_durations_are_said_in_words(seconds: int, words: str) -> None:
    assert _duration(seconds) == words
