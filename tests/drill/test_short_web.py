"""Web killed, in its short form: 202 comes after the commit, and a client that goes on ends with one event."""

import pytest
from guards import names_of_drills
from guards_kit import DRILLS
from shortly import Short, short

from partnershop.drill.fault import Family

FAMILIES = (Family.WEB_KILLED,)


@pytest.mark.parametrize("name", names_of_drills(*FAMILIES))
def test_nothing_is_lost_and_nothing_doubled(short: Short, name: str) -> None:
    DRILLS[name].play(short)
    assert short.clean() == ""


__all__ = ["short"]
