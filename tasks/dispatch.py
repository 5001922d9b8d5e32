"""The dispatch stage: a row, then the call, then its outcome.

Each producer has a task of its own: one slow one holds up nobody.
"""

import math
import time
from collections.abc import Callable
from functools import cache

from celery import shared_task

from partnershop.config import config
from partnershop.db import unit_of_work, wake
from partnershop.documents.job_ticket import render_ticket
from partnershop.flows import dispatch, dispatch_withdrawing
from partnershop.flows.turns import Turns
from partnershop.gateways.outcome import Outcome, Unavailable
from partnershop.gateways.producer import Producer
from partnershop.gateways.unitedprint import UnitedprintHttp
from partnershop.gateways.unitedprint_order import account_from
from partnershop.gateways.workshop import HotFolder, hot_folder_of
from partnershop.rules.eligibility import Route
from partnershop.rules.words import counted
from partnershop.secret import environment
from partnershop.stages import Stage, Wake
from tasks.working import end_of_slice, goes_on

CLAIM = 20
# A slow producer's slice may end within one shop's turn: the next slice begins with the shop behind it.
_TURNS = {route: Turns() for route in Route}
BEGIN_WITHIN = dispatch.LEASE.total_seconds() / 2
"""Seconds after its claim within which a call must begin, well before its lease ends."""


@shared_task(name="dispatch.hand_over_in_house")
def hand_over_in_house(shop: str | None = None) -> str:
    """Write job tickets into the print works' hot folders, and take back what is not to be made any more."""
    withdrawn = _withdraw()
    said = _hand_over(Route.IN_HOUSE, workshop, shop)
    return f"{said}; {counted(withdrawn, 'ticket')} withdrawn" if withdrawn else said


@shared_task(name="dispatch.hand_over_to_unitedprint")
def hand_over_to_unitedprint(shop: str | None = None) -> str:
    """Order the items that Unitedprint makes from Unitedprint."""
    return _hand_over(Route.UNITEDPRINT, unitedprint, shop)


@cache
def workshop(shop: str) -> Producer:
    """The print works of a shop."""
    return HotFolder(hot_folder_of(config().data, shop), render_ticket)


@cache
def unitedprint(shop: str) -> Producer:
    """Unitedprint, one connection pool for all shops of this process."""
    return _unitedprint()


@cache
def _unitedprint() -> Producer:
    return UnitedprintHttp(
        config().unitedprint_url, config().unitedprint_timeout_seconds, account_from(environment())
    )


def _hand_over(route: Route, producer_of: Callable[[str], Producer], woken_by: str | None) -> str:
    said: list[str] = []
    until = end_of_slice()
    while goes_on(until):
        with unit_of_work() as session:
            shops = dispatch.shops_due(session, route)
        calls = [call for shop_id in _TURNS[route].order(shops) for call in _turn(route, shop_id, producer_of, until)]
        said += calls
        if not calls:
            break
    else:
        with unit_of_work() as session:
            wake(session, Wake(Stage.DISPATCH, shop=woken_by))
    return f"{len(said)} handed over or tried: {'; '.join(said[-3:])}" if said else "nothing was due"


def _turn(route: Route, shop_id: int, producer_of: Callable[[str], Producer], until: float) -> list[str]:
    """The calls of one shop's turn; none once the task's time is up, so that a slow producer ends it all the same."""
    if not goes_on(until):
        return []
    _TURNS[route].served(shop_id)
    return _batch(route, shop_id, producer_of, until)


def _batch(route: Route, shop_id: int, producer_of: Callable[[str], Producer], until: float) -> list[str]:
    if route is Route.IN_HOUSE:
        with unit_of_work() as session:
            jobs = dispatch.claim(session, shop_id, route, CLAIM, idempotent=True)
        return [_call(producer_of(job.shop), job) for job in jobs]
    with unit_of_work() as session:
        dispatch.note_cut_off(session, shop_id, route)
    said: list[str] = []
    while len(said) < CLAIM and goes_on(until):
        begin_until = time.monotonic() + BEGIN_WITHIN
        # A call that cannot be asked about again is claimed alone: whatever happens, only one is in doubt.
        with unit_of_work() as session:
            jobs = dispatch.claim(session, shop_id, route, 1, idempotent=False)
        if not jobs:
            break
        said += [_call(producer_of(job.shop), job, begin_until) for job in jobs]
    return said


def _call(producer: Producer, job: dispatch.Job, begin_until: float = math.inf) -> str:
    # A worker that was held up must not call any more: the item may have been settled and sent again meanwhile.
    if time.monotonic() > begin_until:
        outcome: Outcome = Unavailable("the worker was held up and did not call")
    else:
        outcome = producer.hand_over(job.ticket)
    with unit_of_work() as session:
        return dispatch.record(session, job, outcome, idempotent=producer.idempotent)


def _withdraw() -> int:
    with unit_of_work() as session:
        jobs = dispatch_withdrawing.claim_withdrawals(session)
    for job in jobs:
        outcome = workshop(job.shop).withdraw(job.key, job.reason)
        with unit_of_work() as session:
            dispatch_withdrawing.record_withdrawal(session, job, outcome)
    return len(jobs)
