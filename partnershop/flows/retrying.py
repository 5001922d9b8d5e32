"""Setting going again what was parked after its attempts (cases, invoices, renderings, mails), and what was refused."""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import Case, CaseState, Document, Mail, MailState, Order, Rendering, RenderingState, Shop
from partnershop import clock
from partnershop.db import wake
from partnershop.flows import refused_papers
from partnershop.flows.case_hints import hint
from partnershop.stages import Stage, Wake


@dataclass(frozen=True)
class Retried:
    """How many of each are due again; cases and invoices whose paper was refused count as that."""

    cases: int
    invoices: int
    renderings: int
    mails: int = 0
    refused_papers: int = 0


def retry(session: Session, shop: Shop) -> Retried:
    """Give everything of this shop that was parked its attempts again. What caused it should have been mended."""
    # What was refused first, since it is not only attempts that it has spent.
    refused = refused_papers.release_shop(session, shop, "partnershop retry")
    again = {"attempts": 0, "due_at": clock.now(), "leased_until": None}
    cases = session.scalars(
        update(Case)
        .where(Case.shop_id == shop.id, Case.state == CaseState.PARKED)
        .values(state=CaseState.OPEN, outcome=None, **again)
        .returning(Case)
    ).all()
    numbers = dict(
        session.execute(select(Order.id, Order.number).where(Order.id.in_([c.order_id for c in cases]))).all()
    )
    invoices = session.execute(
        update(Order)
        .where(Order.shop_id == shop.id, Order.invoice_due_at.is_not(None), Order.invoice_id.is_(None))
        .where(Order.attempts > 0)
        .values(**again)
        .returning(Order.id)
    ).all()
    renderings = session.execute(
        update(Rendering)
        .where(Rendering.state == RenderingState.PARKED, Rendering.document_id == Document.id)
        .where(Document.shop_id == shop.id)
        .values(state=RenderingState.DUE, **again)
        .returning(Rendering.document_id)
    ).all()
    mails = session.execute(
        update(Mail)
        .where(Mail.shop_id == shop.id, Mail.state == MailState.PARKED)
        .values(state=MailState.DUE, times_uncertain=0, **again)
        .returning(Mail.id)
    ).all()
    wake(session, *(Wake(stage, shop=shop.code) for stage in (Stage.INVOICING, Stage.DOCUMENTS, Stage.MAIL)))
    for case in cases:
        wake(session, hint(shop.code, numbers[case.order_id], case.id, case.kind))
    return Retried(len(cases), len(invoices), len(renderings), len(mails), refused)
