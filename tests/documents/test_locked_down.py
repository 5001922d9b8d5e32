"""Nothing is read but our fonts, whatever strangers write into a name."""

import hashlib
import io
import logging
import re
from pathlib import Path

import pytest
from papers import paper
from pypdf import PdfReader
from reading import text
from weasyprint.text.ffi import fontconfig  # type: ignore[import-untyped]  # publishes no types

from partnershop.documents import engine, typefaces
from partnershop.documents.engine import MemoryFetcher, NotServed, pdf, resources
from partnershop.documents.render import html, render
from partnershop.paths import TEMPLATES


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "https://example.org/x.css",
        "ftp://example.org/",
        "data:text/css,body{}",
        "font:../../../../etc/passwd",
        "picture:logo",
        "FONT:OpenSans-Regular.ttf",
        "/etc/passwd",
        "",
    ],
)
def test_the_fetcher_refuses_everything_else(url: str) -> None:
    fetcher = resources().fetcher
    for ask in (fetcher, fetcher.fetch, fetcher.open):
        with pytest.raises(NotServed):
            ask(url)


def test_the_fetcher_serves_what_it_was_given() -> None:
    assert MemoryFetcher({"font:a": b"bytes"}).fetch("font:a").read() == b"bytes"


def test_a_picture_is_served_to_its_own_paper_only() -> None:
    fetcher = MemoryFetcher({"font:a": b"bytes"})
    assert fetcher.serving({"logo": b"png"}).fetch("picture:logo").read() == b"png"
    with pytest.raises(NotServed):
        fetcher.fetch("picture:logo")
    with pytest.raises(NotServed):
        fetcher.serving({"logo": b"png"}).fetch("picture:../logo")


@pytest.mark.parametrize("fallback", [False, True])
def test_no_font_of_the_machine_is_used(fallback: bool) -> None:
    kept = resources(fallback=fallback).fonts._config
    assert fontconfig.FcConfigGetFonts(kept, fontconfig.FcSetSystem).nfont == 0


def test_a_template_that_asks_for_a_file_gets_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The second wall: even markup in a page reads nothing, embeds nothing and attaches nothing."""
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of the house")
    address = secret.as_uri()
    page = (
        f'<html><head><link rel="attachment" href="{address}"/><link rel="stylesheet" href="{address}"/></head>'
        f'<body><img src="{address}"/><object data="{address}"></object>'
        f'<p style="background: url({address})">text</p><a rel="attachment" href="{address}">x</a></body></html>'
    )
    with caplog.at_level(logging.DEBUG, logger="weasyprint"):
        made = pdf(page, "paper.css", "it")
    assert "refused" in caplog.text
    assert not PdfReader(io.BytesIO(made)).attachments
    assert b"the secret" not in made and "the secret" not in text(made)


def test_a_forked_child_makes_its_own_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = resources()
    assert resources() is mine
    monkeypatch.setattr(engine.os, "getpid", lambda: -1)  # type: ignore[attr-defined]  # as it is after a fork
    assert resources() is not mine


def test_the_page_is_escaped() -> None:
    page = html(paper(reason="<b>&\"'"))
    assert "<b>" not in page
    assert "&lt;b&gt;&amp;&#34;&#39;" in page


def test_our_font_is_embedded_and_no_other() -> None:
    fonts = {
        str(font.get_object()["/BaseFont"])[8:]
        for page in PdfReader(io.BytesIO(render(paper()))).pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    }
    assert fonts == {"Paper", "Paper-Bold"}


def test_the_fonts_are_the_ones_whose_origin_is_told() -> None:
    folder = TEMPLATES / "documents" / "fonts"
    source = (folder / "SOURCE.md").read_text("utf-8")
    told = dict(re.findall(r"^\| `(\S+\.ttf)` \|.*\| `([0-9a-f]{64})` \|$", source, re.MULTILINE))
    assert told == {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.glob("*.ttf")}
    assert set(typefaces.ORDINARY + typefaces.FALLBACK) == told.keys()
