"""Short drills of frozen workers: one stops between its claim and its outcome, another does its work, then it wakes."""

from datetime import timedelta

from factories import AT_UNITEDPRINT, IN_HOUSE, item
from guards_killed import invoiced, ordered, to_be_refunded
from guards_kit import UNTIL_PAPERS, drill, frozen, limits, offset_file
from shortly import LEASE_SECONDS, TASKS, Short
from sqlalchemy import select, text
from striking import Child, Frozen, until

import tasks.dispatch
import tasks.reconciliation
import tasks.refunds
import tasks.sweeper
from models import ReconciliationRun
from partnershop import clock
from partnershop.db import unit_of_work
from partnershop.drill.fault import Family
from partnershop.drill.points import Point
from partnershop.flows import periods
from partnershop.gateways.outcome import Rejected, Unavailable
from partnershop.rules.reconciliation import Job
from partnershop.stages import Stage

FROZEN, DATABASE = Family.WORKER_FROZEN, Family.DATABASE_GONE


class Refusing:
    """A producer that says no, and keeps nothing."""

    name = "refusing"
    idempotent = True

    def hand_over(self, _: object) -> Rejected:
        """No."""
        return Rejected("the folder was not there")


class Unreachable:
    """Whoever pays, and cannot be told."""

    def request_refund(self, _: object) -> Unavailable:
        """Not now."""
        return Unavailable("nobody is there")


@drill(FROZEN)
def frozen_between_the_claim_and_the_call_to_unitedprint(short: Short) -> None:
    ordered(short, AT_UNITEDPRINT)
    late = frozen(short, TASKS["dispatch.hand_over_to_unitedprint"], "2.committed")
    short.clock.advance(LEASE_SECONDS)
    short.drain()
    late.thaw()


@drill(FROZEN)
def frozen_with_a_refusal_while_another_has_delivered(short: Short) -> None:
    ordered(short, IN_HOUSE)
    with short.patch.context() as patch:
        patch.setattr(tasks.dispatch, "workshop", lambda _: Refusing())
        late = frozen(short, TASKS["dispatch.hand_over_in_house"], "3.0")
    short.clock.advance(LEASE_SECONDS)
    other = frozen(short, TASKS["dispatch.hand_over_in_house"], "3.0")
    late.thaw()
    other.thaw()


@drill(FROZEN)
def frozen_with_a_ticket_while_its_item_is_cancelled(short: Short) -> None:
    ordered(short, IN_HOUSE, IN_HOUSE)
    late = frozen(short, TASKS["dispatch.hand_over_in_house"], "3.0")
    short.scene.cancel("A-1", "1")
    short.go(UNTIL_PAPERS - {Stage.DISPATCH})
    late.thaw()


@drill(FROZEN)
def frozen_with_a_printed_paper(short: Short) -> None:
    invoiced(short)
    late = frozen(short, TASKS["documents.render_papers"], "1.0")
    short.clock.advance(LEASE_SECONDS)
    short.drain()
    late.thaw()


@drill(FROZEN)
def frozen_before_a_refund_is_instructed(short: Short) -> None:
    to_be_refunded(short)
    late = frozen(short, TASKS["refunds.send_requests"], "0.committed")
    short.clock.advance(LEASE_SECONDS)
    short.drain()
    late.thaw()


@drill(FROZEN)
def frozen_with_a_refund_refused_while_another_has_instructed_it(short: Short) -> None:
    to_be_refunded(short)
    with short.patch.context() as patch:
        patch.setattr(tasks.refunds, "RefundFolder", lambda _: Unreachable())
        late = frozen(short, TASKS["refunds.send_requests"], "1.0")
    short.clock.advance(LEASE_SECONDS)
    other = frozen(short, TASKS["refunds.send_requests"], "1.0")
    short.town.fetch()
    late.thaw()
    short.clock.advance(60)  # longer than a refused one waits, and no lease ends
    short.go(frozenset({Stage.REFUNDS}))
    other.thaw()


@drill(FROZEN)
def frozen_with_a_period_in_hand(short: Short) -> None:
    """The period is so new that it is still the last one when its lease has ended."""
    money, now = periods.PERIODS[Job.MONEY], clock.now()
    until_the_next = timedelta(seconds=money.seconds) - (now - money.last_begun(now))
    short.clock.advance(int(until_the_next.total_seconds()) + 2)
    late = frozen(short, tasks.reconciliation.check_the_money, "0.committed")
    short.clock.advance(int(periods.LEASE.total_seconds()) + 1)
    short.attempt(tasks.reconciliation.check_the_money)
    late.thaw()
    with unit_of_work() as session:
        ended = session.scalars(select(ReconciliationRun.id).where(ReconciliationRun.ended_at.is_not(None))).all()
    if len(ended) != 1:
        short.doubled(f"one period was reconciled to its end {len(ended)} times")


