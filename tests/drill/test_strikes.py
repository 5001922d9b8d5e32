"""Orders to workers: each is carried out once, at its point, by one process, and none that was withdrawn."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from partnershop.drill.points import BEFORE_COMMIT, Point
from partnershop.drill.strikes import How, Orders, Strike
from partnershop.drill.strikes_done import Poisoned, Striker

TASK = "inbox.apply_events"
AT_COMMIT = Strike(How.KILL, TASK, Point(0, BEFORE_COMMIT))
PASSED = [Point(0, 0), Point(0, 1), Point(0, BEFORE_COMMIT), Point(1, 0)]


@pytest.fixture
def orders(tmp_path: Path) -> Orders:
    return Orders(tmp_path)


def run(orders: Orders, task: str = TASK) -> list[Point]:
    """A task in this process; the points it passes."""
    striker, passed = Striker(orders), []
    striker.starts(task)
    for point in PASSED:
        passed.append(point)
        striker.reached(point)
    striker.end()
    return passed


def in_a_child(work: Callable[[], object]) -> int:
    """Do it in a forked child; how it ended, as `os.waitpid` says."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001  (a child must never come back into pytest)
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def test_a_child_dies_where_it_is_told_to_and_only_once(orders: Orders, tmp_path: Path) -> None:
    def task() -> None:
        striker = Striker(orders)
        striker.starts(TASK)
        for point in PASSED:
            (tmp_path / f"passing {point}").touch()
            striker.reached(point)

    orders.give(AT_COMMIT)
    assert os.WTERMSIG(in_a_child(task)) == signal.SIGKILL
    assert {path.name for path in tmp_path.glob("passing*")} == {"passing 0.0", "passing 0.1", "passing 0.commit"}
    (struck,) = orders.collect()
    assert (struck.strike, struck.pid > 0, struck.at > 0) == (AT_COMMIT, True, True)
    assert orders.collect() == []
    assert in_a_child(task) == 0, "the order was carried out already"


def test_an_order_without_a_point_strikes_at_the_first(orders: Orders) -> None:
    orders.give(Strike(How.KILL, TASK))
    assert os.WTERMSIG(in_a_child(lambda: run(orders))) == signal.SIGKILL


def test_an_order_is_for_one_task(orders: Orders) -> None:
    orders.give(AT_COMMIT)
    assert run(orders, "routing.route_items") == PASSED
    assert orders.take(TASK) is not None


def test_a_task_that_does_not_pass_the_point_leaves_the_order_to_another(orders: Orders) -> None:
    orders.give(Strike(How.KILL, TASK, Point(7, 0)))
    assert run(orders) == PASSED
    assert orders.take(TASK) is not None


def test_only_one_takes_an_order(orders: Orders, tmp_path: Path) -> None:
    orders.give(AT_COMMIT)
    assert Orders(tmp_path).take(TASK) is not None
    assert orders.take(TASK) is None


def test_an_order_that_was_withdrawn_is_not_carried_out_even_where_it_was_taken(orders: Orders) -> None:
    orders.give(AT_COMMIT)
    striker = Striker(orders)
    striker.starts(TASK)
    orders.withdraw(AT_COMMIT)
    for point in PASSED:
        striker.reached(point)
    striker.end()
    assert orders.collect() == []
    assert run(orders) == PASSED


def test_poison_strikes_the_same_order_every_time_and_no_other(orders: Orders) -> None:
    poison = Strike(How.FAIL, "documents.render_papers", order="A-1")
    orders.give(poison)
    striker = Striker(orders)
    for _ in range(2):
        with pytest.raises(Poisoned):
            striker.poison("documents", "A-1")
    striker.poison("documents", "A-2")
    striker.poison("mail", "A-1")
    assert striker.knows_poison("documents")
    assert not striker.knows_poison("mail")
    assert [struck.strike for struck in orders.collect()] == [poison, poison]
    orders.withdraw(poison)
    striker.poison("documents", "A-1")


def test_what_eats_memory_ends_at_its_limit_and_gives_it_back(orders: Orders) -> None:
    def eats() -> None:
        with pytest.raises(MemoryError):
            Striker(orders).poison("documents", "A-1")
        assert len(bytearray(300 * 1024 * 1024)) > 0

    orders.give(Strike(How.HOG, "documents.render_papers", order="A-1"))
    assert in_a_child(eats) == 0


def test_what_crashes_ends_by_a_real_segmentation_fault(orders: Orders) -> None:
    orders.give(Strike(How.SEGV, "documents.render_papers", order="A-1"))
    ended = in_a_child(lambda: Striker(orders).poison("documents", "A-1"))
    assert os.WTERMSIG(ended) == signal.SIGSEGV


def test_what_hangs_does_not_hear_the_soft_time_limit(orders: Orders) -> None:
    orders.give(Strike(How.HANG, "documents.render_papers", order="A-1"))
    child = os.fork()
    if child == 0:
        Striker(orders).poison("documents", "A-1")
        os._exit(0)
    while not orders.collect():
        assert os.waitpid(child, os.WNOHANG) == (0, 0)
    while int(_status(child, "SigBlk"), 16) & 1 << signal.SIGUSR1 - 1 == 0:
        pass
    os.kill(child, signal.SIGUSR1)
    assert os.waitpid(child, os.WNOHANG) == (0, 0)
    os.kill(child, signal.SIGKILL)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


def _status(pid: int, member: str) -> str:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(line.partition(":")[2].strip() for line in lines if line.startswith(member))
