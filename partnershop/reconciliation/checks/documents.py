"""Papers that were issued and have no bytes: their rendering was given up, takes for ever, or was never made."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models import Document, Finding, Rendering, Shop
from partnershop import clock
from partnershop.db import wake
from partnershop.reconciliation.checks.asking import ask, count, row_id
from partnershop.reconciliation.checks.stages import STANDING
from partnershop.reconciliation.looking import Check, Looked
from partnershop.rules.reconciliation import FindingKind, Job
from partnershop.stages import Stage, Wake

WITHOUT_BYTES = timedelta(hours=1)
"""Hours that a paper that is being rendered may take; one that nobody takes is the stage's finding, sooner."""

PARKED, MISSING, SLOW = "parked", "missing", "slow"

_ALL = text("SELECT count(*) FROM document WHERE shop_id = ANY(:shops)")
_WITHOUT_BYTES = text("""
    SELECT document.shop_id, shop.code AS shop, 'document-' || document.id AS key,
           jsonb_build_object('order', document.order_number, 'paper', document.number,
               'error', coalesce(rendering.last_error, '?')) AS about,
           jsonb_build_object('case', CAST(CASE WHEN rendering.document_id IS NULL THEN :missing
                                                WHEN rendering.state = 'parked' THEN :parked ELSE :slow END AS text))
               AS details,
           NULL AS amount, NULL AS currency
      FROM document
      JOIN shop ON shop.id = document.shop_id
      LEFT JOIN rendering ON rendering.document_id = document.id
     WHERE document.shop_id = ANY(:shops)
       AND (rendering.document_id IS NULL OR rendering.state = 'parked'
            OR (rendering.state = 'due' AND document.issued_at < :before
                AND greatest(rendering.due_at, rendering.leased_until) >= :standing))
     ORDER BY document.id
""")


def _look(session: Session, shops: Sequence[int]) -> Looked:
    kind, now = FindingKind.DOCUMENT_WITHOUT_BYTES, clock.now()
    cases = {"parked": PARKED, "missing": MISSING, "slow": SLOW}
    times = {"before": now - WITHOUT_BYTES, "standing": now - STANDING}
    found = ask(session, _WITHOUT_BYTES, shops, kind, **cases, **times)
    return Looked({kind: count(session, _ALL, shops)}, found)


def _make_rendering(session: Session, finding: Finding) -> str | None:
    """Make the rendering that is missing, so that the paper is printed. What was given up is an operator's to retry."""
    document = session.get_one(Document, row_id(finding))
    new = insert(Rendering).values(document_id=document.id, due_at=clock.now()).on_conflict_do_nothing()
    if session.execute(new.returning(Rendering.document_id)).first() is None:
        return None
    wake(session, Wake(Stage.DOCUMENTS, shop=session.get_one(Shop, document.shop_id).code))
    return f"{document.number} will be printed now"


CHECK = Check(
    "papers without bytes", (FindingKind.DOCUMENT_WITHOUT_BYTES,), frozenset({Job.MONEY}), _look, _make_rendering
)
