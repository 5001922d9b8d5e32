"""Poison, in its short form: each is parked after its attempts, and everything else goes on."""

import pytest
from guards import names_of_drills
from guards_kit import DRILLS
from shortly import Short, short

from partnershop.drill.fault import Family

FAMILIES = (Family.POISON,)


@pytest.mark.parametrize("name", names_of_drills(*FAMILIES))
def test_nothing_is_lost_and_nothing_doubled(short: Short, name: str) -> None:
    DRILLS[name].play(short)
    assert short.clean() == ""


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a_paper_that_crashes_its_renderer", "the renderer died each time"),
        ("a_paper_that_eats_memory", "MemoryError: "),
        ("a_paper_that_never_ends", "the renderer died each time"),
        ("a_mail_that_kills_its_worker", "the worker died each time"),
    ],
)
def test_the_verdict_says_what_was_given_up_and_why(short: Short, name: str, why: str) -> None:
    DRILLS[name].play(short)
    short.drain()
    (parked,) = short.verdict().parked
    assert parked.startswith("aurora, order A-1: ")
    assert parked.endswith((f" was given up: {why}", f"at the printer: {why}"))


__all__ = ["short"]
