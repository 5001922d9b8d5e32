"""Moving the bytes of papers that are rendered already between the database and the object store, batch by batch.

A copy that was read back and has the right SHA-256 is there before the other one goes, and the database refuses any
other bytes. What is left to move is read from the rows, so a move that was interrupted goes on where it was.
"""

import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from models import Document, Rendering, RenderingState
from partnershop.config import config
from partnershop.errors import Defect, Refused
from partnershop.flows.document_bytes import BATCH, Flaw, examine, put_away, store_at
from partnershop.gateways.objects import Place

_AT_ONCE = 8


@dataclass(frozen=True)
class Picked:
    """A batch to move: contents by document id, papers that cannot be moved by number, the last id looked at."""

    contents: dict[int, bytes]
    flawed: dict[str, Flaw]
    last: int


def left(session: Session, to: Place) -> int:
    """How many papers have their bytes elsewhere. Raises `Refused` when there is no object store to move them to."""
    return session.scalars(select(func.count()).where(*_elsewhere(to))).one()


def pick(session: Session, to: Place, after: int) -> Picked | None:
    """The bytes of the next papers after this id that lie elsewhere, checked; None when there are none."""
    query = select(Rendering.document_id).where(*_elsewhere(to), Rendering.document_id > after)
    ids = session.scalars(query.order_by(Rendering.document_id).limit(BATCH)).all()
    if not ids:
        return None
    found = examine(session, ids)
    numbers = session.execute(select(Document.id, Document.number).where(Document.id.in_(found.flaws)))
    return Picked(found.contents, {number: found.flaws[i] for i, number in numbers}, ids[-1])


def copy_out(contents: Mapping[int, bytes]) -> dict[int, str]:
    """Put these bytes into the object store, read them back, and return where they lie. Outside any transaction.

    Raises `Transient` when the store is away, `Defect` when it does not give back what it was given.
    """
    with ThreadPoolExecutor(_AT_ONCE, "objects") as threads:
        return dict(zip(contents, threads.map(_copy_out, contents.values()), strict=True))


def note_outside(session: Session, locations: Mapping[int, str]) -> None:
    """From now on these papers' bytes lie there, and no longer in the database."""
    for document_id, location in locations.items():
        session.execute(
            update(Rendering)
            .where(Rendering.document_id == document_id)
            .values(location=location, pdf=None, size=func.coalesce(Rendering.size, func.octet_length(Rendering.pdf)))
        )


def take_in(session: Session, contents: Mapping[int, bytes]) -> None:
    """Write these bytes into the database. What the object store has stays there, for its owner to remove."""
    for document_id, content in contents.items():
        session.execute(
            update(Rendering)
            .where(Rendering.document_id == document_id)
            .values(pdf=content, location=None, size=len(content))
        )


def _elsewhere(to: Place) -> tuple[ColumnElement[bool], ...]:
    done = Rendering.state == RenderingState.DONE
    if to is Place.DATABASE:
        return done, Rendering.location.is_not(None)
    url = config().objects_url
    if not url:
        raise Refused("there is no object store: set PARTNERSHOP_OBJECTS_URL")
    there = Rendering.location.startswith(f"{store_at(url).base}/", autoescape=True)
    return done, Rendering.location.is_(None) | ~there


def _copy_out(content: bytes) -> str:
    location = put_away(content)
    assert location is not None
    sha256 = hashlib.sha256(content).hexdigest()
    if hashlib.sha256(store_at(config().objects_url).get(sha256)).hexdigest() != sha256:
        raise Defect(f"the object store gives back other bytes than it was given: {location}")
    return location
