"""What the machine has found, each told shortly."""

from factories import Scene, item
from pipeline import ALL

from models import EventState
from partnershop import audit
from partnershop.db import unit_of_work
from partnershop.rules.eligibility import Route
from partnershop.stages import Stage

WITHOUT_ROUTING = ALL - {Stage.ROUTING, Stage.DOCUMENTS}


def breaches(scene: Scene) -> list[str]:
    with unit_of_work() as session:
        return [str(breach) for finding in audit.findings(session, scene.code) for breach in finding.first]


def test_a_reduction_that_rounds_to_nothing_is_refused_and_no_breach(scene: Scene) -> None:
    scene.place("A-1", [item("1", "0.01")])
    scene.complain("A-1", "1", "C-1")
    scene.accept("A-1", "C-1", percent="33.3333")
    scene.go()
    assert (scene.cases("A-1")[0].outcome or "").startswith("refused: the reduction of item 1 of A-1 rounds to nothing")
    assert breaches(scene) == []


def test_an_operators_hand_over_that_came_before_the_route_goes_on_with_it(scene: Scene) -> None:
    """And does not wait until the print works have the ticket."""
    scene.place("A-1", [item("1", "50.00")], payment_method="card")
    told = scene.operator("item.redirected", order="A-1", item="1", to="unitedprint", reason="out of paper")
    scene.go(WITHOUT_ROUTING)
    assert scene.told(told).state is EventState.PARKED
    scene.go()
    assert scene.told(told).state is EventState.HANDLED
    assert scene.item("A-1", "1").route is Route.UNITEDPRINT
    scene.pay("A-1", "61.00")
    scene.go()
    assert (len(scene.workshop.tickets), len(scene.unitedprint.tickets)) == (0, 1)


def test_an_order_placed_before_the_shop_began_to_invoice_at_once_is_invoiced_when_it_is_shipped(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    scene.change_settings(invoice_on="placed")
    scene.ship("A-1", "1")
    scene.go()
    assert scene.said("A-1") == [("invoice", 6100)]
