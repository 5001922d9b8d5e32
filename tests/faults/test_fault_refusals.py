"""Refusals and what releases them at the same moment; and a worker that dies in between."""

import threading
from collections.abc import Callable

import pytest
from factories import Clock, Scene, item
from racing import at_once, errors, until_somebody_waits_for_a_lock
from refusing import (
    COMPANY,
    NAMELESS,
    PLANTED,
    REVERSE_CHARGE,
    TAX_CODE,
    corrected,
    no_gate,
    open_ones,
    place_nameless,
    refused,
    refusing,
)
from sqlalchemy import select

from models import CaseState, Shop
from partnershop.db import unit_of_work
from partnershop.documents import gate
from partnershop.documents.breach import Breach
from partnershop.documents.paper import Paper, PaperKind
from partnershop.errors import Transient
from partnershop.flows import corrections, invoicing, refused_papers, retrying, shops
from partnershop.rules.tax import Breakdown
from partnershop.stages import Stage
from tasks import corrections as corrections_task
from tasks import inbox as inbox_task
from tasks import invoicing as invoicing_task

INBOX_ONLY = frozenset({Stage.INBOX})


class Killed(BaseException):
    """The worker's process ends here."""


@pytest.fixture
def reverse_charge(scene: Scene) -> Scene:
    """An order whose invoice is due, and refused until the settings name the Natura of reverse charge."""
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00", "0", **REVERSE_CHARGE)], customer=COMPANY)
    scene.go(INBOX_ONLY)
    return scene


def name_the_nature(scene: Scene) -> None:
    """New settings, by which the order's invoice conforms."""
    scene.change_settings(fatturapa={"natures": {"AE": "N2.1"}})


def while_judged(monkeypatch: pytest.MonkeyPatch, do: Callable[[], None]) -> None:
    """Once, while a paper is judged, this happens."""
    real, left = gate.breaches, [do]

    def breaches(paper: Paper, effective: Breakdown | None = None) -> list[Breach]:
        found = real(paper, effective)
        if left:
            left.pop()()
        return found

    monkeypatch.setattr(gate, "breaches", breaches)


def invoice(scene: Scene, order: str) -> None:
    """Issue the invoice of an order in a transaction of its own."""
    order_id = scene.row(order).id
    with unit_of_work() as session:
        invoicing.invoice_one(session, order_id)