@drill(FROZEN)
def frozen_sweeper(short: Short) -> None:
    ordered(short, IN_HOUSE, AT_UNITEDPRINT)
    late = frozen(short, tasks.sweeper.look_for_due_work, "0.committed")
    short.clock.advance(LEASE_SECONDS)
    short.attempt(tasks.sweeper.look_for_due_work)
    short.drain()
    late.thaw()


@drill(FROZEN)
def frozen_with_a_mail_while_another_sends_it(short: Short) -> None:
    short.scene.place("A-1", [item("1", "50.00")])
    short.scene.complain("A-1", "1", "C-1")
    short.scene.reject("A-1", "C-1")
    short.go(UNTIL_PAPERS)
    late = frozen(short, TASKS["mail.send_mails"], "0.committed")
    short.clock.advance(LEASE_SECONDS)
    other = frozen(short, TASKS["mail.send_mails"], "3.0")
    late.thaw()
    other.thaw()
    if len(short.town.looked_at().mails or ()) > 1:
        short.doubled("the one that was late has sent the mail as well")


@drill(DATABASE)
def frozen_with_a_lock_in_hand(short: Short) -> None:
    """The limit on idle transactions, pressed to a third of a second, takes the lock away."""
    invoiced(short)
    short.scene.cancel("A-1", "2")
    short.go(frozenset({Stage.INBOX}))
    (case,) = short.hints(Stage.CORRECTIONS)

    def settle() -> None:
        TASKS[f"corrections.{case.verb}"](shop=case.shop, order=case.order, case=case.case)

    with limits(idle_in_transaction_session_timeout=short.pressed("idle", 300), lock_timeout=200):
        holder = Frozen(settle, Point(0, 3), offset_file(short))
    with limits(lock_timeout=700):
        short.go()
        if not short.scene.papers("A-1")[1:]:
            short.lost("nobody settles the case as long as the frozen worker holds its order")
    holder.kill()


def waits_or_has_ended(short: Short, child: Child) -> bool:
    """Whether the child has ended, or its backend has been at one statement three times as long as it may be."""
    stuck = short.admin.execute(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND state = 'active' AND now() - query_start > interval '0.9 s'"
    ).fetchone()
    return stuck is not None or child.has_ended()


@drill(DATABASE)
def a_lock_that_is_held_for_ever(short: Short) -> None:
    """The limit on waiting for locks, pressed to a third of a second, lets the worker go on to other work."""
    scene = short.scene
    for order in ("A-1", "A-2"):
        scene.place(order, [item("1", "50.00"), item("2", "30.00")])
    short.go(UNTIL_PAPERS)
    for order in ("A-1", "A-2"):
        scene.cancel(order, "2")
    short.go(frozenset({Stage.INBOX}))
    with unit_of_work() as somebody:
        somebody.execute(text("SELECT 1 FROM orders WHERE number = 'A-1' FOR UPDATE"))
        with limits(lock_timeout=short.pressed("lock", 300)):
            worker = Child(short.go, lambda _: None)
            until(lambda: waits_or_has_ended(short, worker) and (worker.has_ended() or not short.is_pressed("lock")),
                  "the worker to give up, or to wait for ever")
            if scene.item("A-2", "2").state.value != "cancelled":
                short.lost("the worker waits for ever, and does not come to the other order")
            worker.kill_with_backends(short.admin)


@drill(DATABASE)
def a_statement_that_never_ends(short: Short) -> None:
    """The limit on statements, pressed to a third of a second, ends it and gives its locks free."""
    ordered(short, IN_HOUSE)
    short.scene.cancel("A-1", "1")
    short.go(frozenset({Stage.INBOX}))

    def never_ends() -> None:
        with unit_of_work() as session:
            session.execute(text("SELECT 1 FROM orders FOR UPDATE"))
            session.execute(text("SELECT pg_sleep(3600)"))

    with limits(statement_timeout=short.pressed("statement", 300)):
        worker = Child(never_ends, lambda _: None)
        until(lambda: waits_or_has_ended(short, worker) and (worker.has_ended() or not short.is_pressed("statement")),
              "the statement to be ended, or to go on for ever")
    with limits(lock_timeout=300):
        short.go()
        if short.scene.item("A-1", "1").state.value != "cancelled":
            short.lost("nobody can cancel the item as long as the statement goes on")
    worker.kill_with_backends(short.admin)
