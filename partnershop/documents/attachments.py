"""The files inside a PDF."""

import io

from pypdf import PdfReader


def attached(pdf: bytes) -> dict[str, bytes]:
    """The embedded files of a PDF by name, in the order of its name tree; the first of two of the same name.

    Raises `pypdf.errors.PyPdfError` when the PDF is damaged or encrypted.
    """
    return {name: contents[0] for name, contents in PdfReader(io.BytesIO(pdf)).attachments.items() if contents}
