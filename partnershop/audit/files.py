"""Invariant 11: the stored bytes of every rendered paper, wherever they lie, are the ones that were stored first."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from partnershop.audit import prints
from partnershop.audit.finding import Finding
from partnershop.flows.document_bytes import BATCH, Flaw, flaws

_WITHOUT_RENDERING = text("""
    SELECT shop.code, document.number,
           CASE WHEN rendering.document_id IS NULL THEN 'is not even due to be rendered'
                WHEN rendering.state = 'done' THEN 'is rendered, but its bytes or their hash are missing'
                ELSE 'has bytes, but is ' || rendering.state END
      FROM document
      JOIN shop ON shop.id = document.shop_id
      LEFT JOIN rendering ON rendering.document_id = document.id
     WHERE document.shop_id = ANY(:shops)
       AND (rendering.document_id IS NULL
            OR (rendering.state = 'done') <>
               ((rendering.pdf IS NOT NULL OR rendering.location IS NOT NULL) AND rendering.sha256 IS NOT NULL))
     ORDER BY document.id
""")

_NEXT = text("""
    SELECT rendering.document_id FROM rendering JOIN document ON document.id = rendering.document_id
     WHERE document.shop_id = ANY(:shops) AND rendering.state = 'done' AND rendering.sha256 IS NOT NULL
       AND (rendering.pdf IS NOT NULL OR rendering.location IS NOT NULL)
       AND rendering.document_id > :after AND document.id > :after
     ORDER BY rendering.document_id LIMIT :batch
""")

_NAMES = text("""
    SELECT document.id, shop.code, document.number FROM document JOIN shop ON shop.id = document.shop_id
     WHERE document.id = ANY(:documents) ORDER BY document.id
""")
_FLAWS = {
    Flaw.MISSING: "is rendered, but its bytes are not in the object store",
    Flaw.OTHER: "has other bytes than those that were hashed when it was rendered",
}

_DUE = text("""
    SELECT count(*) FROM rendering JOIN document ON document.id = rendering.document_id
     WHERE document.shop_id = ANY(:shops) AND rendering.state = 'due'
""")
_PARKED = text("""
    SELECT count(*) FROM rendering JOIN document ON document.id = rendering.document_id
     WHERE document.shop_id = ANY(:shops) AND rendering.state = 'parked'
""")


def check(session: Session, shops: Sequence[int]) -> Finding:
    """Stored bytes of every rendered document match their hash, a batch at a time; the database hashes its own.

    Raises `Transient` when bytes lie in an object store that is away: then nobody can say whether it holds.
    """
    finding = Finding(11, "The stored bytes of every rendered paper match their SHA-256, and a sample its rows")
    finding.take(session, shops, _WITHOUT_RENDERING)
    after = 0
    while batch := list(session.scalars(_NEXT, {"shops": list(shops), "after": after, "batch": BATCH})):
        _look_at(session, batch, finding)
        finding.checked += len(batch)
        after = batch[-1]
    prints.look_at(session, shops, finding)
    finding.wait_for(finding.count(session, shops, _DUE), "papers to render")
    finding.wait_for(finding.count(session, shops, _PARKED), "papers that could not be rendered")
    return finding


def _look_at(session: Session, batch: Sequence[int], finding: Finding) -> None:
    found = flaws(session, batch)
    if not found:
        return
    for document_id, shop, number in session.execute(_NAMES, {"documents": list(found)}):
        finding.breach(shop, number, _FLAWS[found[document_id]])
