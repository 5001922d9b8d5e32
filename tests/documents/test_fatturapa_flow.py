"""Papers that the pipeline issues for an Italian seller: each holds the official schema and the SdI's checks."""

from factories import Scene, item, product, scene, shipping, time
from sdi import schema_errors, written

from partnershop.db import unit_of_work
from partnershop.documents import fatturapa
from partnershop.documents.paper import Paper
from partnershop.flows.papers import load_papers

__all__ = ["product", "scene", "time"]

EXEMPT = {"vat_category": "E", "vat_exemption": "Esente art. 10 DPR 633/72"}


def papers(scene: Scene, order: str) -> list[Paper]:
    """The order's papers as they are printed, the oldest first."""
    ids = [document.id for document in scene.papers(order)]
    with unit_of_work() as session:
        loaded = load_papers(session, ids)
    return [loaded[document_id] for document_id in ids]


def test_invoice_complaint_and_cancellation_on_the_real_pipeline(scene: Scene) -> None:
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "68.33"), item("2", "80.00", "0", **EXEMPT)], charges=[shipping()])
    scene.go()
    scene.complain("A-1", "1", "R-1")
    scene.accept("A-1", "R-1", percent="33.33")
    scene.go()
    scene.cancel("A-1")
    scene.go()
    issued = papers(scene, "A-1")
    assert [paper.kind.value for paper in issued] == ["invoice", "reversal", "reduced_invoice", "reversal"]
    for paper in issued:
        xml = fatturapa.write(paper)
        assert schema_errors(xml) == [] and fatturapa.breaches(xml) == [], paper.number
        # EUR 80.00 without VAT
        assert written(paper).findtext(".//ImportoBollo") == "2.00"
    first, taken_back, reduced, all_back = (fatturapa.read(fatturapa.write(paper)) for paper in issued)
    assert [row.kind for row in (first, taken_back, reduced, all_back)] == ["TD01", "TD04", "TD01", "TD04"]
    assert (taken_back.total, all_back.total) == (first.total, reduced.total)
    assert [linked.number for linked in all_back.linked] == [reduced.number] * 3
    assert [linked.number for linked in reduced.linked] == [first.number]


def test_no_two_papers_have_the_same_file_name(scene: Scene) -> None:
    scene.change_settings(invoice_on="placed")
    for order in ("A-1", "A-2", "A-3"):
        scene.place(order, [item("1", "10.00")])
    scene.go()
    scene.cancel("A-1")
    scene.go()
    kept = [(paper.sdi_file_name, paper.fatturapa) for order in ("A-1", "A-2", "A-3") for paper in scene.papers(order)]
    assert len({name for name, _ in kept}) == len(kept) == 4
    assert all(given and given["file_name"] == name for name, given in kept)
