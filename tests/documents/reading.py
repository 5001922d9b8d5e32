"""A PDF read back: its pages as text, blanks of all kinds as one blank."""

import io

from pypdf import PdfReader


def pages(pdf: bytes) -> list[str]:
    """The text of each page, in the order it is drawn."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def text(pdf: bytes) -> str:
    """The text of the whole document."""
    return " ".join(pages(pdf))
