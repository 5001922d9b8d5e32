"""Papers that would not conform: no number, nothing changed, the others go on; tried again when something changed."""

from decimal import Decimal

import pytest
from factories import CUSTOMER, Clock, Scene, item, shipping
from refusing import (
    COMPANY,
    NAMELESS,
    REVERSE_CHARGE,
    TAX_CODE,
    corrected,
    no_gate,
    open_ones,
    place_nameless,
    refused,
    refusing,
)
from sqlalchemy import select

from models import CaseState, ItemHistory, NumberSeries, Shop
from partnershop.audit import findings
from partnershop.db import unit_of_work
from partnershop.documents import gate
from partnershop.documents.breach import Breach
from partnershop.documents.paper import Paper, PaperKind
from partnershop.due import left
from partnershop.errors import Transient
from partnershop.flows import invoicing, retrying, sweeping
from partnershop.rules.papers import DocumentKind
from partnershop.stages import Stage


@pytest.fixture
def invoiced(scene: Scene) -> Scene:
    """The shop that invoices at once."""
    scene.change_settings(invoice_on="placed")
    return scene


def holds() -> None:
    """The twelve invariants hold."""
    with unit_of_work() as session:
        broken = [str(breach) for one in findings(session) for breach in one.first]
    assert broken == []


def sequences(scene: Scene, *orders: str) -> list[int]:
    """The numbers in their series of the orders' first papers."""
    return [scene.papers(order)[0].sequence for order in orders]


# First invoices


def test_a_paper_that_does_not_conform_gets_no_number_and_the_others_are_issued_without_a_gap(
    invoiced: Scene,
) -> None:
    for number in range(1, 6):
        customer = NAMELESS if number in (2, 4) else CUSTOMER
        invoiced.place(f"A-{number}", [item("1", "50.00")], customer=customer)
    said = invoiced.go()
    assert any("3 invoices over EUR 183.00; 2 invoices refused" in sentence for sentence in said)
    assert sequences(invoiced, "A-1", "A-3", "A-5") == [1, 2, 3]
    assert invoiced.papers("A-2") == invoiced.papers("A-4") == []
    assert open_ones() == [("invoice", ["00417"]), ("invoice", ["00417"])]
    row = invoiced.row("A-2")
    assert (row.invoice_id, row.attempts, row.paper_refused_at is not None) == (None, 0, True)
    (paper,) = refused(invoiced, "A-2")
    assert (paper.kind, paper.case_id, paper.settings_id) == (DocumentKind.INVOICE, None, 2)
    holds()


def test_without_the_gate_it_would_get_a_number(invoiced: Scene) -> None:
    place_nameless(invoiced, "A-1")
    with no_gate():
        invoiced.go()
    assert sequences(invoiced, "A-1") == [1], "so it is the gate that refuses it"


def test_what_is_refused_is_not_due_and_not_waited_for_but_named(invoiced: Scene) -> None:
    place_nameless(invoiced, "A-1")
    invoiced.go()
    with unit_of_work() as session:
        found = left(session)[Stage.INVOICING]
        assert (found.due, found.stuck) == (0, 1)
        assert [hint for hint in sweeping.due(session) if hint.stage is Stage.INVOICING] == []
        assert invoicing.invoice_next(session, 1).count == 0, "without a change nothing is tried again"
    assert len(refused(invoiced, "A-1")) == 1


def test_a_whole_batch_of_refused_ones_does_not_hide_the_next(invoiced: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invoicing.invoice_next, "__defaults__", (2,))
    place_nameless(invoiced, "A-1", "A-2")
    invoiced.place("A-3", [item("1", "50.00")])
    invoiced.go(frozenset({Stage.INBOX}))
    said = invoiced.go()
    assert sequences(invoiced, "A-3") == [1]
    assert any("2 invoices refused" in sentence for sentence in said)


def test_a_batch_has_no_more_lines_than_are_judged_in_a_moment(
    invoiced: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invoicing, "LINES", 5)
    for number, lines in enumerate((7, 2, 3, 1), 1):
        invoiced.place(f"A-{number}", [item(str(key), "5.00") for key in range(lines)])
    invoiced.go(frozenset({Stage.INBOX}))
    shop = invoiced.row("A-1").shop_id
    counts = []
    for _ in range(4):
        with unit_of_work() as session:
            counts.append(invoicing.invoice_next(session, shop).count)
    assert counts == [1, 2, 1, 0]


# Cases


