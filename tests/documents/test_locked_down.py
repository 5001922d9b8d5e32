"""Nothing is read but our fonts, whatever strangers write into a name."""

import io
import logging
from dataclasses import replace
from pathlib import Path

import pytest
from papers import CHIARA, line, paper, ticket
from pypdf import PdfReader
from reading import text

from partnershop.documents import engine
from partnershop.documents.engine import MemoryFetcher, NotServed, pdf, resources
from partnershop.documents.job_ticket import render_ticket
from partnershop.documents.render import html, render

_HOSTILE = (
    '<img src="file:///etc/passwd"/>',
    "<style>@import url(http://127.0.0.1:9/x.css);</style>",
    '<a rel="attachment" href="file:///etc/hostname">x</a>',
    "</td></tr></table><h1>Fattura pagata</h1>",
    "&lt;&#x3c;script&#x3e;",
    "{{ paper.number }} {% raw %}",
    "url(file:///etc/passwd)",
    "]]><!-- -->",
)


@pytest.mark.parametrize("written", _HOSTILE)
def test_hostile_text_stays_text(written: str, caplog: pytest.LogCaptureFixture) -> None:
    buyer = replace(CHIARA, name=written, company=written, city=written, number=written)
    with caplog.at_level(logging.DEBUG, logger="weasyprint"):
        made = render(paper((line(1, description=written, details=(written,)),), buyer=buyer, reason=written))
    printed = text(made).replace(" ", "")
    assert printed.count(written.replace(" ", "")) >= 4
    assert "root:" not in printed
    assert not PdfReader(io.BytesIO(made)).attachments
    assert "refused" not in caplog.text  # not even asked for


def test_hostile_text_on_a_ticket_stays_text() -> None:
    made = render_ticket(ticket(description=_HOSTILE[0], shop_name=_HOSTILE[1], address=_HOSTILE[2]))
    printed = text(made).replace(" ", "")
    for written in _HOSTILE[:3]:
        assert written.replace(" ", "") in printed


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "https://example.org/x.css",
        "ftp://example.org/",
        "data:text/css,body{}",
        "font:../../../../etc/passwd",
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
        str(font.get_object()["/BaseFont"])
        for page in PdfReader(io.BytesIO(render(paper()))).pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    }
    assert len(fonts) == 2
    assert all("Paper" in font or "Open-Sans" in font for font in fonts), fonts
