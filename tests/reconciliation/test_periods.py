"""Periodic work: each period once, by whichever beat or worker; missed ones caught up once; clocks that jump."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from factories import Clock
from racing import at_once, errors
from sqlalchemy import func, select

from models import PeriodClaim, ReconciliationRun
from partnershop import clock
from partnershop.db import unit_of_work
from partnershop.errors import Transient
from partnershop.flows import periods
from partnershop.flows.periods import LEASE, PERIODS, Claim
from partnershop.rules.reconciliation import Job
from partnershop.stages import Stage, Wake
from tasks import reconciliation, sweeper
from workers.queues import QUEUES
from workers.schedule import SCHEDULE

MINUTES, HOURS, DAYS = 60, 3600, 86_400
NOT_DUE = "this period is done already, or somebody is at it"

pytestmark = pytest.mark.usefixtures("scene")


def claim(job: Job = Job.MONEY) -> Claim | None:
    """Claim the last period of a job."""
    with unit_of_work() as session:
        return periods.claim(session, job)


def end(held: Claim) -> bool:
    """Say that it is done."""
    with unit_of_work() as session:
        return periods.end(session, held)


def do(job: Job = Job.MONEY) -> bool:
    """Claim and do the last period; whether there was one to do."""
    held = claim(job)
    return held is not None and end(held)


def due() -> list[Job]:
    """The jobs that the sweeper would ask for."""
    with unit_of_work() as session:
        return periods.due(session)


def runs(job: Job) -> list[datetime | None]:
    """The periods of the runs of a job."""
    with unit_of_work() as session:
        query = select(ReconciliationRun.period).where(ReconciliationRun.job == job.value)
        return list(session.scalars(query.order_by(ReconciliationRun.id)))


@pytest.fixture
def at_ten(time: Clock) -> Clock:
    """It is two minutes past ten, UTC."""
    time.set("2026-03-02T10:02:00+00:00")
    return time


@pytest.mark.parametrize(
    ("job", "moment", "begun"),
    [
        (Job.SWEEP, "2026-03-02T10:02:31+00:00", "2026-03-02T10:02:30+00:00"),
        (Job.STUCK_WORK, "2026-03-02T10:04:59+00:00", "2026-03-02T10:00:00+00:00"),
        (Job.STUCK_WORK, "2026-03-02T10:05:00+00:00", "2026-03-02T10:05:00+00:00"),
        (Job.MONEY, "2026-03-02T10:59:59+00:00", "2026-03-02T10:00:00+00:00"),
        (Job.DIGEST, "2026-03-02T10:09:59+00:00", "2026-03-02T09:10:00+00:00"),
        (Job.EVERYTHING, "2026-03-02T01:14:59+00:00", "2026-03-01T01:15:00+00:00"),
        (Job.EVERYTHING, "2026-03-02T02:15:00+01:00", "2026-03-02T01:15:00+00:00"),
        (Job.MONEY, "1999-12-31T23:30:00+00:00", "1999-12-31T23:00:00+00:00"),
    ],
)
def test_the_last_period_that_has_begun(job: Job, moment: str, begun: str) -> None:
    found = PERIODS[job].last_begun(datetime.fromisoformat(moment))
    assert (found, found.tzinfo) == (datetime.fromisoformat(begun), UTC)


def test_each_period_is_done_once_and_the_next_one_again(at_ten: Clock) -> None:
    assert [do(), do(), do()] == [True, False, False]
    at_ten.advance(57 * MINUTES)
    assert not do()
    at_ten.advance(2 * MINUTES)
    assert [do(), do()] == [True, False]


def test_two_beats_at_once_do_a_period_once(at_ten: Clock) -> None:
    for _ in range(5):
        results = at_once(*([claim] * 4))
        assert errors(results) == []
        assert sum(result is not None for result in results) == 1
        at_ten.advance(1 * HOURS)


def test_two_beats_at_once_make_one_run_and_sweep_once(at_ten: Clock) -> None:
    tasks: list[Callable[[], str]] = [reconciliation.check_the_money, reconciliation.look_for_stuck_work]
    with ThreadPoolExecutor(4) as beats:
        said = list(beats.map(lambda task: str(task()), [*tasks, *tasks]))
    assert said.count(NOT_DUE) == 2
    assert (len(runs(Job.MONEY)), len(runs(Job.STUCK_WORK))) == (1, 1)
    swept = at_once(lambda: str(sweeper.look_for_due_work()), lambda: str(sweeper.look_for_due_work()))
    assert min(map(str, swept)) == "looked already in this half minute"
    assert sum(said == "looked already in this half minute" for said in swept) == 1


def test_a_beat_that_was_down_for_three_hours_is_caught_up_by_one_run(at_ten: Clock) -> None:
    reconciliation.check_the_money()
    at_ten.advance(3 * HOURS)
    assert Job.MONEY in due()
    said = [str(reconciliation.check_the_money()) for _ in range(4)]
    assert said[1:] == [NOT_DUE] * 3
    assert runs(Job.MONEY) == [datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (10, 13)]
    assert Job.MONEY not in due()


def test_the_sweeper_asks_for_a_period_that_no_beat_has_sent(at_ten: Clock) -> None:
    assert set(due()) == {Job.STUCK_WORK, Job.MONEY, Job.EVERYTHING, Job.DIGEST}
    woken: list[Wake] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("partnershop.db._waker", woken.extend)
        sweeper.look_for_due_work()
    assert Wake(Stage.RECONCILIATION) in woken
    for job in due():
        do(job)
    assert due() == []
    at_ten.advance(5 * MINUTES)
    assert due() == [Job.STUCK_WORK]


def test_a_clock_that_is_set_back_two_hours_does_no_period_twice_at_once_and_then_goes_on(at_ten: Clock) -> None:
    for _ in range(3):
        assert do()
        at_ten.advance(1 * HOURS)
    at_ten.advance(-170 * MINUTES)  # from 13:02 to 10:12
    assert [do(), do()] == [False, False]
    for _ in range(3):
        at_ten.advance(1 * HOURS)
        assert [do(), do()] == [True, False]


@pytest.mark.parametrize("ahead", [10 * MINUTES, 40 * MINUTES, 2 * HOURS, 3 * DAYS])
def test_a_clock_that_was_ahead_for_a_while_does_not_stop_what_is_due_when_it_is_right_again(
    at_ten: Clock, ahead: int
) -> None:
    assert do(Job.STUCK_WORK)
    at_ten.advance(ahead)
    for _ in range(6):
        assert do(Job.STUCK_WORK)
        at_ten.advance(5 * MINUTES)
    at_ten.advance(-ahead)
    done = []
    for _ in range(12):
        done.append(do(Job.STUCK_WORK))
        at_ten.advance(5 * MINUTES)
    # At most the one period in which the clocks are no further apart than two machines' may be.
    assert done.count(False) <= 1


def test_a_machine_whose_clock_is_a_minute_ahead_does_not_make_others_do_its_period_again(at_ten: Clock) -> None:
    at_ten.advance(57 * MINUTES + 30)
    at_ten.advance(1 * MINUTES)  # 11:00:30 there
    assert do()
    at_ten.advance(-1 * MINUTES)  # 10:59:30 here, where ten o'clock's was never done
    assert do()
    at_ten.advance(45)  # 11:00:15
    assert not do()


def test_a_worker_that_died_is_taken_over_after_its_lease_and_its_late_end_counts_no_more(at_ten: Clock) -> None:
    first = claim(Job.EVERYTHING)
    assert first is not None
    at_ten.advance(int(LEASE.total_seconds()) - 10)
    assert claim(Job.EVERYTHING) is None
    assert Job.EVERYTHING not in due()
    at_ten.advance(20)
    assert Job.EVERYTHING in due()
    second = claim(Job.EVERYTHING)
    assert second is not None and (second.period, second.lease) == (first.period, first.lease + 1)
    with unit_of_work() as session:
        assert not periods.renew(session, first)
        assert periods.renew(session, second)
    assert not end(first)
    assert end(second)
    assert claim(Job.EVERYTHING) is None


def test_whoever_renews_is_not_taken_over(at_ten: Clock) -> None:
    held = claim(Job.EVERYTHING)
    assert held is not None
    for _ in range(4):
        at_ten.advance(40 * MINUTES)
        with unit_of_work() as session:
            assert periods.renew(session, held)
        assert claim(Job.EVERYTHING) is None


def test_a_lease_outlives_every_task_that_is_alive() -> None:
    assert timedelta(seconds=QUEUES[Stage.RECONCILIATION].time_limit) < LEASE


def test_a_run_stops_between_two_checks_when_another_worker_has_taken_over(
    at_ten: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = claim(Job.EVERYTHING)
    assert held is not None
    with unit_of_work() as session:
        session.get_one(PeriodClaim, (held.job.value, held.period)).lease += 1
    with pytest.raises(Transient, match="another worker has taken this run over"):
        reconciliation._run(held)
    with unit_of_work() as session:
        assert session.scalars(select(ReconciliationRun.ended_at)).all() == [None]


def test_a_run_that_fails_is_not_done_and_is_made_again_after_its_lease(
    at_ten: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(reconciliation, "run", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            reconciliation.check_everything()
    assert reconciliation.check_everything() == NOT_DUE
    at_ten.advance(int(LEASE.total_seconds()) + 1)
    assert "looked at" in str(reconciliation.check_everything())


def test_claims_of_long_ago_are_forgotten_and_the_last_ones_kept(at_ten: Clock) -> None:
    for _ in range(6):
        assert do(Job.EVERYTHING)
        at_ten.advance(1 * DAYS)
    with unit_of_work() as session:
        assert session.scalars(select(func.count()).select_from(PeriodClaim)).one() == 3
        assert session.scalars(select(func.min(PeriodClaim.period))).one() > clock.now() - timedelta(days=5)


def test_every_job_has_a_task_that_beat_sends_at_least_once_a_period() -> None:
    sent = {entry["task"]: entry["schedule"] for entry in SCHEDULE.values()}
    tasks = {
        Job.SWEEP: "sweeper.look_for_due_work", Job.STUCK_WORK: "reconciliation.look_for_stuck_work",
        Job.MONEY: "reconciliation.check_the_money", Job.EVERYTHING: "reconciliation.check_everything",
        Job.DIGEST: "reconciliation.tell_operators",
    }  # fmt: skip
    assert set(tasks) == set(Job) == set(PERIODS)
    assert all(sent[tasks[job]] <= PERIODS[job].seconds for job in Job)
