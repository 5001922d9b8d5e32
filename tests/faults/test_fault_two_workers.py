"""Two workers at the same stage share the work: nothing is done twice, nobody waits for the other."""

import pipeline
import pytest
from factories import Scene, item
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Shop
from partnershop.db import unit_of_work
from partnershop.flows import commissions, documents, inbox, invoicing, refunds, routing
from partnershop.stages import Stage

UNTIL_INBOX = frozenset({Stage.INBOX})


def the_shop(session: Session) -> int:
    return session.scalars(select(Shop.id)).one()


@pytest.fixture
def placed(scene: Scene) -> Scene:
    """Three orders, invoiced at once, as the inbox leaves them."""
    scene.change_settings(invoice_on="placed")
    for number in (1, 2, 3):
        scene.place(f"A-{number}", [item("1", "50.00"), item("2", "5.00")])
    scene.go(UNTIL_INBOX)
    return scene


def test_routing(placed: Scene) -> None:
    with unit_of_work() as first, unit_of_work() as second:
        shop = the_shop(first)
        assert routing.route_next(first, shop, limit=4).count == 4
        assert routing.route_next(second, shop, limit=10).count == 2
    placed.go()
    assert all(len(placed.decisions(f"A-{number}", key)) == 1 for number in (1, 2, 3) for key in "12")


def test_invoicing_and_commissions(placed: Scene) -> None:
    # Each takes its orders; the second then waits only for the counter, so it begins after the first has committed.
    with unit_of_work() as first:
        shop = the_shop(first)
        assert invoicing.invoice_next(first, shop, limit=1).count == 1
        with unit_of_work() as second:
            assert invoicing.orders_due(second, shop) != []
    with unit_of_work() as second:
        assert invoicing.invoice_next(second, shop).count == 2
    placed.go(frozenset({Stage.ROUTING}))
    with unit_of_work() as first, unit_of_work() as second:
        assert commissions.book_next(first, limit=4).count == 4
        assert commissions.book_next(second).count == 2
    assert all(len(placed.commissions(f"A-{number}", key)) == 1 for number in (1, 2, 3) for key in "12")


def test_rendering_and_refunds(placed: Scene) -> None:
    for number in (1, 2, 3):
        placed.pay(f"A-{number}", "67.10")
        placed.cancel(f"A-{number}")
    placed.go(pipeline.ALL - {Stage.DOCUMENTS, Stage.REFUNDS})
    with unit_of_work() as first, unit_of_work() as second:
        one, two = documents.claim(first, limit=4), documents.claim(second, limit=4)
        assert {job.document_id for job in one}.isdisjoint(job.document_id for job in two)
        assert (len(one), len(two)) == (4, 2)
        assert (len(refunds.claim(first, limit=2)), len(refunds.claim(second, limit=5))) == (2, 1)


def test_the_inbox_of_a_shop_is_one_lane(placed: Scene) -> None:
    placed.pay("A-1", "1.00")
    with unit_of_work() as first:
        shop = the_shop(first)
        assert inbox.apply_next(first, shop).handled == 1
        with unit_of_work() as second:
            assert inbox.apply_next(second, shop).count == 0, "it goes away and does not wait"
