"""The pages of a paper: their number, the repeated head, the totals that never stand alone, the same bytes always."""

import hashlib
import io
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from papers import CHIARA, GUTENDRUCK, LONG_NAMES, german, line, many, paper, reduced, reversal, ticket
from PIL import Image
from pypdf import PageObject, PdfReader
from reading import pages

from partnershop.documents.job_ticket import render_ticket
from partnershop.documents.paper import Design, ForSdi, Identifier
from partnershop.documents.render import html, render

_HEAD = "Pos. Descrizione Quantità Prezzo unitario IVA Imponibile EUR"
_HASHES = """
import hashlib, sys
sys.path[:0] = sys.argv[1:]
from papers import german, many, paper, reduced, reversal, ticket
from partnershop.documents.job_ticket import render_ticket
from partnershop.documents.render import render
for made in (paper(), german(many(40, "de", "19")), reversal(), reduced()):
    print(hashlib.sha256(render(made)).hexdigest())
print(hashlib.sha256(render_ticket(ticket())).hexdigest())
"""


def test_every_page_has_the_head_of_the_table_and_its_number() -> None:
    printed = pages(render(paper(many(60))))
    assert len(printed) > 3
    for number, page in enumerate(printed, start=1):
        assert page.count(_HEAD) == 1
        assert f"Fattura FT-2026-000012 Pagina {number} di {len(printed)}" in page
        assert "Partita IVA IT98765430214" in page


def test_one_line_is_one_page() -> None:
    assert len(pages(render(paper()))) == 1
    assert len(pages(render(reduced()))) == 1
    assert len(pages(render(reversal()))) == 1


def test_notices_take_no_room_of_their_own() -> None:
    """Seven lines with two notices are one page: they stand beside the totals, where nothing else does."""
    sdi = ForSdi("IT98765430214_0000A", "RF01", {}, stamp_duty=200, recipient_code="0000000")
    (printed,) = pages(render(paper(many(7), sdi=sdi, delivery_date=None)))
    assert "Imposta di bollo" in printed and "Copia di cortesia" in printed and "Importo da pagare" in printed


@pytest.mark.parametrize("count", range(3, 24))
def test_the_totals_stand_with_the_last_line_at_least(count: int) -> None:
    """Wherever the table ends on its page: the page of the totals has a line, and the totals are not torn."""
    printed = pages(render(paper(many(count))))
    last = printed[-1]
    assert f"n{count:03d}" in last
    assert "Totale imponibile" in last and "Importo da pagare" in last and "Aliquota IVA" in last
    assert "IT60 X054" in last


@pytest.mark.parametrize("before", range(7))
def test_reduced_lines_are_not_torn(before: int) -> None:
    """A line, its reductions and its new price stay together, wherever on the page they come to lie."""
    first = reduced().lines[0]
    lines = (*(line(1, description=f"n{number}", details=()) for number in range(before)), *([first] * 12))
    lines = tuple(replace(row, position=position) for position, row in enumerate(lines, 1))
    printed = pages(render(paper(lines)))
    assert len(printed) > 1
    for page in printed:
        assert page.count("Volantini A6") == page.count("reclamo R-17")
        assert page.count("reclamo R-17") == page.count("reclamo R-18") == page.count("Imponibile dopo la riduzione")


def test_a_line_longer_than_a_page_is_printed_whole() -> None:
    words = " ".join(f"w{number}" for number in range(3000))
    printed = " ".join(pages(render(paper((line(1, description=words), line(2))))))
    assert "w2999" in printed
    assert "Importo da pagare" in printed


def test_long_names_do_not_push_the_invoice_off_its_page() -> None:
    printed = pages(render(german(buyer=LONG_NAMES)))
    assert len(printed) == 1
    assert "Mildenau-Ölbronn-Dürrn" in printed[0]
    assert "ÖSTERREICH" in printed[0]


def test_options_have_the_width_of_the_page() -> None:
    """120 lines with their options, two rows each: seven pages; in the column of the description they were thirteen."""
    assert len(pages(render(german(many(120, "de", "19"))))) == 7


