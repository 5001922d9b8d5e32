"""Exporting papers: the stored bytes and the XMLs in them as files, and an index of what they say, batch by batch."""

import json
import os
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from pypdf.errors import PyPdfError
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from models import Document, DocumentLine, DocumentTax, Shop
from partnershop.documents.attachments import attached
from partnershop.flows import document_bytes
from partnershop.rules.money import price_text, to_text

INDEX = "index.jsonl"
_BATCH = 50
FACTUR_X = "factur-x.xml"
_LIKE_SDI = re.compile(r"[A-Z]{2}[A-Z0-9]+_[A-Z0-9]{1,5}", re.IGNORECASE)


@dataclass(frozen=True)
class Exported:
    """How many papers are in the index, how many of them have a PDF, and how many of those a CII and a FatturaPA."""

    papers: int
    pdfs: int
    ciis: int
    fatture: int


@dataclass(frozen=True)
class _Written:
    """The names of the files that were written for a paper."""

    pdf: str | None = None
    cii: str | None = None
    fatturapa: str | None = None


def export_documents(session: Session, shop: Shop, folder: Path) -> Exported:
    """Write every paper's PDF and XMLs and the index into `folder`, which is made.

    The index is put in place last, so that what it names is there. Raises `OSError` when the folder cannot be written,
    and as `document_bytes.load` does when bytes cannot be had as they were stored.
    """
    folder.mkdir(parents=True, exist_ok=True)
    papers, kinds = 0, Counter[str]()
    total = session.scalars(select(func.count()).where(Document.shop_id == shop.id)).one()
    progress = Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True)
    with progress, replacing(folder / INDEX) as index:
        task = progress.add_task("papers", total=total)
        for batch in _batches(session, shop):
            written = _write(session, folder, batch)
            for entry in _entries(session, batch):
                files = asdict(written.get(entry["number"], _Written()))
                index.write((json.dumps(entry | files, ensure_ascii=False) + "\n").encode())
                kinds.update(kind for kind, name in files.items() if name)
            papers += len(batch)
            progress.advance(task, len(batch))
    return Exported(papers, kinds["pdf"], kinds["cii"], kinds["fatturapa"])


def file_name(number: str) -> str:
    """A paper's number as the name of its PDF; two numbers never share one ("FT/1" is "FT%2F1.pdf")."""
    return f"{_quoted(number)}.pdf"


def cii_name(number: str) -> str:
    """A paper's number as the name of its CII, which is never the name of a FatturaPA."""
    quoted = _quoted(number)
    return f"{quoted.replace('_', '%5F') if _LIKE_SDI.fullmatch(number) else quoted}.xml"


def _quoted(number: str) -> str:
    return quote(number, safe=" ")


def files_inside(pdf: bytes) -> dict[str, bytes]:
    """The files in a stored PDF by name; none in one that was printed before papers carried any, or is damaged."""
    try:
        return attached(pdf)
    except PyPdfError:
        return {}


def _batches(session: Session, shop: Shop) -> Iterator[list[int]]:
    """The ids of the shop's papers, in the order of issue."""
    query = select(Document.id).where(Document.shop_id == shop.id).order_by(Document.id).limit(_BATCH)
    after = 0
    while batch := list(session.scalars(query.where(Document.id > after))):
        yield batch
        after = batch[-1]


def _write(session: Session, folder: Path, batch: Sequence[int]) -> dict[str, _Written]:
    """Write the stored bytes of these papers, and the XMLs in them; what was written, by number."""
    contents = document_bytes.load(session, batch)
    query = select(Document.id, Document.number, Document.sdi_file_name).where(Document.id.in_(contents))
    return {
        number: _write_one(folder, number, sdi_name, contents[document_id])
        for document_id, number, sdi_name in session.execute(query)
    }


def _write_one(folder: Path, number: str, sdi_name: str | None, pdf: bytes) -> _Written:
    inside = files_inside(pdf)
    fattura = f"{sdi_name}.xml" if sdi_name else None
    written = _Written(
        file_name(number),
        cii_name(number) if FACTUR_X in inside else None,
        fattura if fattura in inside else None,
    )
    _put(folder, written.pdf, pdf)
    _put(folder, written.cii, inside.get(FACTUR_X))
    _put(folder, written.fatturapa, inside.get(fattura or ""))
    return written


def _put(folder: Path, name: str | None, content: bytes | None) -> None:
    if name is not None and content is not None:
        with replacing(folder / name) as file:
            file.write(content)


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under its name whole or not at all."""
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with open(handle, "wb") as file:
            os.fchmod(file.fileno(), 0o644)
            yield file
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _entries(session: Session, batch: Sequence[int]) -> Iterator[dict[str, Any]]:
    """What the index says of these papers, in their order."""
    lines: dict[int, list[DocumentLine]] = defaultdict(list)
    line_query = select(DocumentLine).where(DocumentLine.document_id.in_(batch))
    for line in session.scalars(line_query.order_by(DocumentLine.document_id, DocumentLine.position)):
        lines[line.document_id].append(line)
    taxes: dict[int, list[DocumentTax]] = defaultdict(list)
    tax_query = select(DocumentTax).where(DocumentTax.document_id.in_(batch))
    for tax in session.scalars(tax_query.order_by(DocumentTax.document_id, DocumentTax.position)):
        taxes[tax.document_id].append(tax)
    original = aliased(Document)
    query = (
        select(Document, original.number)
        .join(original, original.id == Document.refers_to_id, isouter=True)
        .where(Document.id.in_(batch))
        .order_by(Document.id)
    )
    for paper, refers_to in session.execute(query):
        yield {
            "kind": paper.kind.value,
            "number": paper.number,
            "date": paper.issue_date.isoformat(),
            "refers_to": refers_to,
            "order": paper.order_number,
            "currency": paper.currency,
            "lines": [_line(line, paper.currency) for line in lines[paper.id]],
            "taxes": [_tax(tax, paper.currency) for tax in taxes[paper.id]],
            "totals": {
                "net": to_text(paper.net, paper.currency),
                "tax": to_text(paper.tax, paper.currency),
                "gross": to_text(paper.gross, paper.currency),
            },
        }
    # Otherwise the session would keep every line of every paper.
    session.expunge_all()


def _line(line: DocumentLine, currency: str) -> dict[str, Any]:
    return {
        "item": line.key,
        "charge": line.is_charge,
        "description": line.description,
        "quantity": line.quantity,
        "unit_price": price_text(line.unit_price, currency),
        "price": to_text(line.price_net, currency),
        "allowance": to_text(line.allowance, currency),
        "net": to_text(line.net, currency),
        "vat_rate": _plain(line.vat_rate),
        "vat_category": line.vat_category,
    }


def _tax(tax: DocumentTax, currency: str) -> dict[str, Any]:
    return {
        "category": tax.category,
        "rate": _plain(tax.rate),
        "base": to_text(tax.base, currency),
        "tax": to_text(tax.tax, currency),
    }


def _plain(value: Decimal) -> str:
    """Without the zeros that the column adds: "22", "2.55"."""
    return f"{value.normalize():f}"
