"""Invoices from before papers were judged can be taken back, though they break what only they could put right."""

import pytest
from factories import STAGES, Scene
from pipeline import ALL
from refusing import no_gate, open_ones, place_nameless, refusing
from sqlalchemy import select, text

from models import CaseState, Rendering, RenderingState
from partnershop.audit import findings
from partnershop.audit.documents import Sample
from partnershop.db import unit_of_work
from partnershop.documents.paper import PaperKind


def renderings() -> list[Rendering]:
    """What became of printing the papers."""
    with unit_of_work() as session:
        return list(session.scalars(select(Rendering)))


@pytest.fixture
def issued(scene: Scene) -> Scene:
    """An invoice to a buyer without the codice fiscale that the SdI wants (00417)."""
    scene.change_settings(invoice_on="placed")
    place_nameless(scene, "A-1")
    with no_gate():
        scene.go(STAGES)
    assert len(scene.papers("A-1")) == 1
    return scene


@pytest.fixture
def before(issued: Scene) -> Scene:
    """The same, issued before papers were judged."""
    with unit_of_work() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text("UPDATE document SET chain = NULL, digest = NULL, fatturapa = NULL, sdi_file_name = NULL"))
        session.execute(text("UPDATE number_series SET last_chain = NULL, chained_after = last_number"))
    return issued


def test_what_it_breaks_is_not_held_against_its_reversal(before: Scene) -> None:
    before.cancel("A-1", "1")
    before.go(ALL)
    assert {row.state for row in renderings()} == {RenderingState.DONE}
    assert before.said("A-1") == [("invoice", 6100), ("reversal", 6100)]
    assert open_ones() == []
    with unit_of_work() as session:
        broken = [str(breach) for one in findings(session, sample=Sample(None)) for breach in one.first]
    assert broken == []


def test_nor_against_the_reversal_of_the_invoice_that_took_its_place(before: Scene) -> None:
    before.complain("A-1", "1", "C-1")
    before.accept("A-1", "C-1", percent="20")
    before.go()
    before.cancel("A-1", "1")
    before.go(ALL)
    kinds = [kind for kind, _ in before.said("A-1")]
    assert kinds == ["invoice", "reversal", "reduced_invoice", "reversal"]
    assert {row.state for row in renderings()} == {RenderingState.DONE}


def test_what_the_correction_breaks_by_itself_is(before: Scene) -> None:
    with refusing(PaperKind.REVERSAL):
        before.cancel("A-1", "1")
        before.go()
    assert open_ones() == [("reversal", ["P-PARTY-1"])]


def test_an_invoice_that_was_judged_excuses_nothing(issued: Scene) -> None:
    issued.cancel("A-1", "1")
    issued.go()
    assert [case.state for case in issued.cases("A-1")] == [CaseState.PARKED]
    assert open_ones() == [("reversal", ["00417"])]
