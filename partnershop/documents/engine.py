"""HTML to PDF by WeasyPrint, locked down: nothing is read but the fonts and style sheets of `templates/documents/`.

A process holds one font configuration (a fresh one per document leaks memory and costs a fifth of the time) and every
style sheet parsed once; pages with text that Open Sans lacks have a second pair, with the fallback typefaces, so that
all the others are not slowed by them. All are made on first use, and anew in a forked child.
"""

import atexit
import gc
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from xml.etree.ElementTree import fromstring

import cssselect2  # type: ignore[import-untyped]  # publishes no types; nor does WeasyPrint
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from weasyprint import CSS, HTML  # type: ignore[import-untyped]
from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]
from weasyprint.urls import URLFetcher, URLFetcherResponse  # type: ignore[import-untyped]

from partnershop.documents import archive as archives
from partnershop.documents import typefaces
from partnershop.documents.archive import Archive
from partnershop.documents.words.wording import wording
from partnershop.errors import Defect
from partnershop.paths import TEMPLATES

FOLDER = TEMPLATES / "documents"
FONT_SCHEME = "font:"
PICTURE_SCHEME = "picture:"
_NO_PICTURES: Mapping[str, bytes] = MappingProxyType({})
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

    def serving(self, pictures: Mapping[str, bytes]) -> "MemoryFetcher":
        """One that answers for these pictures too, by name."""
        if not pictures:
            return self
        return MemoryFetcher({**self._served, **{PICTURE_SCHEME + name: png for name, png in pictures.items()}})

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
    fallback: bool
    _sheets: dict[tuple[str, str], CSS]

    def stylesheet(self, name: str, language: str) -> CSS:
        """A style sheet of `templates/documents/`, parsed once per language for the words "page x of y"."""
        key = (name, language)
        if key not in self._sheets:
            words = wording(language)
            parts = ("fonts.css", *(["fonts_fallback.css"] if self.fallback else []), name)
            text = "".join((FOLDER / part).read_text("utf-8") for part in parts)
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


def pdf(
    xhtml: str, sheet: str, language: str, archive: Archive | None = None, pictures: Mapping[str, bytes] = _NO_PICTURES
) -> bytes:
    """The PDF of a filled template with one of our style sheets and the page words of a language.

    With `archive` it is a PDF/A-3b and PDF/UA-1 and holds the files named there. `pictures` are PNGs by the name that
    the page asks for ("logo" as "picture:logo"). Equal input gives equal bytes, in any process. Raises
    `xml.etree.ElementTree.ParseError` when a template is not well-formed XML.
    """
    with _lock, _uncollected():
        written = _pdf(xhtml, sheet, language, archive, pictures)
    assert isinstance(written, bytes)  # write_pdf is untyped; without a target it returns the bytes
    return written


def _pdf(xhtml: str, sheet: str, language: str, archive: Archive | None, pictures: Mapping[str, bytes]) -> Any:
    """The PDF. Here, and not in `pdf`, so that the laid-out document is gone when `_uncollected` clears away.

    Else it would grow old, and a worker's memory with it, by half a megabyte a paper.
    """
    engine = resources(fallback=typefaces.needs_fallback(xhtml))
    document = _Page(xhtml, engine.fetcher.serving(pictures)).render(
        font_config=engine.fonts,
        stylesheets=[engine.stylesheet(sheet, language)],
        **(archives.OPTIONS if archive else {}),
    )
    return archives.write(document, archive) if archive else document.write_pdf()


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


def resources(*, fallback: bool = False) -> Resources:
    """What this process renders with, made on first use. For `pdf()`, and for measuring WeasyPrint without it."""
    return _resources(os.getpid(), fallback)


def forget_resources() -> None:
    """Drop what this process renders with, its temporary font folders too."""
    _resources.cache_clear()


# The interpreter, left to clear it away at its end, may unload Pango before the font maps that need it: a crash.
atexit.register(forget_resources)


@lru_cache(maxsize=2)
def _resources(_process: int, fallback: bool) -> Resources:
    """Its key holds the process id: a forked child must not share (and delete) its parent's font files."""
    files = typefaces.ORDINARY + (typefaces.FALLBACK if fallback else ())
    fetcher = MemoryFetcher({FONT_SCHEME + file: typefaces.content(file) for file in files})
    return Resources(fetcher, FontConfiguration(), fallback, {})
