"""Broker gone, in its short form: whatever becomes of the hints, the sweeper brings everything to its end."""

import pytest
from guards import names_of_drills
from guards_kit import DRILLS
from shortly import Short, short

from partnershop.drill.fault import Family

FAMILIES = (Family.BROKER_GONE,)


@pytest.mark.parametrize("name", names_of_drills(*FAMILIES))
def test_nothing_is_lost_and_nothing_doubled(short: Short, name: str) -> None:
    DRILLS[name].play(short)
    assert short.clean() == ""


def test_the_broker_is_waited_for_in_the_product_as_in_the_drill_only_longer(
    product: pytest.MonkeyPatch,
) -> None:
    from workers.app import app  # noqa: PLC0415  (it reads the environment when it is imported)

    options = app.conf.broker_transport_options
    assert (options["socket_timeout"], options["socket_connect_timeout"]) == (10, 3)


__all__ = ["short"]
