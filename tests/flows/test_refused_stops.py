"""While the paper of a case is refused: the works make nothing that is cancelled, and the first decision stands."""

import pytest
from factories import AT_UNITEDPRINT, STAGES, Clock, Scene, item
from handing_over import BEFORE, claim, record, states
from refusing import refusing

from models import CaseState, ComplaintState
from partnershop.audit import findings
from partnershop.db import unit_of_work
from partnershop.documents.paper import PaperKind
from partnershop.gateways.outcome import Unavailable
from partnershop.rules.eligibility import Route
from partnershop.stages import Stage


def holds() -> None:
    """The twelve invariants hold."""
    with unit_of_work() as session:
        broken = [str(breach) for one in findings(session) for breach in one.first]
    assert broken == []


def where(scene: Scene, key: str = "1") -> str:
    """The state of an item of A-1."""
    return scene.item("A-1", key).state.value


@pytest.fixture
def invoiced(scene: Scene) -> Scene:
    """A-1 with two items in house, invoiced at once and not handed over yet."""
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    scene.go(BEFORE)
    return scene


def cancel_in_vain(scene: Scene, *, stages: frozenset[Stage] = STAGES) -> int:
    """Cancel item 1 while its reversal would not conform; the case."""
    with refusing(PaperKind.REVERSAL):
        scene.cancel("A-1", "1")
        scene.go(stages)
    case = scene.cases("A-1")[-1]
    assert case.state is CaseState.PARKED
    return case.id


def drop(scene: Scene, case: int) -> None:
    """An operator gives the case up."""
    scene.operator("case.dropped", order="A-1", case=case, reason="the customer wants it after all")
    scene.go()


# The stop at the works


def test_what_is_cancelled_is_not_made_while_its_reversal_is_refused(invoiced: Scene) -> None:
    invoiced.go()
    assert (where(invoiced), states(invoiced)) == ("handed_over", ["done"])
    cancel_in_vain(invoiced)
    assert (where(invoiced), states(invoiced), states(invoiced, "2")) == ("routed", ["withdrawn"], ["done"])
    (told,) = invoiced.workshop.withdrawn.values()
    assert told == "the item has been cancelled"
    invoiced.go()
    assert states(invoiced) == ["withdrawn"], "and nobody hands it over again"
    holds()


def test_a_released_case_cancels_it_from_there(invoiced: Scene) -> None:
    invoiced.go()
    cancel_in_vain(invoiced)
    invoiced.change_settings(payment_days=30)
    invoiced.go()
    assert (where(invoiced), states(invoiced)) == ("cancelled", ["withdrawn"])
    assert invoiced.said("A-1") == [("invoice", 9760), ("reversal", 6100)]
    holds()


def test_a_dropped_case_has_it_handed_over_again_by_itself(invoiced: Scene) -> None:
    invoiced.go()
    drop(invoiced, cancel_in_vain(invoiced))
    assert (where(invoiced), states(invoiced)) == ("handed_over", ["withdrawn", "done"])
    assert len(invoiced.workshop.tickets) == 3
    holds()


def test_dropped_before_the_works_were_told_it_is_withdrawn_and_handed_over_again(
    invoiced: Scene, monkeypatch: pytest.MonkeyPatch, time: Clock
) -> None:
    invoiced.go()
    with monkeypatch.context() as broken:
        broken.setattr(invoiced.workshop, "withdraw", lambda _key, _reason: Unavailable("disk full"))
        drop(invoiced, cancel_in_vain(invoiced))
    time.advance(86_400)
    invoiced.go()
    assert (where(invoiced), states(invoiced)) == ("handed_over", ["withdrawn", "done"])
    assert list(invoiced.workshop.withdrawn.values()) == ["the item has been cancelled"]
    holds()


