"""Transactions that meet: each ends right, and each goes wrong when its guard is taken out."""

import contextlib
import threading
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import pytest
from factories import Books, Clock, Scene, item
from racing import at_once, errors, until_somebody_waits_for_a_lock
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models import Case, Event, EventState, NumberSeries, Order, Shop
from partnershop.db import unit_of_work
from partnershop.flows import corrections, inbox, intake, invoicing, issuing_numbers, orders
from partnershop.rules.numbering import Counter
from partnershop.stages import Stage
from tasks import invoicing as invoicing_task

INBOX_ONLY = frozenset({Stage.INBOX})


# One order, two cases at once


@pytest.fixture
def two_cases(scene: Scene) -> Scene:
    """An invoiced, paid order with an accepted complaint about item 1 and a cancellation of item 2, both open."""
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    scene.pay("A-1", "97.60")
    scene.complain("A-1", "1", "C-1")
    scene.go()
    scene.accept("A-1", "C-1", net="10.00")
    scene.cancel("A-1", "2")
    scene.go(INBOX_ONLY)
    return scene


def settle_both(scene: Scene, patch: pytest.MonkeyPatch) -> list[str]:
    """Settle both cases in two transactions; the first stays in the middle of it until the second one waits."""
    first, second = scene.cases("A-1")
    in_the_middle = threading.Event()
    settle_one = corrections._settle_one

    def slowly(session: Session, shop: Shop, order: Order, case: Case) -> None:
        if case.id == first.id and not in_the_middle.is_set():
            in_the_middle.set()
            until_somebody_waits_for_a_lock()
        settle_one(session, shop, order, case)

    def settle(case: Case) -> str:
        if case.id == second.id:
            in_the_middle.wait(10)
        with unit_of_work() as session:
            return corrections.settle(session, case.id)

    with patch.context() as slow:
        slow.setattr(corrections, "_settle_one", slowly)
        return errors(at_once(lambda: settle(first), lambda: settle(second)))


