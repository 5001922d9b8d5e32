"""The points of a task: every statement and every commit is one, in the same order each time."""

from collections.abc import Callable

import pytest
from factories import Scene, item
from sqlalchemy import text

from partnershop.db import undone_on_error, unit_of_work
from partnershop.drill.points import BEFORE_COMMIT, COMMITTED, Point, watching
from tasks.inbox import apply_events


def passed(work: Callable[[], object]) -> list[str]:
    reached: list[Point] = []
    with watching(reached.append):
        work()
    return [str(point) for point in reached]


@pytest.mark.usefixtures("scene")
def test_each_statement_and_each_commit_of_each_unit_is_a_point() -> None:
    def work() -> None:
        with unit_of_work() as session:
            session.execute(text("SELECT 1"))
            with undone_on_error(session):
                session.execute(text("SELECT 2"))
        with unit_of_work() as session:
            session.execute(text("SELECT 3"))

    assert passed(work)[-3:] == ["1.0", "1.commit", "1.committed"]
    first = [point for point in passed(work) if point.startswith("0.")]
    assert first[-2:] == ["0.commit", "0.committed"]
    assert first.count("0.commit") == 1, "a savepoint that is released is no commit"


@pytest.mark.usefixtures("scene")
def test_what_is_rolled_back_is_not_committed() -> None:
    def breaks() -> None:
        with unit_of_work() as session:
            session.execute(text("SELECT 1"))
            raise ZeroDivisionError

    def work() -> None:
        with pytest.raises(ZeroDivisionError):
            breaks()
        with unit_of_work() as session:
            session.execute(text("SELECT 2"))

    assert passed(work) == ["0.0", "1.0", "1.commit", "1.committed"]


def test_the_same_work_passes_the_same_points(scene: Scene) -> None:
    runs = []
    for number in (1, 2, 3):
        scene.place(f"A-{number}", [item("1", "50.00")])
        runs.append(passed(apply_events))
    # The first run prepares what the others find in the cache.
    assert runs[1] == runs[2]
    assert len(runs[1]) > 10


@pytest.mark.parametrize("point", [Point(0, 3), Point(2, BEFORE_COMMIT), Point(1, COMMITTED)])
def test_a_point_is_read_back_from_its_text(point: Point) -> None:
    assert Point.parse(str(point)) == point
