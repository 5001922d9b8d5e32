"""A real place: servers, wires, programs, and every harm that faults do to them."""

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from placing import Played

from partnershop import clock
from partnershop.drill.place import prepared
from partnershop.drill.plan import Plan
from partnershop.drill.points import Point
from partnershop.drill.strikes import How, Strike
from partnershop.machine.ports import is_open
from partnershop.programs import QUEUES

# One place for all of these tests: it takes its time to come up.
pytestmark = pytest.mark.xdist_group("a place of a drill")

RENDERS = "documents.render_papers"
CLAIMING, PRINTED = Point(0, 3), Point(1, 0)
"""Points that only a task passes which has found a paper: before its lease is committed, and before its bytes are."""


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    """The place; when it is given up, nothing of it is left."""
    before = dict(os.environ)
    with prepared(Plan(minutes=1, seed=1), lambda _: None) as place:
        yield Played(place)
        pids = [pid for name in (*place.names(), "postgres", "valkey") if (pid := place.pid(name))]
        ports = place.database_wire.port, place.broker_wire.port, int(place.intake.rpartition(":")[2])
    assert pids
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []
    assert [port for port in ports if is_open(port)] == []
    assert not place.data.exists()
    assert not place.postgres_data.exists()
    assert dict(os.environ) == before


def environment(pid: int | None) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(line.split("=", 1) for line in lines if line)


def test_an_order_goes_through_the_door_to_its_producer_its_paper_and_its_mail(played: Played) -> None:
    place = played.place
    number = played.order()
    assert played.until_rendered(number) == 1
    played.until(lambda: place.outside().mails, "the mail")
    played.until(lambda: place.outside().handed, "the hand-over")
    outside = place.outside()
    assert outside.mails is not None
    assert outside.handed is not None
    assert outside.refunds == ()
    assert [len(mail.papers) for mail in outside.mails] == [1]
    assert all(number in handed.key for handed in outside.handed)
    assert place.workers() == [f"worker-{name}" for name in QUEUES]
    assert place.database_wire.connections > 0
    assert place.broker_wire.connections > 0
    with place.redis() as client:
        assert client.ping()


def test_a_child_is_killed_at_the_point_itself_and_once(played: Played) -> None:
    """A lease whose commit did not come was never taken: the next one is the first."""
    place = played.place
    played.until_ready("worker-documents")
    main = place.pid("worker-documents")
    children = place.children("worker-documents")
    number = played.order()
    struck = played.strike(Strike(How.KILL, RENDERS, CLAIMING))
    assert struck.pid in children
    played.until(lambda: not Path(f"/proc/{struck.pid}").exists(), "the child gone")
    assert played.until_rendered(number) == 1
    assert place.struck() == []
    assert place.pid("worker-documents") == main


