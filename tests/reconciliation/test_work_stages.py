"""Work standing still: planted in each stage, found once, and woken; what is in somebody's hands is not found."""

from collections.abc import Callable

import pytest
from factories import AT_UNITEDPRINT, PRODUCTS, STAGES, Clock, Scene, item
from planting import change, findings, gone, now, only, print_papers, reconcile
from sqlalchemy import text

from models import FindingState, Shop
from partnershop import db
from partnershop.db import unit_of_work
from partnershop.flows import dispatch, documents, refunds
from partnershop.flows.parked import release_waiting
from partnershop.gateways.outcome import Unknown
from partnershop.reconciliation import findings as kept
from partnershop.reconciliation.checks import stages
from partnershop.reconciliation.sentences import sentence, what_to_do
from partnershop.rules.eligibility import Route
from partnershop.rules.reconciliation import FindingKind, Job
from partnershop.stages import Stage, Wake
from tasks import reconciliation
from tasks.sweeper import look_for_due_work

KIND = FindingKind.WORK_STANDING_STILL
MINUTES = 60
TO_ROUTING = frozenset({Stage.INBOX, Stage.ROUTING})


def _inbox(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00")])


def _routing(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00")])
    scene.go(frozenset({Stage.INBOX}))


def _dispatch(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00", options=AT_UNITEDPRINT)])
    scene.go(TO_ROUTING)


def _corrections(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    scene.cancel("A-1", "1")
    scene.go(frozenset({Stage.INBOX}))


def _refunds(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00")])
    scene.pay("A-1", "61.00")
    scene.go()
    scene.cancel("A-1", "1")
    scene.go(STAGES - {Stage.REFUNDS})


def _documents(scene: Scene) -> None:
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00")])
    scene.go()


def _mail(scene: Scene) -> None:
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00")])
    print_papers(scene)
    change("UPDATE mail SET state = 'due', due_at = created_at")


PLANTED: dict[Stage, Callable[[Scene], None]] = {
    Stage.INBOX: _inbox, Stage.ROUTING: _routing, Stage.DISPATCH: _dispatch, Stage.CORRECTIONS: _corrections,
    Stage.REFUNDS: _refunds, Stage.DOCUMENTS: _documents, Stage.MAIL: _mail,
}  # fmt: skip
FINISHED = {Stage.DOCUMENTS: "UPDATE rendering SET due_at = due_at + interval '1 day'",
            Stage.MAIL: "UPDATE mail SET state = 'off'"}  # fmt: skip


@pytest.mark.parametrize("stage", PLANTED)
def test_work_that_nobody_takes_is_found_once_and_closes_when_it_is_done(
    scene: Scene, time: Clock, stage: Stage
) -> None:
    PLANTED[stage](scene)
    time.advance(9 * MINUTES)
    assert reconcile().open == 0
    time.advance(2 * MINUTES)
    found = only(KIND)
    assert (found.key, found.about["stage"], found.about["count"]) == (stage.value, stage.value, "1")
    assert found.details == {}
    if stage in FINISHED:
        change(FINISHED[stage])
    else:
        scene.go()
    gone(found)


def test_the_sentence_says_how_much_since_when_and_what_to_look_at(scene: Scene, time: Clock) -> None:
    time.set("2026-03-02T10:00:00+00:00")
    _inbox(scene)
    time.advance(15 * MINUTES)
    found = only(KIND)
    assert sentence(found, "en") == (
        "Work of the stage inbox stands still: 1 due that nobody has taken, the oldest since "
        f"{found.about['since']}."
    )
    assert found.about["since"] in {"2026-03-02 09:59 UTC", "2026-03-02 10:00 UTC"}
    assert what_to_do(found, "en") == (
        "Does a worker take that queue? `partnershop status` and Flower say so; start one, or more where all are busy."
    )


def test_more_of_the_same_does_not_reopen_what_was_accepted(scene: Scene, time: Clock) -> None:
    _inbox(scene)
    time.advance(11 * MINUTES)
    found = only(KIND)
    with unit_of_work() as session:
        kept.accept(session, found.id, "/operators/anna", "the works are closed")
    scene.place("A-2", [item("1", "50.00")])
    time.advance(11 * MINUTES)
    assert reconcile().open == 0
    again = now(found)
    assert (again.state, again.about["count"]) == (FindingState.ACCEPTED, "2")


def test_each_shop_has_its_own_finding_and_only_the_shop_asked_for_is_looked_at(scene: Scene, time: Clock) -> None:
    _inbox(scene)
    other = Scene(shop="boreal")
    other.place("B-1", [item("1", "50.00")])
    time.advance(11 * MINUTES)
    assert reconcile(Job.STUCK_WORK).new == 2
    assert {one.about["shop"] for one in findings()} == {"aurora", "boreal"}


def test_a_stage_that_stands_still_is_woken_and_no_other(scene: Scene, time: Clock) -> None:
    woken: list[Wake] = []
    _corrections(scene)
    time.advance(11 * MINUTES)
    scene.place("A-2", [item("1", "50.00")])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "_waker", woken.extend)
        reconcile(Job.STUCK_WORK)
    (case,) = scene.cases("A-1")
    assert woken == [Wake(Stage.CORRECTIONS, "aurora", "A-1", case.id, "reverse_items")]


def test_what_somebody_holds_a_lease_on_does_not_stand_still(scene: Scene, time: Clock) -> None:
    _documents(scene)
    time.advance(11 * MINUTES)
    with unit_of_work() as session:
        assert documents.claim(session)
    assert reconcile().open == 0
    time.advance(16 * MINUTES)
    assert only(KIND).about["stage"] == "documents"


def test_a_refund_that_is_just_being_sent_does_not_stand_still(scene: Scene, time: Clock) -> None:
    _refunds(scene)
    time.advance(11 * MINUTES)
    with unit_of_work() as session:
        assert refunds.claim(session)
    assert reconcile().open == 0


def test_a_call_that_was_cut_off_and_that_nobody_noted_stands_still(scene: Scene, time: Clock) -> None:
    _dispatch(scene)
    with unit_of_work() as session:
        assert dispatch.claim(session, 1, Route.UNITEDPRINT, 10, idempotent=False)
    time.advance(12 * MINUTES)
    assert reconcile().open == 0
    time.advance(2 * MINUTES)
    assert only(KIND).about["stage"] == "dispatch"


def test_a_withdrawal_that_nobody_makes_stands_still(scene: Scene, time: Clock) -> None:
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    scene.cancel("A-1", "1")
    scene.go(STAGES - {Stage.DISPATCH})
    time.advance(11 * MINUTES)
    assert only(KIND).about["stage"] == "dispatch"


# Work that has just become due on rows that are old


def test_an_event_that_is_let_go_on_after_days_is_new_work(scene: Scene, time: Clock) -> None:
    scene.tell("item.shipped", order="A-1", item="1", shipped_at="2026-03-05T10:00:00Z")
    scene.go()
    time.advance(30 * 60 * MINUTES)
    scene.place("A-1", [item("1", "50.00")])
    scene.go(TO_ROUTING)
    with unit_of_work() as session:
        session.execute(text("UPDATE event SET state = 'parked', waits_for = 'order', waits_key = 'A-1'"
                             " WHERE type = 'item.shipped'"))  # fmt: skip
        assert release_waiting(session, session.get_one(Shop, 1), [("order", "A-1")]) == 1
    assert reconcile().open == 0


def test_a_held_item_that_a_new_catalogue_releases_is_new_work_of_routing_and_then_of_dispatch(
    scene: Scene, time: Clock
) -> None:
    scene.place("A-1", [item("1", "50.00", product="calendar")])
    scene.go()
    time.advance(20 * 60 * MINUTES)
    scene.load_catalogue({**PRODUCTS, "calendar": PRODUCTS["flyer"]})
    assert reconcile().open == 0
    scene.go(TO_ROUTING)
    assert reconcile().open == 0
    time.advance(11 * MINUTES)
    assert only(KIND).about["stage"] == "dispatch"


def test_a_hand_over_that_an_operator_sets_free_again_is_new_work(scene: Scene, time: Clock) -> None:
    scene.unitedprint.plan(Unknown("timed out"))
    scene.place("A-1", [item("1", "50.00", options=AT_UNITEDPRINT)])
    scene.go()
    time.advance(60 * MINUTES)
    scene.operator("dispatch.settled", order="A-1", item="1", accepted=False, reason="they do not have it")
    scene.go(frozenset({Stage.INBOX}))
    assert reconcile().open == 0


# The jobs of reconciliation themselves


def test_a_job_that_nobody_does_any_more_is_found_in_each_shop(scene: Scene, time: Clock) -> None:
    time.set("2026-03-02T10:01:00+00:00")
    assert reconcile().open == 0
    reconciliation.look_for_stuck_work()
    time.advance(13 * MINUTES)
    assert reconcile().open == 0
    time.advance(2 * MINUTES)
    found = only(KIND)
    assert found.key == "reconciliation, stuck_work"
    reconciliation.look_for_stuck_work()
    gone(found)


def test_the_first_run_after_an_outage_does_not_report_what_it_is_just_catching_up(scene: Scene, time: Clock) -> None:
    time.set("2026-03-02T10:01:00+00:00")
    for job in (look_for_due_work, reconciliation.look_for_stuck_work, reconciliation.check_the_money):
        job()
    time.advance(3 * 60 * MINUTES)
    assert "0 findings open" in reconciliation.look_for_stuck_work()
    # By hand, with nobody at work, it is told.
    assert reconcile().open > 0


def test_all_stages_are_looked_at() -> None:
    elsewhere = {Stage.RECONCILIATION, Stage.INVOICING, Stage.COMMISSIONS}
    assert set(stages._ROWS) == set(Stage) - elsewhere == set(PLANTED)
