"""Payments that differ from what their orders come to."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import and_, bindparam, case, func, literal, or_, select, text
from sqlalchemy.orm import Session

from partnershop import clock
from partnershop.flows.orders import PREPAID_METHODS
from partnershop.reconciliation.checks.accounts import ACCOUNT
from partnershop.reconciliation.checks.asking import ask, count
from partnershop.reconciliation.looking import Check, Looked
from partnershop.rules.reconciliation import FindingKind, Job

# Days after placing within which an order that is to be paid in advance should be paid.
PREPAID_WITHIN = timedelta(days=3)
# Days after the day of issue within which an invoice should be paid.
INVOICE_PAID_WITHIN = timedelta(days=30)

PAID_BY_INVOICE = "invoice"

_ORDERS = text("SELECT count(*) FROM orders WHERE shop_id = ANY(:shops)")

KINDS = (
    FindingKind.PAYMENT_MISSING,
    FindingKind.PAYMENT_TOO_LITTLE,
    FindingKind.PAYMENT_TOO_MUCH,
    FindingKind.PAYMENT_FOR_CANCELLED_ORDER,
)

_account = ACCOUNT.c
# What refund requests give back, or will once they are opened (that is another finding), is not too much.
_too_much = _account.paid - _account.owed - func.greatest(_account.requested, _account.refundable)
_too_little = _account.owed - _account.paid
_is_late = or_(
    and_(_account.payment_method.in_(sorted(PREPAID_METHODS)), _account.placed_at < bindparam("placed_before")),
    # A prepaid order may be invoiced as well; it was late before.
    and_(_account.payment_method.not_in(sorted(PREPAID_METHODS)), _account.invoiced_on < bindparam("invoiced_before")),
)
_kind = case(
    (and_(_too_much > 0, _account.is_live), FindingKind.PAYMENT_TOO_MUCH.value),
    (_too_much > 0, FindingKind.PAYMENT_FOR_CANCELLED_ORDER.value),
    (and_(_too_little > 0, _account.paid == 0), FindingKind.PAYMENT_MISSING.value),
    else_=FindingKind.PAYMENT_TOO_LITTLE.value,
)
_by_invoice = and_(_account.payment_method.not_in(sorted(PREPAID_METHODS)), _too_little > 0)
_DIFFERING = (
    select(
        _kind.label("kind"),
        _account.shop_id,
        _account.shop,
        func.concat("order-", _account.id).label("key"),
        func.jsonb_build_object("order", _account.number).label("about"),
        func.jsonb_build_object(
            "owed", _account.owed, "paid", _account.paid, "refunds", _account.requested,
            "case", case((_by_invoice, literal(PAID_BY_INVOICE))),
        ).label("details"),
        func.greatest(_too_much, _too_little).label("amount"),
        _account.currency,
    )
    .where(or_(_too_much > 0, and_(_too_little > 0, _is_late)))
    .order_by(_account.id)
)  # fmt: skip


def _look(session: Session, shops: Sequence[int]) -> Looked:
    now = clock.now()
    found = ask(
        session, _DIFFERING, shops,
        entitled_only=False, placed_before=now - PREPAID_WITHIN, invoiced_before=now - INVOICE_PAID_WITHIN,
    )  # fmt: skip
    return Looked(dict.fromkeys(KINDS, count(session, _ORDERS, shops)), found)


CHECK = Check("payments", KINDS, frozenset({Job.MONEY}), _look)
