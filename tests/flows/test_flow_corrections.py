"""Cancellations and complaints: which papers they bring, and that the books end on the cent."""

from itertools import permutations

import pytest
from factories import Books, Scene, item, shipping

from models import Document
from partnershop.db import unit_of_work
from partnershop.flows import corrections
from partnershop.stages import Stage

GOLDEN = [item("1", "68.33", "20"), item("2", "68.33", "20"), item("3", "57.50", "20"), item("4", "85.00", "20")]


@pytest.fixture
def invoiced(scene: Scene) -> Scene:
    """The shop that invoices at once."""
    scene.change_settings(invoice_on="placed")
    return scene


# Cancellations


def test_an_item_cancelled_before_the_invoice_simply_is_not_on_it(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    scene.go()
    scene.cancel("A-1", "1")
    scene.go()
    scene.ship("A-1", "2")
    scene.go()
    (invoice,) = scene.papers("A-1")
    assert [line.key for line in scene.lines(invoice)] == ["2"]
    assert "cancelled before invoicing, A-1 comes to EUR 61.00 less" in (scene.cases("A-1")[0].outcome or "")


def test_a_reversal_knows_when_the_invoice_expected_the_delivery(invoiced: Scene) -> None:
    invoiced.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    invoiced.go()
    invoiced.cancel("A-1", "2")
    invoiced.go()
    invoice, reversal = invoiced.papers("A-1")
    assert invoice.expected_delivery is not None
    assert (reversal.delivery_date, reversal.expected_delivery) == (None, invoice.expected_delivery)


def test_an_invoiced_item_is_taken_back_by_a_reversal_with_number_and_date_of_its_invoice(invoiced: Scene) -> None:
    invoiced.place("A-1", [item("1", "50.00"), item("2", "30.00")], charges=[shipping()])
    invoiced.go()
    invoiced.cancel("A-1", "2")
    said = invoiced.go()
    invoice, reversal = invoiced.papers("A-1")
    assert (reversal.kind.value, reversal.refers_to_id, reversal.gross) == ("reversal", invoice.id, 3660)
    (line,) = invoiced.lines(reversal)
    assert line.origin_line_id == invoiced.lines(invoice)[1].id
    assert (line.key, line.net, line.is_charge) == ("2", 3000, False)
    assert reversal.reason == "customer_request"
    assert any(f"{reversal.number} takes back EUR 36.60 of {invoice.number}" in sentence for sentence in said)


def test_cancelling_the_last_live_item_also_takes_back_the_charges(invoiced: Scene) -> None:
    invoiced.place("A-1", [item("1", "50.00"), item("2", "30.00")], charges=[shipping()])
    invoiced.go()
    invoiced.cancel("A-1", "1")
    invoiced.go()
    assert [line.key for line in invoiced.lines(invoiced.papers("A-1")[1])] == ["1"]
    invoiced.cancel("A-1", "2")
    invoiced.go()
    assert [line.key for line in invoiced.lines(invoiced.papers("A-1")[2])] == ["2", "shipping"]
    assert invoiced.books("A-1") == Books(0, 0, 0)


def test_cancelling_an_order_is_one_reversal_over_all_its_items(invoiced: Scene) -> None:
    invoiced.place("A-1", [item("1", "50.00"), item("2", "30.00")], charges=[shipping()])
    invoiced.go()
    invoiced.cancel("A-1")
    invoiced.go()
    assert invoiced.said("A-1") == [("invoice", 10724), ("reversal", 10724)]
    assert {invoiced.item("A-1", key).state.value for key in "12"} == {"cancelled"}


def test_cancelling_an_order_after_one_of_its_items_takes_back_the_rest(invoiced: Scene) -> None:
    invoiced.place("A-1", [item("1", "50.00"), item("2", "30.00")], charges=[shipping()])
    invoiced.go()
    invoiced.cancel("A-1", "1")
    invoiced.cancel("A-1")
    invoiced.go()
    assert invoiced.said("A-1") == [("invoice", 10724), ("reversal", 6100), ("reversal", 4624)]


def test_cancelling_twice_is_once(invoiced: Scene) -> None:
    invoiced.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    invoiced.go()
    ids = invoiced.cancel("A-1", "1", "1")
    invoiced.go()
    ids += invoiced.cancel("A-1", "1") + invoiced.cancel("A-1") + invoiced.cancel("A-1")
    invoiced.go()
    assert invoiced.said("A-1") == [("invoice", 9760), ("reversal", 6100), ("reversal", 3660)]
    assert [invoiced.told(event).outcome for event in ids[1:3]] == ["item 1 of A-1 has been cancelled already"] * 2
    assert invoiced.told(ids[4]).outcome == "order A-1 has been cancelled already"


@pytest.mark.parametrize("order", list(permutations("1234"))[::3])
def test_cancellations_one_by_one_in_any_order_end_on_the_cent(invoiced: Scene, order: tuple[str, ...]) -> None:
    invoiced.place("A-1", GOLDEN)
    invoiced.go()
    for key in order:
        invoiced.cancel("A-1", key)
        invoiced.go()
        taken = sum(paper.gross for paper in invoiced.papers("A-1")[1:])
        assert invoiced.owed("A-1") == 33499 - taken == invoiced.books("A-1").gross
    assert sum(paper.gross for paper in invoiced.papers("A-1")[1:]) == 33499
    assert invoiced.books("A-1") == Books(0, 0, 0)


def test_mixed_rates_are_taken_back_at_their_own_rate_to_the_cent(invoiced: Scene) -> None:
    items = [item("1", "100.05"), item("2", "33.35", "10"), item("3", "12.13", "4"), item("4", "0.10", "10")]
    invoiced.place("A-1", items, charges=[shipping("7.90", "4")])
    invoiced.go()
    invoiced.cancel("A-1", "2")
    invoiced.go()
    assert invoiced.taxes(invoiced.papers("A-1")[1]) == [("10", 3335, 334)], "335 less 1 for the remaining 0.10"
    for key in "413":
        invoiced.cancel("A-1", key)
        invoiced.go()
    assert invoiced.books("A-1") == Books(0, 0, 0)


# Papers of either


def test_a_correction_names_the_seller_and_the_buyer_of_the_original_though_the_settings_have_changed(
    invoiced: Scene,
) -> None:
    invoiced.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    invoiced.go()
    invoiced.change_settings(seller=invoiced.settings["seller"] | {"legal_name": "Altra S.p.A."}, language="de")
    invoiced.cancel("A-1", "2")
    invoiced.complain("A-1", "1", "C-1")
    invoiced.accept("A-1", "C-1", net="5.00")
    invoiced.place("A-2", [item("1", "50.00")])
    invoiced.go()
    original, *corrections = invoiced.papers("A-1")
    assert len(corrections) == 3
    for paper in corrections:
        assert (paper.seller, paper.buyer, paper.language) == (original.seller, original.buyer, original.language)
        assert paper.seller["legal_name"] == "Tipografia di Prova S.r.l."
    assert invoiced.papers("A-2")[0].seller["legal_name"] == "Altra S.p.A.", "a new invoice names the new one"


def test_an_invoice_that_is_due_comes_before_the_case_that_was_opened_after_it(invoiced: Scene) -> None:
    invoiced.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    invoiced.cancel("A-1", "1")
    invoiced.go()
    assert [kind for kind, _ in invoiced.said("A-1")] == ["invoice", "reversal"], "though no stage ran in between"


def test_cases_of_an_order_are_settled_in_the_order_they_came_whichever_is_woken(invoiced: Scene) -> None:
    invoiced.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    invoiced.complain("A-1", "1", "C-1")
    invoiced.accept("A-1", "C-1", net="12.00")
    invoiced.cancel("A-1", "1")
    invoiced.go(frozenset({Stage.INBOX}))
    complaint, cancellation = invoiced.cases("A-1")
    with unit_of_work() as session:
        corrections.settle(session, cancellation.id)
    assert [case.state.value for case in invoiced.cases("A-1")] == ["done", "done"]
    with unit_of_work() as session:
        assert corrections.settle(session, complaint.id) == invoiced.cases("A-1")[0].outcome, "told again, done once"
    assert invoiced.count(Document) == 4
