"""The conductor: what it draws from a seed, how often, what it counts, and when something has recovered."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import psycopg
import pytest
from pretended import Clock, fault, pretended, raising, waiting

from partnershop.drill.conducting import Conductor, Lane, chosen, lanes_of
from partnershop.drill.drill_lanes import LANES
from partnershop.drill.drill_run import QUIET_SHARE
from partnershop.drill.fault import Family, Fault, Injecting, NotPossible, NotStruck, Until
from partnershop.drill.faults import FAULTS
from partnershop.drill.faults.database import RESTART
from partnershop.drill.faults.world import LOSSES, RESTARTS, World
from partnershop.drill.watching import Look
from partnershop.errors import Refused

_STEP_SECONDS = 0.25


def conducted(
    lanes: Sequence[Lane], seconds: float, clock: Clock | None = None, world: World | None = None
) -> Conductor:
    """A conductor whose time has passed, faults being begun all the while."""
    clock = clock or Clock()
    world = world or pretended(clock)[0]
    conductor = Conductor(world, lanes, begins=clock(), ends=clock() + seconds, clock=clock)
    until = clock() + seconds
    while clock() < until or conductor.is_busy:
        world.place.tick()
        conductor.step()
        clock.passes(_STEP_SECONDS)
    return conductor


def lane(*faults: Fault, seed: int = 7, name: str = "lane", pause: float = 1.0) -> Lane:
    return Lane(name, faults, lambda chance: chance.uniform(pause / 2, pause), seed)


def names(conductor: Conductor) -> list[str]:
    return [injection.fault.name for injection in conductor.injections]


def test_the_same_seed_draws_the_same_faults_at_the_same_moments() -> None:
    def told(seed: int) -> list[tuple[str, float]]:
        faults = [fault(name) for name in "abcdefgh"]
        conductor = conducted([lane(*faults, seed=seed)], 60)
        return [(injection.fault.name, injection.began) for injection in conductor.injections]

    assert told(1) == told(1)
    assert told(1) != told(2)


def test_a_lane_draws_the_same_whatever_lanes_are_beside_it() -> None:
    first = [fault(name) for name in "abcdefgh"]
    alone = conducted([lane(*first)], 60)
    beside = conducted([lane(*first), lane(fault("z"), name="another")], 60)
    assert [name for name in names(beside) if name != "z"] == names(alone)


def test_every_fault_strikes_once_before_any_strikes_twice() -> None:
    faults = [fault(name, weight=weight) for name, weight in zip("abcdef", (50, 1, 1, 1, 1, 1), strict=True)]
    drawn = names(conducted([lane(*faults)], 60))
    assert sorted(drawn[:6]) == list("abcdef")
    assert Counter(drawn[6:])["a"] > len(drawn[6:]) / 2


def test_a_fault_that_may_strike_once_strikes_once() -> None:
    drawn = names(conducted([lane(fault("once", at_most=1), fault("often"))], 60))
    assert drawn.count("once") == 1
    assert drawn.count("often") > 5


def test_a_fault_that_is_not_drawn_by_weight_strikes_once() -> None:
    assert names(conducted([lane(fault("rare", weight=0), fault("often"))], 60)).count("rare") == 1


def test_a_fault_with_a_moment_of_its_own_waits_for_it_and_strikes_once() -> None:
    special = fault("special", due=lambda world: world.progress > 0.5)
    conductor = conducted([lane(fault("often"), special)], 60)
    (struck,) = [injection for injection in conductor.injections if injection.fault is special]
    assert struck.began - 1000.0 >= 30


def test_nothing_is_begun_after_the_end_and_what_runs_is_finished() -> None:
    clock = Clock()
    conductor = conducted([lane(*(fault(name, waiting(7.0, "done")) for name in "abcdef"))], 20, clock)
    for _ in range(100):
        conductor.step()
        clock.passes(_STEP_SECONDS)
    assert all(injection.began < 1020 for injection in conductor.injections)
    assert {injection.said for injection in conductor.injections} == {"done"}


def test_what_did_nothing_does_not_count_and_is_tried_again() -> None:
    tries = iter([NotStruck(), NotStruck(), None])

    def inject(*_: object) -> Injecting:
        if error := next(tries, None):
            raise error
        yield 0.0
        return "struck"

    conductor = conducted([lane(fault("shy", inject, at_most=1))], 30)
    assert [injection.said for injection in conductor.injections] == ["struck"]
    assert conductor.not_drawn == ()


def test_what_never_strikes_is_said() -> None:
    conductor = conducted([lane(fault("never", raising(NotStruck())), fault("often"))], 60)
    assert set(names(conductor)) == {"often"}
    assert conductor.not_drawn == ("never",)


def test_what_cannot_be_made_here_is_said_with_its_reason_and_not_tried_again() -> None:
    conductor = conducted([lane(fault("hard", raising(NotPossible("no right to"))), fault("often"))], 30)
    assert conductor.not_possible == {"hard": "no right to"}
    assert conductor.not_drawn == ()


def test_a_fault_that_another_has_cut_short_counts_and_says_so() -> None:
    away = psycopg.OperationalError("away")
    conductor = conducted([lane(fault("cut", raising(away, after=3.0), at_most=1))], 20)
    assert [injection.said for injection in conductor.injections] == ["cut short by another (OperationalError)"]


def test_a_fault_that_could_not_even_begin_does_not_count() -> None:
    conductor = conducted([lane(fault("cut", raising(psycopg.OperationalError("away"))))], 20)
    assert conductor.injections == []


def test_what_does_not_come_in_time_is_a_trouble_of_the_injection() -> None:
    def inject(*_: object) -> Injecting:
        yield Until(lambda: False, 5.0, "the moon")
        return "seen"

    conductor = conducted([lane(fault("late", inject, at_most=1))], 20)
    assert conductor.injections[0].troubles == ["waited 5 s for the moon"]


def test_what_is_broken_off_gives_back_what_it_took() -> None:
    given_back = []

    def inject(*_: object) -> Iterator[float]:
        try:
            yield 100.0
        finally:
            given_back.append(True)

    clock = Clock()
    conductor = Conductor(pretended(clock)[0], [lane(fault("x", inject))], begins=1000, ends=1010, clock=clock)  # type: ignore[arg-type]
    for _ in range(20):
        conductor.step()
        clock.passes(_STEP_SECONDS)
    conductor.break_off()
    assert given_back == [True]
    assert not conductor.is_busy
    assert conductor.injections[0].said == "broken off at the end"


def test_a_question_that_cannot_be_asked_now_is_asked_again() -> None:
    answers = iter([psycopg.OperationalError("away"), psycopg.OperationalError("away"), None])

    def ask() -> bool:
        if error := next(answers):
            raise error
        return True

    def inject(*_: object) -> Injecting:
        yield Until(ask, 5.0)
        return "asked"

    assert conducted([lane(fault("x", inject, at_most=1))], 10).injections[0].said == "asked"


# Recovery


def look(began: float, *due: str, answer: float = 9999.0, knocking: bool = True) -> Look:
    return Look(began, frozenset(due), answer, knocking)


def recovering(*looks: Look) -> float | None:
    """When a fault that ended at 1005 has recovered, by these looks."""
    clock, newest = Clock(), [look(0)]
    conductor = Conductor(
        pretended(clock)[0], [], begins=1000, ends=1010, clock=clock, looked=lambda: newest[0]
    )  # fmt: skip
    lane_of_it = lane(fault("x", waiting(0.0), at_most=1), pause=0.0)
    conductor.lanes.append(lane_of_it)
    for moment in (1003.0, 1005.0):
        clock.seconds = moment
        conductor.step()
    clock.seconds = 1005.0
    for one in looks:
        newest[0] = one
        conductor.see_recovered()
    (injection,) = conductor.injections
    return injection.recovered


def test_recovered_is_when_nothing_is_left_of_what_was_due_at_the_end() -> None:
    assert recovering(look(1006, "event 1", "item 2"), look(1007, "item 2"), look(1008)) == 1008


def test_newer_work_does_not_keep_a_fault_from_having_recovered() -> None:
    assert recovering(look(1006, "event 1"), look(1007, "event 2")) == 1007


def test_a_look_before_the_end_says_nothing() -> None:
    assert recovering(look(1004), look(1006, "event 1")) is None


def test_what_is_due_again_later_is_not_held_against_it() -> None:
    assert recovering(look(1006, "event 1", "case 2"), look(1007, "event 1"), look(1008, "case 2")) == 1008


def test_nothing_has_recovered_while_the_door_answers_nobody() -> None:
    assert recovering(look(1006, answer=1004)) is None
    assert recovering(look(1006, answer=1004, knocking=False)) == 1006


# What is chosen


def test_names_and_families_can_be_chosen_and_an_unknown_one_is_refused_with_the_known() -> None:
    assert [one.name for one in chosen(FAULTS, ["FLUSHALL"])] == ["FLUSHALL"]
    assert {one.family for one in chosen(FAULTS, ["mail", "poison"])} == {Family.MAIL, Family.POISON}
    assert chosen(FAULTS, []) == list(FAULTS)
    with pytest.raises(Refused, match=r"there is no fault nonsense; there are: worker killed, .*FLUSHALL"):
        chosen(FAULTS, ["nonsense"])


def test_every_line_of_the_table_has_faults_and_every_name_is_its_own() -> None:
    assert {one.family for one in FAULTS} == set(Family)
    named = [one.name for one in FAULTS]
    assert len(set(named)) == len(named)
    assert not set(named) & {family.value for family in Family}


def test_every_fault_is_in_one_lane() -> None:
    in_lanes = [one.name for each in lanes_of(LANES, FAULTS, 1) for one in each.faults]
    assert sorted(in_lanes) == sorted(one.name for one in FAULTS)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ten_minutes_have_every_fault_and_as_many_kills_restarts_and_losses_as_promised(seed: int) -> None:
    clock = Clock()
    world, _ = pretended(clock)

    def standing_in(real: Fault) -> Fault:
        def inject(world: World, chance: object) -> Injecting:
            world.counts["kills"] += real.kills
            world.counts[RESTARTS] += real.name == RESTART.name
            world.counts[LOSSES] += real.family is Family.BROKER_GONE and "connection" not in real.name
            yield real.lasts
            return ""

        return replace(real, inject=inject)

    lanes = lanes_of(LANES, [standing_in(one) for one in FAULTS], seed)
    conductor = conducted(lanes, 600 * (1 - QUIET_SHARE), clock, world)
    assert conductor.not_drawn == ()
    assert world.counts["kills"] >= 75
    assert world.counts[RESTARTS] >= 38
    assert world.counts[LOSSES] >= 20
