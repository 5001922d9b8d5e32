"""A shop that floods does not hold up another shop: its own work waits, the other's comes in its turn."""

from collections.abc import Iterable

import pipeline
import pytest
from factories import Clock, Scene
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from two_shops import BEFORE_CASES, FLOODING, MANY, OTHER, Other, flood, other, place

import tasks.corrections
from models import Case, CaseState, Item, Mail, Rendering, RenderingState, Shop
from partnershop import db
from partnershop.db import unit_of_work
from partnershop.errors import Defect
from partnershop.flows import case_hints, commissions, corrections, documents, mail_sending, refunds, sweeping
from partnershop.flows.turns import Turns
from partnershop.stages import Stage, Wake
from tasks import working

UNTIL_REFUNDS = pipeline.ALL - {Stage.REFUNDS, Stage.DOCUMENTS, Stage.MAIL, Stage.DISPATCH}


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[Wake]:
    """The hints that were sent."""
    hints: list[Wake] = []

    def remember(some: Iterable[Wake]) -> None:
        hints.extend(some)

    monkeypatch.setattr(db, "_waker", remember)
    return hints


def codes(session: Session) -> dict[int, str]:
    return {shop.id: shop.code for shop in session.scalars(select(Shop))}


def cases_of(hints: Iterable[Wake], shop: str) -> list[int]:
    return [hint.case or 0 for hint in hints if hint.stage is Stage.CORRECTIONS and hint.shop == shop]


def settle(hint: Wake) -> str:
    return str(getattr(tasks.corrections, hint.verb or "")(shop=hint.shop, order=hint.order, case=hint.case))


def test_turns_go_round_and_what_one_leaves_goes_to_the_others() -> None:
    turns = Turns()
    there = {1: list("aaaa"), 2: list("b"), 3: list("cccc")}
    assert turns.share_out(there, 6, lambda shop, most: there[shop][:most]) == list("abcacc")
    assert turns.share_out(there, 2, lambda shop, most: there[shop][:most]) == list("ab")
    assert turns.share_out(there, 1, lambda shop, most: there[shop][:most]) == ["c"], "behind the last one served"
    assert turns.share_out({1: ["a"]}, 9, lambda shop, most: there[shop][:most]) == list("aaaa"), "alone it has all"


def test_each_shop_has_its_share_of_a_batch_of_papers(scene: Scene, other: Other) -> None:
    flood(scene)
    place(other, "B-1")
    scene.go(BEFORE_CASES)
    with unit_of_work() as session:
        numbers = [job.paper.number for job in documents.claim(session, limit=4)]
    assert any(number.startswith("B-") for number in numbers[:2]), numbers


def test_a_paper_that_was_tried_before_has_its_turn_while_another_shop_floods(
    scene: Scene, other: Other, time: Clock
) -> None:
    flood(scene, 24)
    place(other, "B-1")
    scene.go(BEFORE_CASES)
    with unit_of_work() as session:
        session.execute(
            update(Rendering).where(Rendering.shop_id == shop_id(session, OTHER)).values(attempts=1)
        )
    claims = []
    for _ in range(3):
        with unit_of_work() as session:
            claims.append([job.paper.number[:2] for job in documents.claim(session)])
    assert ["B-"] in claims, "alone, so that it takes no other down"


def shop_id(session: Session, code: str) -> int:
    return session.scalars(select(Shop.id).where(Shop.code == code)).one()


def test_a_rendering_of_an_older_worker_knows_its_shop(scene: Scene, other: Other) -> None:
    place(other, "B-1")
    scene.go(BEFORE_CASES)
    with unit_of_work() as session:
        assert set(session.scalars(select(Rendering.shop_id))) == {shop_id(session, OTHER)}


def test_mails_of_both_shops_go_in_turn(scene: Scene, other: Other) -> None:
    flood(scene)
    place(other, "B-1")
    scene.go(BEFORE_CASES)
    with unit_of_work() as session:
        session.execute(update(Rendering).values(state=RenderingState.DONE, pdf=b"%PDF", sha256="0"))
    claimed = []
    for _ in range(2):
        with unit_of_work() as session:
            job = mail_sending.claim(session)
            assert job is not None
            claimed.append(codes(session)[session.get_one(Mail, job.mail_id).shop_id])
    assert set(claimed) == {FLOODING, OTHER}


