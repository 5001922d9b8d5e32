"""The pages of a paper: their number, the repeated head, the totals that never stand alone, the same bytes always."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from papers import CHIARA, LONG_NAMES, german, line, many, paper, reduced, reversal, ticket
from reading import pages

from partnershop.documents.job_ticket import render_ticket
from partnershop.documents.render import render

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


def test_674_lines_are_printed() -> None:
    printed = pages(render(paper(many(674))))
    assert f"Pagina 1 di {len(printed)}" in printed[0]
    assert "n674" in printed[-1]


@pytest.mark.parametrize(("zone", "seed"), [("Pacific/Auckland", "1"), ("America/Los_Angeles", "4711")])
def test_the_same_paper_is_the_same_bytes_in_any_process(zone: str, seed: str, tmp_path: Path) -> None:
    here = [
        hashlib.sha256(pdf).hexdigest()
        for pdf in (
            render(paper()),
            render(german(many(40, "de", "19"))),
            render(reversal()),
            render(reduced()),
            render_ticket(ticket()),
        )
    ]
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


def test_no_time_of_day_is_in_the_file() -> None:
    assert b"CreationDate" not in render(paper())
    assert b"ModDate" not in render(paper())


def test_another_paper_is_other_bytes() -> None:
    assert render(paper()) != render(paper(buyer=replace(CHIARA, name="Chiara Conte")))