def test_a_paper_is_not_refused_by_settings_that_changed_while_it_was_judged(
    reverse_charge: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    while_judged(monkeypatch, lambda: name_the_nature(reverse_charge))
    with pytest.raises(Transient, match="settings have just changed"):
        invoice(reverse_charge, "A-1")
    assert (refused(reverse_charge, "A-1"), reverse_charge.row("A-1").paper_refused_at) == ([], None)
    reverse_charge.go()
    assert [kind for kind, _ in reverse_charge.said("A-1")] == ["invoice"], "else it would wait for ever"


def test_a_case_is_not_refused_by_settings_that_changed_while_it_was_judged(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    scene.go()
    scene.cancel("A-1", "1")
    scene.go(INBOX_ONLY)
    (case,) = scene.cases("A-1")
    with refusing(PaperKind.REVERSAL), monkeypatch.context() as patched:
        while_judged(patched, lambda: scene.change_settings(payment_days=30))
        with pytest.raises(Transient), unit_of_work() as session:
            corrections.settle(session, case.id)
    assert scene.cases("A-1")[0].state is CaseState.OPEN
    scene.go()
    assert len(scene.papers("A-1")) == 2


def test_settings_that_are_just_being_saved_are_not_waited_for(reverse_charge: Scene) -> None:
    """They wait for orders, so that waiting for them would be a circle."""
    with unit_of_work() as session:
        shop = session.scalars(select(Shop)).one()
        session.execute(select(Shop.id).where(Shop.id == shop.id).with_for_update(key_share=True))
        with pytest.raises(Transient):
            invoice(reverse_charge, "A-1")
    invoice(reverse_charge, "A-1")
    assert open_ones() == [("invoice", ["00400", "00429"])]


def test_a_buyer_who_is_corrected_while_the_invoice_is_judged_is_on_it_in_the_end(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.change_settings(invoice_on="placed")
    place_nameless(scene, "A-1")
    scene.go(INBOX_ONLY)
    scene.operator("buyer.corrected", **corrected("A-1", tax_code=TAX_CODE))
    judging = threading.Event()

    def wait_for_the_inbox() -> None:
        judging.set()
        until_somebody_waits_for_a_lock()

    while_judged(monkeypatch, wait_for_the_inbox)

    def correct() -> str:
        assert judging.wait(20)
        return str(inbox_task.apply_events())

    assert errors(at_once(lambda: str(invoicing_task.issue_invoices()), correct)) == []
    scene.go()
    (paper,) = scene.papers("A-1")
    assert paper.buyer["tax_code"] == TAX_CODE
    assert [row.released_at is not None for row in refused(scene, "A-1")] == [True], "it was refused, and let go on"


def test_releases_at_once_issue_each_paper_once(scene: Scene) -> None:
    scene.change_settings(invoice_on="placed")
    place_nameless(scene, "A-1")
    scene.place("A-2", [item("1", "50.00"), item("2", "30.00")])
    scene.place("A-3", [item("1", "50.00")], customer=NAMELESS)
    scene.go()
    with refusing(PaperKind.REVERSAL):
        scene.cancel("A-2", "1")
        scene.go()
    (case,) = scene.cases("A-2")
    scene.operator("buyer.corrected", **corrected("A-1", tax_code=TAX_CODE))

    def retry() -> None:
        with unit_of_work() as session:
            retrying.retry(session, session.scalars(select(Shop)).one())

    def settle() -> str:
        return str(corrections_task.reverse_items(scene.code, "A-2", case.id))

    together = threading.Barrier(5, timeout=20)

    def begin(work: Callable[[], object]) -> Callable[[], object]:
        def begun() -> object:
            together.wait()
            return work()

        return begun

    works = (retry, lambda: scene.change_settings(payment_days=30), inbox_task.apply_events, settle, settle)
    with no_gate():  # what is raced are the releases
        assert errors(at_once(*(begin(work) for work in works))) == []
    scene.go()
    assert [kind for kind, _ in scene.said("A-1")] == ["invoice"]
    assert scene.said("A-2") == [("invoice", 9760), ("reversal", 6100)]
    assert [rules for _, rules in open_ones()] == [["00417"]], "A-3's"


def test_a_worker_that_dies_while_it_keeps_a_refusal_leaves_all_as_it_was(
    scene: Scene, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00"), item("2", "30.00")])
    scene.go()
    scene.cancel("A-1", "1")
    scene.place("A-2", [item("1", "50.00")])
    place_nameless(scene, "A-3")
    scene.go(INBOX_ONLY)
    keep = refused_papers._keep

    def die(*arguments: object) -> None:
        keep(*arguments)  # type: ignore[arg-type]
        raise Killed

    with refusing(PaperKind.REVERSAL):
        with monkeypatch.context() as dying:
            dying.setattr(refused_papers, "_keep", die)
            with pytest.raises(Killed):
                corrections_task.reverse_items(scene.code, "A-1", scene.cases("A-1")[0].id)
            with pytest.raises(Killed):
                invoicing_task.issue_invoices()
        assert (scene.cases("A-1")[0].state, open_ones(), scene.papers("A-2")) == (CaseState.OPEN, [], [])
        scene.go()
    assert open_ones() == [("invoice", ["00417"]), ("reversal", [PLANTED.rule])]
    assert [scene.papers(order)[0].sequence for order in ("A-1", "A-2")] == [1, 2], "no number was burnt"


def test_a_worker_that_dies_while_it_releases_leaves_all_refused(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.change_settings(invoice_on="placed")
    place_nameless(scene, "A-1", "A-2")
    scene.go()

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(shops, "judge_again", die)
        with pytest.raises(Killed):
            scene.change_settings(payment_days=30)
    assert len(open_ones()) == 2
    assert scene.row("A-1").paper_refused_at is not None
