"""What single faults do to a pretended place; and that whatever they took is given back, also if broken off."""

import errno
import os
import random
from datetime import UTC, datetime

import psycopg
import pytest
from pretended import STARTED, Clock, PretendedPlace, pretended

from partnershop.drill.fault import Fault, Injecting, NotInTime, NotStruck, Until, Wait
from partnershop.drill.faults import FAULTS, deploy, disk_full, frozen, killed, others, times
from partnershop.drill.faults.killed import TASKS, a_point
from partnershop.drill.faults.world import KILLS, World
from partnershop.drill.points import COMMITTED, Point
from partnershop.drill.strikes import How, Strike, Struck
from workers.queues import QUEUES


def world_and_place() -> tuple[World, PretendedPlace]:
    return pretended(Clock())


def named(name: str) -> Fault:
    return next(fault for fault in FAULTS if fault.name == name)


def done(steps: Injecting, place: PretendedPlace, waits_for: Wait = 0.0) -> str:
    """Go on with a fault to its end, its questions asked again after a tick each; what it says."""
    try:
        while True:
            is_late = isinstance(waits_for, Until) and not answered(waits_for, place)
            waits_for = steps.throw(NotInTime("it")) if is_late else next(steps)
    except StopIteration as ended:
        return str(ended.value)


def answered(until: Until, place: PretendedPlace) -> bool:
    """Whether the answer is yes after some ticks."""
    for _ in range(20):
        if until.question():
            return True
        place.tick()
    return False


def test_a_killed_child_is_counted() -> None:
    world, place = world_and_place()
    said = done(killed.kill_child(world, random.Random(1)), place)
    assert len(place.killed) == world.counts[KILLS] == 1
    assert str(place.killed[0]) in said


def test_a_killed_group_counts_each_of_its_processes_and_is_waited_for() -> None:
    world, place = world_and_place()
    world.kept.add("worker-mail")
    assert done(killed.kill_group(world, random.Random(1)), place) == "killed the 3 processes of worker-flow"
    assert world.counts[KILLS] == 3
    assert world.kept == {"worker-mail"}


def test_a_program_that_another_fault_is_at_work_on_is_left_alone() -> None:
    world, place = world_and_place()
    world.kept.update(place.workers())
    with pytest.raises(NotStruck):
        next(killed.kill_main(world, random.Random(1)))
    assert place.killed == []
    with world.keeping("postgres"), pytest.raises(NotStruck):
        next(named("immediate shutdown").inject(world, random.Random(1)))


def test_a_strike_inside_a_task_counts_once_it_was_carried_out() -> None:
    world, place = world_and_place()
    steps = killed.kill_at_a_point(world, random.Random(1))
    waits_for = next(steps)
    (strike,) = place.orders
    assert isinstance(waits_for, Until)
    assert not waits_for.question()
    place.carried_out.append(Struck(Strike(How.KILL, "another.task"), 7, 0.0))
    assert not waits_for.question()
    assert world.counts[KILLS] == 0
    place.carried_out.append(Struck(strike, 4711, 0.0))
    assert done(steps, place, waits_for) == f"killed pid 4711 in {strike.task} at {strike.point}"
    assert world.counts[KILLS] == 1


def test_a_strike_that_nobody_came_by_is_taken_back_and_does_not_count() -> None:
    world, place = world_and_place()
    with pytest.raises(NotStruck):
        done(killed.kill_at_a_point(world, random.Random(1)), place)
    assert place.withdrawn == place.orders
    assert world.counts[KILLS] == 0


def test_a_strike_that_is_broken_off_is_taken_back() -> None:
    world, place = world_and_place()
    steps = killed.kill_at_a_point(world, random.Random(1))
    next(steps)
    steps.close()
    assert place.withdrawn == place.orders


def test_tasks_are_struck_at_every_kind_of_point_in_several_units() -> None:
    assert set(TASKS) == {task for queue in QUEUES.values() for task in queue.tasks if "reconciliation" not in task}
    chance = random.Random(1)
    points = [a_point(chance, 20) for _ in range(500)]
    assert {point.unit for point in points} == {0, 1, 2}
    assert {"commit", "committed"} < {point.at for point in points}
    assert Point(0, COMMITTED) in points
    assert len({point.at for point in points if isinstance(point.at, int)}) > 10


