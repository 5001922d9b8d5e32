"""Short drills of clocks: one worker's or everybody's two hours off, the turn of the year, daylight saving."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from factories import AT_UNITEDPRINT, IN_HOUSE, item
from guards_killed import invoiced, ordered, to_be_refunded
from guards_kit import UNTIL_PAPERS, drill, frozen, wrong
from shortly import TASKS, Short
from striking import killed

from partnershop.drill.fault import Family
from partnershop.drill.points import COMMITTED, Point
from partnershop.stages import Stage

TIME = Family.TIME
TWO_HOURS = 7_200
_NEW_YEAR = "2026-01-01T00:00:00+01:00"
"""Midnight of 31 December where the shop is."""
_CLAIMS: tuple[tuple[str, int, Callable[[Short], None]], ...] = (
    ("dispatch.hand_over_in_house", 2, lambda short: ordered(short, IN_HOUSE)),
    ("dispatch.hand_over_to_unitedprint", 2, lambda short: ordered(short, AT_UNITEDPRINT)),
    ("refunds.send_requests", 0, to_be_refunded),
    ("documents.render_papers", 0, invoiced),
)


@contextmanager
def off_by(short: Short, seconds: int) -> Iterator[None]:
    """Who works within has a clock that is so far ahead of all others (or behind them)."""
    short.clock.advance(seconds)
    try:
        yield
    finally:
        short.clock.advance(-seconds)


def _a_story_with_every_second_round(short: Short, seconds: int) -> None:
    """Two workers do the work in turn, and only the clock of one of them is right."""
    scene = short.scene

    def both() -> None:
        with off_by(short, seconds):
            short.go(UNTIL_PAPERS - {Stage.INVOICING, Stage.CORRECTIONS})
        short.go()

    scene.place("A-1", [item("1", "50.00"), item("2", "30.00", options=AT_UNITEDPRINT)], payment_method="card")
    scene.pay("A-1", "97.60")
    both()
    scene.ship("A-1", "1", "2")
    scene.complain("A-1", "1", "C-1")
    with off_by(short, seconds):
        short.go()
    both()
    scene.accept("A-1", "C-1", net="10.00")
    scene.cancel("A-1", "2")
    both()
    with off_by(short, seconds):
        short.go()


@drill(TIME)
def a_worker_is_two_hours_ahead(short: Short) -> None:
    _a_story_with_every_second_round(short, TWO_HOURS)


@drill(TIME)
def a_worker_is_two_hours_behind(short: Short) -> None:
    _a_story_with_every_second_round(short, -TWO_HOURS)


def _killed_with_leases(name: str, seconds: int) -> None:
    for task, unit, prepare in _CLAIMS:

        def play(short: Short, task: str = task, unit: int = unit, prepare: Callable[[Short], None] = prepare) -> None:
            prepare(short)
            with off_by(short, seconds):
                assert killed(TASKS[task], Point(unit, COMMITTED)), "nothing was claimed"

        play.__name__ = f"{name}_is_killed_in_{task.partition('.')[2]}"
        drill(TIME)(play)


_killed_with_leases("a_worker_two_hours_ahead", TWO_HOURS)
_killed_with_leases("a_worker_two_hours_behind", -TWO_HOURS)


@drill(TIME)
def a_worker_two_hours_ahead_comes_back_late(short: Short) -> None:
    """Nobody believes its lease, so another prints the paper first; then it goes on."""
    invoiced(short)
    with off_by(short, TWO_HOURS):
        late = frozen(short, TASKS["documents.render_papers"], "1.0")
    short.drain()
    late.thaw()


@drill(TIME)
def all_clocks_are_set_back_by_two_hours(short: Short) -> None:
    """With leases in hand, pauses before the next try, and rows that bear later moments."""
    to_be_refunded(short)
    short.clock.advance(TWO_HOURS)
    for task in ("refunds.send_requests", "documents.render_papers"):
        assert killed(TASKS[task], Point(0, COMMITTED))
    short.clock.advance(-TWO_HOURS)


@drill(TIME)
def the_year_ends(short: Short) -> None:
    """Papers just before, just after, and of a worker for which it is still the old year; a reversal across it."""
    scene = short.scene
    scene.change_settings(invoice_on="placed")
    short.clock.set(_NEW_YEAR)
    for order, seconds in (("A-1", -30), ("A-2", 60), ("A-3", -60), ("A-4", 60)):
        short.clock.advance(seconds)
        scene.place(order, [item("1", "50.00"), item("2", "30.00")])
        short.go(UNTIL_PAPERS)
    scene.cancel("A-1", "2")
    short.go(UNTIL_PAPERS)
    said = [(paper.number, str(paper.issue_date)) for n in (1, 2, 3, 4) for paper in scene.papers(f"A-{n}")]
    expected = [
        ("FT-2025-000001", "2025-12-31"), ("NC-2026-000001", "2026-01-01"), ("FT-2026-000001", "2026-01-01"),
        ("FT-2026-000002", "2026-01-01"), ("FT-2026-000003", "2026-01-01"),
    ]  # fmt: skip
    if said != expected:
        wrong(short, f"the year's papers are {said} and not {expected}")


def _daylight_saving(name: str, moment: str, day: str) -> None:
    """Work in the hour before the change, with a worker killed in it, and in the hour after; bills of one day."""

    def play(short: Short) -> None:
        scene = short.scene
        scene.change_settings(invoice_on="placed")
        short.clock.set(moment)
        short.clock.advance(-60)
        scene.place("A-1", [item("1", "50.00"), item("2", "30.00", options=AT_UNITEDPRINT)])
        short.go(UNTIL_PAPERS)
        assert killed(TASKS["documents.render_papers"], Point(0, COMMITTED))
        short.clock.advance(120)
        scene.place("A-2", [item("1", "50.00")])
        scene.cancel("A-1", "1")
        short.go(UNTIL_PAPERS)
        short.clock.advance(3_600)
        scene.place("A-3", [item("1", "50.00")])
        short.drain()
        days = {str(paper.issue_date) for order in ("A-1", "A-2", "A-3") for paper in scene.papers(order)}
        if days != {day}:
            wrong(short, f"papers of {day} are dated {sorted(days)}")

    play.__name__ = name
    drill(TIME)(play)


_daylight_saving("daylight_saving_begins", "2026-03-29T01:00:00+00:00", "2026-03-29")
_daylight_saving("daylight_saving_ends", "2026-10-25T01:00:00+00:00", "2026-10-25")
