"""The hot folder: what lies in it, and that nothing ever lies in it twice or torn."""

import errno
import json
import multiprocessing
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from counterparts import TICKET, page, ticket
from crashing import hand_over_and_die

from partnershop import clock
from partnershop.gateways.outcome import Done, Rejected, Unavailable
from partnershop.gateways.ticket import Ticket
from partnershop.gateways.workshop import HotFolder, hot_folder_of

FORK = multiprocessing.get_context("fork")


def visible(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_the_ticket_for_machines_is_the_documented_one(folder: Path) -> None:
    assert HotFolder(folder, page).hand_over(TICKET) == Done("aurora-A-1001-1.json")
    text = (folder / "aurora-A-1001-1.json").read_text(encoding="utf-8")
    assert text == (Path(__file__).with_name("ticket-version-1.json")).read_text(encoding="utf-8")
    assert "für Müller" in text
    assert (folder / "aurora-A-1001-1.pdf").read_bytes() == page(TICKET)
    assert visible(folder) == ["aurora-A-1001-1.json", "aurora-A-1001-1.pdf"]
    assert list((folder / ".tmp").iterdir()) == []


def test_each_shop_has_its_own_folder(tmp_path: Path) -> None:
    assert hot_folder_of(tmp_path, "aurora") == tmp_path / "hotfolder" / "aurora"
    for shop in ("..", "a/b", ""):
        with pytest.raises(ValueError, match="folder"):
            hot_folder_of(tmp_path, shop)


def test_a_ticket_that_was_taken_away_is_not_written_again(folder: Path) -> None:
    first = HotFolder(folder, page).hand_over(TICKET)
    for name in visible(folder):
        (folder / name).unlink()

    def no_page(_ticket: Ticket) -> bytes:
        raise AssertionError("a ticket that was handed over needs no page")

    assert HotFolder(folder, no_page).hand_over(TICKET) == first
    assert visible(folder) == []


def test_a_ticket_that_lies_there_is_not_touched(folder: Path) -> None:
    workshop = HotFolder(folder, page)
    workshop.hand_over(TICKET)
    before = (folder / "aurora-A-1001-1.json").stat()
    workshop.hand_over(TICKET)
    after = (folder / "aurora-A-1001-1.json").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_withdrawal_is_a_file_with_the_reason_written_once(folder: Path) -> None:
    workshop = HotFolder(folder, page)
    workshop.hand_over(TICKET)
    assert workshop.withdraw(TICKET.key, "Widerruf des Kunden.") == Done("aurora-A-1001-1.withdrawn.json")
    content = json.loads((folder / "aurora-A-1001-1.withdrawn.json").read_bytes())
    assert (content["schema"], content["version"], content["key"]) == ("partnershop.withdrawal", 1, TICKET.key)
    assert content["reason"] == "Widerruf des Kunden."
    assert content["withdrawn_at"].endswith("+00:00")
    (folder / "aurora-A-1001-1.withdrawn.json").unlink()
    assert workshop.withdraw(TICKET.key, "Again.") == Done("aurora-A-1001-1.withdrawn.json")
    assert visible(folder) == ["aurora-A-1001-1.json", "aurora-A-1001-1.pdf"]


def test_a_ticket_cannot_pass_for_a_withdrawal(folder: Path) -> None:
    assert isinstance(HotFolder(folder, page).hand_over(ticket("A-1.withdrawn")), Rejected)


def test_text_that_is_not_unicode_is_rejected(folder: Path) -> None:
    broken = Ticket(**{**TICKET.__dict__, "description": "\ud800"})
    assert isinstance(HotFolder(folder, page).hand_over(broken), Rejected)
    assert isinstance(HotFolder(folder, page).withdraw(TICKET.key, "\ud800"), Rejected)


def test_a_page_that_cannot_be_made_leaves_nothing_and_may_be_tried_again(folder: Path) -> None:
    def broken(_ticket: Ticket) -> bytes:
        raise RuntimeError("no font")

    outcome = HotFolder(folder, broken).hand_over(TICKET)
    assert isinstance(outcome, Unavailable)
    assert "no font" in outcome.reason
    assert isinstance(HotFolder(folder, page).hand_over(TICKET), Done)


def test_a_folder_that_is_a_file_is_unavailable_and_named(folder: Path) -> None:
    folder.parent.mkdir(parents=True)
    folder.touch()
    for outcome in (HotFolder(folder, page).hand_over(TICKET), HotFolder(folder, page).withdraw(TICKET.key, "x")):
        assert isinstance(outcome, Unavailable)
        assert str(folder) in outcome.reason


def test_a_full_disk_is_unavailable_and_leaves_nothing_behind(folder: Path) -> None:
    # A limit on the size of files fails the write as a full disk does, without filling one.
    program = (
        "import resource, sys; from pathlib import Path; "
        "from partnershop.gateways.workshop import HotFolder; from counterparts import TICKET, page; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)); "
        "print(HotFolder(Path(sys.argv[1]), page).hand_over(TICKET))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert answer.stdout.startswith("Unavailable(")
    assert str(folder) in answer.stdout
    assert visible(folder) == []
    assert list((folder / ".tmp").iterdir()) == []
    assert isinstance(HotFolder(folder, page).hand_over(TICKET), Done)


def test_leftovers_of_killed_processes_go_and_fresh_ones_stay(folder: Path) -> None:
    workshop = HotFolder(folder, page)
    workshop.hand_over(ticket("A-1"))
    old, fresh = folder / ".tmp" / "A-2.0", folder / ".tmp" / "A-3.0"
    for leftover in (old, fresh):
        leftover.mkdir()
        (leftover / "000-A.pdf").write_bytes(b"torn")
    two_hours_ago = (clock.now() - timedelta(hours=2)).timestamp()
    os.utime(old, (two_hours_ago, two_hours_ago))
    workshop.hand_over(ticket("A-4"))
    assert [path.name for path in (folder / ".tmp").iterdir()] == ["A-3.0"]


def crash(folder: Path, stop_before: int, key: str) -> bool:
    """Hand the ticket over in a process that dies before its n-th change to the disk; True if it lived to the end."""
    process = FORK.Process(target=hand_over_and_die, args=(folder, stop_before, key))
    process.start()
    process.join(timeout=30)
    assert process.exitcode in (0, 9), process.exitcode
    return process.exitcode == 0


@pytest.mark.parametrize("print_works", ["leave the tickets", "take them at once"])
def test_killed_at_any_step_the_ticket_appears_exactly_once_and_whole(tmp_path: Path, print_works: str) -> None:
    steps = 0
    lived = False
    while not lived:
        # A folder of its own each time: making it is among the steps.
        folder = tmp_path / f"Müller & Söhne {steps}" / "hotfolder"
        lived = crash(folder, steps, "A-1")
        appeared = take(folder, "A-1") if print_works == "take them at once" else 0
        # The next try dies as well, two steps in, and only the third comes through.
        crash(folder, 2, "A-1")
        appeared += take(folder, "A-1") if print_works == "take them at once" else 0
        assert HotFolder(folder, page).hand_over(ticket("A-1")) == Done("A-1.json")
        assert appeared + take(folder, "A-1") == 1, f"killed before step {steps}"
        steps += 1
    # Folders, files, syncs and renames: fewer would mean that the crashing did not reach the code under test.
    assert steps > 15


def take(folder: Path, key: str) -> int:
    """Be the print works: take the ticket if its JSON is there. Whole, and the page before it, or it is an error."""
    path = folder / f"{key}.json"
    if not path.exists():
        return 0
    assert json.loads(path.read_bytes())["key"] == key
    assert (folder / f"{key}.pdf").read_bytes() == page(ticket(key))
    path.unlink()
    (folder / f"{key}.pdf").unlink()
    return 1


def hand_over_many(folder: Path, keys: list[str], barrier: "multiprocessing.synchronize.Barrier") -> None:
    workshop = HotFolder(folder, page)
    for key in keys:
        barrier.wait(timeout=30)
        assert workshop.hand_over(ticket(key)) == Done(f"{key}.json")


def test_four_processes_with_the_same_keys_write_each_once(folder: Path) -> None:
    keys = [f"A-{number}" for number in range(40)]
    barrier = FORK.Barrier(4)
    processes = [FORK.Process(target=hand_over_many, args=(folder, keys, barrier)) for _ in range(4)]
    for process in processes:
        process.start()
    taken: list[str] = []
    while any(process.is_alive() for process in processes):
        taken += [key for key in keys if take(folder, key)]
    for process in processes:
        process.join(timeout=30)
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
    taken += [key for key in keys if take(folder, key)]
    assert sorted(taken) == sorted(keys)
    assert list((folder / ".tmp").iterdir()) == []


def interrupted(folder: Path, key: str) -> None:
    """Leave a hand-over that was killed after its claim and before its publication."""
    for stop_before in range(30):
        crash(folder, stop_before, key)
        if (folder / ".sent" / key).exists():
            break
    assert visible(folder) == []


def test_an_interrupted_ticket_is_finished_before_it_is_withdrawn(folder: Path) -> None:
    interrupted(folder, "A-1")
    assert HotFolder(folder, page).withdraw("A-1", "Cancelled.") == Done("A-1.withdrawn.json")
    assert visible(folder) == ["A-1.json", "A-1.pdf", "A-1.withdrawn.json"], "or the ticket could appear afterwards"


def test_an_unreadable_memory_is_not_an_empty_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted(folder, "A-1")
    stat = Path.stat

    def unreadable(path: Path, **options: bool) -> os.stat_result:
        if path.parent.name == ".sent":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return stat(path, **options)

    monkeypatch.setattr(Path, "stat", unreadable)
    assert isinstance(HotFolder(folder, page).hand_over(ticket("A-1")), Unavailable)
    monkeypatch.undo()
    assert isinstance(HotFolder(folder, page).hand_over(ticket("A-1")), Done)
    assert take(folder, "A-1") == 1
