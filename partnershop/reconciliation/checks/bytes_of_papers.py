"""Stored bytes that are not there, or are not those that were hashed when the paper was rendered."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from partnershop.flows.document_bytes import BATCH, Flaw, flaws
from partnershop.reconciliation.looking import Check, Found, Looked
from partnershop.rules.reconciliation import FindingKind, Job

_NEXT = text("""
    SELECT rendering.document_id FROM rendering JOIN document ON document.id = rendering.document_id
     WHERE document.shop_id = ANY(:shops) AND rendering.state = 'done'
       AND rendering.document_id > :after AND document.id > :after
     ORDER BY rendering.document_id LIMIT :batch
""")
_NAMES = text("""
    SELECT document.id, document.shop_id, document.number, document.order_number FROM document
     WHERE document.id = ANY(:documents) ORDER BY document.id
""")


def _look(session: Session, shops: Sequence[int]) -> Looked:
    """Each batch is hashed by the database, or fetched from the object store: memory is bounded by a batch."""
    kind = FindingKind.DOCUMENT_BYTES_DIFFER
    looked, after = Looked({kind: 0}), 0
    while batch := list(session.scalars(_NEXT, {"shops": list(shops), "after": after, "batch": BATCH})):
        looked.checked[kind] += len(batch)
        looked.found += _found(session, flaws(session, batch))
        after = batch[-1]
    return looked


def _found(session: Session, wrong: dict[int, Flaw]) -> list[Found]:
    if not wrong:
        return []
    rows = session.execute(_NAMES, {"documents": list(wrong)})
    return [
        Found(
            FindingKind.DOCUMENT_BYTES_DIFFER, shop_id, f"document-{document}", {"order": order, "paper": number},
            {"case": wrong[document].value},
        )
        for document, shop_id, number, order in rows
    ]  # fmt: skip


CHECK = Check("bytes of papers", (FindingKind.DOCUMENT_BYTES_DIFFER,), frozenset({Job.EVERYTHING}), _look)
