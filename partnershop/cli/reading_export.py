"""Exporting papers: the stored bytes as files, and an index of what they say, batch by batch."""

import json
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from rich.console import Console
from rich.progress import Progress
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from models import Document, DocumentLine, DocumentTax, Shop
from partnershop.flows import document_bytes
from partnershop.rules.money import price_text, to_text

INDEX = "index.jsonl"
_BATCH = 50


@dataclass(frozen=True)
class Exported:
    """How many papers are in the index, and how many of them have a PDF."""

    papers: int
    pdfs: int


def export_documents(session: Session, shop: Shop, folder: Path) -> Exported:
    """Write every paper's PDF and the index into `folder`, which is made.

    The index is put in place last, so that what it names is there. Raises `OSError` when the folder cannot be written,
    and as `document_bytes.load` does when bytes cannot be had as they were stored.
    """
    folder.mkdir(parents=True, exist_ok=True)
    papers = pdfs = 0
    total = session.scalars(select(func.count()).where(Document.shop_id == shop.id)).one()
    progress = Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True)
    with progress, _replacing(folder / INDEX) as index:
        task = progress.add_task("papers", total=total)
        for batch in _batches(session, shop):
            written = _write_pdfs(session, folder, batch)
            for entry in _entries(session, batch):
                number = entry["number"]
                entry["pdf"] = file_name(number) if number in written else None
                index.write((json.dumps(entry, ensure_ascii=False) + "\n").encode())
            papers += len(batch)
            pdfs += len(written)
            progress.advance(task, len(batch))
    return Exported(papers, pdfs)


def file_name(number: str) -> str:
    """A paper's number as the name of its PDF; two numbers never share one ("FT/1" is "FT%2F1.pdf")."""
    return f"{quote(number, safe=' ')}.pdf"


def _batches(session: Session, shop: Shop) -> Iterator[list[int]]:
    """The ids of the shop's papers, in the order of issue."""
    query = select(Document.id).where(Document.shop_id == shop.id).order_by(Document.id).limit(_BATCH)
    after = 0
    while batch := list(session.scalars(query.where(Document.id > after))):
        yield batch
        after = batch[-1]


def _write_pdfs(session: Session, folder: Path, batch: Sequence[int]) -> set[str]:
    """Write the stored bytes of these papers; returns the numbers of those that have any."""
    contents = document_bytes.load(session, batch)
    numbers = dict(session.execute(select(Document.id, Document.number).where(Document.id.in_(contents))).all())
    for document_id, pdf in contents.items():
        with _replacing(folder / file_name(numbers[document_id])) as file:
            file.write(pdf)
    return set(numbers.values())


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
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
