"""Short drills of doubled parts: two at the same work, 8 writers of one series, two beats, an event twice.

Who comes first is stopped between what it has read and what it writes, until the other has done what it can.
"""

import threading
from functools import partial
from typing import Any

from factories import AT_UNITEDPRINT, IN_HOUSE, item
from guards_killed import ordered
from guards_kit import UNTIL_PAPERS, drill, frozen, limits
from racing import at_once
from shortly import TASKS, Short
from sqlalchemy import func, select

import tasks.reconciliation
from models import ReconciliationRun, Shop
from partnershop.db import unit_of_work
from partnershop.drill.fault import Family
from partnershop.flows import inbox, intake
from partnershop.stages import Stage

DOUBLED = Family.DOUBLED_PARTS
INBOX_ONLY = frozenset({Stage.INBOX})


@drill(DOUBLED)
def two_dispatchers(short: Short) -> None:
    ordered(short, AT_UNITEDPRINT)
    with limits(lock_timeout=300):
        first = frozen(short, TASKS["dispatch.hand_over_to_unitedprint"], "2.2")
        short.go(frozenset({Stage.DISPATCH}))
        first.thaw()


@drill(DOUBLED)
def two_routers(short: Short) -> None:
    short.scene.place("A-1", [item("1", "50.00"), item("2", "30.00", options=AT_UNITEDPRINT)])
    short.go(INBOX_ONLY)
    with limits(lock_timeout=300):
        first = frozen(short, TASKS["routing.route_items"], "1.3")
        short.go(frozenset({Stage.ROUTING}))
        first.thaw()


@drill(DOUBLED)
def two_bookers_of_commissions(short: Short) -> None:
    short.scene.place("A-1", [item("1", "50.00")])
    short.go(UNTIL_PAPERS)
    short.scene.ship("A-1", "1")
    short.go(UNTIL_PAPERS - {Stage.COMMISSIONS})
    with limits(lock_timeout=300):
        first = frozen(short, TASKS["commissions.book_entries"], "0.3")
        short.go(frozenset({Stage.COMMISSIONS}))
        first.thaw()


@drill(DOUBLED)
def two_writers_of_one_series(short: Short) -> None:
    scene = short.scene
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00")])
    short.go(frozenset({Stage.INBOX, Stage.INVOICING}))
    scene.place("A-2", [item("1", "30.00")])
    short.go(INBOX_ONLY)
    with limits(lock_timeout=300):
        first = frozen(short, TASKS["invoicing.issue_invoices"], "1.13")
        scene.place("A-3", [item("1", "20.00")])
        short.go(frozenset({Stage.INBOX, Stage.INVOICING}))
        first.thaw()


@drill(DOUBLED)
def eight_writers_of_one_series(short: Short) -> None:
    scene = short.scene
    for number in range(8):
        scene.place(f"A-{number}", [item("1", "50.00"), item("2", "30.00")])
    short.go(UNTIL_PAPERS)
    for number in range(8):
        scene.ship(f"A-{number}", "1", "2")
    short.go(UNTIL_PAPERS)
    for number in range(8):
        scene.cancel(f"A-{number}", "2")
    short.go(INBOX_ONLY)
    hints = short.hints(Stage.CORRECTIONS)
    at_once(*[partial(TASKS[f"corrections.{h.verb}"], shop=h.shop, order=h.order, case=h.case) for h in hints])


@drill(DOUBLED)
def cancel_and_complain_at_once_from_eight_clients(short: Short) -> None:
    scene = short.scene
    keys = ("1", "2", "3", "4")
    scene.place("A-1", [item(key, "50.00") for key in keys], payment_method="card")
    scene.pay("A-1", "244.00")
    short.go()
    scene.ship("A-1", *keys)
    for key in keys:
        scene.complain("A-1", key, f"C-{key}")
    short.go()
    at_once(
        *[partial(scene.accept, "A-1", f"C-{key}", net="10.00") for key in keys],
        *[partial(scene.cancel, "A-1", key) for key in keys[:2]],
        *[partial(scene.reject, "A-1", "C-4") for _ in range(2)],
    )  # fmt: skip
    at_once(*[partial(TASKS["inbox.apply_events"]) for _ in range(4)])
    hints = short.hints(Stage.CORRECTIONS)
    at_once(*[partial(TASKS[f"corrections.{h.verb}"], shop=h.shop, order=h.order, case=h.case) for h in hints])


