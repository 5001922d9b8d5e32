"""The people of the shops: what they tidy up at the end of a drill, and what they leave alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from factories import AT_UNITEDPRINT, Scene, item
from knocked import Portal, portal
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

import tasks.inbox
from models import Case, CaseState, DispatchState, Event, Mail, MailState, RefusedPaper, Rendering, RenderingState, Shop
from partnershop import clock
from partnershop.db import unit_of_work
from partnershop.drill import operators
from partnershop.drill.ledger import Ledger
from partnershop.drill.operators import SOURCE, Operators
from partnershop.flows import mail
from partnershop.gateways.outcome import Rejected, Unknown
from partnershop.rules.lifecycle import ItemState
from partnershop.rules.papers import DocumentKind

LOST = Unknown("no answer")


@pytest.fixture
def unitedprint(tmp_path: Path) -> Iterator[Portal]:
    """Unitedprint's simulator."""
    with portal(tmp_path / "unitedprint") as running:
        yield running


@pytest.fixture
def people(unitedprint: Portal) -> Operators:
    """They have no patience, so that tests need none."""
    return Operators(unitedprint.address, Ledger(), patience=0.0)


@pytest.fixture
def unknown(scene: Scene) -> Scene:
    """An item at Unitedprint, or not: nobody knows."""
    scene.unitedprint.plan(LOST)
    scene.place("A-1", [item("1", "50.00", options=AT_UNITEDPRINT)])
    scene.go()
    return scene


def told(kind: str) -> list[Any]:
    """The data of what the people said."""
    with unit_of_work() as session:
        rows = session.scalars(select(Event).where(Event.source == SOURCE, Event.type == kind).order_by(Event.id))
        return [row.body["data"] for row in rows]


def test_a_hand_over_that_is_in_the_portal_is_settled_with_its_number(
    unknown: Scene, people: Operators, unitedprint: Portal
) -> None:
    [dispatch] = unknown.dispatches("A-1", "1")
    number = unitedprint.place(dispatch.key)
    assert people.tidy_up() == [
        "order A-1 of aurora: Unitedprint has it, so the hand-over of item 1 is settled"
    ]
    unknown.go()
    [dispatch] = unknown.dispatches("A-1", "1")
    assert (dispatch.state, dispatch.reference) == (DispatchState.DONE, number)
    assert unknown.item("A-1", "1").state is ItemState.HANDED_OVER
    assert people.tidy_up() == []
    assert people.ledger is not None
    assert [event["data"] for event in people.ledger.accepted("aurora")] == told("dispatch.settled")


def test_a_hand_over_that_is_not_in_the_portal_is_made_again(unknown: Scene, people: Operators) -> None:
    [sentence] = people.tidy_up()
    assert "does not have it" in sentence
    assert [data["hand_over"] for data in told("dispatch.settled")] == [unknown.dispatches("A-1", "1")[0].key]
    unknown.go()
    assert [row.state for row in unknown.dispatches("A-1", "1")] == [DispatchState.REJECTED, DispatchState.DONE]
    assert len(unknown.unitedprint.tickets) == 1


def test_people_wait_before_they_say_that_something_did_not_arrive(unknown: Scene, unitedprint: Portal) -> None:
    people = Operators(unitedprint.address, patience=1e6)
    assert people.tidy_up() == people.tidy_up() == []
    unitedprint.place(unknown.dispatches("A-1", "1")[0].key)
    assert len(people.tidy_up()) == 1


def test_the_word_on_a_hand_over_is_one_event_however_often_it_is_sent(
    unknown: Scene, people: Operators, product: pytest.MonkeyPatch
) -> None:
    send = Operators._send

    def unsure(self: Operators, *what: Any) -> None:
        send(self, *what)
        raise OperationalError("COMMIT", {}, Exception("the connection is lost"))

    with product.context() as patch:
        patch.setattr(Operators, "_send", unsure)
        assert people.tidy_up() == ["not now: OperationalError"]
    assert len(people.tidy_up()) == 1
    assert len(told("dispatch.settled")) == 1
    assert people.tidy_up() == []


def test_items_that_their_producer_refused_are_released(scene: Scene, people: Operators) -> None:
    scene.workshop.plan(Rejected("no paper"))
    scene.place("A-1", [item("1", "50.00"), item("2", "50.00", product="nothing we know")])
    scene.go()
    assert people.tidy_up() == ["order A-1 of aurora: item 1 is released to its producer"]
    # Once for now: it takes a moment until that is applied.
    assert people.tidy_up() == []
    scene.go()
    assert scene.item("A-1", "1").state is ItemState.HANDED_OVER
    assert scene.item("A-1", "2").state is ItemState.HELD


