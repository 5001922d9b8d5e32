"""Text from strangers prints as text: nothing is fetched, no file is opened, the table stays whole."""

import io
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from conformance import broken
from papers import AURORA, CHIARA, charge, line, paper, reduced, ticket
from pypdf import PdfReader
from reading import text

from partnershop.documents import cii, coverage
from partnershop.documents.attachments import attached
from partnershop.documents.job_ticket import render_ticket
from partnershop.documents.paper import Paper
from partnershop.documents.printable import printable
from partnershop.documents.render import render
from partnershop.gateways.ticket import Feature, Ticket

_HOSTILE = {
    "image": '<img src="http://127.0.0.1:PORT/x.png"/><img src="file:///etc/passwd"/>',
    "style": "<style>@import url(http://127.0.0.1:PORT/x.css); td{display:none}</style>",
    "attachment": '<link rel="attachment" href="file:///etc/hostname"/><a rel="attachment" href="/etc/hostname">x</a>',
    "svg": '<svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1:PORT/x.svg"/></svg>',
    "end of table": "</td></tr></tbody></table><h1>Fattura pagata</h1>",
    "script": '<script>fetch("http://127.0.0.1:PORT/")</script><a href="javascript:alert(1)">x</a>',
    "css": "url(file:///etc/passwd) url('http://127.0.0.1:PORT/y') expression(1) }</style>",
    "entity": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>&b;&#x3c;b&#x3e;&lt;i&gt;',
    "template": "{{ paper.number }}{% include 'paper.css' %}{# #}${7*7}",
    "cdata": "]]><!-- --><![CDATA[ <?php ?> --!>",
    "our own scheme": "<img src='picture:logo'/>url(font:OpenSans-Regular.ttf)",
    "bidi": "100\u202e00,1\u202c \u2066x\u2069 \u200f\u061c",
    "zero width": "pay\u200bpal\u2060.example\ufeff\u00ad\u180e",
    "controls": "a\x00\x01\x07\x08\x1b[31mb\x7f\x85\x9fc",
    "line breaks": "one\r\ntwo\n\n\nthree\u2028four\u2029five\x0bsix\x0cseven",
    "surrogates": "a\ud800b\udfffc\ufffe\uffffd",
    "combining": "Z" + "\u0351\u0343\u0302\u0308\u033d\u034f\u0334\u0301" * 8,
    "emoji": "😀 \U0001f468\u200d\U0001f469\u200d\U0001f467 👍🏽 🇮🇹 1\ufe0f\u20e3",
    "Arabic": "محمد عبد الله <b>",
    "Chinese": "張偉 印刷有限公司",
    "long": "x" * 10_000,
    "long in Chinese": "漢" * 3_000,
}


