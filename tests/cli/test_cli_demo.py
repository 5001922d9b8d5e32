"""The demo and `up` as they are typed: real servers, web, workers, beat and Flower, and nothing left of them."""

import json
import os
import signal
import subprocess
import sys
import time
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from partnershop.machine.ports import is_open

_COMMAND = [sys.executable, "-c", "from workers.command import main; main()"]


def environment(home: Path) -> dict[str, str]:
    """The environment without what names servers; data and papers go under `home`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PARTNERSHOP_")}
    for name in ("DATABASE_URL", "BROKER_URL"):
        kept.pop(name, None)
    return kept | {"XDG_DATA_HOME": str(home), "TMPDIR": str(home)}


def left_behind(folder: Path) -> list[str]:
    """The command lines of processes that name this folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            found.append(line)
    return found


def test_the_demo_ends_on_the_expected_books_and_leaves_only_the_papers(reachable_folder: Path, tmp_path: Path) -> None:
    papers = tmp_path / "the papers"
    ended = subprocess.run(
        [*_COMMAND, "demo", "--once", "--to", str(papers)],
        # What is for the real product is not for a demo: neither its mails nor its papers leave this machine.
        env=environment(reachable_folder)
        | {"PARTNERSHOP_SMTP_URL": "smtp://127.0.0.1:9", "PARTNERSHOP_OBJECTS_URL": "s3://real?endpoint=http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        timeout=420,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    assert "all 12 invariants hold" in ended.stdout
    assert "the books and the mails are the expected ones" in ended.stdout
    assert "the findings are the expected ones" in ended.stdout
    for code in ("aurora", "gutendruck", "retail"):
        entries = [
            json.loads(line) for line in (papers / code / "index.jsonl").read_text(encoding="utf-8").splitlines()
        ]
        assert entries
        assert all((papers / code / entry["pdf"]).read_bytes().startswith(b"%PDF-") for entry in entries)
    assert "mails, as they came over the wire in" in ended.stdout
    mails = [message_from_bytes(path.read_bytes(), policy=default) for path in (papers / "mails").glob("*.eml")]
    assert len({mail["Message-ID"] for mail in mails}) == len(mails)
    attached = [bytes(part.get_content()) for mail in mails for part in mail.iter_attachments()]
    stored = [path.read_bytes() for code in ("aurora", "gutendruck") for path in (papers / code).glob("*.pdf")]
    assert sorted(attached) == sorted(stored), "each paper went out once, with the stored bytes; retail sends its own"
    assert list(reachable_folder.glob("partnershop-demo-*")) == []
    assert left_behind(reachable_folder) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_up_tells_its_addresses_and_leaves_nothing_when_asked_to_end(
    number: signal.Signals, reachable_folder: Path
) -> None:
    data = reachable_folder / "data"
    process = subprocess.Popen([*_COMMAND, "up", "--data", str(data)], env=environment(reachable_folder))
    try:
        deadline = time.monotonic() + 120
        while not (data / "up.json").exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)
        up = json.loads((data / "up.json").read_text(encoding="utf-8"))
        assert {"intake", "flower", "database", "broker", "pids"} <= set(up)
        ports = [
            int(up[name].rpartition(":")[2].partition("/")[0]) for name in ("intake", "flower", "database", "broker")
        ]
        assert all(is_open(port) for port in ports)
        process.send_signal(number)
        assert process.wait(90) == 0
    finally:
        process.kill()
        process.wait()
    assert not any(is_open(port) for port in ports)
    assert left_behind(data) == []
    assert not (data / "up.json").exists()


@pytest.mark.parametrize(
    ("name", "url", "said"),
    [
        ("PARTNERSHOP_OBJECTS_URL", "https://key:hidden@bucket.example/papers", "must be s3://BUCKET/PREFIX?endpoint=URL"),
        ("PARTNERSHOP_SMTP_URL", "key:hidden@mail.example:587", "must start with smtp://"),
    ],
)  # fmt: skip
def test_up_with_a_wrong_address_does_not_start(reachable_folder: Path, name: str, url: str, said: str) -> None:
    ended = subprocess.run(
        [*_COMMAND, "up", "--data", str(reachable_folder / "data")],
        env=environment(reachable_folder) | {name: url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"{name} {said}")
    assert "hidden" not in ended.stderr
    assert "Valkey" not in ended.stderr, "nothing was started"