@pytest.mark.parametrize("kind", [PaperKind.REVERSAL, PaperKind.REDUCED_INVOICE])
def test_a_case_whose_paper_is_refused_changes_nothing_and_is_parked_with_the_rule(
    invoiced: Scene, kind: PaperKind
) -> None:
    invoiced.place("A-1", [item("1", "50.00"), item("2", "30.00")], charges=[shipping()])
    invoiced.pay("A-1", "107.24")
    invoiced.complain("A-1", "1", "C-1")
    invoiced.go()
    before = (invoiced.books("A-1"), invoiced.owed("A-1"), invoiced.row("A-1").entitled)
    moves = invoiced.count(ItemHistory)
    with refusing(kind):
        if kind is PaperKind.REVERSAL:
            invoiced.cancel("A-1", "2")
        else:
            invoiced.accept("A-1", "C-1", percent="20")
        invoiced.go()
    assert (invoiced.books("A-1"), invoiced.owed("A-1"), invoiced.row("A-1").entitled) == before
    stopped = kind is PaperKind.REVERSAL  # at the works, which had not begun
    assert invoiced.count(ItemHistory) == moves + stopped
    (case,) = invoiced.cases("A-1")
    assert (case.state, case.attempts, case.done_at) == (CaseState.PARKED, 0, None)
    assert (case.outcome or "").startswith("P-PARTY-1: ")
    assert "IT98765430215" in (case.outcome or ""), "the sentence in the shop's language, with its values"
    assert open_ones() == [(kind.value, ["P-PARTY-1"])]
    assert invoiced.item("A-1", "2").state.value != "cancelled"
    assert [c.state.value for c in invoiced.complaints("A-1")] == ["open"]
    with unit_of_work() as session:
        assert left(session)[Stage.CORRECTIONS].stuck == 1
        series = [row.series for row in session.scalars(select(NumberSeries))]
    assert series == ["invoice"], "no counter was touched"
    holds()


def test_a_refused_case_does_not_undo_the_one_before_it_in_the_same_transaction(invoiced: Scene) -> None:
    invoiced.place("A-1", [item("1", "50.00"), item("2", "30.00"), item("3", "20.00")])
    invoiced.complain("A-1", "1", "C-1")
    invoiced.go()
    invoiced.cancel("A-1", "2")
    invoiced.accept("A-1", "C-1", net="5.00")
    invoiced.cancel("A-1", "3")
    with refusing(PaperKind.REDUCED_INVOICE):
        invoiced.go()
    assert [case.state.value for case in invoiced.cases("A-1")] == ["done", "parked", "done"]
    assert invoiced.said("A-1") == [("invoice", 12200), ("reversal", 3660), ("reversal", 2440)]
    assert [paper.sequence for paper in invoiced.papers("A-1")] == [1, 1, 2]
    holds()


def test_a_case_of_an_order_whose_invoice_is_refused_settles_before_it_and_has_it_tried_again(
    invoiced: Scene,
) -> None:
    invoiced.place("A-1", [item("1", "50.00"), item("2", "30.00", "0")])  # Italy has no category Z
    invoiced.go()
    assert invoiced.papers("A-1") == []
    invoiced.cancel("A-1", "2")
    invoiced.go()
    assert invoiced.said("A-1") == [("invoice", 6100)]
    (row,) = refused(invoiced, "A-1")
    assert row.released_by == f"case {invoiced.cases('A-1')[0].id} changed the order"
    holds()


# Releasing


def test_new_settings_try_again_what_they_release_and_nothing_else(invoiced: Scene) -> None:
    invoiced.place("A-1", [item("1", "50.00", "0", **REVERSE_CHARGE)], customer=COMPANY)
    place_nameless(invoiced, "A-2")
    invoiced.go()
    assert [rules for _, rules in open_ones()] == [["00400", "00429"], ["00417"]]
    invoiced.change_settings(fatturapa={"natures": {"AE": "N2.1"}})
    invoiced.go()
    assert sequences(invoiced, "A-1") == [1]
    assert [row.released_by for row in refused(invoiced, "A-1")] == ["version 3 of the settings"]
    again = refused(invoiced, "A-2")
    assert [row.released_at is None for row in again] == [False, True], "refused again, and the old row is closed"
    assert invoiced.go() == [], "and that is all: no endless loop"
    holds()


