"""First invoices: when they come, what is on them."""

import pytest
from factories import AT_UNITEDPRINT, Books, Clock, Scene, item, shipping

from models import Document

EXEMPT = item("4", "5.00", "0", vat_category="E", vat_exemption="Esente art. 10 DPR 633/72")


def test_the_invoice_comes_by_itself_when_all_live_items_are_shipped(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00")], charges=[shipping()])
    scene.go()
    assert scene.papers("A-1") == []
    scene.ship("A-1", "1")
    scene.go()
    assert scene.papers("A-1") == [], "a partial shipment is not invoiced"
    scene.ship("A-1", "2")
    scene.go()
    (invoice,) = scene.papers("A-1")
    assert (invoice.kind.value, invoice.number[:3], invoice.net, invoice.tax, invoice.gross) == (
        "invoice", "FT-", 8790, 1934, 10724,
    )  # fmt: skip
    assert [(line.key, line.is_charge, line.net) for line in scene.lines(invoice)] == [
        ("1", False, 5000), ("2", False, 3000), ("shipping", True, 790),
    ]  # fmt: skip


def test_the_invoice_comes_at_once_where_the_shop_says_placed(scene: Scene) -> None:
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    assert scene.said("A-1") == [("invoice", 6100)]
    assert scene.papers("A-1")[0].delivery_date is None, "nothing has been delivered yet"
    scene.ship("A-1", "1")
    scene.go()
    assert scene.said("A-1") == [("invoice", 6100)], "shipping does not invoice again"


def test_cancelling_the_last_unshipped_item_completes_the_order(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00")], charges=[shipping()])
    scene.go()
    scene.ship("A-1", "1")
    scene.go()
    scene.cancel("A-1", "2")
    scene.go()
    (invoice,) = scene.papers("A-1")
    assert [line.key for line in scene.lines(invoice)] == ["1", "shipping"]


@pytest.mark.parametrize("invoice_on", ["shipped", "placed"])
def test_an_order_with_no_live_item_left_before_its_invoice_gets_no_live_papers(
    scene: Scene, invoice_on: str
) -> None:
    scene.change_settings(invoice_on=invoice_on)
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00")], charges=[shipping()])
    scene.cancel("A-1", "1", "2")
    scene.go()
    assert scene.books("A-1") == Books(0, 0, 0)
    if invoice_on == "shipped":
        assert scene.papers("A-1") == []
    assert scene.owed("A-1") == 0


@pytest.mark.parametrize("invoice_on", ["shipped", "placed"])
def test_an_internal_order_is_made_but_gets_no_papers(scene: Scene, invoice_on: str) -> None:
    scene.change_settings(invoice_on=invoice_on)
    scene.place("A-1", [item("1", "50.00"), item("2", "20.00")], internal=True, payment_method="card")
    scene.go()
    assert len(scene.workshop.tickets) == 2, "nobody has to pay for it first"
    scene.ship("A-1", "1", "2")
    scene.complain("A-1", "1", "C-1")
    scene.accept("A-1", "C-1", net="10.00")
    scene.cancel("A-1", "2")
    scene.go()
    assert scene.count(Document) == 0
    assert scene.books("A-1") == Books(0, 0, 0)
    assert scene.commissions("A-1", "1") == []


def test_the_day_of_supply_is_the_shops_own_day_of_the_last_shipment(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    scene.go()
    scene.ship("A-1", "1", at="2026-03-09T10:00:00Z")
    scene.ship("A-1", "2", at="2026-03-04T23:30:00Z")
    scene.place("A-2", [item("1", "50.00")])
    scene.go()
    scene.ship("A-2", "1", at="2026-03-04T23:30:00Z")
    scene.go()
    assert str(scene.papers("A-1")[0].delivery_date) == "2026-03-09"
    assert str(scene.papers("A-2")[0].delivery_date) == "2026-03-05", "half past midnight in Bologna"


def test_mixed_rates_are_rows_of_the_breakdown_with_the_charge_at_its_own(scene: Scene) -> None:
    scene.change_settings(invoice_on="placed")
    scene.place(
        "A-1",
        [item("1", "100.05"), item("2", "33.35", "10"), item("3", "12.13", "4"), EXEMPT],
        charges=[shipping("7.90", "22")],
    )
    scene.go()
    (invoice,) = scene.papers("A-1")
    assert scene.taxes(invoice) == [("22", 10795, 2375), ("10", 3335, 334), ("4", 1213, 49), ("0", 500, 0)]
    assert (invoice.net, invoice.tax, invoice.gross) == (15843, 2758, 18601)


def test_a_line_is_quantity_times_a_unit_price_of_up_to_four_places(scene: Scene) -> None:
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "0.0475", quantity=250), item("2", "12.3450")])
    scene.go()
    assert [line.net for line in scene.lines(scene.papers("A-1")[0])] == [1188, 1235], "11.875 and 12.345, half up"


def test_the_options_stand_on_the_line_in_words_in_the_catalogues_order(scene: Scene) -> None:
    scene.change_settings(invoice_on="placed")
    chosen = {"data-check": "basic", "quantity": "1000", "format": "a6"}
    scene.place("A-1", [item("1", "50.00", options=chosen)])
    scene.go()
    details = scene.lines(scene.papers("A-1")[0])[0].details
    assert details == ["attribute: a6", "attribute: 1000", "attribute: basic"]


