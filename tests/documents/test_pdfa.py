"""Papers are PDF/A-3b and PDF/UA-1, with their e-invoice inside and said to be there."""

import gc
import io
import re
import zlib
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from conformance import ACCESSIBLE, ARCHIVE, broken
from page import validate_pdf_bytes
from papers import LONG_NAMES, german, line, many, paper, reduced, reversal
from PIL import Image
from pypdf import PdfReader
from weasyprint.css import ComputedStyle  # type: ignore[import-untyped]  # publishes no types

from partnershop.documents import cii, engine, fatturapa
from partnershop.documents.archive import Archive, Attached
from partnershop.documents.attachments import attached
from partnershop.documents.breach import Breach
from partnershop.documents.paper import Design, ForSdi, Paper
from partnershop.documents.render import NotConforming, html, render

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_FX = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"
_EXTENSION = "{http://www.aiim.org/pdfa/ns/schema#}"
FOR_SDI = ForSdi(
    file_name="IT98765430214_0000A", regime="RF01", natures={"E": "N4"}, stamp_duty=0, recipient_code="0000000"
)


def picture(mode: str = "RGBA", size: tuple[int, int] = (40, 20)) -> bytes:
    """A PNG of one colour in a mode of Pillow."""
    written = io.BytesIO()
    Image.new(mode, size, 1 if mode in {"1", "P"} else None).save(written, "PNG")
    return written.getvalue()


_PAPERS = {
    "invoice": paper(),
    "invoice to Italy with FatturaPA": paper(sdi=FOR_SDI),
    "invoice with a logo": paper(design=Design("#aa3311", picture())),
    "thirty lines": paper(many(30)),
    "three hundred lines": german(many(300, "de", "19"), design=Design(logo=picture("RGB"))),
    "reversal": reversal(),
    "reduced invoice": reduced(),
    "long names": paper(buyer=LONG_NAMES),
    "without VAT": paper((line(1, rate="0", vat_exemption="Esente art. 10 DPR 633/72"),)),
    "English": paper((line(1, language="en"),), language="en"),
    "Chinese buyer": paper(buyer=replace(LONG_NAMES, name="張偉", company="株式会社 青空")),
}


@pytest.mark.parametrize("given", _PAPERS.values(), ids=_PAPERS)
def test_papers_conform(given: Paper) -> None:
    assert broken(render(given)) == []


@pytest.mark.parametrize("language", ["it", "de", "en"])
@pytest.mark.parametrize("made", [paper, german, reversal, reduced])
def test_every_kind_conforms_in_every_language(made: Any, language: str) -> None:
    assert broken(render(made(language=language))) == []


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_any_logo_conforms(mode: str) -> None:
    made = render(paper(design=Design(logo=picture(mode))))
    assert broken(made) == []
    assert [image for page in PdfReader(io.BytesIO(made)).pages for image in page.images]


def test_a_logo_is_read_aloud_as_the_seller() -> None:
    reader = PdfReader(io.BytesIO(render(paper(design=Design(logo=picture())))))
    figures = [element for element in _structure(reader) if element.get("/S") == "/Figure"]
    assert [figure["/Alt"] for figure in figures] == ["Tipografia Aurora S.r.l."]


def test_the_e_invoice_travels_inside() -> None:
    given = german()
    assert attached(render(given)) == {"factur-x.xml": cii.write(given)}


def test_an_italian_seller_s_paper_holds_both_invoices() -> None:
    given = paper(sdi=FOR_SDI)
    made = render(given)
    assert attached(made) == {"IT98765430214_0000A.xml": fatturapa.write(given), "factur-x.xml": cii.write(given)}
    files = {file["/UF"]: file for file in _catalog(made)["/AF"]}
    assert files["factur-x.xml"]["/AFRelationship"] == "/Alternative"
    assert files["IT98765430214_0000A.xml"]["/AFRelationship"] == "/Source"
    assert [file["/Desc"] for file in _catalog(made)["/AF"]] == ["FatturaPA", "EN 16931 invoice (Factur-X)"]