def test_an_item_that_is_held_and_cancelled_is_left_alone(scene: Scene, people: Operators) -> None:
    scene.workshop.plan(Rejected("no paper"))
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    scene.cancel("A-1", "1")
    tasks.inbox.apply_events()
    assert scene.item("A-1", "1").state is ItemState.HELD
    assert people.tidy_up() == []


@pytest.fixture
def parked(scene: Scene) -> Scene:
    """Two orders with an invoice each, whose printing, mail and case were given up."""
    scene.change_settings(invoice_on="placed", mail={"digest": ["works@aurora.example"]})
    for order in ("A-1", "A-2"):
        scene.place(order, [item("1", "50.00"), item("2", "70.00")])
    scene.go()
    for order in ("A-1", "A-2"):
        scene.cancel(order, "1")
    tasks.inbox.apply_events()
    with unit_of_work() as session:
        for table, state in ((Rendering, RenderingState), (Mail, MailState), (Case, CaseState)):
            rows: list[Any] = list(session.scalars(select(table)))
            for row in rows:
                row.state, row.last_error, row.attempts = state("parked"), "it died each time", 4
    return scene


def states(table: type[Any]) -> list[str]:
    """Of all rows of a table, by their order."""
    with unit_of_work() as session:
        key = {Rendering: Rendering.document_id, Mail: Mail.order_id, Case: Case.order_id}[table]
        return [row.state.value for row in session.scalars(select(table).order_by(key))]


def test_what_was_given_up_is_tried_again(parked: Scene, people: Operators) -> None:
    said = people.tidy_up()
    assert "aurora: 2 cases and 2 renderings of A-1, A-2 are tried again" in said
    assert sum("is sent again: it died each time" in sentence for sentence in said) == 2
    assert states(Rendering) == states(Mail) == ["due", "due"]
    assert states(Case) == ["open", "open"]
    assert people.tidy_up() == []
    parked.go()
    assert states(Case) == ["done", "done"]


def test_what_was_poisoned_stays_given_up(parked: Scene, people: Operators) -> None:
    said = people.tidy_up({"A-2"})
    assert "aurora: 1 case and 1 rendering of A-1 are tried again" in said
    assert states(Rendering) == states(Mail) == ["due", "parked"]
    assert states(Case) == ["open", "parked"]
    assert people.tidy_up({"A-2"}) == []


def test_a_database_that_is_away_is_said_and_stops_nothing(
    parked: Scene, people: Operators, product: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("the server closed the connection"))

    with product.context() as patch:
        patch.setattr(mail, "make_due_again", away)
        said = people.tidy_up()
    assert said == ["not now: OperationalError", "aurora: 2 cases and 2 renderings of A-1, A-2 are tried again"]


def test_a_portal_that_is_away_is_asked_again_later(unknown: Scene, unitedprint: Portal) -> None:
    people = Operators("http://127.0.0.1:9", patience=0.0)
    assert people.tidy_up() == ["not now: ConnectError"]
    people.simulator = unitedprint.address
    assert len(people.tidy_up()) == 1


def test_the_people_of_a_place_remember_from_call_to_call(unknown: Scene, unitedprint: Portal) -> None:
    class Place:
        simulator = unitedprint.address

    place: Any = Place()
    unitedprint.place(unknown.dispatches("A-1", "1")[0].key)
    assert len(operators.tidy_up(place)) == 1
    assert operators.tidy_up(place) == []


def test_a_case_whose_paper_is_refused_is_not_tried_again_order_by_order(parked: Scene, people: Operators) -> None:
    with unit_of_work() as session:
        case = session.scalars(select(Case).order_by(Case.order_id)).first()
        shop = session.scalars(select(Shop)).one()
        assert case is not None
        assert shop.settings_id is not None
        session.add(
            RefusedPaper(
                shop_id=case.shop_id, order_id=case.order_id, case_id=case.id, kind=DocumentKind.REVERSAL,
                breaches=[{"rule": "BR-1"}], settings_id=shop.settings_id, refused_at=clock.now(),
            )
        )  # fmt: skip
    people.tidy_up()
    assert states(Case) == ["parked", "open"]
    assert people.tidy_up() == []
