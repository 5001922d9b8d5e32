"""Hand-overs whose outcome nobody knows, and those without a word: found, settled both ways, never sent again."""

from datetime import date, timedelta

import pytest
from factories import AT_UNITEDPRINT, Clock, Scene, item
from hypothesis import given
from hypothesis import strategies as st
from planting import change, findings, gone, now, only, reconcile
from sqlalchemy import text

from models import FindingState
from partnershop.db import unit_of_work
from partnershop.flows.dispatch_ticket import working_days_after
from partnershop.gateways.outcome import Unknown
from partnershop.reconciliation.checks.dispatches import last_day_past
from partnershop.reconciliation.sentences import sentence, what_to_do
from partnershop.rules.reconciliation import FindingKind, Job
from partnershop.stages import Stage

UNKNOWN, WITHOUT_A_WORD = FindingKind.DISPATCH_UNKNOWN, FindingKind.DISPATCH_UNACKNOWLEDGED
SHIPPED_AT = "2026-03-05T10:00:00Z"
DAYS = 86_400


@pytest.fixture
def unknown(scene: Scene) -> Scene:
    """An item at Unitedprint of which nobody knows whether it arrived; it did."""
    scene.unitedprint.plan(Unknown("timed out"), kept=True)
    scene.place("A-1", [item("1", "50.00", options=AT_UNITEDPRINT)])
    scene.go()
    assert [row.state.value for row in scene.dispatches("A-1", "1")] == ["unknown"]
    return scene


def made(scene: Scene) -> int:
    """How many times an item would be made."""
    return len(scene.unitedprint.tickets)


def test_an_unknown_outcome_is_found_at_once_and_says_how_to_settle_it(unknown: Scene) -> None:
    found = only(UNKNOWN)
    (row,) = unknown.dispatches("A-1", "1")
    assert sentence(found, "en") == (
        f"Nobody knows whether Unitedprint has item 1 of A-1, called {row.key} there: timed out."
    )
    assert what_to_do(found, "en") == (
        f"Ask there for {row.key}; it is never sent again by itself. If they have it: `partnershop item "
        f"settle-dispatch A-1 1 --shop aurora --hand-over {row.key} --accepted --reason TEXT`; if not: `partnershop "
        f"item settle-dispatch A-1 1 --shop aurora --hand-over {row.key} --not-accepted --reason TEXT`."
    )
    assert made(unknown) == 1


@pytest.mark.parametrize("days", [0, 1, 30])
def test_it_is_never_sent_again_however_long_it_stays_unknown(unknown: Scene, time: Clock, days: int) -> None:
    time.advance(days * DAYS)
    for _ in range(3):
        reconcile()
        unknown.go()
    assert made(unknown) == 1
    assert UNKNOWN in {one.kind for one in findings()}


def test_an_operator_says_that_they_have_it(unknown: Scene) -> None:
    found = only(UNKNOWN)
    unknown.operator(
        "dispatch.settled", order="A-1", item="1", accepted=True, reference="UP-77", reason="they have it"
    )
    unknown.go()
    gone(found)
    assert [(row.state.value, row.reference) for row in unknown.dispatches("A-1", "1")] == [("done", "UP-77")]
    assert made(unknown) == 1


def test_an_operator_says_that_they_do_not_have_it(scene: Scene) -> None:
    scene.unitedprint.plan(Unknown("timed out"))
    scene.place("A-1", [item("1", "50.00", options=AT_UNITEDPRINT)])
    scene.go()
    found = only(UNKNOWN)
    scene.operator("dispatch.settled", order="A-1", item="1", accepted=False, reason="they do not have it")
    scene.go()
    gone(found)
    assert [row.state.value for row in scene.dispatches("A-1", "1")] == ["rejected", "done"]
    assert made(scene) == 1


def test_what_the_producer_reports_settles_it(unknown: Scene) -> None:
    found = only(UNKNOWN)
    unknown.tell("item.in_production", order="A-1", item="1", started_at=SHIPPED_AT)
    unknown.go()
    gone(found)
    assert [row.state.value for row in unknown.dispatches("A-1", "1")] == ["done"]
    assert made(unknown) == 1


