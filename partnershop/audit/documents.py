"""Invariant 11, second half: papers printed again from their rows, and what lies in their bytes read and judged again.

This takes a tenth of a second a paper and more, so it is done to a sample, unless all are wanted. The sample is the
newest and others by chance; by a chance that is the same all day, so that a second audit finds what the first found.
Papers without a chain were issued before papers were judged: they and their corrections are printed again, and that is
all.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from models import Document, Rendering, Shop
from partnershop import clock
from partnershop.audit.finding import Finding
from partnershop.documents.breach import Breach
from partnershop.documents.paper import Paper
from partnershop.flows.document_bytes import examine
from partnershop.flows.papers import load_papers

_DEFAULT = 20
_BATCH = 10

_RENDERED = """
    FROM document JOIN rendering ON rendering.document_id = document.id
   WHERE document.shop_id = ANY(:shops) AND rendering.state = 'done'
"""
_COUNT = text(f"SELECT count(*) {_RENDERED}")
_CHOSEN = text(f"""
    WITH rendered AS (SELECT document.id {_RENDERED}),
    newest AS (SELECT id FROM rendered ORDER BY id DESC LIMIT CAST(:wanted AS bigint) - CAST(:wanted AS bigint) / 2),
    others AS (
        SELECT id FROM rendered WHERE id NOT IN (SELECT id FROM newest)
         ORDER BY md5(id || ' ' || :day) LIMIT CAST(:wanted AS bigint) / 2)
    SELECT id FROM newest UNION SELECT id FROM others ORDER BY id
""")  # noqa: S608  (both halves are ours)


def _unseen(done: int, of: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Sample:
    """How many papers are printed and judged again, None for all; `progress` is told how many are done, of how many."""

    wanted: int | None = _DEFAULT
    progress: Callable[[int, int], None] = _unseen


def look_at(session: Session, shops: Sequence[int], finding: Finding, sample: Sample) -> None:
    """Print a sample of the rendered papers again, read the XML in their bytes, and hold it against rows and rules.

    Raises `Transient` when bytes lie in an object store that is away.
    """
    there = finding.count(session, shops, _COUNT)
    given = {"shops": list(shops), "wanted": there if sample.wanted is None else sample.wanted}
    chosen = session.scalars(_CHOSEN, given | {"day": clock.now().date().isoformat()}).all()
    others = 0
    for start in range(0, len(chosen), _BATCH):
        others += _look_at(session, chosen[start : start + _BATCH], finding)
        sample.progress(min(start + _BATCH, len(chosen)), len(chosen))
    if chosen:
        apart = f"; {others} of them had been printed by another version, whose bytes may differ" if others else ""
        said = f"{len(chosen)} of {there} papers were printed and judged again{apart}"
        finding.remark = "; ".join([said, *([finding.remark] if finding.remark else [])])


def _look_at(session: Session, document_ids: Sequence[int], finding: Finding) -> int:
    """Tell the finding what is wrong with these papers; how many another renderer had printed."""
    from partnershop.documents import RENDERER  # noqa: PLC0415  (loads WeasyPrint)

    contents = examine(session, document_ids).contents
    papers = load_papers(session, list(contents))
    others = 0
    for row in _rows(session, list(contents)):
        is_same = row.renderer == RENDERER
        others += not is_same
        for problem in _problems(papers[row.id], contents[row.id], is_same=is_same):
            finding.breach(row.code, row.number, problem)
    return others


def _rows(session: Session, document_ids: Sequence[int]) -> Sequence[Row[int, str, str, str | None]]:
    query = (
        select(Document.id, Shop.code, Document.number, Rendering.renderer)
        .join(Shop, Shop.id == Document.shop_id)
        .join(Rendering, Rendering.document_id == Document.id)
    )
    return session.execute(query.where(Document.id.in_(document_ids)).order_by(Document.id)).all()


def _problems(paper: Paper, pdf: bytes, *, is_same: bool) -> Iterator[str]:
    """What is wrong with a paper's bytes; `is_same`: the version that printed them is the one that prints now."""
    from pypdf.errors import PyPdfError  # noqa: PLC0415  (slow to load)

    from partnershop.documents import attachments  # noqa: PLC0415

    if is_same:
        yield from _printed_again(paper, pdf)
    if not paper.is_judged:
        return
    try:
        files = attachments.attached(pdf)
    except PyPdfError:
        yield "has bytes that are no readable PDF"
        return
    yield from _judged_again(paper, files)


def _printed_again(paper: Paper, pdf: bytes) -> Iterator[str]:
    from partnershop.documents.render import NotConforming, render  # noqa: PLC0415

    try:
        if hashlib.sha256(render(paper)).digest() != hashlib.sha256(pdf).digest():
            yield "comes out with other bytes when it is printed again"
    except NotConforming as problem:
        yield f"cannot be printed again: {problem}"


def _judged_again(paper: Paper, files: Mapping[str, bytes]) -> Iterator[str]:
    """What is wrong with the XMLs in its bytes: beside its rows, in themselves, and against the standards."""
    from partnershop.documents import fatturapa, gate  # noqa: PLC0415
    from partnershop.documents.archive import FACTUR_X  # noqa: PLC0415
    from partnershop.documents.words.breach_words import sentence  # noqa: PLC0415

    judges: dict[str, Callable[[bytes], list[Breach]]] = {FACTUR_X: partial(gate.of_xml, paper=paper)}
    if paper.sdi is not None:
        judges[f"{paper.sdi.file_name}.xml"] = fatturapa.breaches
    for name, breaches in judges.items():
        if name not in files:
            yield f"has no {name} in its PDF"
            continue
        for breach in breaches(files[name]):
            yield f"breaks {breach.rule}: {sentence(breach, 'en')}"
