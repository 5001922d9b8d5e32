"""One bad row spends its own attempts and is put aside; everything else goes on."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from factories import Clock, Scene, item
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

import tasks.documents
from models import Document, Rendering, RenderingState
from partnershop.db import unit_of_work
from partnershop.documents.paper import Paper
from partnershop.flows import corrections, documents, inbox, inbox_events, invoicing, invoicing_drafts
from partnershop.stages import Stage
from tasks.inbox import apply_events

PDF = b"%PDF-1.7"


# Events


@pytest.fixture
def poisoned(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> tuple[Scene, str, list[str]]:
    """A batch in which the event in the middle breaks whoever handles it; its id, and those of the others."""
    handler: Callable[..., Any] = inbox_events.HANDLERS["print_data.uploaded"]

    def breaks(touched: Any, event: Any, data: Any) -> Any:
        handler(touched, event, data)
        raise ZeroDivisionError("a defect nobody knew of")

    monkeypatch.setitem(inbox_events.HANDLERS, "print_data.uploaded", breaks)
    scene.place("A-1", [item("1", "50.00")])
    others = [scene.pay("A-1", "10.00", "P-1")]
    poison = scene.tell("print_data.uploaded", order="A-1", item="1")
    others += [scene.pay("A-1", "20.00", "P-2"), scene.cancel("A-1", "1")[0]]
    return scene, poison, others


def test_the_rest_of_its_batch_is_applied_at_once(poisoned: tuple[Scene, str, list[str]]) -> None:
    scene, poison, others = poisoned
    said = apply_events()
    assert "4 events handled" in said
    assert {scene.told(event).state.value for event in others} == {"handled"}
    assert scene.row("A-1").paid == 3000
    waiting = scene.told(poison)
    assert (waiting.state.value, waiting.attempts) == ("accepted", 1)
    assert waiting.last_error == "ZeroDivisionError: a defect nobody knew of"
    assert scene.item("A-1", "1").print_data_at is None, "what it did before it broke is undone"


def test_after_its_attempts_it_is_quarantined_with_the_reason(
    poisoned: tuple[Scene, str, list[str]], time: Clock
) -> None:
    scene, poison, _ = poisoned
    for attempt in range(1, inbox.ATTEMPTS + 1):
        apply_events()
        assert scene.told(poison).attempts == attempt
        apply_events()
        assert scene.told(poison).attempts == attempt, "not again before its time"
        time.advance(3600)
    event = scene.told(poison)
    assert event.state.value == "quarantined"
    assert event.outcome == "could not be applied after 3 attempts: ZeroDivisionError: a defect nobody knew of"
    scene.go()


def test_without_a_limit_to_its_attempts_it_would_be_tried_for_ever(
    poisoned: tuple[Scene, str, list[str]], time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene, poison, _ = poisoned
    monkeypatch.setattr(inbox, "ATTEMPTS", 1_000_000)
    for _ in range(5):
        apply_events()
        time.advance(86_400)
    assert scene.told(poison).state.value == "accepted"


def test_a_database_that_is_away_spends_no_attempts(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = scene.pay("A-1", "10.00")

    def away(*_: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("server closed the connection"))

    with monkeypatch.context() as broken:
        broken.setattr(inbox, "apply_next", away)
        with pytest.raises(OperationalError):
            apply_events()
    assert (scene.told(payment).attempts, scene.told(payment).state.value) == (0, "accepted")


# Cases


def test_a_case_that_always_fails_is_parked_and_the_others_are_settled(
    scene: Scene, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.change_settings(invoice_on="placed")
    for order in ("A-1", "A-2"):
        scene.place(order, [item("1", "50.00"), item("2", "5.00")])
    scene.go()
    cancel = corrections._cancel

    def breaks(session: Any, shop: Any, order: Any, case: Any) -> Any:
        done = cancel(session, shop, order, case)
        if order.number == "A-1":
            raise ZeroDivisionError("a defect nobody knew of")
        return done

    monkeypatch.setattr(corrections, "_cancel", breaks)
    scene.cancel("A-1", "1")
    scene.cancel("A-2", "1")
    for _ in range(corrections.ATTEMPTS):
        scene.go()
        time.advance(3600)
    (case,) = scene.cases("A-1")
    assert (case.state.value, case.attempts) == ("parked", corrections.ATTEMPTS)
    assert case.outcome == "parked after 5 attempts: ZeroDivisionError: a defect nobody knew of"
    assert scene.said("A-1") == [("invoice", 6710)], "what it did before it broke is undone"
    assert scene.said("A-2") == [("invoice", 6710), ("reversal", 6100)]
    assert scene.papers("A-2")[1].sequence == 1, "five failures burned no number"


# Invoices


def test_an_order_that_cannot_be_invoiced_keeps_no_other_from_its_invoice(
    scene: Scene, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.change_settings(invoice_on="placed")
    for order in ("A-1", "A-2", "A-3"):
        scene.place(order, [item("1", "50.00")])
    draft = invoicing_drafts._draft

    def breaks(settings: Any, catalogue: Any, order: Any, *rest: Any) -> Any:
        if order.number == "A-2":
            raise ZeroDivisionError("a defect nobody knew of")
        return draft(settings, catalogue, order, *rest)

    with monkeypatch.context() as broken:
        broken.setattr(invoicing_drafts, "_draft", breaks)
        for _ in range(invoicing.ATTEMPTS):
            scene.go()
            time.advance(3600)
        assert [scene.said(order) for order in ("A-1", "A-2", "A-3")] == [[("invoice", 6100)], [], [("invoice", 6100)]]
        assert (scene.row("A-2").attempts, scene.row("A-2").last_error) == (
            invoicing.ATTEMPTS, "ZeroDivisionError: a defect nobody knew of",
        )  # fmt: skip
    assert [paper.sequence for order in ("A-1", "A-3") for paper in scene.papers(order)] == [1, 2]


# Rendering


@pytest.fixture
def papers(scene: Scene) -> Scene:
    """Twelve papers without bytes, more than are claimed at once."""
    scene.change_settings(invoice_on="placed")
    for number in range(1, 13):
        scene.place(f"A-{number}", [item("1", "50.00")])
    scene.go()
    return scene


def rendering(order: str) -> Rendering:
    """The rendering of an order's paper."""
    with unit_of_work() as session:
        query = select(Rendering).join(Document, Document.id == Rendering.document_id)
        return session.scalars(query.where(Document.order_number == order)).one()


