"""Papers that did not go out by mail although they should have, and mails without papers that did not go out."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models import Document, Finding, MailDocument
from partnershop import clock
from partnershop.db import wake
from partnershop.flows import mail
from partnershop.flows.orders import lock, settings_of
from partnershop.reconciliation.checks.asking import ask, count, row_id
from partnershop.reconciliation.checks.stages import STANDING
from partnershop.reconciliation.looking import Check, Looked
from partnershop.rules.reconciliation import FindingKind, Job
from partnershop.stages import Stage, Wake

NOT_SENT = timedelta(hours=1)
"""Hours that a mail that is being tried may take; one that nobody takes is the stage's finding, sooner."""

PARKED, MISSING, SLOW = "parked", "missing", "slow"

# Mails that were given up, or that were tried and have not arrived; each with the last of its papers, if it has any.
# One that waits for its papers is not late: that they are not printed is told of the papers. The two states have an
# index each.
_LATE = """
    SELECT mail.id, mail.shop_id, mail.order_id, mail.kind, mail.state, mail.last_error, last_paper.document_id
      FROM (SELECT * FROM mail WHERE state = 'due' UNION ALL SELECT * FROM mail WHERE state = 'parked') AS mail
      LEFT JOIN LATERAL (
          SELECT mail_document.document_id, bool_and(coalesce(rendering.state = 'done', false)) OVER () AS printed,
                 max(rendering.rendered_at) OVER () AS printed_at
            FROM mail_document LEFT JOIN rendering ON rendering.document_id = mail_document.document_id
           WHERE mail_document.mail_id = mail.id
           ORDER BY mail_document.position DESC LIMIT 1
      ) AS last_paper ON true
     WHERE mail.shop_id = ANY(:shops)
       AND (mail.state = 'parked'
            OR (coalesce(last_paper.printed, true) AND greatest(mail.created_at, last_paper.printed_at) < :before
                AND greatest(mail.due_at, mail.leased_until, last_paper.printed_at) >= :standing))
"""

_PAPERS = text("SELECT count(*) FROM document WHERE shop_id = ANY(:shops)")
_NOT_MAILED = text(f"""
    SELECT late.shop_id, shop.code AS shop, 'document-' || document.id AS key,
           jsonb_build_object('order', document.order_number, 'paper', document.number,
               'error', coalesce(late.last_error, '?')) AS about,
           jsonb_build_object('case', CAST(CASE late.state WHEN 'parked' THEN :parked ELSE :slow END AS text),
               'mail', 'M-' || late.id) AS details,
           NULL AS amount, NULL AS currency
      FROM ({_LATE}) AS late
      JOIN document ON document.id = late.document_id
      JOIN shop ON shop.id = late.shop_id
    UNION ALL
    SELECT document.shop_id, shop.code, 'document-' || document.id,
           jsonb_build_object('order', document.order_number, 'paper', document.number),
           jsonb_build_object('case', CAST(:missing AS text)), NULL, NULL
      FROM document
      JOIN shop ON shop.id = document.shop_id
      LEFT JOIN mail_document ON mail_document.document_id = document.id
     WHERE document.shop_id = ANY(:shops) AND mail_document.document_id IS NULL
     ORDER BY shop_id, key
""")  # noqa: S608  (the inner query is ours)

_MAILS = text("""
    SELECT count(*) FROM mail WHERE shop_id = ANY(:shops) AND kind IN ('shipped', 'complaint_rejected', 'digest')
""")
_NOT_SENT = text(f"""
    SELECT late.shop_id, shop.code AS shop, 'mail-' || late.id AS key,
           jsonb_build_object('order', coalesce(orders.number, '–'), 'error', coalesce(late.last_error, '?')) AS about,
           jsonb_build_object('case', CAST(CASE late.state WHEN 'parked' THEN :parked ELSE :slow END AS text),
               'mail', 'M-' || late.id, 'mail_about', late.kind) AS details,
           NULL AS amount, NULL AS currency
      FROM ({_LATE}) AS late
      JOIN shop ON shop.id = late.shop_id
      LEFT JOIN orders ON orders.id = late.order_id
     WHERE late.document_id IS NULL
     ORDER BY late.id
""")  # noqa: S608


def _look_at_papers(session: Session, shops: Sequence[int]) -> Looked:
    kind = FindingKind.DOCUMENT_NOT_MAILED
    found = ask(session, _NOT_MAILED, shops, kind, parked=PARKED, slow=SLOW, missing=MISSING, **_times())
    return Looked({kind: count(session, _PAPERS, shops)}, found)


def _look_at_mails(session: Session, shops: Sequence[int]) -> Looked:
    kind = FindingKind.MAIL_NOT_SENT
    found = ask(session, _NOT_SENT, shops, kind, parked=PARKED, slow=SLOW, **_times())
    return Looked({kind: count(session, _MAILS, shops)}, found)


def _times() -> dict[str, datetime]:
    now = clock.now()
    return {"before": now - NOT_SENT, "standing": now - STANDING}


def _make_mail(session: Session, finding: Finding) -> str | None:
    """Make the mail that a paper lacks, by the shop's settings; what was given up is an operator's to send again."""
    if finding.details.get("case") != MISSING:
        return None
    document = session.get_one(Document, row_id(finding))
    lock(session, document.order_id)
    papers = _without_mail(session, document)
    if papers:
        settings = settings_of(session, document.shop_id)
        mail.queue_papers(session, settings, papers)
        wake(session, Wake(Stage.MAIL))
    return f"{document.number} has its mail now"


def _without_mail(session: Session, document: Document) -> list[Mapping[str, Any]]:
    """The paper and the one issued with it, as far as they have no mail, as rows of `document`."""
    pair = (Document.id == document.id) | (Document.companion_id == document.id)
    if document.companion_id is not None:
        pair |= Document.id == document.companion_id
    query = (
        select(*Document.__table__.c)
        .outerjoin(MailDocument, MailDocument.document_id == Document.id)
        .where(pair, MailDocument.document_id.is_(None))
        .order_by(Document.id)
    )
    rows = [dict(row) for row in session.execute(query).mappings()]
    there = {row["id"] for row in rows}
    return [row | ({} if row["companion_id"] in there else {"companion_id": None}) for row in rows]


CHECKS = (
    Check(
        "papers not mailed", (FindingKind.DOCUMENT_NOT_MAILED,), frozenset({Job.MONEY}), _look_at_papers, _make_mail
    ),
    Check("mails not sent", (FindingKind.MAIL_NOT_SENT,), frozenset({Job.STUCK_WORK}), _look_at_mails),
)
