"""The engine of reconciliation, on checks of the test's own: a finding has one life, whatever runs at once or fails."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from factories import Clock, Scene
from planting import findings, now
from racing import at_once, errors, until_somebody_waits_for_a_lock
from sqlalchemy import select, text
from sqlalchemy.exc import InternalError
from sqlalchemy.orm import Session

from models import Finding, FindingState, ReconciliationRun, Shop
from partnershop.db import unit_of_work
from partnershop.errors import Refused
from partnershop.reconciliation import findings as kept
from partnershop.reconciliation.looking import Check, Found, Looked, Repair
from partnershop.reconciliation.running import Report, run
from partnershop.rules.reconciliation import FindingKind, Job

KIND, OTHER = FindingKind.ITEM_HELD, FindingKind.EVENT_PARKED
OPEN, CLOSED, ACCEPTED, REPAIRED = (
    FindingState.OPEN, FindingState.CLOSED, FindingState.ACCEPTED, FindingState.REPAIRED,
)  # fmt: skip


def one(key: str = "item-1", kind: FindingKind = KIND, amount: int = 100, shop: int = 1, **details: str) -> Found:
    """A found thing."""
    return Found(kind, shop, key, {"order": "A-1"}, details, amount, "EUR")


@dataclass
class Checking:
    """A check that finds what it is told to."""

    kind: FindingKind = KIND
    found: list[Found] = field(default_factory=list)
    jobs: frozenset[Job] = frozenset({Job.STUCK_WORK})
    before: Callable[[Session], object] = lambda _: None
    repair: Repair | None = None

    def look(self, session: Session, shops: Sequence[int]) -> Looked:
        """As told, of the shops asked for."""
        self.before(session)
        return Looked({self.kind: 7}, [found for found in self.found if found.shop_id in shops])

    def check(self) -> Check:
        """As the engine wants it."""
        return Check(f"check of {self.kind}", (self.kind,), self.jobs, self.look, self.repair)


def go(*checks: Checking, job: Job = Job.EVERYTHING, shop: str | None = None) -> Report:
    """Run these checks."""
    return run(job, "tests", shop=shop, checks=[each.check() for each in checks])


def runs() -> list[ReconciliationRun]:
    """The rows of all runs."""
    with unit_of_work() as session:
        return list(session.scalars(select(ReconciliationRun).order_by(ReconciliationRun.id)))


pytestmark = pytest.mark.usefixtures("scene")


def test_a_finding_is_one_row_found_again_closed_and_found_again(time: Clock) -> None:
    check = Checking(found=[one()])
    assert (go(check).new, go(check).new) == (1, 0)
    (found,) = findings()
    assert (found.times_seen, found.first_run_id, found.last_run_id) == (2, 1, 2)
    assert found.about == {"shop": "aurora", "order": "A-1"}
    check.found.clear()
    report = go(check)
    assert (report.closed, report.open, report.is_fine) == (1, 0, True)
    assert (now(found).state, now(found).why) == (CLOSED, "it no longer holds")
    assert go(check).closed == 0
    check.found.append(one())
    assert go(check).new == 1
    again = now(found)
    assert (again.state, again.why, again.times_seen, again.first_run_id) == (OPEN, None, 3, 1)


def test_the_run_is_a_row_that_tells_what_it_did() -> None:
    report = go(Checking(found=[one(), one("item-2")]))
    (row,) = runs()
    assert (row.id, row.job, row.started_by) == (report.run_id, "everything", "tests")
    assert (row.period, row.shop_id) == (None, None)
    assert row.ended_at is not None and row.ended_at >= row.started_at
    assert (row.checked, row.failed, row.found, row.new) == ({"item_held": 7}, {}, 2, 2)
    assert report.sentence() == "7 things looked at, 2 findings open (2 new), 0 closed, 0 repaired"


def test_an_accepted_finding_stays_accepted_until_its_amount_or_details_change() -> None:
    check = Checking(found=[one(why="late")])
    go(check)
    (found,) = findings()
    with unit_of_work() as session:
        kept.accept(session, found.id, "/operators/anna", " known ")
    assert (now(found).state, now(found).why, now(found).changed_by) == (ACCEPTED, "known", "/operators/anna")
    report = go(check)
    assert (report.open, report.is_fine, now(found).state) == (0, True, ACCEPTED)
    for changed in (one(why="later"), one(amount=101, why="later")):
        check.found[:] = [changed]
        assert (go(check).new, now(found).state, now(found).why) == (1, OPEN, None)
        with unit_of_work() as session:
            kept.accept(session, found.id, "/operators/anna", "known")
        assert go(check).new == 0
    check.found.clear()
    go(check)
    assert now(found).state is CLOSED


def test_what_a_finding_is_about_may_change_without_opening_it_again() -> None:
    check = Checking(found=[one()])
    go(check)
    (found,) = findings()
    with unit_of_work() as session:
        kept.accept(session, found.id, "/operators/anna", "known")
    check.found[:] = [Found(KIND, 1, "item-1", {"order": "A-1", "count": "9"}, {}, 100, "EUR")]
    go(check)
    assert (now(found).state, now(found).about["count"]) == (ACCEPTED, "9")


def test_accepting_wants_an_open_finding_and_a_reason_and_can_be_taken_back() -> None:
    go(Checking(found=[one()]))
    (found,) = findings()
    with unit_of_work() as session, pytest.raises(Refused, match="say why"):
        kept.accept(session, found.id, "/operators/anna", "  ")
    with unit_of_work() as session, pytest.raises(kept.NoFinding, match="there is no finding 99"):
        kept.accept(session, 99, "/operators/anna", "known")
    with unit_of_work() as session, pytest.raises(Refused, match="finding 1 is not accepted, it is open"):
        kept.reopen(session, found.id, "/operators/anna")
    with unit_of_work() as session:
        kept.accept(session, found.id, "/operators/anna", "known")
    with unit_of_work() as session, pytest.raises(Refused, match="it is accepted by /operators/anna: known"):
        kept.accept(session, found.id, "/operators/bert", "known")
    with unit_of_work() as session:
        kept.reopen(session, found.id, "/operators/bert")
    assert (now(found).state, now(found).changed_by, now(found).why) == (OPEN, "/operators/bert", None)


def test_a_check_that_fails_fails_alone_and_leaves_its_findings_as_they_are() -> None:
    bad, good = Checking(found=[one()]), Checking(OTHER, [one("event-1", OTHER)])
    go(bad, good)

    def fail(session: Session) -> None:
        session.execute(text("SELECT 1 / 0"))

    bad.before = fail
    good.found.clear()
    report = go(bad, good)
    assert (report.failed, report.closed, report.is_fine) == ({"check of item_held": "DataError"}, 1, False)
    assert [found.kind for found in findings()] == [KIND]
    assert runs()[-1].failed == report.failed and runs()[-1].ended_at is not None
    assert report.sentence().endswith("; could not be made: check of item_held")


def test_a_look_can_change_nothing() -> None:
    report = go(Checking(before=lambda session: session.execute(text("UPDATE shop SET currency = 'CHF'"))))
    assert report.failed == {"check of item_held": InternalError.__name__}


def test_a_look_sees_one_moment() -> None:
    seen: list[int] = []

    def look_twice(session: Session) -> None:
        count = text("SELECT count(*) FROM catalogue_version")
        seen.append(session.execute(count).scalar_one())
        with unit_of_work() as other:
            other.execute(text("INSERT INTO catalogue_version (label, loaded_at, products, digest)"
                               " VALUES ('x', now(), '{}', 'x')"))  # fmt: skip
        seen.append(session.execute(count).scalar_one())

    assert not go(Checking(before=look_twice)).failed
    assert seen[0] == seen[1]


def test_a_job_makes_its_own_checks_and_everything_makes_all() -> None:
    money, stuck = Checking(OTHER, [one("event-1", OTHER)], frozenset({Job.MONEY})), Checking(found=[one()])
    assert go(money, stuck, job=Job.MONEY).checked == {"event_parked": 7}
    assert [found.kind for found in findings()] == [OTHER]
    assert go(money, stuck, job=Job.STUCK_WORK).checked == {"item_held": 7}
    money.found.clear()
    assert go(money, stuck, job=Job.STUCK_WORK).closed == 0
    assert go(money, stuck).closed == 1


def test_a_run_for_one_shop_touches_no_finding_of_another() -> None:
    Scene(shop="boreal")
    with unit_of_work() as session:
        boreal = session.scalars(select(Shop.id).where(Shop.code == "boreal")).one()
    check = Checking(found=[one(), one(shop=boreal)])
    assert go(check).open == 2
    check.found.clear()
    report = go(check, shop="boreal")
    assert (report.closed, report.open) == (1, 0)
    assert runs()[-1].shop_id == boreal
    assert [found.shop_id for found in findings()] == [1]
    with pytest.raises(Refused):
        go(check, shop="nobody")


def test_a_repair_is_told_and_what_cannot_be_repaired_stays_open() -> None:
    def repair(session: Session, finding: Finding) -> str | None:
        if finding.key == "item-2":
            raise RuntimeError("no")
        return "mended" if finding.key == "item-1" else None

    check = Checking(found=[one(), one("item-2"), one("item-3")], repair=repair)
    report = go(check)
    assert (report.repaired, report.open, report.failed) == (1, 2, {})
    (mended,) = findings(REPAIRED)
    assert (mended.key, mended.why, mended.changed_by) == ("item-1", "mended", "reconciliation")
    check.found.clear()
    assert (go(check).closed, now(mended).state) == (2, REPAIRED)
    check.found.append(one())
    again = go(check)
    assert (again.new, again.repaired, now(mended).times_seen) == (1, 1, 2)


def test_many_findings_are_kept_in_batches() -> None:
    check = Checking(found=[one(f"item-{number}") for number in range(2345)])
    assert (go(check).new, go(check).new) == (2345, 0)
    assert len(findings()) == 2345


def test_the_same_thing_found_twice_in_one_look_is_one_finding() -> None:
    assert go(Checking(found=[one(), one()])).new == 1
    assert len(findings()) == 1


# Two at once


def test_two_runs_at_once_find_everything_once_and_close_nothing_of_each_other() -> None:
    check = Checking(found=[one(f"item-{number}") for number in range(50)])
    for _ in range(3):
        results = at_once(lambda: go(check), lambda: go(check))
        assert errors(results) == []
    assert len(findings()) == 50
    assert {found.times_seen for found in findings()} == {6}
    assert sum(row.new for row in runs()) == 50 and sum(row.closed for row in runs()) == 0


def test_a_run_that_looked_before_another_found_something_does_not_close_it() -> None:
    """The second run's snapshot is older than what the first one has found: without the lane it would close it."""
    first_looks, second_waits = threading.Event(), threading.Event()
    check = Checking(found=[one()])

    def slow(_: Session) -> None:
        first_looks.set()
        assert second_waits.wait(20)

    slow_check = Checking(found=[one()], before=slow)

    def second() -> Report:
        assert first_looks.wait(20)
        return go(Checking())

    def release() -> None:
        assert first_looks.wait(20)
        until_somebody_waits_for_a_lock()
        second_waits.set()

    results = at_once(lambda: go(slow_check), second, release)
    assert errors(results) == []
    # One after the other: the second run came after what the first had found, and closed it.
    assert [row.new for row in runs()] == [1, 0] and [row.closed for row in runs()] == [0, 1]
    assert go(check).new == 1


def test_whoever_accepts_a_finding_during_a_run_does_not_make_the_run_fail() -> None:
    check = Checking(found=[one()])
    go(check)
    (found,) = findings()

    def accept(_: Session) -> None:
        with unit_of_work() as session:
            kept.accept(session, found.id, "/operators/anna", "known")

    check.before = accept
    report = go(check)
    assert (report.failed, report.open, now(found).state) == ({}, 0, ACCEPTED)
