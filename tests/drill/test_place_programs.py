"""The drill's keeping of programs: what ends is started again at once, what is held is not, and nothing outlives it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from partnershop.drill.place_programs import Programs, children, group, wait_gone
from partnershop.errors import Transient
from partnershop.machine.program import LogSays, Program

_SECONDS = 60.0
_STAYS = "print('ready', flush=True); import time; time.sleep(600)"
_HAS_CHILD = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); "
_STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
_DRILL = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_place_programs import program, _HAS_CHILD, _STAYS
from partnershop.drill.place_programs import Programs, children
programs = Programs(Path(sys.argv[1]), print)
programs.start([program("one", _HAS_CHILD + _STAYS)], 60)
pid = programs.pid("one")
print(pid, *children(pid), flush=True)
time.sleep(600)
"""


def program(name: str, code: str) -> Program:
    return Program(name, [sys.executable, "-c", code], {}, LogSays("ready"))


def until(question: Callable[[], object], programs: Programs | None = None) -> None:
    deadline = time.monotonic() + _SECONDS
    while not question():
        assert time.monotonic() < deadline
        if programs is not None:
            programs.tick()
        time.sleep(0.01)


def runs(pid: int) -> bool:
    path = Path(f"/proc/{pid}/stat")
    return path.exists() and path.read_text(encoding="utf-8").split()[2] != "Z"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def programs(tmp_path: Path, said: list[str]) -> Iterator[Programs]:
    made = Programs(tmp_path, said.append)
    yield made
    made.stop()


def started(programs: Programs, code: str = _STAYS) -> int:
    programs.start([program("one", code)], _SECONDS)
    pid = programs.pid("one")
    assert pid is not None
    return pid


def test_what_was_killed_is_started_again_without_its_children(programs: Programs, said: list[str]) -> None:
    pid = started(programs, _HAS_CHILD + _STAYS)
    (child,) = children(pid)
    assert group(pid) == sorted([pid, child])
    os.kill(pid, signal.SIGKILL)
    wait_gone([pid])
    assert programs.pid("one") is None
    until(lambda: programs.is_ready("one"), programs)
    assert programs.pid("one") != pid
    until(lambda: not runs(child))
    assert said == [], "the drill knows whom it has killed"


def test_what_ends_by_itself_is_told(programs: Programs, said: list[str]) -> None:
    programs.add(program("short", "raise SystemExit(3)"))
    until(lambda: said, programs)
    assert said[0].startswith("short ended with 3, see ")


def test_what_is_held_stays_ended(programs: Programs) -> None:
    pid = started(programs)
    programs.hold("one")
    os.kill(pid, signal.SIGKILL)
    wait_gone([pid])
    until(lambda: len([programs.tick() for _ in range(3)]) == 3)
    time.sleep(0.5)
    assert programs.tick() == []
    assert programs.pid("one") is None
    programs.release("one")
    until(lambda: programs.pid("one"), programs)


def test_who_does_not_end_when_asked_is_killed_after_the_grace(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("partnershop.drill.place_programs._GRACE_SECONDS", 0.2)
    pid = started(programs, _STUBBORN + _STAYS)
    programs.end("one")
    until(lambda: programs.pid("one") not in (None, pid), programs)


def test_what_is_removed_does_not_come_back(programs: Programs) -> None:
    pid = started(programs)
    programs.remove("one")
    programs.remove("another")
    assert programs.names == []
    until(lambda: not runs(pid), programs)
    until(lambda: programs.tick() == [] and programs.pid("one") is None)


def test_a_changed_environment_counts_from_the_restart(programs: Programs) -> None:
    pid = started(programs)
    programs.change("one", {"PLANT": "fern"})
    until(lambda: programs.pid("one") not in (None, pid), programs)
    assert programs.program("one").environment["PLANT"] == "fern"
    assert b"PLANT=fern" in Path(f"/proc/{programs.pid('one')}/environ").read_bytes()


def test_who_does_not_come_up_is_said_with_the_end_of_its_log(programs: Programs) -> None:
    with pytest.raises(Transient, match=r"(?s)bad does not come up.*a reason"):
        programs.start([program("bad", "raise SystemExit('a reason')")], _SECONDS)


def test_a_frozen_program_is_stopped_as_well(tmp_path: Path) -> None:
    programs = Programs(tmp_path, lambda _: None)
    pid = started(programs)
    os.kill(pid, signal.SIGSTOP)
    programs.stop()
    assert not runs(pid)


def test_nothing_outlives_a_drill_that_was_killed(tmp_path: Path) -> None:
    drill = subprocess.Popen(
        [sys.executable, "-c", _DRILL, str(tmp_path), str(Path(__file__).parent)], stdout=subprocess.PIPE, text=True
    )
    assert drill.stdout is not None
    pids = [int(pid) for pid in drill.stdout.readline().split()]
    assert len(pids) == 2
    os.kill(pids[1], signal.SIGSTOP)
    drill.kill()
    drill.wait()
    drill.stdout.close()
    until(lambda: not any(runs(pid) for pid in pids))