def test_a_paper_that_cannot_be_printed_is_parked_and_the_others_are_printed(
    papers: Scene, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def render(paper: Paper) -> bytes:
        if paper.order == "A-3":
            raise ValueError("no such glyph")
        return PDF

    monkeypatch.setattr(tasks.documents, "render", render)
    tasks.documents.render_papers()
    done = {number for number in range(1, 13) if rendering(f"A-{number}").state is RenderingState.DONE}
    assert done == set(range(1, 13)) - {3}
    assert rendering("A-3").state is RenderingState.DUE
    for _ in range(documents.ATTEMPTS):
        time.advance(3600)
        tasks.documents.render_papers()
    parked = rendering("A-3")
    assert (parked.state, parked.attempts) == (RenderingState.PARKED, documents.ATTEMPTS)
    assert parked.last_error == "ValueError: no such glyph"


def test_a_paper_that_kills_its_renderer_is_tried_alone_and_then_parked(papers: Scene, time: Clock) -> None:
    with unit_of_work() as session:
        claimed = documents.claim(session)
    assert len(claimed) == documents.BATCH, "then the worker dies with all of them"
    alone: list[int] = []
    for _ in range(200):
        with unit_of_work() as session:
            jobs = documents.claim(session)
        if not jobs:
            time.advance(3600)
            if all(rendering(f"A-{n}").state is not RenderingState.DUE for n in range(1, 13)):
                break
            continue
        if jobs[0].lease > 1:
            assert len(jobs) == 1, "one that was tried before takes no other down"
            alone.append(jobs[0].document_id)
        for job in jobs:
            if job.paper.order != "A-3":
                with unit_of_work() as session:
                    assert documents.store(session, job, PDF, "test")
    states = {number: rendering(f"A-{number}").state for number in range(1, 13)}
    assert states.pop(3) is RenderingState.PARKED
    assert set(states.values()) == {RenderingState.DONE}
    assert rendering("A-3").last_error == "the renderer died each time"
    assert alone


def test_a_paper_that_is_parked_on_the_way_does_not_end_the_search(papers: Scene, time: Clock) -> None:
    with unit_of_work() as session:
        spent, other, *rest = session.scalars(select(Rendering).order_by(Rendering.document_id))
        spent.attempts, other.attempts = documents.ATTEMPTS, 1
        for row in rest:
            row.state = RenderingState.PARKED
    with unit_of_work() as session:
        assert [job.document_id for job in documents.claim(session)] == [other.document_id]
    assert rendering("A-1").state is RenderingState.PARKED


def test_a_worker_that_comes_back_late_cannot_store_over_anothers_lease(papers: Scene, time: Clock) -> None:
    with unit_of_work() as session:
        late = documents.claim(session, limit=1)[0]
    time.advance(int(documents.LEASE.total_seconds()) + 1)
    with unit_of_work() as session:
        # Untouched papers come first; this one is reached when they are gone.
        others = documents.claim(session, limit=50)
        assert late.document_id not in {job.document_id for job in others}
        (again,) = documents.claim(session)
    assert (again.document_id, again.lease) == (late.document_id, late.lease + 1)
    with unit_of_work() as session:
        assert not documents.store(session, late, b"late bytes", "late")
        documents.note_failure(session, late, "late failure")
    with unit_of_work() as session:
        assert documents.store(session, again, PDF, "again")
        assert not documents.store(session, again, b"other bytes", "again"), "once stored they stay"
    stored = rendering(again.paper.order)
    assert (stored.renderer, stored.last_error, stored.attempts) == ("again", None, 2)


def test_without_the_lease_number_the_late_worker_would_store(papers: Scene, time: Clock) -> None:
    with unit_of_work() as session:
        late = documents.claim(session, limit=1)[0]
    time.advance(int(documents.LEASE.total_seconds()) + 1)
    with unit_of_work() as session:
        documents.claim(session, limit=50)
        (again,) = documents.claim(session)
    with unit_of_work() as session:
        assert documents.store(session, replace(late, lease=again.lease), b"late bytes", "late")


def test_nobody_waits_for_the_numbers_while_papers_are_printed(
    papers: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued: list[int] = []

    def render(_: Paper) -> bytes:
        if not issued:
            papers.place("B-1", [item("1", "50.00")])
            papers.go(frozenset({Stage.INBOX, Stage.INVOICING}))
            issued.append(papers.papers("B-1")[0].sequence)
        return PDF

    monkeypatch.setattr(tasks.documents, "render", render)
    tasks.documents.render_papers()
    assert issued == [13]
