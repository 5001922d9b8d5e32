"""What was parked after its attempts goes on once its cause is mended and an operator says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from factories import Clock, Scene, item
from sqlalchemy import select

import tasks.documents
from models import Rendering, RenderingState, Shop
from partnershop.db import unit_of_work
from partnershop.due import Left, left
from partnershop.flows import corrections, documents, invoicing, invoicing_drafts, retrying, routing
from partnershop.rules.eligibility import Decision, decide
from partnershop.stages import Stage


@contextmanager
def broken(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> Iterator[None]:
    """A function that always fails, for a while."""

    def fail(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("a defect nobody knew of")

    with monkeypatch.context() as patch:
        patch.setattr(module, name, fail)
        yield


def spend(scene: Scene, time: Clock, attempts: int) -> None:
    """Let time pass until all attempts are spent."""
    for _ in range(attempts):
        scene.go()
        tasks.documents.render_papers()
        time.advance(3600)


def retry() -> retrying.Retried:
    """What the command does."""
    with unit_of_work() as session:
        return retrying.retry(session, session.scalars(select(Shop)).one())


@pytest.fixture
def placed(scene: Scene) -> Scene:
    """A shop that invoices at once, with an order."""
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00"), item("2", "5.00")])
    return scene


def test_a_parked_case_is_settled_when_it_is_retried(
    placed: Scene, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed.go()
    with broken(monkeypatch, corrections, "_cancel"):
        placed.cancel("A-1", "1")
        spend(placed, time, corrections.ATTEMPTS)
    placed.go()
    assert placed.said("A-1") == [("invoice", 6710)]
    assert retry() == retrying.Retried(cases=1, invoices=0, renderings=0)
    placed.go()
    assert placed.said("A-1") == [("invoice", 6710), ("reversal", 6100)]
    assert retry() == retrying.Retried(0, 0, 0)


def test_an_order_whose_case_is_parked_is_invoiced_all_the_same(
    scene: Scene, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.place("A-1", [item("1", "50.00"), item("2", "5.00")])
    scene.go()
    with broken(monkeypatch, corrections, "_cancel"):
        scene.cancel("A-1", "1")
        scene.go()
        scene.ship("A-1", "1")
        scene.ship("A-1", "2")
        spend(scene, time, corrections.ATTEMPTS)
    assert scene.said("A-1") == [("invoice", 6710)]
    retry()
    scene.go()
    assert scene.said("A-1") == [("invoice", 6710), ("reversal", 6100)]


def test_an_invoice_that_was_given_up_is_issued_when_it_is_retried(
    placed: Scene, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with broken(monkeypatch, invoicing_drafts, "_draft"):
        spend(placed, time, invoicing.ATTEMPTS)
    placed.go()
    assert placed.said("A-1") == []
    with unit_of_work() as session:
        assert left(session)[Stage.INVOICING] == Left(due=0, stuck=1), "nobody waits for it"
    assert retry() == retrying.Retried(cases=0, invoices=1, renderings=0)
    placed.go()
    assert placed.said("A-1") == [("invoice", 6710)]


def test_a_parked_paper_is_printed_when_it_is_retried(
    placed: Scene, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with broken(monkeypatch, tasks.documents, "render"):
        spend(placed, time, documents.ATTEMPTS + 1)
    assert retry() == retrying.Retried(cases=0, invoices=0, renderings=1)
    tasks.documents.render_papers()
    with unit_of_work() as session:
        states = session.scalars(select(Rendering.state)).all()
    assert states == [RenderingState.DONE]


def test_an_item_that_cannot_be_judged_is_held_and_the_others_are_routed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(catalogue: Any, place: Any, product: str, options: Any) -> Decision:
        if options.get("quantity") == "5000":
            raise ZeroDivisionError("a defect nobody knew of")
        return decide(catalogue, place, product, options)

    options = {"format": "a6", "quantity": "5000"}
    scene.place("A-1", [item("1", "50.00"), item("2", "5.00", options=options), item("3", "5.00")])
    with monkeypatch.context() as patch:
        patch.setattr(routing, "decide", breaks)
        scene.go()
        assert [scene.item("A-1", key).state.value for key in "123"] == ["handed_over", "held", "handed_over"]
        assert scene.item("A-1", "2").hold_reason == "cannot be judged: ZeroDivisionError: a defect nobody knew of"
    scene.operator("item.released", order="A-1", item="2", reason="mended")
    scene.go()
    assert scene.item("A-1", "2").state.value == "handed_over"