def test_a_corrected_buyer_releases_the_invoice_of_that_order(invoiced: Scene) -> None:
    place_nameless(invoiced, "A-1", "A-2")
    invoiced.go()
    told = invoiced.operator("buyer.corrected", **corrected("A-1", tax_code=TAX_CODE, city="Monza"))
    invoiced.go()
    assert invoiced.told(told).outcome == (
        "buyer of A-1 corrected (city, tax_code), its invoice is tried again: the buyer wrote"
    )
    (paper,) = invoiced.papers("A-1")
    assert (paper.buyer["tax_code"], paper.buyer["city"], paper.buyer["name"]) == (TAX_CODE, "Monza", "Chiara Conti")
    assert [row.released_by for row in refused(invoiced, "A-1")] == ["the buyer, corrected by /operators/anna"]
    assert invoiced.papers("A-2") == []
    holds()


def test_a_correction_that_is_not_enough_is_refused_again_once(invoiced: Scene) -> None:
    place_nameless(invoiced, "A-1")
    invoiced.go()
    invoiced.operator("buyer.corrected", **corrected("A-1", city="Monza"))
    invoiced.go()
    assert [row.released_at is None for row in refused(invoiced, "A-1")] == [False, True]
    assert open_ones() == [("invoice", ["00417"])]


def test_a_buyer_who_stands_on_an_invoice_is_not_corrected_any_more(invoiced: Scene) -> None:
    invoiced.place("A-1", [item("1", "50.00")])
    invoiced.go()
    told = invoiced.operator("buyer.corrected", **corrected("A-1", city="Monza"))
    invoiced.go()
    event = invoiced.told(told)
    number = invoiced.papers("A-1")[0].number
    assert event.refused
    assert (event.outcome or "").startswith(f"refused: {number} of A-1 was issued to its buyer already")
    assert "cancel the order" in (event.outcome or "")
    assert invoiced.row("A-1").customer["city"] == "Milano"


def test_a_member_is_taken_away_by_an_empty_text_and_the_others_stay(invoiced: Scene) -> None:
    invoiced.change_settings(invoice_on="shipped")
    invoiced.place("A-1", [item("1", "50.00")], customer=COMPANY)
    invoiced.go()
    invoiced.operator("buyer.corrected", **corrected("A-1", vat_id="", company="", tax_code=TAX_CODE))
    invoiced.go()
    customer = invoiced.row("A-1").customer
    assert (customer["vat_id"], customer["company"], customer["tax_code"]) == (None, None, TAX_CODE)
    assert customer["street"] == CUSTOMER["street"]


@pytest.mark.parametrize("kind", [PaperKind.REVERSAL, PaperKind.REDUCED_INVOICE])
def test_a_refused_case_goes_on_with_new_settings_as_if_nothing_had_been(invoiced: Scene, kind: PaperKind) -> None:
    invoiced.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    invoiced.complain("A-1", "1", "C-1")
    invoiced.go()
    with refusing(kind):
        invoiced.accept("A-1", "C-1", percent="20")
        invoiced.go()
    invoiced.change_settings(payment_days=30)
    invoiced.go()
    assert invoiced.said("A-1") == [("invoice", 9760), ("reversal", 9760), ("reduced_invoice", 8540)]
    assert [paper.sequence for paper in invoiced.papers("A-1")] == [1, 1, 2]
    assert [case.state.value for case in invoiced.cases("A-1")] == ["done"]
    holds()


def test_retry_tries_all_that_is_refused(invoiced: Scene) -> None:
    place_nameless(invoiced, "A-1")
    invoiced.place("A-2", [item("1", "50.00"), item("2", "30.00")])
    invoiced.go()
    with refusing(PaperKind.REVERSAL):
        invoiced.cancel("A-2", "1")
        invoiced.go()
    with unit_of_work() as session:
        done = retrying.retry(session, session.scalars(select(Shop)).one())
    assert done == retrying.Retried(0, 0, 0, refused_papers=2)
    invoiced.go()
    assert invoiced.said("A-2") == [("invoice", 9760), ("reversal", 6100)]
    assert open_ones() == [("invoice", ["00417"])]


# What is on the paper


def test_what_the_gate_judges_is_what_is_issued(invoiced: Scene) -> None:
    invoiced.change_settings(fatturapa={"stamp_duty": True}, payment_days=30, design={"colour": "#112233"})
    invoiced.place("A-1", [item("1", "50.00"), item("2", "30.00")], charges=[shipping()])
    invoiced.complain("A-1", "1", "C-1")
    with refusing() as asked:
        invoiced.go()
        invoiced.accept("A-1", "C-1", percent="12.5")
        invoiced.go()
    invoice, reversal, reduced = asked
    stored = invoiced.papers("A-1")
    assert [paper.number for paper in asked] == [row.number for row in stored], "foreseen, and nobody was faster"
    assert [paper.issue_date for paper in asked] == [row.issue_date for row in stored]
    assert (reversal.refers_to, reduced.refers_to) == (reduced.refers_to, reversal.refers_to)
    assert reversal.refers_to is not None
    assert reversal.refers_to.number == invoice.number
    assert reduced.reversed_by is not None
    assert reduced.reversed_by.number == reversal.number
    assert [line.origin_position for line in reversal.lines] == [1, 2, 3]
    allowance = reduced.lines[0].allowances[0]
    assert (allowance.code, allowance.base, allowance.percent, allowance.amount) == ("65", 5000, Decimal("12.5"), 625)
    assert {row.design["colour"] for row in stored} == {"#112233"}
    assert len({row.sdi_file_name for row in stored}) == 3
    assert [(row.digest is None, row.chain is None) for row in stored] == [(False, False)] * 3


