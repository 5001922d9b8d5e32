"""Invariant 10: commissions are on the net sale price as it was ordered, whatever was complained about later."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from partnershop.audit.finding import Finding

_ENTRIES = text("SELECT count(*) FROM commission_entry WHERE shop_id = ANY(:shops)")
_DUE = text("""
    SELECT count(*) FROM item
     WHERE shop_id = ANY(:shops) AND route = 'in_house' AND invoice_id IS NOT NULL
       AND cancellation_id IS NULL AND commission_id IS NULL
""")

_BASES = text("""
    WITH judged AS (
        SELECT shop.code, 'item ' || item.key || ' of ' || orders.number AS about, entry.id,
               CASE WHEN entry.base <> item.net OR entry.base <> line.price_net
                        THEN 'has a commission on ' || entry.base || ', its price was ' || item.net || ' (minor units)'
                    WHEN line.id IS NULL THEN 'has a commission, but is not on the invoice that it names'
                    WHEN entry.amount <> round(entry.base * entry.percent * 0.01)
                        THEN 'has a commission of ' || entry.amount || ' on ' || entry.base || ' at '
                             || trim_scale(entry.percent) || ' % (minor units)'
                    WHEN NOT EXISTS (
                        SELECT FROM shop_settings settings
                         WHERE settings.shop_id = entry.shop_id AND settings.commission_percent = entry.percent)
                        THEN 'has a commission of ' || trim_scale(entry.percent) || ' %, which the shop never had'
                    WHEN entry.voided_at IS NULL AND item.state = 'cancelled'
                        THEN 'is cancelled, its commission is not voided'
                    WHEN entry.voided_at IS NULL AND item.route <> 'in_house'
                        THEN 'is made by Unitedprint, its commission is not voided'
                    WHEN entry.voided_at IS NOT NULL AND item.state <> 'cancelled' AND item.route = 'in_house'
                        THEN 'is made in house, its commission is voided'
                    WHEN entry.voided_at IS NOT NULL AND coalesce(entry.void_reason, '') = ''
                        THEN 'has a commission that was voided without a reason'
               END AS problem
          FROM commission_entry entry
          JOIN item ON item.id = entry.item_id
          JOIN orders ON orders.id = item.order_id
          JOIN shop ON shop.id = entry.shop_id
          LEFT JOIN document ON document.id = entry.document_id AND document.kind = 'invoice'
          LEFT JOIN document_line line ON line.document_id = document.id AND line.item_id = item.id
         WHERE entry.shop_id = ANY(:shops)
    )
    SELECT code, about, problem FROM judged WHERE problem IS NOT NULL ORDER BY id
""")


def check(session: Session, shops: Sequence[int]) -> Finding:
    """Commission bases equal the original net sale price; the entry of a cancelled item is voided, visibly."""
    finding = Finding(10, "Commissions are on the original net sale price, and voided for cancelled items")
    finding.checked = finding.count(session, shops, _ENTRIES)
    finding.take(session, shops, _BASES)
    finding.wait_for(finding.count(session, shops, _DUE), "commissions to book")
    return finding
