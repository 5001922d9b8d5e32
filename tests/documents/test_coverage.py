"""What no typeface prints is refused before the number is taken; what one does print, prints."""

import io
from dataclasses import replace

import pytest
from conformance import broken
from hypothesis import given, settings
from hypothesis import strategies as st
from papers import CHIARA, line, many, paper, reduced
from pypdf import PdfReader
from weasyprint.pdf.fonts import Font  # type: ignore[import-untyped]  # publishes no types

from partnershop.documents import coverage, typefaces
from partnershop.documents.archive import Archive
from partnershop.documents.engine import pdf
from partnershop.documents.paper import Paper
from partnershop.documents.printable import printable
from partnershop.documents.render import html

_SCRIPTS = {
    "Latin": "Łódź Đặng Thị ĳ ß ẞ",
    "Greek": "Ελένη Παπαδοπούλου",
    "Cyrillic": "Жанна Щербакова",
    "Arabic": "محمد عبد الله نام\u200cها",
    "Hebrew": "שלום עולם",
    "Armenian": "Հայաստան",
    "Georgian": "საქართველო",
    "Thai": "ภาษาไทยนี้",
    "Devanagari": "हिन्दी क्षत्रिय मुंबई",
    "Chinese": "張偉 简体 繁體",
    "Japanese": "日本語 カタカナ ひらがな",
    "Korean": "한국어 박지민",
    "symbols": "✓ → ★ ☎ € ₹ ₺ ½ ² ™ ①",
    "emoji": "😀 👍🏽 🇮🇹 ❤\ufe0f \U0001f468\u200d\U0001f469\u200d\U0001f467",
}
_EVERY = sorted(typefaces.ordinary() | typefaces.fallback())


@pytest.fixture
def boxes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The characters that WeasyPrint finds in no font, in the order in which it draws their boxes."""
    found: list[str] = []
    number = Font.get_unused_glyph_id

    def noted(font: Font, codepoint: int) -> int:
        found.append(chr(codepoint))
        given: int = number(font, codepoint)
        return given

    monkeypatch.setattr(Font, "get_unused_glyph_id", noted)
    return found


def _printed(given: Paper) -> bytes:
    return pdf(html(given), "paper.css", "it", Archive(given.issue_date, []))


@pytest.mark.parametrize("written", _SCRIPTS.values(), ids=_SCRIPTS)
def test_these_scripts_are_printed(written: str, boxes: list[str]) -> None:
    given = paper((line(1, description=written),), buyer=replace(CHIARA, name=written), reason=written)
    assert coverage.breaches(given) == []
    assert broken(_printed(given)) == []
    assert boxes == []


@given(st.lists(st.text(st.sampled_from(_EVERY), max_size=40).map(printable), min_size=1, max_size=8))
@settings(max_examples=15, deadline=None)
def test_whatever_is_said_to_be_covered_conforms(texts: list[str]) -> None:
    given = paper(tuple(line(position, description=text) for position, text in enumerate(texts, start=1)))
    assert coverage.breaches(given) == []
    assert broken(_printed(given)) == []


def test_every_character_that_is_said_to_be_covered_is_drawn(boxes: list[str]) -> None:
    shown = [character for character in _EVERY if printable(character) == character]
    for start in range(0, len(shown), 5000):
        _printed(paper((line(1, description=" ".join(shown[start : start + 5000])),)))
    assert boxes == []
    assert len(shown) > 40_000


def test_what_no_typeface_has_is_named_with_its_field(boxes: list[str]) -> None:
    allowances = tuple(replace(each, reason="ক") for each in reduced().lines[0].allowances)
    lines = (line(1), line(2, allowances=allowances, description="\U00020000\U00020000 and ok", details=("ok", "ꦗ")))
    given = paper(lines, buyer=replace(CHIARA, name="Łódź 張偉", city="ঢাকা"))
    found = coverage.breaches(given)
    assert {breach.rule for breach in found} == {"P-TEXT-1"}
    assert {breach.values["field"]: breach.values["characters"] for breach in found} == {
        "buyer.city": "ক (U+0995), ঢ (U+09A2), া (U+09BE)",
        "lines.2.description": "\U00020000 (U+20000)",
        "lines.2.details.2": "ꦗ (U+A997)",
        "lines.2.allowances.1.reason": "ক (U+0995)",
        "lines.2.allowances.2.reason": "ক (U+0995)",
    }
    assert [breach.where for breach in found] == [breach.values["field"] for breach in found]
    _printed(given)
    assert set("ঢাকা\U00020000ꦗ") <= set(boxes)


def test_many_characters_are_not_all_named() -> None:
    strange = "".join(map(chr, range(0x0985, 0x0985 + 40)))
    (breach,) = coverage.breaches(paper(reason=strange))
    assert breach.values["characters"].count("U+") == 10
    assert breach.values["characters"].endswith(", …")


def test_what_is_not_printed_is_not_missed() -> None:
    assert coverage.breaches(paper(reason="a\x00\u202e\u200b\ue000\ufeff\u2028b")) == []


def test_ordinary_papers_load_no_fallback(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are slower to lay out with more typefaces, and a worker that never needs them holds none."""
    monkeypatch.setattr(typefaces, "fallback", lambda: pytest.fail("looked into the fallback typefaces"))
    given = paper(many(3), buyer=replace(CHIARA, name="Łukasz Ελένη Жанна €"))
    assert coverage.breaches(given) == []
    assert not typefaces.needs_fallback(html(given))
    assert typefaces.needs_fallback(html(paper(reason="張偉")))


def test_strange_text_brings_its_typeface_along() -> None:
    (page,) = PdfReader(io.BytesIO(_printed(paper(reason="張偉")))).pages
    names = {str(font.get_object()["/BaseFont"])[8:] for font in page["/Resources"]["/Font"].values()}  # type: ignore[index]
    assert names == {"Paper", "Paper-Bold", "Paper-Han"}
