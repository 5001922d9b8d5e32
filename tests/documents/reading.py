"""A paper read back: the pages of its PDF, or the page that becomes one, as text; blanks of all kinds as one blank."""

import io
from xml.etree.ElementTree import fromstring

from pypdf import PdfReader

from partnershop.documents.paper import Paper
from partnershop.documents.render import html


def pages(pdf: bytes) -> list[str]:
    """The text of each page, in the order it is drawn."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def text(pdf: bytes) -> str:
    """The text of the whole document."""
    return " ".join(pages(pdf))


def said(made: Paper) -> str:
    """The text of the page before it is printed, also of a paper that does not conform."""
    return " ".join(" ".join(fromstring(html(made)).itertext()).split())