def test_each_file_is_named_once_and_dated_with_the_day_of_issue() -> None:
    made = render(german())
    (file,) = _catalog(made)["/AF"]
    stream = file["/EF"]["/F"]
    assert stream["/Subtype"] == "/text/xml"
    assert stream["/Params"]["/ModDate"] == stream["/Params"]["/CreationDate"] == "D:20260309000000Z"
    assert PdfReader(io.BytesIO(made)).metadata["/CreationDate"] == "D:20260309000000Z"  # type: ignore[index]


def test_the_metadata_name_the_invoice_in_one_description_that_can_be_read_as_it_is() -> None:
    written = re.search(rb"<\?xpacket begin.*?<\?xpacket end", render(german()), re.DOTALL)
    assert written, "XMP is not compressed"
    root = ElementTree.fromstring(written.group().split(b"\n", 1)[1].rsplit(b"\n", 1)[0])
    (rdf,) = root.iter(f"{_RDF}RDF")
    said = {element.tag.removeprefix(_FX): element.text for element in rdf.iter() if element.tag.startswith(_FX)}
    assert said == {
        "DocumentFileName": "factur-x.xml", "DocumentType": "INVOICE", "Version": "1.0", "ConformanceLevel": "EN 16931",
    }  # fmt: skip
    assert [element.text for element in rdf.iter("{http://www.aiim.org/pdfua/ns/id/}part")] == ["1"]
    assert {element.text for element in rdf.iter(f"{_EXTENSION}prefix")} == {"fx", "pdfuaid"}


def test_the_title_is_shown_and_the_language_said() -> None:
    catalog = _catalog(render(german()))
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert catalog["/Lang"] == "de"
    assert "/StructTreeRoot" in catalog


def test_a_stream_that_ends_in_a_carriage_return_keeps_its_length() -> None:
    """A compressed stream ends in its checksum, which is a carriage return for one content of 256."""
    content = next(text for text in (b"a" * n for n in range(256)) if zlib.compress(text).endswith(b"\r"))
    archive = Archive(paper().issue_date, [Attached("factur-x.xml", content, "", "Alternative")])
    made = engine.pdf(html(paper()), "paper.css", "it", archive)
    assert broken(made) == []
    assert attached(made) == {"factur-x.xml": content}


def test_the_validator_sees_what_is_missing() -> None:
    """What these tests lean on: a PDF of the same page that is neither archive nor tagged passes neither profile."""
    plain = engine.pdf(html(paper()), "paper.css", "it")
    for profile in (ARCHIVE, ACCESSIBLE):
        assert not validate_pdf_bytes(plain, profile=profile).is_compliant


def test_a_paper_that_does_not_conform_is_not_printed() -> None:
    with pytest.raises(NotConforming, match=r"FT-2026-000012 breaks P-"):
        render(replace(paper(), gross=1))


def test_what_our_own_rules_refuse_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("partnershop.documents.cii.rules.breaches", lambda _invoice: [Breach("P-REF-1", "BG-3")])
    with pytest.raises(NotConforming, match=r"breaks P-REF-1 BG-3$"):
        render(paper())


def test_nothing_of_a_paper_stays_in_memory() -> None:
    """A worker prints thousands. What survives the collection after a paper is looked at again only when it is old."""
    render(paper(many(3)))
    assert not [left for left in gc.get_objects() if isinstance(left, ComputedStyle)]


def _catalog(pdf: bytes) -> Any:
    return PdfReader(io.BytesIO(pdf)).root_object


def _structure(reader: PdfReader) -> list[Any]:
    """Every structure element, in any order."""
    found: list[Any] = []
    left: list[Any] = [reader.root_object["/StructTreeRoot"]]
    while left:
        element = left.pop().get_object()
        if not hasattr(element, "get"):
            continue
        found.append(element)
        kids = element.get("/K", [])
        left += kids if isinstance(kids, list) else [kids]
    return found
