"""The machine must be able to fail: with a piece of the flows taken out it goes red, in a short story and by chance."""

import os

import pytest
from machine_house import House
from machine_mutations import MUTATIONS, Mutation
from machine_rules import Machine
from machine_running import run

FEW = 20


def play(house: House, mutation: Mutation) -> None:
    """The story, and then the end of a run: all is settled, judged and audited."""
    machine = type("Run", (Machine,), {"house": house})()
    mutation.story(machine)
    machine.teardown()


def goes_red(caught: pytest.ExceptionInfo[AssertionError], mutation: Mutation) -> bool:
    return any(words in str(caught.value) for words in mutation.words)


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_machine_sees(house: House, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    mutation = MUTATIONS[name]
    play(house, mutation)
    mutation.install(monkeypatch)
    with pytest.raises(AssertionError) as caught:
        play(house, mutation)
    assert goes_red(caught, mutation), caught.value


@pytest.mark.skipif("SOAK_RUNS" not in os.environ, reason="only `make soak` has the time")
@pytest.mark.parametrize("name", MUTATIONS)
def test_by_chance_the_machine_sees(house: House, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    MUTATIONS[name].install(monkeypatch)
    with pytest.raises(AssertionError) as caught:
        run(house, FEW, seed=7, shrink=False)
    assert goes_red(caught, MUTATIONS[name]), caught.value
