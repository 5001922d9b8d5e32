"""Short drills of what is left: lost hints, clocks, defects of a single row, papers that are refused."""

from functools import partial
from typing import Any

from factories import item
from guards_killed import invoiced, to_be_refunded
from guards_kit import UNTIL_PAPERS, drill
from shortly import TASKS, Short
from sqlalchemy import select
from striking import killed

import tasks.documents
from models import EventState, Shop
from partnershop import db
from partnershop.db import unit_of_work
from partnershop.documents import gate
from partnershop.documents.breach import Breach
from partnershop.documents.paper import Paper, PaperKind
from partnershop.drill.fault import Family
from partnershop.drill.judging import Excused
from partnershop.drill.points import COMMITTED, Point
from partnershop.flows import corrections, inbox_events, retrying
from partnershop.stages import Stage
from workers.waking import messages

POISON, TIME = Family.POISON, Family.TIME


@drill(Family.BROKER_GONE)
def every_hint_is_lost(short: Short) -> None:
    to_be_refunded(short)


@drill(Family.BROKER_GONE)
def a_hint_is_followed_at_once(short: Short) -> None:
    def follow(hints: Any) -> None:
        for hint in hints:
            for task, arguments in messages(hint):
                short.attempt(partial(TASKS[task], **arguments))

    short.patch.setattr(db, "_waker", follow)
    short.scene.place("A-1", [item("1", "50.00")])


@drill(TIME)
def the_clock_is_set_back_with_leases_in_hand(short: Short) -> None:
    invoiced(short)
    short.clock.advance(36_000)
    assert killed(TASKS["documents.render_papers"], Point(0, COMMITTED))
    short.clock.advance(-36_000)


@drill(TIME)
def the_clock_is_set_back_by_two_days(short: Short) -> None:
    scene = short.scene
    scene.change_settings(invoice_on="placed")
    for order, seconds in (("A-1", 0), ("A-2", -2 * 86_400), ("A-3", 2 * 86_400)):
        short.clock.advance(seconds)
        scene.place(order, [item("1", "50.00")])
        short.go(UNTIL_PAPERS)


def fails(*_: Any, **__: Any) -> Any:
    """A defect nobody knew of."""
    raise ZeroDivisionError("a defect nobody knew of")


@drill(POISON)
def an_event_that_fails_for_a_while(short: Short) -> None:
    scene = short.scene
    with short.patch.context() as patch:
        patch.setitem(inbox_events.HANDLERS, "print_data.uploaded", fails)
        scene.place("A-1", [item("1", "50.00")])
        scene.tell("print_data.uploaded", order="A-1", item="1")
        scene.place("A-2", [item("1", "50.00")])
        short.go(frozenset({Stage.INBOX}))
    if any(scene.told(event["id"]).state is EventState.ACCEPTED for event in scene.accepted if _places(event)):
        short.lost("orders wait for an event that is not theirs")


def _places(event: Any) -> bool:
    return str(event["type"]) == "partnershop.order.placed"


@drill(POISON)
def a_paper_that_always_fails(short: Short) -> None:
    short.excused = Excused(parked_orders=frozenset({"A-1"}))
    scene = short.scene

    def renders(paper: Paper) -> bytes:
        return fails() if paper.order == "A-1" else short.town.print(paper)

    short.patch.setattr(tasks.documents, "render", renders)
    for order in ("A-1", "A-2"):
        scene.place(order, [item("1", "50.00")])
    short.go(UNTIL_PAPERS)
    for order in ("A-1", "A-2"):
        scene.ship(order, "1")


@drill(POISON)
def a_case_that_always_fails(short: Short) -> None:
    short.excused = Excused(parked_orders=frozenset({"A-1"}))
    invoiced(short)
    short.patch.setattr(corrections, "_cancel", fails)
    short.scene.cancel("A-1", "2")


@drill(POISON)
def a_correction_that_is_refused_and_mended(short: Short) -> None:
    scene = short.scene
    invoiced(short)
    scene.complain("A-1", "1", "C-1")
    scene.accept("A-1", "C-1", net="10.00")

    def refuses(paper: Paper, **_: Any) -> list[Breach]:
        return [Breach("BR-01", "", {})] if paper.kind is PaperKind.REDUCED_INVOICE else []

    with short.patch.context() as patch:
        patch.setattr(gate, "breaches", refuses)
        short.go(UNTIL_PAPERS)
    with unit_of_work() as session:
        retrying.retry(session, session.scalars(select(Shop)).one())
