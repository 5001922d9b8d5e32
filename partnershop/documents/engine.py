"""HTML to PDF by WeasyPrint, locked down: nothing is read but the fonts and style sheets of `templates/documents/`.

A process holds one font configuration (a fresh one per document leaks memory and costs a fifth of the time) and every
style sheet parsed once. Both are made on first use, and anew in a forked child.
"""

import gc
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import fromstring

import cssselect2  # type: ignore[import-untyped]  # publishes no types; nor does WeasyPrint
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from weasyprint import CSS, HTML  # type: ignore[import-untyped]
from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]
from weasyprint.urls import URLFetcher, URLFetcherResponse  # type: ignore[import-untyped]

from partnershop.documents.wording import wording
from partnershop.errors import Defect
from partnershop.paths import TEMPLATES

# fontTools stamps the fonts it writes with the present second unless told otherwise; any constant keeps equal papers
# equal, byte for byte. 2026-01-01T00:00:00Z.
os.environ.setdefault("SOURCE_DATE_EPOCH", "1767225600")

FOLDER = TEMPLATES / "documents"
FONT_SCHEME = "font:"
_FONTS = ("OpenSans-Regular.ttf", "OpenSans-Semibold.ttf")
# Pango's font maps and WeasyPrint's caches are not made for several threads.
_lock = threading.Lock()


class NotServed(Defect):
    """A template or text asked for a resource from outside: refused, whatever it is."""


class MemoryFetcher(URLFetcher):  # type: ignore[misc]  # an untyped base class
    """Answers WeasyPrint's requests for resources out of a dictionary, URL to bytes, and from nowhere else.

    The handlers for http, ftp, file and data URLs that the base class installs are taken out again.
    """

    def __init__(self, served: dict[str, bytes]) -> None:
        super().__init__(allowed_protocols=())
        self.handlers.clear()
        self.handle_open.clear()
        self._served = served

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """The resource of exactly this URL. Raises `NotServed` for any other."""
        if url not in self._served:
            raise NotServed(f"documents read nothing from outside; refused: {url[:200]}")
        return URLFetcherResponse(url, self._served[url])


@dataclass(frozen=True)
class Resources:
    """The fetcher, the font configuration and the parsed style sheets of one process."""

    fetcher: MemoryFetcher
    fonts: FontConfiguration
    _sheets: dict[tuple[str, str], CSS]

    def stylesheet(self, name: str, language: str) -> CSS:
        """A style sheet of `templates/documents/`, parsed once per language for the words "page x of y"."""
        key = (name, language)
        if key not in self._sheets:
            words = wording(language)
            text = (FOLDER / "fonts.css").read_text("utf-8") + (FOLDER / name).read_text("utf-8")
            text = text.replace("PAGE-WORD", words.page).replace("OF-WORD", words.page_of)
            self._sheets[key] = CSS(string=text, font_config=self.fonts, url_fetcher=self.fetcher)
        return self._sheets[key]


class _Page(HTML):  # type: ignore[misc]  # an untyped base class
    """A document from our own templates, which are well-formed XML.

    Their elements are read by expat in C; WeasyPrint's HTML5 parser, made for the pages of strangers, takes as long as
    a tenth of the layout for long tables. Text cannot become markup: Jinja escapes it, and XML has no lenient parsing.
    """

    def __init__(self, xhtml: str, fetcher: URLFetcher) -> None:
        self.base_url = None
        self.url_fetcher = fetcher
        self.media_type = "print"
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(fromstring(xhtml), content_language=None)
        self.etree_element = self.wrapper_element.etree_element


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def fill(template: str, **values: Any) -> str:
    """A template of `templates/documents/` filled in, every value escaped.

    Raises `jinja2.UndefinedError` when the template names something that was not given.
    """
    return _templates().get_template(template).render(**values)


def pdf(xhtml: str, sheet: str, language: str) -> bytes:
    """The PDF of a filled template with one of our style sheets and the page words of a language.

    Equal input gives equal bytes, in any process. Raises `xml.etree.ElementTree.ParseError` when a template is not
    well-formed XML.
    """
    with _lock, _uncollected():
        engine = resources()
        written = _Page(xhtml, engine.fetcher).write_pdf(
            font_config=engine.fonts, stylesheets=[engine.stylesheet(sheet, language)]
        )
    assert isinstance(written, bytes)  # write_pdf is untyped; without a target it returns the bytes
    return written


@contextmanager
def _uncollected() -> Iterator[None]:
    """Hold the cyclic garbage collector back while one document is made, then clear away what that left.

    WeasyPrint builds hundreds of thousands of objects that live to the end of the document; the collector walks them
    again and again, which costs 15 % of the time at 120 lines and a quarter at 674. Collecting the young generation
    afterwards keeps a worker's memory where it was.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
        gc.collect(0)


def resources() -> Resources:
    """What this process renders with, made on first use. For `pdf()`, and for measuring WeasyPrint without it."""
    return _resources(os.getpid())


def forget_resources() -> None:
    """Drop what this process renders with, its temporary font folder too."""
    _resources.cache_clear()


@lru_cache(maxsize=1)
def _resources(_process: int) -> Resources:
    """Its key is the process id: a forked child must not share (and delete) its parent's font files."""
    fetcher = MemoryFetcher({FONT_SCHEME + name: (FOLDER / "fonts" / name).read_bytes() for name in _FONTS})
    return Resources(fetcher, FontConfiguration(), {})
