"""The steps of a hand-over one by one, as a worker takes them."""

import pytest
from factories import AT_UNITEDPRINT, Scene, item

from partnershop.db import unit_of_work
from partnershop.flows import dispatch
from partnershop.gateways.outcome import Outcome
from partnershop.rules.eligibility import Route
from partnershop.stages import Stage

BEFORE = frozenset({Stage.INBOX, Stage.ROUTING, Stage.INVOICING, Stage.CORRECTIONS, Stage.REFUNDS})


def states(scene: Scene, key: str = "1") -> list[str]:
    """The states of an item's hand-overs."""
    return [row.state.value for row in scene.dispatches("A-1", key)]


@pytest.fixture
def at_works(scene: Scene) -> Scene:
    """An item for the shop's own works, not handed over yet."""
    scene.place("A-1", [item("1", "50.00")])
    scene.go(BEFORE)
    return scene


@pytest.fixture
def at_unitedprint(scene: Scene) -> Scene:
    """An item for Unitedprint, not handed over yet."""
    scene.place("A-1", [item("1", "50.00", options=AT_UNITEDPRINT)])
    scene.go(BEFORE)
    return scene


def claim(scene: Scene, route: Route) -> list[dispatch.Job]:
    """What a worker does before it calls."""
    with unit_of_work() as session:
        (shop,) = dispatch.shops_due(session, route) or [0]
        return dispatch.claim(session, shop, route, 20, idempotent=route is Route.IN_HOUSE)


def record(job: dispatch.Job, outcome: Outcome, route: Route) -> str:
    """What a worker does after the call."""
    with unit_of_work() as session:
        return dispatch.record(session, job, outcome, idempotent=route is Route.IN_HOUSE)