def test_a_call_that_was_under_way_when_the_case_was_parked_is_withdrawn_when_it_has_arrived(invoiced: Scene) -> None:
    job, other = claim(invoiced, Route.IN_HOUSE)
    cancel_in_vain(invoiced, stages=BEFORE)
    record(job, invoiced.workshop.hand_over(job.ticket), Route.IN_HOUSE)
    record(other, invoiced.workshop.hand_over(other.ticket), Route.IN_HOUSE)
    invoiced.go()
    assert (where(invoiced), states(invoiced), states(invoiced, "2")) == ("routed", ["withdrawn"], ["done"])
    holds()


def test_a_call_that_failed_when_the_case_was_parked_is_not_made_again(invoiced: Scene, time: Clock) -> None:
    job, _ = claim(invoiced, Route.IN_HOUSE)
    cancel_in_vain(invoiced, stages=BEFORE)
    assert "has been cancelled" in record(job, Unavailable("disk full"), Route.IN_HOUSE)
    time.advance(86_400)
    invoiced.go()
    assert (where(invoiced), states(invoiced)) == ("routed", ["withdrawn"])


def test_a_late_reversal_stops_the_works_as_well_until_somebody_says_so(invoiced: Scene, time: Clock) -> None:
    invoiced.go()
    time.advance(370 * 86_400)
    invoiced.cancel("A-1", "1")
    invoiced.go()
    (case,) = invoiced.cases("A-1")
    assert (case.state, (case.outcome or "")[:8]) == (CaseState.PARKED, "P-IT-26:")
    assert f"drop-case A-1 --shop {invoiced.code} --case {case.id}" in (case.outcome or "")
    assert (where(invoiced), states(invoiced)) == ("routed", ["withdrawn"])
    invoiced.operator("case.confirmed", order="A-1", case=case.id, reason="comma 2")
    invoiced.go()
    assert where(invoiced) == "cancelled"
    holds()


@pytest.mark.parametrize("begun", ["in_production", "shipped"])
def test_what_is_begun_stays_where_it_is(invoiced: Scene, begun: str) -> None:
    invoiced.go()
    if begun == "shipped":
        invoiced.ship("A-1", "1")
    else:
        invoiced.tell("item.in_production", order="A-1", item="1")
    invoiced.go()
    cancel_in_vain(invoiced)
    assert (where(invoiced), states(invoiced)) == (begun, ["done"])


def test_what_is_at_unitedprint_stays_there(scene: Scene) -> None:
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00", options=AT_UNITEDPRINT)])
    scene.go()
    cancel_in_vain(scene)
    assert (where(scene), states(scene)) == ("handed_over", ["done"])


# The first decision


@pytest.fixture
def accepted(invoiced: Scene) -> Scene:
    """A complaint of A-1 whose acceptance waits for a paper that is refused."""
    invoiced.complain("A-1", "1", "C-1")
    with refusing(PaperKind.REDUCED_INVOICE):
        invoiced.accept("A-1", "C-1", percent="20")
        invoiced.go()
    assert [case.state for case in invoiced.cases("A-1")] == [CaseState.PARKED]
    return invoiced


@pytest.mark.parametrize("later", ["reject", "accept"])
def test_the_first_decision_stands_while_its_paper_is_refused(accepted: Scene, later: str) -> None:
    second = accepted.reject("A-1", "C-1") if later == "reject" else accepted.accept("A-1", "C-1", percent="50")
    accepted.go()
    told = accepted.told(second)
    assert told.refused
    assert (told.outcome or "").startswith("refused: complaint C-1 has been accepted; the first decision stands.")
    assert len(accepted.cases("A-1")) == 1
    accepted.change_settings(payment_days=30)
    accepted.go()
    assert accepted.said("A-1")[-1] == ("reduced_invoice", 8540)
    holds()


def test_a_dropped_case_frees_its_complaint(accepted: Scene) -> None:
    drop(accepted, accepted.cases("A-1")[0].id)
    accepted.reject("A-1", "C-1")
    accepted.go()
    assert [complaint.state for complaint in accepted.complaints("A-1")] == [ComplaintState.REJECTED]
    holds()
