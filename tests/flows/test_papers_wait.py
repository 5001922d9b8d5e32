"""Papers that wait: for the day of delivery (K), or for somebody's word on a late reversal (art. 26 DPR 633/72)."""

from typing import Any

import pipeline
import pytest
from factories import CUSTOMER, Clock, Scene, item, shipping
from refusing import corrected, open_ones, refused
from sqlalchemy import select

from models import Case, CaseState, Complaint
from partnershop.audit import findings
from partnershop.db import unit_of_work

VIENNA = CUSTOMER | {
    "company": "Donau GmbH", "street": "Ringweg 1", "postcode": "1010", "city": "Wien", "country": "AT",
    "vat_id": "ATU13585627", "tax_code": None,
}  # fmt: skip
INTRA_COMMUNITY: dict[str, Any] = {
    "vat_category": "K", "vat_exemption": "Non imponibile art. 41 DL 331/93",
    "options": {"format": "a5", "quantity": "1000"},
}  # fmt: skip


def holds() -> None:
    """The twelve invariants hold."""
    with unit_of_work() as session:
        broken = [str(breach) for one in findings(session) for breach in one.first]
    assert broken == []


@pytest.fixture
def invoiced(scene: Scene) -> Scene:
    """The shop that invoices at once."""
    scene.change_settings(invoice_on="placed")
    return scene


# The day of delivery


def test_an_intra_community_order_waits_for_shipping_where_invoices_are_issued_at_once(invoiced: Scene) -> None:
    items = [item("1", "50.00", "0", **INTRA_COMMUNITY), item("2", "30.00", "0", **INTRA_COMMUNITY)]
    invoiced.place("A-1", items, customer=VIENNA)
    invoiced.place("A-2", [item("1", "50.00")])
    invoiced.go()
    assert (invoiced.papers("A-1"), len(invoiced.papers("A-2"))) == ([], 1)
    assert invoiced.row("A-1").invoice_due_at is None
    invoiced.ship("A-1", "1")
    invoiced.go()
    assert invoiced.papers("A-1") == []
    invoiced.ship("A-1", "2")
    invoiced.go()
    assert open_ones() == []
    (invoice,) = invoiced.papers("A-1")
    assert str(invoice.delivery_date) == "2026-03-05"
    assert {line.vat_category for line in invoiced.lines(invoice)} == {"K"}
    holds()


def test_it_waits_no_longer_once_no_such_line_is_left(invoiced: Scene) -> None:
    items = [item("1", "50.00", "0", **INTRA_COMMUNITY), item("2", "30.00"), item("3", "20.00")]
    invoiced.place("A-1", items, customer=VIENNA)
    invoiced.go()
    invoiced.cancel("A-1", "3")
    invoiced.go()
    assert invoiced.papers("A-1") == []
    invoiced.cancel("A-1", "1")
    invoiced.go()
    assert open_ones() == []
    assert invoiced.said("A-1") == [("invoice", 3660)]
    holds()


# The year of art. 26


@pytest.fixture
def late(scene: Scene, time: Clock) -> Scene:
    """An invoice of goods that were delivered on the 5th of March 2026, more than a year ago."""
    time.set("2026-03-06T10:00:00+00:00")
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00")], charges=[shipping()])
    scene.go()
    scene.ship("A-1", "1", "2")
    scene.complain("A-1", "1", "C-1")
    scene.go()
    time.set("2027-03-06T10:00:00+00:00")
    return scene


def the_case(scene: Scene) -> Case:
    """The last case of the order."""
    return scene.cases("A-1")[-1]


def test_a_late_reversal_waits_for_a_word_and_says_what_to_do(late: Scene) -> None:
    late.cancel("A-1", "2")
    late.go()
    case = the_case(late)
    assert case.state is CaseState.PARKED
    assert (case.outcome or "").startswith("P-IT-26: ")
    for said in (late.papers("A-1")[0].number, "2026-03-05", "comma 2", "confirm-reversal A-1"):
        assert said in (case.outcome or ""), said
    assert open_ones() == [("reversal", ["P-IT-26"])]
    assert late.item("A-1", "2").state.value == "shipped"
    holds()


def test_on_the_last_day_of_the_year_nobody_is_asked(late: Scene, time: Clock) -> None:
    time.set("2027-03-05T10:00:00+00:00")
    late.cancel("A-1", "2")
    late.go()
    assert late.said("A-1") == [("invoice", 10724), ("reversal", 3660)]


