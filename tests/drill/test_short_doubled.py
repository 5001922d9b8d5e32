"""Doubled parts, in their short form."""

import pytest
from guards import names_of_drills
from guards_kit import DRILLS
from shortly import Short, short

from partnershop.drill.fault import Family

FAMILIES = (Family.DOUBLED_PARTS,)


@pytest.mark.parametrize("name", names_of_drills(*FAMILIES))
def test_nothing_is_lost_and_nothing_doubled(short: Short, name: str) -> None:
    DRILLS[name].play(short)
    assert short.clean() == ""


__all__ = ["short"]
