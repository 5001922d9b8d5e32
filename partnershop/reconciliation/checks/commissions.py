"""Commissions that are missing, or on another base than the net sale price as it was invoiced first."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from models import Finding, Item
from partnershop import clock
from partnershop.db import wake
from partnershop.flows.commissions import book_next
from partnershop.reconciliation.checks.asking import ask, count, row_id
from partnershop.reconciliation.looking import Check, Looked
from partnershop.rules.reconciliation import FindingKind, Job
from partnershop.stages import Stage, Wake

# Minutes after the invoice within which the entry is booked.
BOOKED_WITHIN = timedelta(hours=1)

OTHER_BASE, NOT_INVOICED = "other_base", "not_invoiced"

_IN_HOUSE = text("SELECT count(*) FROM commission_entry WHERE shop_id = ANY(:shops)")

_MISSING = text("""
    SELECT item.shop_id, shop.code AS shop, 'item-' || item.id AS key,
           jsonb_build_object('order', orders.number, 'item', item.key, 'invoice', invoice.number) AS about,
           '{}'::jsonb AS details, item.net AS amount, orders.currency
      FROM item
      JOIN orders ON orders.id = item.order_id
      JOIN shop ON shop.id = item.shop_id
      JOIN document invoice ON invoice.id = item.invoice_id
     WHERE item.shop_id = ANY(:shops) AND item.route = 'in_house' AND item.invoice_id IS NOT NULL
       AND item.cancellation_id IS NULL AND item.commission_id IS NULL AND invoice.issued_at < :before
     ORDER BY item.id
""")

_WRONG = text("""
    SELECT entry.shop_id, shop.code AS shop, 'item-' || item.id AS key,
           jsonb_build_object('order', orders.number, 'item', item.key) AS about,
           jsonb_build_object(
               'case', CASE WHEN line.id IS NULL THEN CAST(:not_invoiced AS text) ELSE CAST(:other_base AS text) END,
               'base', entry.base) AS details,
           item.net AS amount, orders.currency
      FROM commission_entry entry
      JOIN item ON item.id = entry.item_id
      JOIN orders ON orders.id = item.order_id
      JOIN shop ON shop.id = entry.shop_id
      LEFT JOIN document invoice ON invoice.id = entry.document_id AND invoice.kind = 'invoice'
      LEFT JOIN document_line line ON line.document_id = invoice.id AND line.item_id = item.id
     WHERE entry.shop_id = ANY(:shops)
       AND (line.id IS NULL OR entry.base <> item.net OR entry.base <> line.price_net)
     ORDER BY entry.id
""")


def _look(session: Session, shops: Sequence[int]) -> Looked:
    kind = FindingKind.COMMISSION_WITHOUT_BASE
    missing = ask(session, _MISSING, shops, kind, before=clock.now() - BOOKED_WITHIN)
    if missing:
        wake(session, Wake(Stage.COMMISSIONS))
    wrong = ask(session, _WRONG, shops, kind, other_base=OTHER_BASE, not_invoiced=NOT_INVOICED)
    return Looked({kind: count(session, _IN_HOUSE, shops) + len(missing)}, missing + wrong)


def _book(session: Session, finding: Finding) -> str | None:
    """Book what is due; a wrong entry stays, since what was billed on it is for people to put right."""
    if "case" in finding.details:
        return None
    book_next(session)
    item = session.get_one(Item, row_id(finding), populate_existing=True)
    return None if item.commission_id is None else f"the commission on item {item.key} is booked"


CHECK = Check("commissions", (FindingKind.COMMISSION_WITHOUT_BASE,), frozenset({Job.MONEY}), _look, _book)
