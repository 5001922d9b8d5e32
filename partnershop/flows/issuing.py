"""Issuing papers: the rows are made first and judged as the papers they would be; the numbers are the last step.

A paper that does not conform never gets a number. No network call, no judging and no rendering happens under the
counters' locks, and a transaction that fails burns no number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from models import Document, DocumentLine, DocumentTax, Rendering, ShopSettings
from partnershop import clock
from partnershop.counters import Counted, count
from partnershop.db import copy_rows, wake
from partnershop.documents.breach import Breach
from partnershop.documents.paper import Paper
from partnershop.errors import Refused
from partnershop.flows import mail
from partnershop.flows.drafts import Draft, Issued
from partnershop.flows.issuing_numbers import number
from partnershop.flows.issuing_rows import Prepared, papers_of, prepare
from partnershop.flows.papers import load_papers
from partnershop.stages import Stage, Wake


@dataclass(frozen=True)
class Refusal:
    """A paper that does not conform: the settings that it was judged by, and every rule that it breaks."""

    draft: Draft
    settings: ShopSettings
    breaches: Sequence[Breach]


class PaperRefused(Refused):
    """A paper does not conform, so it was not issued and no number was taken."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.draft.kind.value}: {', '.join(breach.rule for breach in refusal.breaches)}")
        self.refusal = refusal


def issue(session: Session, shop_code: str, settings: ShopSettings, drafts: Sequence[Draft]) -> list[Issued]:
    """Judge these drafts of one shop, give them their numbers and dates and write them: all of them or none.

    Their orders must be locked. Raises `PaperRefused` for the first that does not conform.
    """
    prepared, refused = judged(session, settings, drafts)
    if refused:
        raise PaperRefused(refused[0])
    return write(session, shop_code, settings, prepared)


def judged(
    session: Session, settings: ShopSettings, drafts: Sequence[Draft]
) -> tuple[list[Prepared], list[Refusal]]:
    """The rows of those drafts that conform, and the refusals of those that do not."""
    # Slow to load, and most processes issue nothing.
    from partnershop.documents import gate  # noqa: PLC0415

    conform, refused = [], []
    prepared = prepare(session, settings, drafts)
    for rows, paper in zip(prepared, papers_of(prepared), strict=True):
        breaches = gate.breaches(paper, effective=rows.draft.effective)
        if breaches and rows.draft.refers_to is not None:
            breaches = _of_its_own(session, paper, rows.draft.refers_to, breaches)
        if breaches:
            refused.append(Refusal(rows.draft, settings, breaches))
        else:
            conform.append(rows)
    return conform, refused


def _of_its_own(session: Session, paper: Paper, original: Document, found: Sequence[Breach]) -> list[Breach]:
    """Without what its original breaks as well, where that one is from before the gate.

    Seller and buyer are the original's, which never changes: else nobody could take it back.
    """
    from partnershop.documents import gate  # noqa: PLC0415

    stored = load_papers(session, [original.id])[original.id]
    if stored.is_judged:
        return list(found)
    inherited = {(breach.rule, breach.where) for breach in gate.breaches(replace(stored, sdi=stored.sdi or paper.sdi))}
    return [breach for breach in found if (breach.rule, breach.where) not in inherited]


def write(
    session: Session, shop_code: str, settings: ShopSettings, prepared: Sequence[Prepared]
) -> list[Issued]:
    """Give these judged papers their numbers and dates and write them, with all that follows from that."""
    if not prepared:
        return []
    drafts, documents = [rows.draft for rows in prepared], [rows.document for rows in prepared]
    attached = mail.make_for(session, settings, documents)
    for draft in drafts:
        count(session, Counted.DOCUMENTS, draft.kind.value)
    wake(session, Wake(Stage.DOCUMENTS, shop=shop_code))
    renderings = [{"document_id": row["id"], "due_at": clock.now()} for row in documents]
    number(session, settings, drafts, documents)
    copy_rows(session, Document.__table__, documents)  # type: ignore[arg-type]  # a Table, declared FromClause
    copy_rows(session, DocumentLine.__table__, [line for rows in prepared for line in rows.lines])  # type: ignore[arg-type]
    copy_rows(session, DocumentTax.__table__, [tax for rows in prepared for tax in rows.taxes])  # type: ignore[arg-type]
    copy_rows(session, Rendering.__table__, renderings)  # type: ignore[arg-type]
    mail.attach(session, attached)
    return [
        Issued(row["id"], row["number"], draft.kind, row["gross"], row["currency"], draft.order.number)
        for row, draft in zip(documents, drafts, strict=True)
    ]
