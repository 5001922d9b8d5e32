"""The files inside a PDF."""

import io
from dataclasses import dataclass

from pypdf import PdfReader


@dataclass(frozen=True)
class Embedded:
    """A file inside a PDF: its name in the name tree, all its names (a file may say another of itself), its bytes."""

    name: str
    names: frozenset[str]
    content: bytes


def embedded(pdf: bytes) -> list[Embedded]:
    """All files inside a PDF, in the order of its name tree; two may have one name.

    Raises `pypdf.errors.PyPdfError` when the PDF is damaged or encrypted.
    """
    found = []
    for file in PdfReader(io.BytesIO(pdf)).attachment_list:
        other = file.alternative_name
        names = frozenset((file.name,) if other is None else (file.name, str(other)))
        found.append(Embedded(file.name, names, file.content))
    return found


def attached(pdf: bytes) -> dict[str, bytes]:
    """The files inside a PDF by each of their names; the first of two of one name. For PDFs of our own.

    Raises as `embedded` does.
    """
    files: dict[str, bytes] = {}
    for file in embedded(pdf):
        for name in sorted(file.names):
            files.setdefault(name, file.content)
    return files
