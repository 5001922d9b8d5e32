"""Setting going again what was parked after its attempts (cases, invoices, renderings, mails), and what was refused."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import exists, true, update
from sqlalchemy.orm import Session

from models import Case, CaseState, Document, Mail, MailState, Order, RefusedPaper, Rendering, RenderingState, Shop
from partnershop import clock
from partnershop.db import wake
from partnershop.flows import refused_papers
from partnershop.flows.case_hints import wake_next
from partnershop.stages import Stage, Wake


@dataclass(frozen=True)
class Retried:
    """How many of each are due again; cases and invoices whose paper was refused count as that."""

    cases: int
    invoices: int
    renderings: int
    mails: int = 0
    refused_papers: int = 0


def retry(session: Session, shop: Shop, orders: Collection[str] | None = None) -> Retried:
    """Give everything of this shop that was parked its attempts again. What caused it should have been mended.

    With `orders`, only what is of the orders of these numbers; what was refused is then left as it is.
    """
    # What was refused first, since it is not only attempts that it has spent.
    refused = refused_papers.release_shop(session, shop, "partnershop retry") if orders is None else 0
    wanted = true() if orders is None else Order.number.in_(orders)
    of_order = exists().where(wanted).select_from(Order)
    again = {"attempts": 0, "due_at": clock.now(), "leased_until": None}
    cases = session.scalars(
        update(Case)
        .where(Case.shop_id == shop.id, Case.state == CaseState.PARKED, of_order.where(Order.id == Case.order_id))
        .where(~exists().where(RefusedPaper.case_id == Case.id, refused_papers.OPEN))
        .values(state=CaseState.OPEN, outcome=None, woken=False, **again)
        .returning(Case.id)
    ).all()
    invoices = session.execute(
        update(Order)
        .where(Order.shop_id == shop.id, Order.invoice_due_at.is_not(None), Order.invoice_id.is_(None))
        .where(Order.attempts > 0, wanted)
        .values(**again)
        .returning(Order.id)
    ).all()
    renderings = session.execute(
        update(Rendering)
        .where(Rendering.state == RenderingState.PARKED, Rendering.document_id == Document.id)
        .where(Document.shop_id == shop.id, of_order.where(Order.id == Document.order_id))
        .values(state=RenderingState.DUE, **again)
        .returning(Rendering.document_id)
    ).all()
    mails = session.execute(
        update(Mail)
        .where(Mail.shop_id == shop.id, Mail.state == MailState.PARKED)
        .where(true() if orders is None else of_order.where(Order.id == Mail.order_id))
        .values(state=MailState.DUE, times_uncertain=0, **again)
        .returning(Mail.id)
    ).all()
    wake(session, *(Wake(stage, shop=shop.code) for stage in (Stage.INVOICING, Stage.DOCUMENTS, Stage.MAIL)))
    wake_next(session, shop)
    return Retried(len(cases), len(invoices), len(renderings), len(mails), refused)