def test_many_options_stay_with_their_line() -> None:
    options = tuple(f"Eigenschaft {number}: eine recht lange Ausprägung" for number in range(1, 21))
    lines = tuple(line(number, rate="19", language="de", details=options) for number in range(1, 16))
    printed = pages(render(german(lines)))
    assert len(printed) > 1
    for page in printed:
        assert page.count("Eigenschaft 1:") == page.count("Eigenschaft 20:") == page.count("Flyer A6")


def test_the_logo_stands_on_the_first_page_in_the_place_of_the_name() -> None:
    made = paper(many(30), design=Design(logo=_logo()))
    first, second = PdfReader(io.BytesIO(render(made))).pages
    assert first.images[0].image.size == (60, 20)  # type: ignore[union-attr]  # there is one
    assert (_pictures_drawn(first), _pictures_drawn(second)) == (1, 0)
    assert '<img src="picture:logo" alt="Tipografia Aurora S.r.l."/>' in html(made)
    assert "<header>Tipografia Aurora S.r.l.</header>" in html(paper())


def test_the_title_and_the_rules_have_the_colour_of_the_shop() -> None:
    colour = b"0.2 0.4 0.6"  # 33, 66, 99 as the PDF has them
    for made, painted in ((paper(design=Design("#336699")), True), (paper(), False)):
        assert (colour in _drawn(PdfReader(io.BytesIO(render(made))).pages[0])) == painted


def _heights_of_text(page: PageObject) -> list[float]:
    """How far above the lower edge each piece of text stands, in points."""
    heights: list[float] = []

    def visit(words: str, page_matrix: list[float], text_matrix: list[float], *_: object) -> None:
        if words.strip():
            heights.append(page_matrix[1] * text_matrix[4] + page_matrix[3] * text_matrix[5] + page_matrix[5])

    page.extract_text(visitor_text=visit)
    return heights


def _logo() -> bytes:
    target = io.BytesIO()
    Image.new("RGBA", (60, 20), (122, 46, 31, 200)).save(target, "PNG")
    return target.getvalue()


def _drawn(page: PageObject) -> bytes:
    """The drawing operations of a page."""
    contents = page.get_contents()
    assert contents is not None
    return contents.get_data()


def _pictures_drawn(page: PageObject) -> int:
    return len(re.findall(rb"/\S+ Do\b", _drawn(page)))


def test_a_long_foot_is_printed_whole() -> None:
    seller = replace(
        GUTENDRUCK,
        name=str(LONG_NAMES.company),
        street="Setzkastenweg 3, Hinterhof, Gebäude 7",
        email="rechnungen-und-mahnungen@vereinigte-druckwerke.example",
        registration=Identifier("HRA 123456, Amtsgericht Mainz; PhG HRB 98765, Amtsgericht Köln"),
        identifier=Identifier("4098765000010", "0088"),
    )
    heights = _heights_of_text(PdfReader(io.BytesIO(render(german(seller=seller)))).pages[0])
    assert min(heights) > 5 * 72 / 25.4  # points; printers leave out the last five millimetres


def test_674_lines_are_printed() -> None:
    printed = pages(render(paper(many(674))))
    assert f"Pagina 1 di {len(printed)}" in printed[0]
    assert "n674" in printed[-1]


@pytest.fixture(scope="module")
def here() -> list[str]:
    """The SHA-256 of papers that this process prints."""
    return [
        hashlib.sha256(pdf).hexdigest()
        for pdf in (
            render(paper()),
            render(german(many(40, "de", "19"))),
            render(reversal()),
            render(reduced()),
            render_ticket(ticket()),
        )
    ]


@pytest.mark.parametrize(("zone", "seed"), [("Pacific/Auckland", "1"), ("America/Los_Angeles", "4711")])
def test_the_same_paper_is_the_same_bytes_in_any_process(
    zone: str, seed: str, here: list[str], tmp_path: Path
) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "SOURCE_DATE_EPOCH"}
    environment |= {"TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": "C", "PARTNERSHOP_CLOCK_OFFSET_SECONDS": "86400000"}
    folder = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", _HASHES, str(folder), str(folder.parents[1])],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout.split() == here


def test_the_only_time_in_the_file_is_the_day_of_issue() -> None:
    times = set(re.findall(rb"D:\d+", render(paper())))
    assert times == {b"D:20260309000000"}


def test_another_paper_is_other_bytes() -> None:
    assert render(paper()) != render(paper(buyer=replace(CHIARA, name="Chiara Conte")))