class _Listener:
    """A server on loopback that counts who calls."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.calls = 0
        self._thread = threading.Thread(target=self._count)
        self._thread.start()

    def _count(self) -> None:
        while True:
            call, (_, port) = self._socket.accept()
            call.close()
            if port == self._last:
                return
            self.calls += 1

    _last = -1

    def close(self) -> None:
        """Stop counting, after everybody who called before has been counted."""
        with socket.socket() as last:
            last.bind(("127.0.0.1", 0))
            self._last = last.getsockname()[1]
            last.connect(("127.0.0.1", self.port))
            self._thread.join()
        self._socket.close()


_TELLING = {"open", "socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.exec", "urllib.Request"}
_watched: list[str] | None = None


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _watched is not None and event in _TELLING:
        _watched.append(f"{event} {arguments[1] if event == 'socket.connect' else arguments[0]}")


sys.addaudithook(_watch)  # cannot be taken away again, so it looks only while it is asked to


@contextmanager
def _looking() -> Iterator[list[str]]:
    """What this process opens and calls meanwhile."""
    global _watched  # noqa: PLW0603  (the hook is one for the process)
    found: list[str] = []
    _watched = found
    try:
        yield found
    finally:
        _watched = None


def _paper(written: str) -> Paper:
    """A paper with this in every text that may be anything."""
    seller = replace(
        AURORA, name=written, street=written, postcode=written, city=written, company=written, email=written
    )  # fmt: skip
    buyer = replace(
        CHIARA, name=written, street=written, postcode=written, city=written, company=written, province=written,
        email=written, number=written,
    )  # fmt: skip
    given = reduced()
    allowances = tuple(replace(each, reason=written, complaint=written) for each in given.lines[0].allowances)
    first = replace(given.lines[0], key=written, description=written, details=(written, written), allowances=allowances)
    last = replace(given.lines[2], description=written)
    lines = (first, given.lines[1], last)
    return replace(
        given, seller=seller, buyer=buyer, order=written, reason=written, lines=lines, payment_method=written
    )  # fmt: skip


def _ticket(written: str) -> Ticket:
    return ticket(
        (Feature(written, written, written, written),), key=written, shop=written, shop_name=written, order=written,
        item=written, product=written, product_name=written, description=written, address=written[:300],
    )  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """Load the typefaces, templates and language data, which are files."""
    for written in ("x", "張偉"):
        render(_paper(written))
        render_ticket(_ticket(written))


@pytest.mark.parametrize("written", [text for kind, text in _HOSTILE.items() if not kind.startswith("long")],
                         ids=[kind for kind in _HOSTILE if not kind.startswith("long")])  # fmt: skip
def test_it_prints_as_text_and_nothing_is_fetched(written: str) -> None:
    listener = _Listener()
    try:
        written = written.replace("PORT", str(listener.port))
        given = _paper(written)
        with _looking() as opened:
            made = render(given)
            tickets = render_ticket(_ticket(written))
    finally:
        listener.close()
    assert listener.calls == 0
    # WeasyPrint's own colour profile goes into every archived PDF.
    assert [each for each in opened if not each.endswith("sRGB2014.icc")] == []
    assert coverage.breaches(given) == []
    assert broken(made) == []
    assert attached(made) == {"factur-x.xml": cii.write(given)}
    assert "85,00" in text(made), "the other line is there"
    assert not PdfReader(io.BytesIO(tickets)).attachments


@pytest.mark.parametrize("kind", ["image", "style", "end of table", "script", "entity", "template", "cdata", "css"])
def test_every_letter_of_it_is_on_the_paper(kind: str) -> None:
    written = _HOSTILE[kind]
    printed = _solid(text(render(_paper(written))))
    assert printed.count(_solid(written)) >= 10
    assert "root:" not in printed
    assert _solid(_HOSTILE[kind][:40]) in _solid(text(render_ticket(_ticket(written))))


@pytest.mark.parametrize("kind", ["bidi", "zero width", "controls", "line breaks", "surrogates"])
def test_what_hides_or_turns_text_is_left_out_of_page_and_e_invoice(kind: str) -> None:
    written = _HOSTILE[kind]
    made = render(_paper(written))
    invoice = attached(made)["factur-x.xml"].decode()
    assert printable(written) in invoice
    assert _solid(printable(written)) in _solid(text(made))
    for character in set(written) - set(printable(written)) - {"\n"}:
        assert character not in invoice and character not in text(made)


@pytest.mark.parametrize("kind", ["long", "long in Chinese"])
def test_ten_thousand_letters_without_a_blank_stay_in_their_column(kind: str) -> None:
    written = _HOSTILE[kind]
    made = render(paper((line(1, description=written), line(2, "85.00"), charge(3))))
    assert broken(made) == []
    printed = text(made)
    assert _solid(printed).count(written[0]) >= len(written), "all of it is there"
    pages = PdfReader(io.BytesIO(made)).pages
    assert len(pages) < 30
    # In points from the left edge; the table ends 18 mm before the right one.
    assert max(x for page in pages for x in _places(page, written[0])) < (210 - 18) / 25.4 * 72
    assert "85,00" in printed


def _solid(written: str) -> str:
    """Without what a page adds where a line ends."""
    return "".join(written.split())


def _places(page: Any, letter: str) -> list[float]:
    found: list[float] = []

    def visit(written: str, _matrix: Any, place: list[float], *_: Any) -> None:
        if letter in written:
            found.append(place[4])

    page.extract_text(visitor_text=visit)
    return found