def test_what_was_paid_before_the_invoice_stands_on_it_but_never_more_than_it_comes_to(scene: Scene) -> None:
    for order, amount, prepaid in (("A-1", "20.00", 2000), ("A-2", "99.00", 6100)):
        scene.place(order, [item("1", "50.00")])
        scene.pay(order, amount)
        scene.go()
        scene.ship(order, "1")
        scene.go()
        assert scene.papers(order)[0].prepaid == prepaid


def test_seller_buyer_and_language_are_frozen_on_the_paper(scene: Scene) -> None:
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    (invoice,) = scene.papers("A-1")
    assert (invoice.seller["legal_name"], invoice.buyer["name"], invoice.language) == (
        "Tipografia di Prova S.r.l.", "Chiara Conti", "it",
    )  # fmt: skip


def test_a_late_complaint_that_is_refused_does_not_keep_the_invoice_back(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00", options=dict(AT_UNITEDPRINT))])
    scene.go()
    scene.complain("A-1", "1", "C-1")
    scene.accept("A-1", "C-1", net="50.01")
    scene.ship("A-1", "1")
    scene.go()
    assert [case.state.value for case in scene.cases("A-1")] == ["refused"]
    assert scene.said("A-1") == [("invoice", 6100)]


def test_the_invoice_waits_for_a_case_that_came_before_the_last_shipment(scene: Scene) -> None:
    for order in ("A-1", "A-2"):
        scene.place(order, [item("1", "50.00"), item("2", "30.00")])
    scene.complain("A-1", "1", "C-1")
    scene.go()
    scene.accept("A-1", "C-1", net="10.00")
    scene.ship("A-1", "1", "2")
    scene.ship("A-2", "1")
    scene.cancel("A-2", "2")
    scene.go()
    assert scene.said("A-1") == [("invoice", 8540)], "one invoice with the allowance, nothing to correct"
    assert scene.said("A-2") == [("invoice", 6100)], "one invoice without the cancelled item"


def test_numbers_are_gapless_in_the_order_of_issue_and_reversals_have_a_series_of_their_own(scene: Scene) -> None:
    scene.change_settings(invoice_on="placed")
    for number in range(1, 4):
        scene.place(f"A-{number}", [item("1", "50.00"), item("2", "1.00")])
    scene.go()
    scene.cancel("A-1", "1")
    scene.complain("A-2", "2", "C-1")
    scene.accept("A-2", "C-1", percent="50")
    scene.go()
    said = [(paper.kind.value, paper.number[:3], paper.sequence) for n in "123" for paper in scene.papers(f"A-{n}")]
    assert sorted(said) == [
        ("invoice", "FT-", 1), ("invoice", "FT-", 2), ("invoice", "FT-", 3), ("reduced_invoice", "FT-", 4),
        ("reversal", "NC-", 1), ("reversal", "NC-", 2),
    ]  # fmt: skip


def test_a_paper_bears_the_day_of_the_shop_also_after_its_midnight(scene: Scene, time: Clock) -> None:
    scene.change_settings(invoice_on="placed")
    time.set("2027-06-30T21:59:50+00:00")
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    time.set("2027-06-30T22:00:10+00:00")
    scene.place("A-2", [item("1", "50.00")])
    scene.go()
    assert [str(scene.papers(order)[0].issue_date) for order in ("A-1", "A-2")] == ["2027-06-30", "2027-07-01"]


def test_the_numbers_begin_again_with_the_shops_new_year(scene: Scene, time: Clock) -> None:
    scene.change_settings(invoice_on="placed")
    numbers = []
    for order, moment in (
        ("A-1", "2027-12-31T22:59:50+00:00"),
        ("A-2", "2027-12-31T23:00:10+00:00"),
        ("A-3", "2028-01-01T12:00:00+00:00"),
    ):
        time.set(moment)
        scene.place(order, [item("1", "50.00")])
        scene.go()
        numbers.append((scene.papers(order)[0].number, str(scene.papers(order)[0].issue_date)))
    assert numbers == [
        ("FT-2027-000001", "2027-12-31"), ("FT-2028-000001", "2028-01-01"), ("FT-2028-000002", "2028-01-01"),
    ]  # fmt: skip


def test_a_clock_that_goes_back_takes_no_paper_with_it(scene: Scene, time: Clock) -> None:
    scene.change_settings(invoice_on="placed")
    numbers = []
    for order, moment in (("A-1", "2028-01-01T12:00:00+00:00"), ("A-2", "2027-12-30T12:00:00+00:00")):
        time.set(moment)
        scene.place(order, [item("1", "50.00")])
        scene.go()
        numbers.append((scene.papers(order)[0].number, str(scene.papers(order)[0].issue_date)))
    assert numbers == [("FT-2028-000001", "2028-01-01"), ("FT-2028-000002", "2028-01-01")]


def test_a_correction_is_never_dated_before_the_paper_it_corrects(scene: Scene, time: Clock) -> None:
    scene.change_settings(invoice_on="placed")
    time.set("2028-01-01T12:00:00+00:00")
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    time.set("2027-12-30T12:00:00+00:00")
    scene.cancel("A-1", "1")
    scene.go()
    invoice, reversal = scene.papers("A-1")
    assert (reversal.number, reversal.issue_date) == ("NC-2028-000001", invoice.issue_date)


def test_a_clock_behind_the_databases_does_not_stop_the_work(scene: Scene, time: Clock) -> None:
    scene.change_settings(invoice_on="placed")
    time.advance(-3600)
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    assert scene.said("A-1") == [("invoice", 6100)]
