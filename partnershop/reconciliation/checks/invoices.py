"""Invoices that should have been issued: due and not issued, given up, or never noted as due."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from models import Finding, Shop
from partnershop import clock
from partnershop.db import wake
from partnershop.flows.invoicing import ATTEMPTS
from partnershop.flows.orders import lock, note_completed, settings_of
from partnershop.reconciliation.checks.asking import ask, count, row_id
from partnershop.reconciliation.looking import Check, Found, Looked
from partnershop.rules.reconciliation import FindingKind, Job
from partnershop.stages import Stage, Wake

# Minutes that an invoice may be due before somebody is told: the sweeper finds it within half of one.
DUE_FOR = timedelta(minutes=15)

GIVEN_UP, NEVER_NOTED = "given_up", "never_noted"

_ORDERS = text("SELECT count(*) FROM orders WHERE shop_id = ANY(:shops)")

_DUE = text("""
    SELECT orders.shop_id, shop.code AS shop, 'order-' || orders.id AS key,
           jsonb_build_object('order', orders.number) AS about,
           CASE WHEN attempts >= :attempts
                THEN jsonb_build_object('case', CAST(:given_up AS text), 'error', coalesce(last_error, 'unknown'))
                ELSE '{}' END AS details,
           NULL AS amount, NULL AS currency
      FROM orders JOIN shop ON shop.id = orders.shop_id
     WHERE orders.shop_id = ANY(:shops) AND invoice_due_at IS NOT NULL AND invoice_id IS NULL
       AND paper_refused_at IS NULL
       AND (invoice_due_at < :before OR attempts >= :attempts)
     ORDER BY orders.id
""")

# Complete is an order all of whose live items are shipped; one that came in when invoices are issued at once is so from
# the start, but for those whose invoice names the day of delivery (K). An open case comes first and decides what is on
# the invoice.
_NEVER_NOTED = text("""
    SELECT orders.shop_id, shop.code AS shop, 'order-' || orders.id AS key,
           jsonb_build_object('order', orders.number) AS about,
           jsonb_build_object('case', CAST(:never_noted AS text)) AS details, NULL AS amount, NULL AS currency
      FROM orders
      JOIN shop ON shop.id = orders.shop_id
      JOIN shop_settings settings ON settings.id = shop.settings_id
     WHERE orders.shop_id = ANY(:shops) AND (CAST(:only AS bigint) IS NULL OR orders.id = :only)
       AND invoice_due_at IS NULL AND invoice_id IS NULL AND NOT internal
       AND EXISTS (SELECT FROM item WHERE item.order_id = orders.id AND item.state <> 'cancelled')
       AND (NOT EXISTS (
                SELECT FROM item WHERE item.order_id = orders.id AND item.state NOT IN ('shipped', 'cancelled'))
            OR settings.invoice_on = 'placed' AND EXISTS (
                SELECT FROM event WHERE event.id = orders.event_id AND event.received_at > settings.created_at)
               AND NOT EXISTS (
                   SELECT FROM item
                    WHERE item.order_id = orders.id AND item.vat_category = 'K' AND item.state <> 'cancelled')
               AND NOT EXISTS (SELECT FROM charge WHERE charge.order_id = orders.id AND charge.vat_category = 'K'))
       AND NOT EXISTS (
           SELECT FROM correction_case decided WHERE decided.order_id = orders.id AND decided.state = 'open')
       AND NOT EXISTS (
           SELECT FROM item JOIN item_history history ON history.item_id = item.id
            WHERE item.order_id = orders.id AND history.at >= :before)
     ORDER BY orders.id
""")


def _look(session: Session, shops: Sequence[int]) -> Looked:
    kind, before = FindingKind.INVOICE_NOT_ISSUED, clock.now() - DUE_FOR
    due = ask(session, _DUE, shops, kind, before=before, attempts=ATTEMPTS, given_up=GIVEN_UP)
    wake(session, *(Wake(Stage.INVOICING, shop=found.about["shop"]) for found in due if not found.details))
    return Looked({kind: count(session, _ORDERS, shops)}, due + _never_noted(session, shops))


def _never_noted(session: Session, shops: Sequence[int], only: int | None = None) -> list[Found]:
    values = {"before": clock.now() - DUE_FOR, "only": only, "never_noted": NEVER_NOTED}
    return ask(session, _NEVER_NOTED, shops, FindingKind.INVOICE_NOT_ISSUED, **values)


def _note(session: Session, finding: Finding) -> str | None:
    """Note as due what never was. What is due is the invoicing stage's to issue, what was given up an operator's."""
    if finding.details.get("case") != NEVER_NOTED:
        return None
    order = lock(session, row_id(finding))
    if not _never_noted(session, [order.shop_id], order.id):
        return None
    shop = session.get_one(Shop, order.shop_id)
    if settings_of(session, shop.id).invoice_on == "placed":
        order.invoice_due_at = clock.now()
        wake(session, Wake(Stage.INVOICING, shop=shop.code))
    else:
        note_completed(session, shop, [order.id])
    return f"the invoice of {order.number} is due now"


CHECK = Check("invoices", (FindingKind.INVOICE_NOT_ISSUED,), frozenset({Job.MONEY}), _look, _note)
