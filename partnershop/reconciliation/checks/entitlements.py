"""Refund requests that the rule asks for and nobody opened; every transaction that changes an order should have."""

from collections.abc import Sequence

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from models import Finding
from partnershop.flows.orders import lock
from partnershop.flows.refunds import reevaluate
from partnershop.reconciliation.checks.accounts import ACCOUNT
from partnershop.reconciliation.checks.asking import ask, count, row_id
from partnershop.reconciliation.looking import Check, Looked
from partnershop.rules.money import in_words
from partnershop.rules.reconciliation import FindingKind, Job

_ENTITLED = text("SELECT count(*) FROM orders WHERE shop_id = ANY(:shops) AND entitled > 0")

_account = ACCOUNT.c
_NOT_REQUESTED = (
    select(
        _account.shop_id,
        _account.shop,
        func.concat("order-", _account.id).label("key"),
        func.jsonb_build_object("order", _account.number).label("about"),
        func.jsonb_build_object(
            "entitled", _account.refundable, "requested", _account.requested
        ).label("details"),
        (_account.refundable - _account.requested).label("amount"),
        _account.currency,
    )
    .where(_account.requested < _account.refundable)
    .order_by(_account.id)
)


def _look(session: Session, shops: Sequence[int]) -> Looked:
    kind = FindingKind.ENTITLEMENT_NOT_REQUESTED
    found = ask(session, _NOT_REQUESTED, shops, kind, entitled_only=True)
    return Looked({kind: count(session, _ENTITLED, shops)}, found)


def _request(session: Session, finding: Finding) -> str | None:
    """Open what is missing, under the order's lock; where somebody did so already the rule asks for nothing more."""
    order = lock(session, row_id(finding))
    opened = reevaluate(session, [order])
    if not opened:
        return None
    return ", ".join(f"{r.name} over {in_words(r.amount, r.currency)}" for r in opened) + " requested"


CHECK = Check("entitlements", (FindingKind.ENTITLEMENT_NOT_REQUESTED,), frozenset({Job.MONEY}), _look, _request)
