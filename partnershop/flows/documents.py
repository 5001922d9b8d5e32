"""Rendering: claim papers without bytes, print them outside any transaction, store bytes and SHA-256.

A lease with a number fences the work: a worker that comes back late cannot write over another's result. A paper that
kills its renderer spends its attempts and is parked; it is then tried alone, so that it takes no other down. A database
or an object store that is away spends no attempts.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, select, true, update
from sqlalchemy.orm import Session

from models import Rendering, RenderingState, Shop
from partnershop import clock
from partnershop.db import wake
from partnershop.documents.paper import Paper
from partnershop.flows.papers import load_papers
from partnershop.flows.timing import it_is_time, nobody_holds
from partnershop.flows.turns import Turns, of_shop, shops_with
from partnershop.stages import Stage, Wake

BATCH = 2
"""So few, because a paper takes long to print and another shop's waits for the batch in hand."""
ATTEMPTS = 4
LEASE = timedelta(minutes=5)
_BACKOFF = timedelta(seconds=20)
_TURNS = Turns()


@dataclass(frozen=True)
class Job:
    """One paper to print, and the lease number that may store its bytes."""

    document_id: int
    lease: int
    paper: Paper


def due() -> tuple[ColumnElement[bool], ...]:
    """A paper without bytes whose time has come and that nobody is just printing."""
    return Rendering.state == RenderingState.DUE, it_is_time(Rendering), nobody_holds(Rendering)


def claim(session: Session, limit: int = BATCH) -> list[Job]:
    """Lease the next papers to print, a share of each shop's. One that was tried before comes alone.

    Papers whose attempts are spent are parked on the way, and do not end the search.
    """
    leased: list[Rendering] = []
    while not leased and (rows := next_of_all(session, limit)):
        leased = [row for row in rows if _leased(row)]
        session.flush()
    papers = load_papers(session, [row.document_id for row in leased])
    return [Job(row.document_id, row.lease, papers[row.document_id]) for row in leased]


def _leased(row: Rendering) -> bool:
    """Lease it; False where its attempts are spent and it is parked instead."""
    if row.attempts >= ATTEMPTS:
        row.state = RenderingState.PARKED
        row.last_error = row.last_error or "the renderer died each time"
        return False
    row.attempts += 1
    row.lease += 1
    row.leased_until = clock.now() + LEASE
    return True


def next_of_all(session: Session, limit: int) -> list[Rendering]:
    """The next papers, of each shop in turn; at the turn of a shop that has no others, one that was tried before."""
    of_each = select(Rendering.document_id).where(of_shop(Rendering.shop_id, Shop.id), *due())
    shops = shops_with(session, of_each.order_by(Rendering.shop_id, Rendering.document_id))
    for shop in _TURNS.order(shops)[:1]:
        if not _of_shop(session, shop, 1, Rendering.attempts == 0) and (tried := _of_shop(session, shop, 1, true())):
            _TURNS.served(shop)
            return tried
    return _TURNS.share_out(
        shops, limit, lambda shop, share: _of_shop(session, shop, share, Rendering.attempts == 0)
    )


def _of_shop(session: Session, shop_id: int, limit: int, which: ColumnElement[bool]) -> list[Rendering]:
    query = select(Rendering).where(of_shop(Rendering.shop_id, shop_id), *due(), which)
    query = query.order_by(Rendering.shop_id, Rendering.document_id).limit(limit)
    return list(session.scalars(query.with_for_update(skip_locked=True)))


def store(session: Session, job: Job, pdf: bytes, renderer: str, location: str | None = None) -> bool:
    """Store the bytes of a paper, or where they lie in the object store already (`document_bytes.put_away`).

    False where another worker has taken over in the meantime.
    """
    values = {
        "state": RenderingState.DONE, "pdf": None if location else pdf, "location": location, "size": len(pdf),
        "sha256": hashlib.sha256(pdf).hexdigest(), "renderer": renderer, "rendered_at": clock.now(),
        "leased_until": None, "last_error": None,
    }  # fmt: skip
    mine = (Rendering.document_id == job.document_id, Rendering.lease == job.lease)
    stored = session.execute(
        update(Rendering).where(*mine, Rendering.state == RenderingState.DUE).values(values).returning(Rendering.lease)
    )
    if stored.first() is None:
        return False
    wake(session, Wake(Stage.MAIL))  # whose paper it was may go out now
    return True


def note_failure(session: Session, job: Job, error: str) -> None:
    """Give the lease back with the error; the paper is tried again later, or parked when its attempts are spent."""
    row = session.get_one(Rendering, job.document_id, with_for_update=True)
    if row.lease != job.lease or row.state is not RenderingState.DUE:
        return
    row.last_error, row.leased_until, row.due_at = error, None, clock.now() + _BACKOFF * row.attempts
    if row.attempts >= ATTEMPTS:
        row.state = RenderingState.PARKED


def give_back(session: Session, jobs: Sequence[Job], error: str) -> None:
    """Give the leases back of what is not printed yet, with the reason; it is tried again later, nothing is spent."""
    leases = {job.document_id: job.lease for job in jobs}
    rows = select(Rendering).where(Rendering.document_id.in_(leases), Rendering.state == RenderingState.DUE)
    for row in session.scalars(rows.order_by(Rendering.document_id).with_for_update()):
        if row.lease == leases[row.document_id]:
            row.attempts -= 1
            row.last_error, row.leased_until, row.due_at = error, None, clock.now() + _BACKOFF