def test_refunds_and_commissions_are_shared_out(scene: Scene, other: Other) -> None:
    flood(scene)
    place(other, "B-1")
    scene.go(UNTIL_REFUNDS - {Stage.COMMISSIONS})
    with unit_of_work() as session:
        assert commissions.book_next(session, limit=4).count == 4
        booked = select(Item.shop_id).where(Item.commission_id.is_not(None))
        assert set(session.scalars(booked)) == set(codes(session)), "two of each"
    for number in range(MANY):
        scene.cancel(f"A-{number}")
    other.cancel("B-1")
    scene.go(UNTIL_REFUNDS)
    with unit_of_work() as session:
        assert [job.instruction.shop for job in refunds.claim(session, limit=2)].count(OTHER) == 1


def test_few_cases_of_a_shop_are_in_the_queue_however_many_are_open(
    scene: Scene, other: Other, woken: list[Wake]
) -> None:
    flood(scene)
    place(other, "B-1")
    scene.go(BEFORE_CASES)
    woken.clear()
    for number in range(MANY):
        scene.cancel(f"A-{number}", "1")
    scene.go(frozenset({Stage.INBOX}))
    other.cancel("B-1", "1")
    scene.go(frozenset({Stage.INBOX}))
    assert len(cases_of(woken, FLOODING)) == case_hints.AT_ONCE
    assert len(cases_of(woken, OTHER)) == 1


def test_each_settled_case_wakes_the_next_one_of_its_shop_until_all_are_settled(
    scene: Scene, other: Other, woken: list[Wake]
) -> None:
    flood(scene)
    scene.go(BEFORE_CASES)
    woken.clear()
    for number in range(MANY):
        scene.cancel(f"A-{number}", "1")
    scene.go(frozenset({Stage.INBOX}))
    done = 0
    while hints := [hint for hint in woken if hint.stage is Stage.CORRECTIONS]:
        assert len(hints) <= case_hints.AT_ONCE
        woken.remove(hints[0])
        settle(hints[0])
        done += 1
    assert done == MANY, "each once, and no sweeper was needed"
    assert {case.state for number in range(MANY) for case in scene.cases(f"A-{number}")} == {CaseState.DONE}


def test_a_case_whose_message_was_lost_is_found_by_the_sweeper(scene: Scene, other: Other, woken: list[Wake]) -> None:
    flood(scene)
    place(other, "B-1")
    scene.go(BEFORE_CASES)
    for number in range(MANY):
        scene.cancel(f"A-{number}", "1")
    other.cancel("B-1", "1")
    scene.go(frozenset({Stage.INBOX}))
    lost = cases_of(woken, FLOODING)
    woken.clear()
    with unit_of_work() as session:
        found = [hint for hint in sweeping.due(session) if hint.stage is Stage.CORRECTIONS]
    assert cases_of(found, FLOODING) == lost
    assert OTHER in [hint.shop for hint in found[:2]], "one of each in turn"
    settle(next(hint for hint in found if hint.shop == FLOODING))
    assert len(woken_cases(woken)) == 1, "and the chain goes on"


def woken_cases(hints: Iterable[Wake]) -> list[Wake]:
    return [hint for hint in hints if hint.stage is Stage.CORRECTIONS]


def test_a_case_that_fails_gives_its_place_to_another(
    scene: Scene, other: Other, woken: list[Wake], monkeypatch: pytest.MonkeyPatch
) -> None:
    flood(scene)
    scene.go(BEFORE_CASES)
    for number in range(MANY):
        scene.cancel(f"A-{number}", "1")
    scene.go(frozenset({Stage.INBOX}))
    first = woken_cases(woken)[0]
    before = set(cases_of(woken, FLOODING))
    woken.clear()

    def fails(*_: object) -> str:
        raise Defect("torn")

    with monkeypatch.context() as patch:
        patch.setattr(corrections, "settle", fails)
        settle(first)
    (instead,) = cases_of(woken, FLOODING)
    assert instead not in before
    with unit_of_work() as session:
        assert not session.get_one(Case, first.case).woken


def test_a_slice_that_ends_in_the_middle_goes_on_with_the_shops_that_had_no_turn(
    product: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "_TURNS", type(working._TURNS)(Turns))
    monkeypatch.setattr(working, "_ENDING", bytearray(1))
    served: list[int] = []

    class Batch:
        count = 1

        def sentence(self) -> str:
            return "one"

    def work(_: Session, shop: int) -> Batch:
        served.append(shop)
        if len(served) % 2 == 0:
            working.end_soon()
        return Batch()

    for _ in range(2):
        monkeypatch.setattr(working, "_ENDING", bytearray(1))
        working.per_shop(lambda _: [1, 2, 3], work, Wake(Stage.ROUTING))
    assert served == [1, 2, 3, 1]


__all__ = ["other"]
