"""Deploy, in its short form: nobody waits, and nothing is lost between two versions."""

import pytest
from guards import names_of_drills
from guards_kit import DRILLS
from shortly import Short, short

from partnershop.drill.fault import Family

FAMILIES = (Family.DEPLOY,)


@pytest.mark.parametrize("name", names_of_drills(*FAMILIES))
def test_nothing_is_lost_and_nothing_doubled(short: Short, name: str) -> None:
    DRILLS[name].play(short)
    assert short.clean() == ""


__all__ = ["short"]