def test_a_report_that_was_left_waiting_for_the_hand_over_goes_on_and_settles_it(unknown: Scene) -> None:
    unknown.tell("item.shipped", order="A-1", item="1", shipped_at=SHIPPED_AT)
    change("UPDATE event SET state = 'parked', waits_for = 'hand_over', waits_key = 'A-1/1', outcome = 'too early'"
           " WHERE type = 'item.shipped'")  # fmt: skip
    report = reconcile(Job.STUCK_WORK)
    (found,) = findings(FindingState.REPAIRED)
    assert (report.repaired, report.open, found.kind) == (1, 0, UNKNOWN)
    assert found.why == "1 of the producer's reports go on, which settle it"
    unknown.go()
    assert [row.state.value for row in unknown.dispatches("A-1", "1")] == ["done"]
    assert reconcile(Job.STUCK_WORK).open == 0
    assert now(found).state is FindingState.REPAIRED
    assert made(unknown) == 1


def test_an_unknown_outcome_of_an_item_that_was_cancelled_is_still_to_be_asked_about(unknown: Scene) -> None:
    unknown.cancel("A-1", "1")
    unknown.go()
    found = only(UNKNOWN)
    unknown.operator("dispatch.settled", order="A-1", item="1", accepted=False, reason="they do not have it")
    unknown.go()
    gone(found)
    assert made(unknown) == 1


# Without a word: the shop's three production days and two more


def test_a_hand_over_without_a_word_is_found_after_its_working_days(scene: Scene, time: Clock) -> None:
    time.set("2026-03-02T10:00:00+00:00")  # a Monday
    scene.place("A-1", [item("1", "50.00", options=AT_UNITEDPRINT)])
    scene.go()
    time.set("2026-03-09T22:00:00+00:00")  # the Monday after, still within the fifth working day in Rome
    assert reconcile().open == 0
    time.set("2026-03-09T23:30:00+00:00")
    found = only(WITHOUT_A_WORD)
    assert sentence(found, "en") == (
        "Unitedprint has had item 1 of A-1 as unitedprint-1 since 2026-03-02 and has not said a word about it."
    )
    assert "Ask there whether unitedprint-1 is being made" in what_to_do(found, "en")
    scene.tell("item.in_production", order="A-1", item="1", started_at=SHIPPED_AT)
    scene.go()
    gone(found)


def test_the_shops_own_works_are_named_as_such(scene: Scene, time: Clock) -> None:
    time.set("2026-03-02T10:00:00+00:00")
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    time.advance(9 * DAYS)
    assert sentence(only(WITHOUT_A_WORD), "de").startswith("Die eigene Druckerei hat Position 1 von A-1 als workshop-")


def test_a_shop_that_takes_longer_is_given_longer(scene: Scene, time: Clock) -> None:
    scene.change_settings(production_days=10)
    time.set("2026-03-02T10:00:00+00:00")
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    time.advance(15 * DAYS)
    assert reconcile().open == 0
    time.advance(3 * DAYS)
    assert only(WITHOUT_A_WORD).about["order"] == "A-1"


def test_an_item_that_is_being_cancelled_needs_no_word(scene: Scene, time: Clock) -> None:
    time.set("2026-03-02T10:00:00+00:00")
    scene.place("A-1", [item("1", "50.00", options=AT_UNITEDPRINT)])
    scene.go()
    time.advance(9 * DAYS)
    scene.cancel("A-1", "1")
    scene.go(frozenset({Stage.INBOX}))
    assert reconcile().open == 0


@given(st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.integers(0, 40))
def test_the_last_day_that_is_past_is_the_last_whose_working_days_have_gone_by(today: date, days: int) -> None:
    last = last_day_past(today, days)
    assert working_days_after(last, days) < today <= working_days_after(last + timedelta(days=1), days)


def test_nothing_that_was_settled_is_looked_at_again(unknown: Scene) -> None:
    with unit_of_work() as session:
        session.execute(text("UPDATE dispatch SET state = 'done', finished_at = now()"))
        session.execute(text("UPDATE item SET state = 'handed_over'"))
    assert reconcile(Job.STUCK_WORK).checked[UNKNOWN.value] == 0