@drill(DOUBLED)
def two_cases_of_one_order(short: Short) -> None:
    scene = short.scene
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00"), item("3", "20.00")])
    scene.pay("A-1", "122.00")
    short.go(UNTIL_PAPERS)
    scene.ship("A-1", "1", "2", "3")
    short.go(UNTIL_PAPERS)
    scene.cancel("A-1", "1", "2")
    short.go(INBOX_ONLY)
    first, second = short.hints(Stage.CORRECTIONS)
    works = [
        partial(TASKS[f"corrections.{hint.verb}"], shop=hint.shop, order=hint.order, case=hint.case)
        for hint in (first, second)
    ]
    with limits(lock_timeout=300):
        late = frozen(short, works[1], "0.2")
        short.attempt(works[0])
        late.thaw()


@drill(DOUBLED)
def a_payment_whose_order_is_just_being_placed(short: Short) -> None:
    """It came first and was committed last, as happens when two requests overlap."""
    scene = short.scene
    payment = scene.event(
        "payment.received", order="A-1", payment="P-1", amount="61.00", currency="EUR", method="card",
        received_at="2026-03-02T09:14:00Z",
    )  # fmt: skip
    with unit_of_work() as slow_request:
        shop = slow_request.scalars(select(Shop)).one()
        intake.accept(slow_request, shop, [payment])
        scene.place("A-1", [item("1", "50.00")])
        with unit_of_work() as placing:
            inbox.apply_next(placing, shop.id, limit=1)
            slow_request.commit()
            short.between()
            with unit_of_work() as parking:
                inbox.apply_next(parking, shop.id, limit=1)
    scene.accepted.append(payment)


@drill(Family.EVENTS)
def the_same_event_on_two_connections_at_once(short: Short) -> None:
    scene = short.scene
    event = scene.event("order.placed", **scene.order("A-1", [item("1", "50.00")]))
    inserted, go_on = threading.Event(), threading.Event()

    def post(first: bool) -> object:
        if not first:
            inserted.wait(10)
        with unit_of_work() as session:
            shop = session.scalars(select(Shop)).one()
            receipt = intake.accept(session, shop, [event])
            if first:
                inserted.set()
                go_on.wait(0.3)  # the other waits for the row, or is through
        go_on.set()
        return receipt

    at_once(partial(post, True), partial(post, False))
    scene.accepted.append(event)


@drill(Family.EVENTS)
def the_same_id_with_another_body(short: Short) -> None:
    scene = short.scene
    scene.place("A-1", [item("1", "50.00")])
    short.go()
    first = scene.event("payment.received", **_payment("10.00"))
    other: dict[str, Any] = {**first, "data": _payment("51.00")}
    scene.knock(first)
    scene.knock(other)


def _payment(amount: str) -> dict[str, Any]:
    return {
        "order": "A-1", "payment": "P-1", "amount": amount, "currency": "EUR", "method": "card",
        "received_at": "2026-03-02T09:14:00Z",
    }  # fmt: skip


@drill(DOUBLED)
def two_beats(short: Short) -> None:
    ordered(short, IN_HOUSE)
    for _ in range(2):
        short.attempt(tasks.reconciliation.look_for_stuck_work)
    with unit_of_work() as session:
        runs = session.scalars(select(func.count()).select_from(ReconciliationRun)).one()
    if runs > 1:
        short.doubled(f"one period was reconciled {runs} times")
