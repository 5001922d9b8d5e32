"""The rendered bytes of papers, wherever they lie: in the database, or in the object store of PARTNERSHOP_OBJECTS_URL.

Whoever needs bytes asks here, and gets those that were stored first or an error: the SHA-256 is checked each time.
Bytes go into the store before a row says so, outside any transaction (`put_away`); the row remembers the full address,
so papers stay readable where they are when the setting names another bucket or prefix later.
"""

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import chain

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Document, Rendering, RenderingState
from partnershop.config import config
from partnershop.errors import Defect, Refused, Transient
from partnershop.gateways.objects import Missing, ObjectStore, base_of, location_of, open_store

BATCH = 50
"""So many papers are asked for at once by whoever goes through all of them: it bounds memory."""
_AT_ONCE = 8


class Flaw(StrEnum):
    """What can be wrong with stored bytes."""

    MISSING = "missing"
    OTHER = "other than stored first"


_WORDS = {Flaw.MISSING: "are missing", Flaw.OTHER: "are not those that were stored first"}


@dataclass(frozen=True)
class Examined:
    """What became of looking at papers, by id: the bytes of those that are in order, what is wrong with the others."""

    contents: dict[int, bytes]
    flaws: dict[int, Flaw]


@dataclass(frozen=True)
class _Lying:
    """Where the bytes of a rendered paper lie and what they must be."""

    document_id: int
    sha256: str | None
    location: str | None
    pdf: bytes | None

    def flaw(self, content: bytes | None) -> Flaw | None:
        if content is None or self.sha256 is None:
            return Flaw.MISSING
        return None if hashlib.sha256(content).hexdigest() == self.sha256 else Flaw.OTHER


def put_away(content: bytes) -> str | None:
    """Put bytes into the object store and return where; None where they belong into the database.

    Call it outside any transaction. Raises `Transient` when the store is away, or set up wrongly.
    """
    url = config().objects_url
    if not url:
        return None
    store, sha256 = store_at(url), hashlib.sha256(content).hexdigest()
    store.put(sha256, content)
    return location_of(store.base, sha256)


def load(session: Session, document_ids: Sequence[int]) -> dict[int, bytes]:
    """The bytes of these papers by id, checked; papers that are not rendered yet are not among them.

    Raises `Defect` naming the paper when bytes are missing or are not those that were stored first, `Transient` when
    the object store is away. All are held in memory: ask for `BATCH` at a time.
    """
    found = examine(session, document_ids)
    if found.flaws:
        raise _defect(session, *min(found.flaws.items()))
    return found.contents


def examine(session: Session, document_ids: Sequence[int]) -> Examined:
    """The bytes of these papers as far as they are in order, and what is wrong with the others. Raises `Transient`."""
    # One statement: bytes that are just being moved are seen where they were, or where they are.
    query = (
        select(Rendering.document_id, Rendering.sha256, Rendering.location, Rendering.pdf)
        .where(Rendering.document_id.in_(document_ids), Rendering.state == RenderingState.DONE)
        .order_by(Rendering.document_id)
    )
    papers = [_Lying(*row) for row in session.execute(query)]
    examined = Examined({}, {})
    inside = ((paper, paper.pdf) for paper in papers if not paper.location)
    for paper, content in chain(inside, _fetched([paper for paper in papers if paper.location])):
        flaw = paper.flaw(content)
        if flaw is not None:
            examined.flaws[paper.document_id] = flaw
        elif content is not None:
            examined.contents[paper.document_id] = content
    return examined


def flaws(session: Session, document_ids: Sequence[int]) -> dict[int, Flaw]:
    """What is wrong with the stored bytes of these papers, of those that are not in order. Raises `Transient`.

    The database hashes what it holds itself, so that only what lies in the object store is fetched.
    """
    rendered = Rendering.document_id.in_(document_ids), Rendering.state == RenderingState.DONE
    same = func.encode(func.sha256(Rendering.pdf), "hex") == Rendering.sha256
    inside = select(Rendering.document_id, same).where(*rendered, Rendering.location.is_(None))
    found = {
        document_id: Flaw.MISSING if is_same is None else Flaw.OTHER
        for document_id, is_same in session.execute(inside)
        if not is_same
    }
    outside = session.scalars(select(Rendering.document_id).where(*rendered, Rendering.location.is_not(None))).all()
    return found | (examine(session, outside).flaws if outside else {})


def _defect(session: Session, document_id: int, flaw: Flaw) -> Defect:
    query = select(Document.number, Rendering.location).join(Rendering, Rendering.document_id == Document.id)
    number, location = session.execute(query.where(Document.id == document_id)).one()
    return Defect(f"the bytes of {number} {_WORDS[flaw]} ({location or 'in the database'})")


def store_at(url: str, base: str | None = None) -> ObjectStore:
    """The object store at this address, or what lies at `base` behind its endpoint; opened once in each process.

    Raises `Transient` where address or credentials are no good: no paper is to blame, and all go on once it is mended.
    """
    try:
        return _opened(url, base)
    except Refused as wrong:
        raise Transient(str(wrong)) from None


@cache
def _opened(url: str, base: str | None) -> ObjectStore:
    return open_store(url, base)


def _fetched(papers: Sequence[_Lying]) -> Iterator[tuple[_Lying, bytes | None]]:
    """What the object store has of these papers; a few are asked for at once, for the store is far away."""
    if not papers:
        return
    with ThreadPoolExecutor(min(_AT_ONCE, len(papers)), "objects") as threads:
        yield from zip(papers, threads.map(_fetch, papers), strict=True)


def _fetch(paper: _Lying) -> bytes | None:
    assert paper.location is not None
    url = config().objects_url
    if not url:
        raise Transient(f"papers lie at {base_of(paper.location)}, but PARTNERSHOP_OBJECTS_URL is not set")
    try:
        return store_at(url, base_of(paper.location)).get(paper.sha256 or "")
    except Missing:
        return None