def test_a_frozen_worker_is_thawed_whatever_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    leased = iter([[(17, 1)], [(17, 1)], [(17, 2)]])
    monkeypatch.setattr(World, "rows", lambda *_: next(leased))
    world, place = world_and_place()
    steps = named("frozen while mailing").inject(world, random.Random(1))
    waits_for = next(steps)
    place.carried_out.append(Struck(place.orders[0], 203, 0.0))
    assert "another took 1 rows over" in done(steps, place, waits_for)
    assert place.thawed[0] == 203
    assert place.modes == [("extra", "worker-mail"), ("no extra", "worker-mail")]
    assert world.kept == set()


def test_a_worker_that_froze_with_empty_hands_does_not_count_and_is_thawed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(World, "rows", lambda *_: [])
    world, place = world_and_place()
    steps = named("frozen while mailing").inject(world, random.Random(1))
    waits_for = next(steps)
    place.carried_out.append(Struck(place.orders[0], 203, 0.0))
    with pytest.raises(NotStruck):
        done(steps, place, waits_for)
    assert 203 in place.thawed


def test_a_worker_that_is_frozen_while_the_drill_breaks_off_is_thawed() -> None:
    world, place = world_and_place()
    steps = named("frozen while mailing").inject(world, random.Random(1))
    next(steps)
    place.carried_out.append(Struck(place.orders[0], 203, 0.0))
    steps.close()
    assert place.thawed == [203]


def test_every_stage_with_a_lease_is_frozen() -> None:
    assert {fault.name for fault in frozen.FAULTS} == {
        "frozen while handing over in house", "frozen while ordering from Unitedprint", "frozen while printing",
        "frozen while asking for a refund", "frozen while mailing",
    }  # fmt: skip


@pytest.mark.parametrize("fault", others.FAULTS, ids=lambda fault: fault.name)
def test_what_others_do_wrong_ends_with_the_fault_also_when_it_is_broken_off(fault: Fault) -> None:
    world, place = world_and_place()
    steps = fault.inject(world, random.Random(1))
    next(steps)
    troubles: list[tuple[str, float]] = world.stream.troubles  # type: ignore[attr-defined]
    assert any(mode[1] != "normal" for mode in place.modes) or any(share for _, share in troubles)
    steps.close()
    assert not place.modes or place.modes[-1][1] == "normal"
    assert not troubles or troubles[-1][1] == 0
    assert world.kept == set()


def test_the_year_ends_in_the_shops_zone_and_not_in_utc() -> None:
    assert times.next_new_year(STARTED) == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert times.next_new_year(datetime(2026, 12, 31, 23, tzinfo=UTC)) == datetime(2027, 12, 31, 23, tzinfo=UTC)


def test_daylight_saving_begins_on_the_last_sunday_of_march() -> None:
    assert times.next_summer_time(STARTED) == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert times.next_summer_time(datetime(2027, 3, 28, 1, tzinfo=UTC)) == datetime(2028, 3, 26, 1, tzinfo=UTC)
    before, after = (moment.astimezone(times.ZONE).utcoffset() for moment in (
        datetime(2027, 3, 28, 0, 59, 59, tzinfo=UTC), datetime(2027, 3, 28, 1, tzinfo=UTC),
    ))  # fmt: skip
    assert before != after


def test_the_workers_that_are_frozen_or_restarted_are_those_that_there_are() -> None:
    known = {f"worker-{name}" for name in ("flow", "dispatch", "unitedprint", "documents", "mail")}
    assert {work.worker for work in frozen._WORKS.values()} <= known
    assert deploy._RENDERER in known


def test_the_small_disk_is_full_once_it_is_filled_and_has_room_again() -> None:
    with disk_full.small_disk() as disk:
        if disk is None:
            pytest.skip("this user may not mount a file system")
        path = disk.folder / "row"
        assert disk.fill() > 0
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            path.write_bytes(b"x" * 2**20)
        disk.clear()
        path.write_bytes(b"x" * 2**20)
    assert not disk.folder.exists()


def test_without_such_a_disk_the_server_refuses_as_if_it_were_full_and_stops_to(
    clean_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, place = world_and_place()
    monkeypatch.setattr(place, "sql", lambda: psycopg.connect(clean_database, autocommit=True))
    steps = disk_full.full(world, random.Random(1))
    next(steps)
    nothing = "INSERT INTO item_history SELECT * FROM item_history"
    with psycopg.connect(clean_database, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.DiskFull):
            connection.execute(nothing)
        steps.close()
        connection.execute(nothing)
    assert world.kept == set()
