"""What operators are told: the sentences in Flower name what they are about."""

from factories import AT_UNITEDPRINT, Scene, item

import tasks.invoicing
import tasks.refunds
import tasks.routing
from partnershop.stages import Stage


def test_a_held_item_is_named_with_its_reason(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00", product="calendar"), item("2", "5.00", options=AT_UNITEDPRINT)])
    scene.go(frozenset({Stage.INBOX}))
    said = tasks.routing.route_items()
    assert said == (
        "0 items in house, 1 to Unitedprint, 1 held: item 1 of A-1 the catalogue does not know the product calendar"
    )


def test_an_invoice_and_a_refund_name_their_order(scene: Scene) -> None:
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00")])
    scene.pay("A-1", "61.00")
    scene.go(frozenset({Stage.INBOX}))
    said = tasks.invoicing.issue_invoices()
    assert said.endswith("issued over EUR 61.00 for A-1")
    scene.cancel("A-1")
    scene.go(frozenset({Stage.INBOX, Stage.CORRECTIONS}))
    assert "over EUR 61.00 for A-1 of aurora sent" in tasks.refunds.send_requests()


def test_a_refund_says_what_it_is_for_also_when_it_comes_later(scene: Scene) -> None:
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    scene.cancel("A-1")
    scene.go()
    case = scene.cases("A-1")[0]
    scene.pay("A-1", "61.00")
    scene.go()
    (first,) = scene.refunds("A-1")
    assert first.reason == f"case {case.id}: {case.reason}"
    scene.tell("refund.failed", refund=first.name, reason="the account is closed")
    scene.go()
    reasons = [refund.reason for refund in scene.refunds("A-1")]
    assert f"again, since {first.name} failed (the account is closed); case {case.id}: {case.reason}" in reasons