def test_who_was_frozen_comes_back_late_and_finds_it_done(played: Played) -> None:
    place = played.place
    played.until_ready("worker-documents")
    number = played.order()
    struck = played.strike(Strike(How.STOP, RENDERS, PRINTED))
    main = place.pid("worker-documents")
    assert main is not None
    states = [Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").split()[2] for pid in (main, struck.pid)]
    assert states == ["T", "T"], "its main process as well, which would end it otherwise"
    place.start_extra("worker-documents")
    assert "worker-documents-2" in place.workers()
    assert played.until_rendered(number) == 2
    place.thaw(struck.pid)
    log = place.log("worker-documents")
    said = "another worker was faster"
    played.until(lambda: said in log.read_text(encoding="utf-8"), "the late one heard of")
    assert played.rendering(number) == ("done", 2)
    place.stop_extra("worker-documents")
    played.until(lambda: "worker-documents-2" not in place.names(), "the extra worker gone")


def test_poison_parks_the_paper_of_one_order_and_no_other(played: Played) -> None:
    place = played.place
    played.until_ready("worker-documents", "worker-flow")
    poison = Strike(How.FAIL, RENDERS, order=played.next_number())
    place.order(poison)
    poisoned, healthy = played.order(), played.order()
    played.until(lambda: (played.rendering(poisoned) or (None,))[0] == "parked", "the poisoned paper parked")
    played.until_rendered(healthy)
    assert {struck.strike for struck in place.struck()} == {poison}
    place.withdraw(poison)


def test_what_is_held_stays_ended_and_what_is_released_comes_back(played: Played) -> None:
    place = played.place
    played.until_ready("worker-mail")
    before = place.pid("worker-mail")
    place.hold("worker-mail")
    assert place.kill_group("worker-mail") == 3
    assert place.pid("worker-mail") is None
    assert place.kill_group("worker-mail") == 0
    played.order()
    assert not place.is_ready("worker-mail")
    assert place.pid("worker-mail") is None
    place.release("worker-mail")
    played.until_ready("worker-mail")
    assert place.pid("worker-mail") != before


def test_a_rolling_restart_ends_a_program_in_order(played: Played) -> None:
    place = played.place
    before = place.pid("beat")
    place.end("beat")
    played.until(lambda: place.pid("beat") not in (None, before), "another beat")


def test_the_database_goes_down_at_once_and_comes_back_with_all_it_had(played: Played) -> None:
    place = played.place
    number = played.order()
    place.hold("postgres")
    place.end("postgres")
    played.until(lambda: place.pid("postgres") is None, "PostgreSQL gone")
    place.tick()
    assert not place.is_ready("postgres")
    assert place.pid("postgres") is None
    place.release("postgres")
    played.until_ready("postgres")
    played.until_rendered(number)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_order_survives_commits_that_nobody_hears_of(played: Played, moment: str) -> None:
    place = played.place
    before = place.database_wire.commits_cut
    place.database_wire.cut_at_commit(moment, 3)  # type: ignore[arg-type]  # a literal of the parameters above
    number = played.order()
    played.until_rendered(number)
    assert place.database_wire.commits_cut == before + 3
    with place.sql() as connection:
        found = connection.execute("SELECT count(*) FROM orders WHERE number = %s", (number,)).fetchone()
    assert found == (1,)


def test_a_program_may_have_a_clock_of_its_own(played: Played) -> None:
    place = played.place
    before, now = place.pid("beat"), place.now()
    place.set_clock(7200, "beat")
    played.until(lambda: place.pid("beat") not in (None, before), "another beat")
    assert environment(place.pid("beat"))["PARTNERSHOP_CLOCK_OFFSET_SECONDS"] == "7200"
    assert place.now() - now < timedelta(hours=1)


def test_the_others_behave_as_they_are_told(played: Played) -> None:
    place = played.place
    place.producer_mode("error", share=1)
    place.mail_mode("busy_421")
    number = played.order()
    played.until_rendered(number)
    sent = len(place.outside().mails or ())
    place.mail_mode("normal")
    place.producer_mode("normal")
    played.until(lambda: len(place.outside().mails or ()) > sent, "the mail after all")


def test_one_process_is_frozen_and_thawed(played: Played) -> None:
    pid = played.place.pid("beat")
    assert pid is not None
    played.place.freeze(pid)
    played.until(lambda: "T" in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").split()[2], "frozen")
    played.place.thaw(pid)
    played.until(lambda: "T" not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").split()[2], "thawed")


def test_the_broker_comes_back_with_an_empty_disk(played: Played) -> None:
    place = played.place
    with place.redis() as client:
        client.set("before", "1")
    place.hold("valkey")
    before = place.pid("valkey")
    assert before is not None
    place.kill(before)
    shutil.rmtree(place.valkey_folder / "appendonlydir")
    place.release("valkey")
    played.until_ready("valkey")
    with place.redis() as client:
        assert client.get("before") is None
    assert place.pid("valkey") != before


def test_the_whole_place_has_another_time(played: Played) -> None:
    place = played.place
    before = {name: place.pid(name) for name in place.names()}
    place.set_clock(-3600)
    assert clock.now() == pytest.approx(place.now(), abs=timedelta(minutes=1))
    played.until(lambda: all(place.pid(name) not in (None, pid) for name, pid in before.items()), "all restarted")
    for name in place.names():
        assert environment(place.pid(name))["PARTNERSHOP_CLOCK_OFFSET_SECONDS"] == "-3600"
