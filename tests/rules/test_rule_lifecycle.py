"""The table of moves: complete, closed under duplication, and as domain.md draws it."""

from itertools import product

import pytest

from partnershop.rules.lifecycle import MOVES, ItemState, Kind, Step, Trigger, move

S, T = ItemState, Trigger
PAIRS = list(product(ItemState, Trigger))


def test_every_state_and_trigger_is_listed() -> None:
    assert set(MOVES) == set(ItemState)
    for state in ItemState:
        assert set(MOVES[state]) == set(Trigger), state


@pytest.mark.parametrize(("state", "trigger"), PAIRS)
def test_a_move_leads_to_the_listed_state_and_anything_else_leaves_the_item_where_it_is(
    state: ItemState, trigger: Trigger
) -> None:
    step = move(state, trigger)
    assert (step.state is state) or step.kind is Kind.MOVE
    assert isinstance(step.state, ItemState)


@pytest.mark.parametrize(("state", "trigger"), PAIRS)
def test_what_is_told_twice_ends_where_it_ended_when_told_once(state: ItemState, trigger: Trigger) -> None:
    once = move(state, trigger)
    twice = move(once.state, trigger)
    assert twice.state is once.state
    if once.kind is Kind.MOVE and trigger is not T.REDIRECT:  # redirecting leaves a routed item routed, which is a move
        assert twice.kind is Kind.NOTHING


@pytest.mark.parametrize("state", ItemState)
def test_an_item_can_be_cancelled_from_any_state(state: ItemState) -> None:
    assert move(state, T.CANCEL).state is S.CANCELLED


@pytest.mark.parametrize("trigger", Trigger)
def test_nothing_brings_a_cancelled_item_back(trigger: Trigger) -> None:
    assert move(S.CANCELLED, trigger).state is S.CANCELLED


@pytest.mark.parametrize(
    "triggers",
    [
        (T.ROUTE, T.HAND_OVER, T.START_PRODUCTION, T.SHIP),
        (T.ROUTE, T.HAND_OVER, T.SHIP),
        (T.HOLD, T.RELEASE, T.ROUTE, T.HAND_OVER, T.SHIP, T.START_PRODUCTION),
        (T.ROUTE, T.HAND_OVER, T.REDIRECT, T.HAND_OVER, T.SHIP),
    ],
)
def test_the_ways_to_the_customer(triggers: tuple[Trigger, ...]) -> None:
    state = S.RECEIVED
    for trigger in triggers:
        state = move(state, trigger).state
    assert state is S.SHIPPED


@pytest.mark.parametrize("state", [S.RECEIVED, S.HELD, S.ROUTED])
@pytest.mark.parametrize("trigger", [T.START_PRODUCTION, T.SHIP])
def test_a_report_on_an_item_that_no_producer_has_waits(state: ItemState, trigger: Trigger) -> None:
    assert move(state, trigger) == Step(Kind.TOO_EARLY, state)


@pytest.mark.parametrize("state", [S.IN_PRODUCTION, S.SHIPPED, S.CANCELLED])
def test_an_item_in_production_can_no_longer_go_to_another_producer(state: ItemState) -> None:
    assert move(state, T.REDIRECT).kind is Kind.REFUSED


@pytest.mark.parametrize(
    "reports", [(T.START_PRODUCTION, T.SHIP), (T.SHIP, T.START_PRODUCTION), (T.SHIP, T.SHIP, T.START_PRODUCTION)]
)
def test_the_order_of_a_producers_reports_does_not_matter(reports: tuple[Trigger, ...]) -> None:
    state = S.HANDED_OVER
    for trigger in reports:
        state = move(state, trigger).state
    assert state is S.SHIPPED


def test_every_state_says_what_it_means() -> None:
    assert all(state.sentence for state in ItemState)
    assert ItemState("held") is S.HELD
