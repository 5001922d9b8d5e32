"""The supervisor with small programs of its own: in order, all or nothing, again after a death, and nothing left."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from partnershop import programs, supervisor
from partnershop.errors import Refused, Transient
from partnershop.machine import signals, stopping
from partnershop.machine.ports import free_port, free_ports, is_open
from partnershop.supervisor import Interrupted, LogSays, Program, Supervisor, check_free, interruptible, read_up

_WEB = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 404); self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
_NOTING = """
import os, signal, sys, time
def end(*_):
    with open(os.environ["NOTES"], "a") as notes: notes.write(sys.argv[1] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print(sys.argv[1], "is ready", flush=True)
while True: time.sleep(60)
"""
# A worker whose pool ignores every request to end, as one that is busy or stuck does.
_SLOW = """
import os, signal, sys, time
def end(*_):
    time.sleep(1)
    with open(os.environ["NOTES"], "a") as notes: notes.write(sys.argv[1] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
while True: time.sleep(60)
"""
_STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
print("ready", flush=True)
while True: time.sleep(60)
"""


_PAUSES = supervisor._BACKOFF_SECONDS


def _program(
    name: str,
    code: str,
    *arguments: str,
    ready: str | LogSays = LogSays("ready"),  # noqa: B008  frozen
    notes: Path | str = os.devnull,
    grace_seconds: float = 15.0,
    outlives: bool = False,
) -> Program:
    argv = [sys.executable, "-c", code, *arguments]
    return Program(name, argv, {"NOTES": str(notes)}, ready, grace_seconds, outlives)


def _eventually(question: Callable[[], bool], seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while not question():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _living_in(group: int) -> list[int]:
    """The processes of a process group that are not zombies."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state, _, its_group = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(its_group) == group and state != "Z":
            found.append(int(entry.name))
    return found


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def running(tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    monkeypatch.setattr(supervisor, "_BACKOFF_SECONDS", (0.1, 0.4))
    with Supervisor(tmp_path / "data", say=said.append) as started:
        yield started


def test_up_json_appears_when_all_answer_and_goes_at_the_end(tmp_path: Path, said: list[str]) -> None:
    data = tmp_path / "data folder"
    port = free_port()
    with Supervisor(data, say=said.append) as started:
        web = _program("web", _WEB, str(port), ready=f"http://127.0.0.1:{port}/health")
        started.start([web, _program("worker", _NOTING, "w", notes=tmp_path / "notes")])
        started.publish({"intake": f"http://127.0.0.1:{port}", "database": "postgresql://user:secret@127.0.0.1/x"})
        content = read_up(data)
        assert content["intake"] == f"http://127.0.0.1:{port}"
        assert content["pids"] == started.pids
        assert content["pid"] == os.getpid()
        assert set(started.pids) == {"web", "worker"}
        assert stat.S_IMODE((data / "up.json").stat().st_mode) == 0o600
        pids = started.pids
    assert not (data / "up.json").exists()
    assert not is_open(port)
    assert not any(_living_in(pid) for pid in pids.values())
    assert said == []
    with pytest.raises(Refused, match="nothing is up"):
        read_up(data)


def test_the_web_counts_as_ready_only_when_its_url_answers_200(running: Supervisor) -> None:
    port = free_port()
    with pytest.raises(Transient, match="web was not ready within 1 seconds"):
        running.start([_program("web", _WEB, str(port), ready=f"http://127.0.0.1:{port}/wrong")], seconds=1)


def test_they_are_stopped_beside_each_other_and_may_finish(
    running: Supervisor, tmp_path: Path, said: list[str]
) -> None:
    notes = tmp_path / "notes"
    asked = _program("asked", _NOTING, "asked", notes=notes, outlives=True)
    running.start([asked, *(_program(name, _SLOW, name, notes=notes) for name in ("a", "b", "c", "d"))])
    began = time.monotonic()
    running.stop()
    assert time.monotonic() - began < 3, "one second each, but not one after the other"
    done = notes.read_text(encoding="utf-8").split()
    assert sorted(done[:4]) == ["a", "b", "c", "d"]
    assert done[4:] == ["asked"], "the others may talk to it to the end"
    assert said == []


@pytest.mark.parametrize(
    ("first", "second"),
    [(signal.SIGINT, signal.SIGINT), (signal.SIGTERM, signal.SIGTERM), (signal.SIGHUP, signal.SIGTERM)],
)
def test_a_second_request_hurries(
    first: signal.Signals,
    second: signal.Signals,
    running: Supervisor,
    said: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(signals, "_SECOND_REQUEST_SECONDS", 0.2)
    monkeypatch.setattr(stopping, "_PATIENCE_SECONDS", 0.4)
    running.start([_program("stubborn", _STUBBORN, grace_seconds=20)])
    group = running.pids["stubborn"]

    def be_interrupted() -> None:
        with interruptible():
            try:
                os.kill(os.getpid(), first)
                time.sleep(5)
            finally:
                os.kill(os.getpid(), second)  # at once: the same request
                threading.Timer(0.6, os.kill, (os.getpid(), signal.SIGHUP)).start()  # a terminal that closes
                threading.Timer(0.8, os.kill, (os.getpid(), second)).start()
                running.stop()

    began = time.monotonic()
    with pytest.raises(Interrupted):
        be_interrupted()
    assert 0.7 < time.monotonic() - began < 5
    assert said[0].startswith("still ending: stubborn (at most 20 s")
    assert said[1:] == ["stubborn is killed, as you asked twice"]
    assert _eventually(lambda: _living_in(group) == [])


def test_a_program_that_ends_at_once_fails_the_start_with_the_end_of_its_log(running: Supervisor) -> None:
    with pytest.raises(Transient, match=r"bad ended at once \(exit code 3\)(?s:.*)the reason"):
        running.start([_program("bad", "print('the reason'); raise SystemExit(3)")])


def test_the_log_of_an_earlier_run_does_not_count_as_ready(running: Supervisor, tmp_path: Path) -> None:
    log = tmp_path / "data" / "logs" / "quiet.log"
    log.write_text("ready\n", encoding="utf-8")
    with pytest.raises(Transient, match="quiet was not ready"):
        running.start([_program("quiet", "import time; time.sleep(60)")], seconds=1)
    assert log.read_text(encoding="utf-8") == "ready\n"


def test_a_program_that_dies_is_started_again_and_it_is_said_and_published(
    running: Supervisor, said: list[str], tmp_path: Path
) -> None:
    running.start([_program("worker", _NOTING, "w")])
    running.publish({})
    first = running.pids["worker"]
    os.kill(first, signal.SIGKILL)
    assert _eventually(lambda: running.tick() == ["worker"])
    second = running.pids["worker"]
    assert second != first
    assert read_up(tmp_path / "data")["pids"] == {"worker": second}
    assert "worker ended (signal 9); it is started again in 0.1 s" in said[0]
    os.kill(second, signal.SIGKILL)
    assert _eventually(lambda: running.tick() == ["worker"])
    assert "again in 0.4 s" in said[1], "a program that keeps dying is started ever less eagerly"


def test_a_program_that_fails_for_ever_does_not_spin(tmp_path: Path, said: list[str]) -> None:
    code = """
import os, pathlib
print("ready", flush=True)
with open(os.environ["NOTES"], "a") as notes: notes.write("started\\n")
pathlib.Path(os.environ["NOTES"] + ".fail").exists() or __import__("time").sleep(600)
raise SystemExit(7)
"""
    notes = tmp_path / "notes"
    with Supervisor(tmp_path / "data", say=said.append) as started:
        started.start([_program("broken", code, notes=notes)])
        (tmp_path / "notes.fail").touch()
        os.kill(started.pids["broken"], signal.SIGKILL)
        started.wait(5)
    assert len(notes.read_text(encoding="utf-8").split()) <= 4, "at once, after 0.5 s, 1 s and 2 s"
    pauses = [line.partition("again in ")[2].partition(" s,")[0] for line in said]
    assert pauses == ["0.5", "1", "2", "5"][: len(pauses)]
    assert len(pauses) >= 3
    assert all("broken ended (exit code 7)" in line for line in said[1:])


def test_the_pauses_between_starts_grow_to_half_a_minute_and_begin_anew_after_a_steady_minute(
    running: Supervisor, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(_PAUSES) == sorted(_PAUSES)
    assert _PAUSES[-1] == 30.0
    running.start([_program("worker", _NOTING, "w")])
    for _ in range(2):
        os.kill(running.pids["worker"], signal.SIGKILL)
        assert _eventually(lambda: running.tick() == ["worker"])
    monkeypatch.setattr(supervisor, "_STEADY_SECONDS", 0.0)
    os.kill(running.pids["worker"], signal.SIGKILL)
    assert _eventually(lambda: running.tick() == ["worker"])
    assert [line.partition("again in ")[2].partition(" s,")[0] for line in said] == ["0.1", "0.4", "0.1"]


def test_embedded_servers_that_died_are_revived_too(tmp_path: Path, said: list[str]) -> None:
    class Servers:
        pids = {"postgres": 1}  # noqa: RUF012  a stand-in
        ended = True

        def revive(self) -> list[str]:
            ended, self.ended = self.ended, False
            return ["postgres"] if ended else []

    with Supervisor(tmp_path, say=said.append, servers=Servers()) as started:
        assert started.pids == {"postgres": 1}
        assert started.tick() == ["postgres"]
        assert started.tick() == []
    assert said == ["postgres had ended and was started again"]


def test_who_does_not_end_in_time_is_killed_with_its_children(running: Supervisor, said: list[str]) -> None:
    running.start([_program("stubborn", _STUBBORN, grace_seconds=0.5)])
    group = running.pids["stubborn"]
    assert _eventually(lambda: len(_living_in(group)) == 2)
    running.stop()
    assert _eventually(lambda: _living_in(group) == [])
    assert said == ["stubborn did not end in 0.5 s and was killed"]


def test_a_dead_programs_children_do_not_run_beside_its_successor(running: Supervisor) -> None:
    running.start([_program("stubborn", _STUBBORN, grace_seconds=0.5)])
    group = running.pids["stubborn"]
    assert _eventually(lambda: len(_living_in(group)) == 2)
    os.kill(group, signal.SIGKILL)
    assert _eventually(lambda: running.tick() == ["stubborn"])
    assert _eventually(lambda: _living_in(group) == [])


def test_a_killed_supervisor_leaves_no_process_behind(tmp_path: Path) -> None:
    code = f"""
import pathlib, sys, time
from partnershop.supervisor import LogSays, Program, Supervisor
started = Supervisor(pathlib.Path({str(tmp_path)!r}), grace_seconds=1.0)
argv = [sys.executable, "-c", {_STUBBORN!r}]
started.start([Program("stubborn", argv, {{}}, LogSays("ready"))])
started.publish({{}})
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", code]) as killed:
        assert _eventually((tmp_path / "up.json").exists)
        group = json.loads((tmp_path / "up.json").read_text(encoding="utf-8"))["pids"]["stubborn"]
        assert _eventually(lambda: len(_living_in(group)) == 2)
        killed.kill()
    assert _eventually(lambda: _living_in(group) == [])
    assert (tmp_path / "up.json").exists()
    with pytest.raises(Refused, match="nothing is up"):  # whatever the file of the killed run says
        read_up(tmp_path)
    with Supervisor(tmp_path):
        assert not (tmp_path / "up.json").exists()


def test_one_supervisor_per_data_folder(running: Supervisor, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is in use"):
        Supervisor(tmp_path / "data")
    with pytest.raises(Refused, match="starting or ending"):
        check_free(tmp_path / "data")
    running.publish({"intake": "http://127.0.0.1:8"})
    with pytest.raises(Refused, match=rf"process {os.getpid()}, intake http://127.0.0.1:8"):
        check_free(tmp_path / "data")
    running.stop()
    check_free(tmp_path / "data")
    check_free(tmp_path / "not there")
    Supervisor(tmp_path / "data").stop()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_end_tidies_up_once_and_has_the_shells_exit_code(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    tidied = []

    def be_interrupted() -> None:
        with interruptible():
            try:
                os.kill(os.getpid(), number)
                time.sleep(5)
            finally:
                os.kill(os.getpid(), number)  # impatience does not stop the tidying up
                tidied.append(True)

    with pytest.raises(Interrupted) as interrupted:
        be_interrupted()
    assert interrupted.value.exit_code == 128 + number
    assert tidied == [True]
    assert signal.getsignal(number) == before


def test_the_products_programs_listen_on_the_loopback_address_and_keep_secrets_off_command_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(programs.FLOWER_PASSWORD_VARIABLE, raising=False)
    ports = programs.Ports(*free_ports(4))
    made = programs.programs(tmp_path, "postgresql://u:db-secret@127.0.0.1/x", "redis://:mq-secret@127.0.0.1/0", ports)
    assert [program.name for program in made] == [
        *("web", "simulator", "worker-flow", "worker-dispatch", "worker-unitedprint", "worker-documents"),
        *("worker-mail", "beat", "flower"),
    ]
    words = [word for program in made for word in program.argv]
    password = (tmp_path / "flower.password").read_text(encoding="ascii")
    assert stat.S_IMODE((tmp_path / "flower.password").stat().st_mode) == 0o600
    assert not any(secret in word for word in words for secret in ("db-secret", "mq-secret", password))
    assert {"--host", "127.0.0.1", "--address=127.0.0.1", "--read_only=True"} <= set(words)
    flower = made[-1]
    assert flower.environment["FLOWER_BASIC_AUTH"] == f"operator:{password}"
    addresses = programs.addresses(tmp_path, "postgresql:x", "redis:x", ports)
    assert addresses["flower"] == f"http://operator:{password}@127.0.0.1:{ports.flower}"
    assert set(addresses) == {"intake", "flower", "metrics", "database", "broker"}


def test_the_mail_sink_is_only_started_when_it_is_asked_for_and_outlives_who_sends(tmp_path: Path) -> None:
    ports = programs.Ports(*free_ports(4))
    made = programs.programs(tmp_path, "postgresql:x", "redis:x", ports, mail_sink=True)
    (sink,) = [program for program in made if program.name == "mail-sink"]
    assert sink.argv[-4:] == ["--port", str(ports.mail_sink), "--data", str(tmp_path)]
    assert sink.outlives
    assert "mail-sink" not in [p.name for p in programs.programs(tmp_path, "postgresql:x", "redis:x", ports)]