def test_a_confirmed_reversal_is_issued_with_who_said_so(late: Scene) -> None:
    late.cancel("A-1", "2")
    late.go()
    told = late.operator("case.confirmed", order="A-1", case=the_case(late).id, reason="annulled by the court")
    late.go()
    case = the_case(late)
    assert (case.state, case.confirmed_by) == (CaseState.DONE, "/operators/anna")
    assert late.said("A-1") == [("invoice", 10724), ("reversal", 3660)]
    assert late.told(told).outcome == f"case {case.id} of A-1 goes on: annulled by the court"
    (row,) = refused(late, "A-1")
    assert row.released_by == "/operators/anna confirmed the reversal: annulled by the court"
    holds()


def test_both_papers_of_a_late_complaint_wait_for_the_word(late: Scene) -> None:
    late.accept("A-1", "C-1", net="5.00")
    late.go()
    assert open_ones() == [("reversal", ["P-IT-26"])]
    late.operator("case.confirmed", order="A-1", case=the_case(late).id, reason="comma 2")
    late.go()
    assert [kind for kind, _ in late.said("A-1")] == ["invoice", "reversal", "reduced_invoice"]
    holds()


def test_settings_alone_do_not_let_it_go_on(late: Scene) -> None:
    late.cancel("A-1", "2")
    late.go()
    late.change_settings(payment_days=30)
    late.go()
    assert open_ones() == [("reversal", ["P-IT-26"])]
    assert len(late.papers("A-1")) == 1


def test_a_dropped_cancellation_has_changed_nothing_and_may_come_again(late: Scene) -> None:
    (cancelled,) = late.cancel("A-1", "2")
    late.go()
    told = late.operator("case.dropped", order="A-1", case=the_case(late).id, reason="the customer agrees")
    late.go()
    case = the_case(late)
    assert (case.state, case.outcome) == (CaseState.REFUSED, "refused: dropped by /operators/anna: the customer agrees")
    assert late.told(told).outcome == f"case {case.id} of A-1 is dropped and changes nothing: the customer agrees"
    assert late.told(cancelled).refused
    assert late.item("A-1", "2").cancellation_id is None
    assert open_ones() == []
    holds()
    late.cancel("A-1", "2")
    late.go()
    assert open_ones() == [("reversal", ["P-IT-26"])]
    assert len(late.cases("A-1")) == 2


def test_a_dropped_complaint_is_open_again(late: Scene) -> None:
    late.accept("A-1", "C-1", net="5.00")
    late.go()
    late.operator("case.dropped", order="A-1", case=the_case(late).id, reason="too late")
    late.go()
    with unit_of_work() as session:
        assert session.scalars(select(Complaint.state)).one().value == "open"
    holds()
    late.reject("A-1", "C-1")
    late.go()
    with unit_of_work() as session:
        assert session.scalars(select(Complaint.state)).one().value == "rejected"
    holds()


def test_a_word_about_a_case_that_waits_for_none_is_refused(late: Scene) -> None:
    late.cancel("A-1", "2")
    late.go()
    case = the_case(late)
    late.operator("case.confirmed", order="A-1", case=case.id, reason="yes")
    late.go()
    again = late.operator("case.confirmed", order="A-1", case=case.id, reason="yes")
    dropped = late.operator("case.dropped", order="A-1", case=case.id, reason="no")
    unknown = late.operator("case.dropped", order="A-1", case=case.id + 7, reason="no")
    late.go()
    for event in (again, dropped):
        assert late.told(event).outcome == f"refused: no paper of case {case.id} is refused, it is done"
    assert late.told(unknown).outcome == f"order A-1 has no case {case.id + 7}"


def test_a_shop_may_say_none_of_it(scene: Scene) -> None:
    for kind, more in (
        ("buyer.corrected", corrected("A-1", city="Monza")),
        ("case.confirmed", {"order": "A-1", "case": 1, "reason": "x"}),
        ("case.dropped", {"order": "A-1", "case": 1, "reason": "x"}),
    ):
        receipt = scene.knock(scene.event(kind, **more))
        assert receipt.accepted == 0
        assert "may only be sent by operators" in str(receipt.quarantined)


@pytest.mark.parametrize(
    ("buyer", "said"),
    [
        ({}, "data.buyer must have at least one member"),
        ({"country": "Italia"}, "data.buyer.country must be the two capital letters"),
        ({"recipient_code": "ABC"}, "data.buyer.recipient_code must be seven capital letters or digits"),
        ({"pec": "nobody"}, "data.buyer.pec must be one mail address"),
        ({"name": ""}, "data.buyer.name is empty"),
    ],
)
def test_a_correction_that_makes_no_sense_is_not_taken(scene: Scene, buyer: dict[str, str], said: str) -> None:
    data = {"order": "A-1", "buyer": buyer, "reason": "x"}
    event = pipeline.event("buyer.corrected", data, scene.code, source="/operators/anna")
    receipt = pipeline.knock(scene.code, [event], operator=True)
    assert said in str(receipt.quarantined)
    assert "Italia" not in str(receipt.quarantined[0]["errors"]), "what a customer is called belongs in no error text"