def test_a_cancellation_and_a_complaint_at_once_on_one_order_are_settled_one_after_the_other(
    two_cases: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settle_both(two_cases, monkeypatch) == []
    assert two_cases.books("A-1") == Books(4000, 4880, 4880)
    assert two_cases.row("A-1").entitled == 4880


def test_without_the_lock_on_the_order_the_two_would_go_wrong(
    two_cases: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unlocked(session: Session, order_id: int) -> Order:
        return session.scalars(select(Order).where(Order.id == order_id)).one()

    monkeypatch.setattr(corrections, "lock", unlocked)
    failed = settle_both(two_cases, monkeypatch)
    assert failed or two_cases.row("A-1").entitled != 4880


def pay_and_settle(scene: Scene, patch: pytest.MonkeyPatch) -> list[str]:
    """A payment comes in while a case of its order is being settled."""
    (case,) = scene.cases("A-1")
    in_the_middle = threading.Event()
    settle_one = corrections._settle_one

    def slowly(session: Session, shop: Shop, order: Order, case: Case) -> None:
        in_the_middle.set()
        until_somebody_waits_for_a_lock()
        settle_one(session, shop, order, case)

    def settle() -> object:
        with unit_of_work() as session:
            return corrections.settle(session, case.id)

    def pay() -> object:
        in_the_middle.wait(10)
        with unit_of_work() as session:
            return inbox.apply_next(session, inbox.shops_due(session)[0])

    with patch.context() as slow:
        slow.setattr(corrections, "_settle_one", slowly)
        return errors(at_once(settle, pay))


@pytest.fixture
def paid_late(scene: Scene) -> Scene:
    """An invoiced order with an open cancellation of one item, and a payment that has just come in."""
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    scene.go()
    scene.cancel("A-1", "2")
    scene.go(INBOX_ONLY)
    scene.pay("A-1", "97.60")
    return scene


def test_a_payment_that_comes_while_a_case_is_settled_still_leads_to_its_refund(
    paid_late: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pay_and_settle(paid_late, monkeypatch) == []
    assert (paid_late.row("A-1").paid, paid_late.books("A-1").refunds) == (9760, 3660)


def test_without_the_lock_of_the_inbox_on_its_orders_the_refund_would_be_forgotten(
    paid_late: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unlocked(session: Session, shop_id: int, numbers: set[str]) -> dict[str, Order]:
        query = select(Order).where(Order.shop_id == shop_id, Order.number.in_(numbers))
        return {order.number: order for order in session.scalars(query)}

    monkeypatch.setattr(inbox, "lock_many", unlocked)
    pay_and_settle(paid_late, monkeypatch)
    assert (paid_late.row("A-1").paid, paid_late.books("A-1").refunds) != (9760, 3660)


# Eight writers numbering at once

WRITERS = 8


@pytest.fixture
def due(scene: Scene) -> Scene:
    """Eight orders whose invoices are due, and one that has been invoiced, so that the counter is there."""
    scene.change_settings(invoice_on="placed")
    scene.place("A-0", [item("1", "50.00")])
    scene.go()
    for number in range(1, WRITERS + 1):
        scene.place(f"A-{number}", [item("1", "50.00")])
    scene.go(INBOX_ONLY)
    return scene


def invoice_all(scene: Scene, before: Callable[[], object]) -> list[str]:
    """Each order is invoiced by a writer of its own."""
    ids = [scene.row(f"A-{number}").id for number in range(1, WRITERS + 1)]

    def write(order_id: int) -> object:
        with unit_of_work() as session:
            order = orders.lock(session, order_id)
            before()
            return invoicing.invoice_orders(session, [order])

    return errors(at_once(*(lambda order_id=order_id: write(order_id) for order_id in ids)))


def test_eight_writers_at_once_number_without_gap_or_double(due: Scene) -> None:
    together = threading.Barrier(WRITERS, timeout=20)
    assert invoice_all(due, together.wait) == []
    sequences = [due.papers(f"A-{number}")[0].sequence for number in range(WRITERS + 1)]
    assert sorted(sequences) == list(range(1, WRITERS + 2))


def test_without_the_lock_on_the_counter_writers_would_take_the_same_number(
    due: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = threading.Barrier(WRITERS, timeout=20)

    def unlocked(session: Session, shop_id: int, names: Sequence[str]) -> dict[str, issuing_numbers._Series]:
        (series,) = names
        row = session.get_one(NumberSeries, (shop_id, series))
        together.wait()
        counter = Counter(row.year, row.last_number, row.last_issue_date)
        return {series: issuing_numbers._Series(counter, row.last_chain)}

    monkeypatch.setattr(issuing_numbers, "_locked", unlocked)
    failed = invoice_all(due, lambda: None)
    assert len(failed) == WRITERS - 1, "the database still lets none of them have a number twice"
    assert [due.papers(f"A-{n}")[0].sequence for n in range(WRITERS + 1) if due.papers(f"A-{n}")] == [1, 2]


def test_a_transaction_that_fails_after_it_was_numbered_burns_no_number(
    due: Scene, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = invoicing._mark

    def fail(*arguments: Any) -> None:
        mark(*arguments)
        raise RuntimeError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(invoicing, "_mark", fail)
        invoicing_task.issue_invoices()
    assert due.papers("A-1") == [], "each failed after it had its number"
    time.advance(60)
    due.go()
    sequences = [due.papers(f"A-{number}")[0].sequence for number in range(WRITERS + 1)]
    assert sorted(sequences) == list(range(1, WRITERS + 2))


# The same event on two connections at once


def post_twice(scene: Scene) -> tuple[list[int], int]:
    """One event on two connections, the second coming while the first is not committed; accepted counts, and rows."""
    event = scene.event("order.placed", **scene.order("A-1", [item("1", "50.00")]))
    inserted = threading.Event()

    def post(first: bool) -> int:
        if not first:
            inserted.wait(10)
        with unit_of_work() as session:
            shop = session.scalars(select(Shop)).one()
            receipt = intake.accept(session, shop, [event])
            if first:
                inserted.set()
                with contextlib.suppress(TimeoutError):  # without the guard nobody waits
                    until_somebody_waits_for_a_lock(seconds=2)
        return receipt.accepted

    results = at_once(lambda: post(True), lambda: post(False))
    return [result for result in results if isinstance(result, int)], scene.count(Event)


def test_the_same_event_on_two_connections_at_once_is_accepted_once(scene: Scene) -> None:
    assert post_twice(scene) == ([1, 0], 1)


def test_without_the_unique_key_it_would_be_there_twice(
    scene: Scene, clean_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = intake._INSERT.text.replace("ON CONFLICT (source, event_id) DO NOTHING", "")
    assert plain != intake._INSERT.text
    monkeypatch.setattr(intake, "_INSERT", text(plain))
    with psycopg.connect(clean_database, autocommit=True) as connection:
        connection.execute("ALTER TABLE event DROP CONSTRAINT uq_event_source_event_id")
        try:
            assert post_twice(scene) == ([1, 1], 2)
        finally:
            connection.execute("SET session_replication_role = replica")
            connection.execute("DELETE FROM event")
            connection.execute("ALTER TABLE event ADD CONSTRAINT uq_event_source_event_id UNIQUE (source, event_id)")


# One lane for a shop's inbox


def race_for_parking(scene: Scene, between: Callable[[], object]) -> str:
    """A payment is looked at while its order is just being placed; what has become of the payment in the end.

    The payment came first and was committed last, as happens when two requests overlap.
    """
    payment = scene.event(
        "payment.received", order="A-1", payment="P-1", amount="61.00", currency="EUR", method="card",
        received_at="2026-03-02T09:14:00Z",
    )  # fmt: skip
    with unit_of_work() as slow_request:
        shop = slow_request.scalars(select(Shop)).one()
        intake.accept(slow_request, shop, [payment])
        scene.place("A-1", [item("1", "50.00")])
        with unit_of_work() as placing:
            assert inbox.apply_next(placing, shop.id, limit=1).handled == 1
            slow_request.commit()
            between()
            with unit_of_work() as parking:
                inbox.apply_next(parking, shop.id, limit=1)
    scene.go()
    return scene.told(payment["id"]).state.value


def test_an_event_is_never_parked_for_an_order_that_is_just_being_placed(scene: Scene) -> None:
    assert race_for_parking(scene, lambda: None) == EventState.HANDLED
    assert scene.row("A-1").paid == 6100


def test_without_the_one_lane_it_would_be_parked_for_ever(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    assert race_for_parking(scene, lambda: monkeypatch.setattr(inbox, "LANE", 1)) == EventState.PARKED
    assert scene.row("A-1").paid == 0
