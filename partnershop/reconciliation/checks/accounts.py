"""What each order came to and what became of its money, as one table that checks select from.

An order on which something is pending (an accepted event, an open case) is left out: it is about to change.
"""

from sqlalchemy import BigInteger, Boolean, DateTime, Text, column, text

# The same sums as partnershop/books.py, of many shops and without what is pending. numeric's round() is half away from
# zero, as rules/money.py rounds.
_ACCOUNTS = text("""
    WITH pending AS (
        SELECT orders.id
          FROM event JOIN orders ON orders.shop_id = event.shop_id AND orders.number = event.order_number
         WHERE event.shop_id = ANY(:shops) AND event.state = 'accepted'
        UNION
        SELECT order_id FROM correction_case WHERE shop_id = ANY(:shops) AND state = 'open'
    ),
    chosen AS MATERIALIZED (
        SELECT * FROM orders
         WHERE shop_id = ANY(:shops) AND (entitled > 0 OR NOT :entitled_only)
           AND NOT EXISTS (SELECT FROM pending WHERE pending.id = orders.id)
    ),
    issued AS (
        SELECT document.order_id, sum(CASE WHEN kind = 'reversal' THEN -gross ELSE gross END) AS gross,
               max(issue_date) FILTER (WHERE kind = 'invoice') AS invoiced_on
          FROM document JOIN chosen ON chosen.id = document.order_id
         GROUP BY document.order_id
    ),
    living AS (
        SELECT item.order_id, item.vat_category, item.vat_rate, coalesce(item.vat_exemption, '') AS vat_exemption,
               sum(item.net - item.reduced_by) AS net
          FROM item JOIN chosen ON chosen.id = item.order_id
         WHERE item.state <> 'cancelled'
         GROUP BY 1, 2, 3, 4
    ),
    parts AS (
        SELECT living.* FROM living JOIN chosen ON chosen.id = living.order_id WHERE chosen.invoice_id IS NULL
        UNION ALL
        SELECT charge.order_id, charge.vat_category, charge.vat_rate, coalesce(charge.vat_exemption, ''), charge.amount
          FROM charge JOIN chosen ON chosen.id = charge.order_id
         WHERE chosen.invoice_id IS NULL AND charge.order_id IN (SELECT order_id FROM living)
    ),
    taxed AS (
        SELECT order_id, sum(net) + round(sum(net) * vat_rate * 0.01) AS gross
          FROM parts GROUP BY order_id, vat_category, vat_rate, vat_exemption
    ),
    to_invoice AS (SELECT order_id, sum(gross) AS gross FROM taxed GROUP BY order_id),
    alive AS (SELECT DISTINCT order_id FROM living),
    requested AS (
        SELECT order_id, sum(amount) AS amount FROM refund_request
         WHERE shop_id = ANY(:shops) AND state <> 'failed' GROUP BY order_id
    ),
    account AS (
        SELECT chosen.id, chosen.shop_id, shop.code AS shop, chosen.number, chosen.currency, chosen.payment_method,
               chosen.placed_at, CAST(issued.invoiced_on AS timestamptz) AS invoiced_on, chosen.paid, chosen.entitled,
               CAST(CASE WHEN chosen.internal THEN 0 ELSE coalesce(issued.gross, to_invoice.gross, 0) END AS bigint)
                   AS owed,
               CAST(coalesce(requested.amount, 0) AS bigint) AS requested, alive.order_id IS NOT NULL AS is_live
          FROM chosen
          JOIN shop ON shop.id = chosen.shop_id
          LEFT JOIN issued ON issued.order_id = chosen.id
          LEFT JOIN to_invoice ON to_invoice.order_id = chosen.id
          LEFT JOIN alive ON alive.order_id = chosen.id
          LEFT JOIN requested ON requested.order_id = chosen.id
    )
    SELECT *, least(entitled, greatest(0, paid - owed)) AS refundable FROM account
""")

# Amounts are minor units of `currency`: `owed` as the papers (or the live items) say, `requested` the refund requests
# that have not failed, `refundable` what they must come to by rules/refunds.py. `invoiced_on` is midnight UTC.
ACCOUNT = _ACCOUNTS.columns(
    column("id", BigInteger),
    column("shop_id", BigInteger),
    column("shop", Text),
    column("number", Text),
    column("currency", Text),
    column("payment_method", Text),
    column("placed_at", DateTime(timezone=True)),
    column("invoiced_on", DateTime(timezone=True)),
    column("paid", BigInteger),
    column("entitled", BigInteger),
    column("owed", BigInteger),
    column("requested", BigInteger),
    column("is_live", Boolean),
    column("refundable", BigInteger),
).subquery("account")
