"""What a drill prints: the table, the report in three languages, the picture."""

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from results import broken, drilled

from partnershop.cli.drill import print_result
from partnershop.drill.fault import Family
from partnershop.drill.report import LANGUAGES, as_html, figures, words, write
from partnershop.drill.timeline import timeline


def test_each_kind_of_fault_is_one_line_in_the_order_of_the_families() -> None:
    lines = drilled().lines()
    assert [line.name for line in lines] == ["a pool child", "FLUSHALL", "immediate shutdown"]
    child = lines[0]
    assert (child.times, child.in_flight, child.median_seconds, child.worst_seconds) == (3, 15, 2.0, 9.0)


def test_what_did_not_recover_is_counted_and_not_left_out_of_sight() -> None:
    flushed = drilled().lines()[1]
    assert (flushed.median_seconds, flushed.not_recovered, flushed.note) == (None, 1, "it did not come back")


def test_a_trouble_counts_with_every_fault_in_whose_window_it_fell() -> None:
    lost = {line.name: (line.lost, line.doubled) for line in broken().lines()}
    assert lost == {"a pool child": (1, 0), "FLUSHALL": (0, 0), "immediate shutdown": (1, 0)}


def test_work_that_is_left_is_not_clean() -> None:
    assert drilled().clean
    assert not replace(drilled(), left=("documents: 3 due",)).clean
    assert not broken().clean


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_says_everything_in_each_language_and_loads_nothing(language: str) -> None:
    page = as_html(broken(), language)
    said = words(language)
    for key in ("title", "not_clean", "troubles", "breaches", "pressed"):
        assert said[key] in page
    assert "&lt;b&gt;of&lt;/b&gt;" in page, "what comes from outside is escaped"
    assert not re.search(r"(src|href|@import|url\()", page), "nothing is fetched"
    assert "FT-2026-000003 is missing" in page
    assert said["clean"] in as_html(drilled(), language)


def test_the_languages_have_the_same_texts() -> None:
    keys = [set(words(language)) for language in LANGUAGES]
    assert keys[0] == keys[1] == keys[2]
    families = [set(words(language)["families"]) for language in LANGUAGES]
    assert families == [{family.value for family in Family}] * 3


def test_the_picture_is_well_formed_and_everything_in_it_lies_inside() -> None:
    page = as_html(drilled())
    picture = ElementTree.fromstring(page[page.index("<svg") : page.index("</svg>") + 6])
    _, _, width, height = map(float, picture.attrib["viewBox"].split())
    for bar in picture.iter("rect"):
        x, y, wide = (float(bar.attrib[name]) for name in ("x", "y", "width"))
        assert 0 <= x <= x + wide <= width
        assert 0 <= y <= height
    assert len(list(picture.iter("rect"))) == 5
    assert len(list(picture.iter("circle"))) == 1, "the one that did not recover"


def test_a_drill_in_which_nothing_happened_has_a_picture_too() -> None:
    assert timeline(drilled(injections=[], series=[])).lanes == []
    assert as_html(drilled(injections=[], series=[]))


def test_the_folder_gets_the_page_and_the_figures(tmp_path: Path) -> None:
    page = write(broken(), tmp_path / "a report")
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    read = json.loads((page.parent / "drill.json").read_text(encoding="utf-8"))
    assert read == json.loads(json.dumps(figures(broken())))
    assert read["clean"] is False
    assert read["troubles"][0]["faults"] == ["immediate shutdown", "a pool child"]


def test_the_table_ends_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    print_result(drilled())
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert last == "5 faults, 1200 events, 200 orders, 350 papers: nothing lost, nothing doubled, the audit holds"
    print_result(broken())
    said = capsys.readouterr().out
    assert "lost: order A-17 <b>of</b> aurora: its invoice is not there" in said
    assert said.strip().endswith("1 lost, 1 doubled, 0 wrong; the audit is breached")
