"""Complaints: the allowance on the coming invoice, or a reversal and a reduced invoice; refusals change nothing."""


import pytest
from factories import Books, Scene, item, shipping

GOLDEN = [item("1", "68.33", "20"), item("2", "68.33", "20"), item("3", "57.50", "20"), item("4", "85.00", "20")]


@pytest.fixture
def invoiced(scene: Scene) -> Scene:
    """The shop that invoices at once."""
    scene.change_settings(invoice_on="placed")
    return scene


def test_a_complaint_before_the_invoice_is_an_allowance_on_the_coming_one(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    scene.go()
    scene.complain("A-1", "1", "C-1")
    scene.accept("A-1", "C-1", net="12.00")
    scene.go()
    assert scene.owed("A-1") == 8296
    scene.ship("A-1", "1", "2")
    scene.go()
    (invoice,) = scene.papers("A-1")
    line = scene.lines(invoice)[0]
    assert (line.price_net, line.allowance, line.net) == (5000, 1200, 3800), "the old price stays visible"
    assert line.allowances == [
        {
            "complaint": "C-1", "reason": "colours are off", "amount": 1200, "code": "65", "base": None,
            "percent": None,
        }
    ]  # fmt: skip
    assert invoice.gross == 8296


def test_a_complaint_after_the_invoice_reverses_all_live_lines_and_issues_a_reduced_invoice(invoiced: Scene) -> None:
    invoiced.place("A-1", [item("1", "50.00"), item("2", "30.00"), item("3", "9.99")], charges=[shipping()])
    invoiced.go()
    invoiced.cancel("A-1", "3")
    invoiced.complain("A-1", "1", "C-1")
    invoiced.accept("A-1", "C-1", percent="20")
    invoiced.go()
    invoice, _, reversal, reduced = invoiced.papers("A-1")
    assert (reversal.kind.value, reversal.refers_to_id) == ("reversal", invoice.id)
    assert [line.key for line in invoiced.lines(reversal)] == ["1", "2", "shipping"], "item 3 was taken back before"
    assert (reduced.kind.value, reduced.refers_to_id, reduced.companion_id) == (
        "reduced_invoice", invoice.id, reversal.id,
    )  # fmt: skip
    line = invoiced.lines(reduced)[0]
    assert (line.price_net, line.allowance, line.net, line.origin_line_id) == (5000, 1000, 4000, None)
    assert [line.key for line in invoiced.lines(reduced)] == ["1", "2", "shipping"]
    assert (reversal.gross, reduced.gross) == (10724, 9504)
    assert reversal.issue_date == reduced.issue_date
    assert invoiced.row("A-1").current_invoice_id == reduced.id, "the one valid invoice the customer holds"
    assert invoiced.row("A-1").invoice_id == invoice.id
    assert reversal.case_id == reduced.case_id == invoiced.cases("A-1")[1].id


def test_a_complaint_then_the_cancellation_of_the_same_line_takes_back_the_reduced_line(invoiced: Scene) -> None:
    invoiced.place("A-1", [item("1", "50.00"), item("2", "30.00")], charges=[shipping()])
    invoiced.go()
    invoiced.complain("A-1", "1", "C-1")
    invoiced.accept("A-1", "C-1", net="12.00")
    invoiced.go()
    invoiced.cancel("A-1", "1")
    invoiced.go()
    reduced, last = invoiced.papers("A-1")[-2:]
    (line,) = invoiced.lines(last)
    assert (last.kind.value, last.refers_to_id) == ("reversal", reduced.id), "it takes back the invoice in force"
    assert (line.price_net, line.allowance, line.net) == (5000, 1200, 3800)
    assert invoiced.books("A-1") == Books(3790, 4624, 0)


def test_a_complaint_about_a_cancelled_item_is_refused_and_changes_nothing(invoiced: Scene) -> None:
    invoiced.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    invoiced.go()
    invoiced.cancel("A-1", "1")
    invoiced.complain("A-1", "1", "C-1")
    invoiced.accept("A-1", "C-1", net="12.00")
    said = invoiced.go()
    assert invoiced.said("A-1") == [("invoice", 9760), ("reversal", 6100)]
    assert "refused: item 1 of A-1 has been cancelled; there is nothing left to reduce" in said
    assert invoiced.complaints("A-1")[0].state.value == "open"
    assert [case.state.value for case in invoiced.cases("A-1")] == ["done", "refused"]


def test_two_complaints_on_one_line_are_two_allowances_on_the_invoice_in_force(invoiced: Scene) -> None:
    invoiced.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    invoiced.go()
    for complaint, reduction in (("C-1", {"net": "12.00"}), ("C-2", {"percent": "10"})):
        invoiced.complain("A-1", "1", complaint)
        invoiced.accept("A-1", complaint, **reduction)
        invoiced.go()
    kinds = [kind for kind, _ in invoiced.said("A-1")]
    assert kinds == ["invoice", "reversal", "reduced_invoice", "reversal", "reduced_invoice"]
    first, second = invoiced.papers("A-1")[2], invoiced.papers("A-1")[4]
    assert (second.refers_to_id, invoiced.papers("A-1")[3].refers_to_id) == (first.id, first.id)
    line = invoiced.lines(second)[0]
    assert [allowance["amount"] for allowance in line.allowances] == [1200, 500], "10 % of the line as it was ordered"
    assert (line.price_net, line.net) == (5000, 3300)
    assert invoiced.books("A-1").net == 6300


@pytest.mark.parametrize("invoice_on", ["placed", "shipped"])
def test_a_reduction_above_what_is_left_is_refused_and_changes_nothing(scene: Scene, invoice_on: str) -> None:
    scene.change_settings(invoice_on=invoice_on)
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    scene.complain("A-1", "1", "C-1")
    scene.accept("A-1", "C-1", net="30.00")
    scene.go()
    before = (scene.said("A-1"), scene.books("A-1"), scene.owed("A-1"), scene.row("A-1").entitled)
    scene.complain("A-1", "1", "C-2")
    scene.accept("A-1", "C-2", net="20.01")
    said = scene.go()
    assert (
        "refused: a reduction of EUR 20.01 is more than what is left of item 1 of A-1, EUR 20.00" in said
    ), "an operator is told"
    assert (scene.said("A-1"), scene.books("A-1"), scene.owed("A-1"), scene.row("A-1").entitled) == before
    assert scene.item("A-1", "1").reduced_by == 3000
    scene.accept("A-1", "C-2", net="20.00")
    scene.go()
    assert scene.complaints("A-1")[1].state.value == "accepted", "all that is left may go, and a smaller one may follow"
    assert scene.owed("A-1") == 3660


@pytest.mark.parametrize("invoice_on", ["placed", "shipped"])
def test_a_percentage_that_rounds_to_nothing_is_refused_and_changes_nothing(scene: Scene, invoice_on: str) -> None:
    scene.change_settings(invoice_on=invoice_on)
    scene.place("A-1", [item("1", "0.10")])
    scene.go()
    before = (scene.said("A-1"), scene.books("A-1"), scene.owed("A-1"), scene.row("A-1").entitled)
    scene.complain("A-1", "1", "C-1")
    scene.accept("A-1", "C-1", percent="1")
    said = scene.go()
    refusal = "refused: the reduction of item 1 of A-1 rounds to nothing, so no paper needs to change; name an amount"
    assert refusal in said, "an operator is told"
    assert (scene.said("A-1"), scene.books("A-1"), scene.owed("A-1"), scene.row("A-1").entitled) == before
    assert scene.complaints("A-1")[0].state.value == "open", "a decision that names an amount may follow"
    scene.accept("A-1", "C-1", net="0.01")
    scene.go()
    assert scene.item("A-1", "1").reduced_by == 1


def test_a_rejected_complaint_leaves_no_trace_in_papers_or_money(invoiced: Scene) -> None:
    invoiced.place("A-1", [item("1", "50.00")])
    invoiced.pay("A-1", "61.00")
    invoiced.go()
    invoiced.complain("A-1", "1", "C-1")
    invoiced.reject("A-1", "C-1")
    invoiced.go()
    assert invoiced.said("A-1") == [("invoice", 6100)]
    assert invoiced.books("A-1") == Books(5000, 6100, 0)
    assert (invoiced.cases("A-1"), invoiced.row("A-1").entitled) == ([], 0)
    complaint = invoiced.complaints("A-1")[0]
    assert (complaint.state.value, complaint.reduction, complaint.decision_reason) == ("rejected", None, "as proofed")


@pytest.mark.parametrize("first", ["accept", "reject"])
def test_the_first_decision_on_a_complaint_stands(invoiced: Scene, first: str) -> None:
    invoiced.place("A-1", [item("1", "50.00")])
    invoiced.go()
    invoiced.complain("A-1", "1", "C-1")
    decide = {
        "accept": lambda: invoiced.accept("A-1", "C-1", net="5.00"),
        "reject": lambda: invoiced.reject("A-1", "C-1"),
    }
    decide[first]()
    second = decide["reject" if first == "accept" else "accept"]()
    third = decide["accept"]()
    invoiced.go()
    assert invoiced.books("A-1").net == (4500 if first == "accept" else 5000)
    for late in (second, third):
        event = invoiced.told(late)
        assert (event.state.value, event.refused) == ("handled", True)
        assert "the first decision stands" in (event.outcome or "")


def test_a_reduction_may_state_a_member_as_null(invoiced: Scene) -> None:
    invoiced.place("A-1", [item("1", "50.00")])
    invoiced.complain("A-1", "1", "C-1")
    invoiced.accept("A-1", "C-1", net="5.00", percent=None)
    invoiced.go()
    assert invoiced.books("A-1").net == 4500


def test_a_line_reduced_to_nothing_is_still_a_line_and_can_be_cancelled(invoiced: Scene) -> None:
    invoiced.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    invoiced.complain("A-1", "1", "C-1")
    invoiced.accept("A-1", "C-1", percent="100")
    invoiced.go()
    invoiced.cancel("A-1", "1")
    invoiced.go()
    assert invoiced.said("A-1")[-1] == ("reversal", 0)
    assert invoiced.books("A-1").gross == 3660
