"""The reconciliation stage: scheduled runs, each period once, and the operators' digest."""

from collections.abc import Callable
from functools import partial

from celery import shared_task

from partnershop.db import unit_of_work
from partnershop.errors import Transient
from partnershop.flows import periods
from partnershop.logging import log
from partnershop.reconciliation import digest
from partnershop.reconciliation.running import run
from partnershop.rules.reconciliation import Job
from tasks.working import giving_back, goes_on

_NOT_DUE = "this period is done already, or somebody is at it"


@shared_task(name="reconciliation.look_for_stuck_work")
def look_for_stuck_work() -> str:
    """Every five minutes: work that stands still, and calls of which nobody knows whether they arrived."""
    return _once(Job.STUCK_WORK, _run)


@shared_task(name="reconciliation.check_the_money")
def check_the_money() -> str:
    """Every hour: papers that are owed, payments, refunds."""
    return _once(Job.MONEY, _run)


@shared_task(name="reconciliation.check_everything")
def check_everything() -> str:
    """Every night: all there is to check, and the audit."""
    return _once(Job.EVERYTHING, _run)


@shared_task(name="reconciliation.tell_operators")
def tell_operators() -> str:
    """Every hour, where there is something: one mail per shop with all that needs an operator."""
    return _once(Job.DIGEST, _digest)


def _once(job: Job, work: Callable[[periods.Claim], str]) -> str:
    with unit_of_work() as session:
        claim = periods.claim(session, job)
    if claim is None:
        return _NOT_DUE
    with giving_back(partial(_give_back, claim)):
        said = work(claim)
        with unit_of_work() as session:
            periods.end(session, claim)
    return said


def _give_back(claim: periods.Claim, reason: str) -> None:
    log.warning("a period's work was broken off and is begun anew", job=claim.job.value, reason=reason)
    with unit_of_work() as session:
        periods.give_back(session, claim)


def _run(claim: periods.Claim) -> str:
    def hold() -> None:
        if not goes_on():
            raise Transient("this worker is to end")
        with unit_of_work() as session:
            if not periods.renew(session, claim):
                raise Transient("another worker has taken this run over")

    return run(claim.job, "schedule", period=claim.period, between=hold).sentence()


def _digest(_: periods.Claim) -> str:
    with unit_of_work() as session:
        return digest.queue(session)
