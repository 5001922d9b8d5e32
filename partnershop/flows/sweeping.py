"""What the sweeper looks for: due work of every stage, read from the rows themselves."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models import Dispatch, Item, Mail, RefundRequest, Rendering
from partnershop.flows import (
    commissions,
    corrections,
    dispatch,
    dispatch_withdrawing,
    documents,
    inbox,
    invoicing,
    mail,
    periods,
    refunds,
    routing,
)
from partnershop.flows.case_hints import VERBS
from partnershop.rules.eligibility import Route
from partnershop.stages import Stage, Wake


def due(session: Session) -> list[Wake]:
    """A wake-up for each stage that has work now, and one for each open case."""
    found = [
        (Stage.INBOX, bool(inbox.shops_due(session))),
        (Stage.ROUTING, bool(routing.shops_due(session))),
        (Stage.DISPATCH, _dispatch_due(session)),
        (Stage.INVOICING, bool(invoicing.shops_due(session))),
        (Stage.REFUNDS, _any(session, select(RefundRequest.id).where(*refunds.due()))),
        (Stage.COMMISSIONS, _any(session, select(Item.id).where(*commissions.DUE))),
        (Stage.DOCUMENTS, _any(session, select(Rendering.document_id).where(*documents.due()))),
        (Stage.MAIL, _any(session, select(Mail.id).where(*mail.due()))),
        (Stage.RECONCILIATION, bool(periods.due(session))),
    ]
    # Written out, unlike elsewhere (`case_hints.hint`): here every stage is named.
    cases = [
        Wake(Stage.CORRECTIONS, shop, order, case, VERBS[kind])
        for shop, order, case, kind in corrections.due(session)
    ]
    return [Wake(stage) for stage, is_due in found if is_due] + cases


def _dispatch_due(session: Session) -> bool:
    withdrawing = select(Dispatch.id).where(*dispatch_withdrawing.due())
    return any(dispatch.shops_due(session, route) for route in Route) or _any(session, withdrawing)


def _any(session: Session, query: Select[Any]) -> bool:
    return session.scalars(query.limit(1)).first() is not None