def test_what_is_due_is_due_so_many_days_after_the_date_and_a_reversal_never(invoiced: Scene) -> None:
    invoiced.change_settings(payment_days=10)
    invoiced.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    invoiced.place("A-2", [item("1", "50.00")], payment_method="card")
    invoiced.pay("A-2", "61.00")
    invoiced.go()
    invoiced.cancel("A-1", "2")
    invoiced.go()
    invoice, reversal = invoiced.papers("A-1")
    assert invoice.due_date is not None
    assert (invoice.due_date - invoice.issue_date).days == 10
    assert reversal.due_date is None
    assert invoiced.papers("A-2")[0].due_date is None, "paid before it was issued"


def test_an_invoice_before_the_goods_says_when_they_are_to_be_ready(scene: Scene, time: Clock) -> None:
    scene.change_settings(invoice_on="placed", production_days=3)
    time.set("2026-12-04T10:00:00+00:00")  # a Friday
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    (invoice,) = scene.papers("A-1")
    assert (invoice.delivery_date, str(invoice.expected_delivery)) == (None, "2026-12-09")


def test_a_correction_keeps_the_looks_of_its_original_and_says_what_it_said(invoiced: Scene) -> None:
    invoiced.change_settings(design={"colour": "#112233"})
    invoiced.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    invoiced.go()
    invoiced.change_settings(design={"colour": "#445566"}, fatturapa={"natures": {"O": "N1"}})
    invoiced.cancel("A-1", "2")
    invoiced.go()
    original, reversal = invoiced.papers("A-1")
    assert reversal.design == original.design == {"colour": "#112233"}
    own = reversal.fatturapa or {}
    assert own == (original.fatturapa or {}) | {"file_name": own["file_name"]}
    assert own["file_name"] == reversal.sdi_file_name != original.sdi_file_name


def test_where_the_sdi_delivers_is_read_from_the_order_and_what_is_nonsense_there_is_ignored(invoiced: Scene) -> None:
    sent: list[dict[str, object]] = [
        {"recipient_code": "KRRH6B9"}, {"pec": "chiara@pec.customers.example"}, {"pec": 5, "recipient_code": ["x"]}, {},
    ]  # fmt: skip
    for number, more in enumerate(sent):
        invoiced.place(f"A-{number}", [item("1", "50.00")], customer=CUSTOMER | more)
    invoiced.go()
    frozen = [invoiced.papers(f"A-{number}")[0].fatturapa or {} for number in range(4)]
    assert [(own["recipient_code"], own["pec"]) for own in frozen] == [
        ("KRRH6B9", None), ("0000000", "chiara@pec.customers.example"), ("0000000", None), ("0000000", None),
    ]  # fmt: skip


def test_a_number_that_came_out_longer_than_the_one_it_was_judged_with_is_judged_again(
    invoiced: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoiced.change_settings(series={"invoice": "FT-{year}-{number}", "reversal": "NC-{year}-{number}"})
    for number in range(1, 9):
        invoiced.place(f"A-{number}", [item("1", "1.00")])
    invoiced.go()
    for order in ("B-1", "B-2"):
        invoiced.place(order, [item("1", "1.00")])
    invoiced.go(frozenset({Stage.INBOX}))
    faster = [invoiced.row("B-2").id]

    def somebody_is_faster(paper: Paper, effective: object = None) -> list[Breach]:
        if faster:
            with unit_of_work() as session:
                invoicing.invoice_one(session, faster.pop())
        return []

    with monkeypatch.context() as patched:
        patched.setattr(gate, "breaches", somebody_is_faster)
        with pytest.raises(Transient, match="have just become longer"), unit_of_work() as session:
            invoicing.invoice_one(session, invoiced.row("B-1").id)
    invoiced.go()
    assert [invoiced.papers(order)[0].number[-2:] for order in ("B-2", "B-1")] == ["-9", "10"]
