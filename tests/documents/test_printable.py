"""What strangers wrote, made fit for paper."""

from dataclasses import replace
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from papers import CHIARA, line, paper
from reading import text

from partnershop.documents.printable import printable
from partnershop.documents.render import html, render


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Müller & Söhne", "Müller & Söhne"),
        ("Mu\u0308ller", "Müller"),
        ("a\x00b\x07c\x1bd\x7f", "abcd"),
        ("a\ud800b\udfffc", "abc"),
        ("two\nlines\tand\u2028more", "two lines and more"),
        ("12\u202f345", "12\u00a0345"),
        ("\u202eevil\u202c\u200b\ufeff", "evil"),
        ("soft\u00adhyphen", "softhyphen"),
        ("\ufffe\uffff\ufdd0x", "x"),
        ("\ue000x", "x"),
        ("نام\u200cها", "نام\u200cها"),
        ("張偉 Ελένη Жанна", "張偉 Ελένη Жанна"),
    ],
)
def test_only_what_can_be_printed_stays(written: str, printed: str) -> None:
    assert printable(written) == printed


@given(st.text(st.characters()))
def test_any_text_makes_a_well_formed_page(written: str) -> None:
    """`html()` is parsed as XML by the renderer, so one forbidden character would stop the paper."""
    page = fromstring(html(paper((line(1, description="<" + written),), reason=written)))
    assert page.tag == "html"


def test_scripts_the_font_lacks_do_not_stop_the_paper() -> None:
    stranger = "張偉 محمد שלום 😀 \U0001f468\u200d\U0001f469 ไทย \x00\ud800"
    printed = text(render(paper((line(1, description=stranger),), buyer=replace(CHIARA, name=stranger))))
    assert "Totale fattura 60,88 EUR" in printed
