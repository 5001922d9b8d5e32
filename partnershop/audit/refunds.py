"""Invariant 9: what goes back to customers is what the rule says, and never more than was paid."""

from collections.abc import Iterator, Sequence

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from partnershop.audit.batches import batches
from partnershop.audit.finding import Finding
from partnershop.books import OrderBooks
from partnershop.rules.money import in_words
from partnershop.rules.refunds import refundable

# What the order came to before anything was cancelled or reduced: one invoice over all that was ordered.
_MONEY = text("""
    WITH parts AS (
        SELECT order_id, vat_category, vat_rate, coalesce(vat_exemption, '') AS vat_exemption, net
          FROM item WHERE order_id = ANY(:ids)
        UNION ALL
        SELECT order_id, vat_category, vat_rate, coalesce(vat_exemption, ''), amount
          FROM charge WHERE order_id = ANY(:ids)
    ),
    taxed AS (
        SELECT order_id, sum(net) + round(sum(net) * vat_rate * 0.01) AS gross
          FROM parts GROUP BY order_id, vat_category, vat_rate, vat_exemption
    ),
    ordered AS (SELECT order_id, sum(gross) AS gross FROM taxed GROUP BY order_id),
    cases AS (
        SELECT order_id, sum(owed_before - owed_after) AS entitled,
               count(*) FILTER (WHERE owed_before IS NULL OR owed_after IS NULL OR owed_after > owed_before) AS wrong
          FROM correction_case WHERE order_id = ANY(:ids) AND state = 'done' GROUP BY order_id
    )
    SELECT orders.id, orders.paid, orders.entitled AS remembered,
           CASE WHEN orders.internal THEN 0 ELSE coalesce(ordered.gross, 0)::bigint END AS ordered,
           coalesce(cases.entitled, 0)::bigint AS entitled, coalesce(cases.wrong, 0) AS wrong
      FROM orders
      LEFT JOIN ordered ON ordered.order_id = orders.id
      LEFT JOIN cases ON cases.order_id = orders.id
     WHERE orders.id = ANY(:ids)
     ORDER BY orders.id
""")

_REQUESTS = text("""
    SELECT shop.code, 'refund request R-' || refund.id,
           CASE WHEN refund.amount <= 0 THEN 'is over nothing'
                WHEN refund.shop_id <> orders.shop_id THEN 'is of another shop than its order'
                ELSE 'is in another currency than its order' END
      FROM refund_request refund
      JOIN orders ON orders.id = refund.order_id
      JOIN shop ON shop.id = orders.shop_id
     WHERE orders.shop_id = ANY(:shops)
       AND (refund.amount <= 0 OR refund.currency <> orders.currency OR refund.shop_id <> orders.shop_id)
     ORDER BY refund.id
""")

_UNDECIDED = text(
    "SELECT count(*) FROM correction_case WHERE shop_id = ANY(:shops) AND state IN ('open', 'parked')"
)
_REQUESTED = text("SELECT count(*) FROM refund_request WHERE shop_id = ANY(:shops) AND state = 'requested'")


def check(session: Session, shops: Sequence[int]) -> Finding:
    """Requests of an order add up to min(entitlements, max(0, paid - owed)), and entitlements to what was taken off."""
    finding = Finding(9, "Refund requests equal the rule and never exceed what was paid")
    for batch in batches(session, shops):
        for money in session.execute(_MONEY, {"ids": batch.ids}).mappings():
            books = batch.books[money["id"]]
            finding.checked += 1
            for problem in _problems(books, money):
                finding.breach(batch.shop, f"order {books.number}", problem)
    finding.take(session, shops, _REQUESTS)
    finding.wait_for(finding.count(session, shops, _UNDECIDED), "cases to settle")
    finding.wait_for(finding.count(session, shops, _REQUESTED), "refund requests to send")
    return finding


def _problems(books: OrderBooks, money: RowMapping) -> Iterator[str]:
    def words(amount: int) -> str:
        return in_words(amount, books.currency)

    entitled = money["entitled"]
    due = refundable(entitled, books.paid, books.live_gross)
    if books.refunds != due:
        yield f"has refund requests over {words(books.refunds)}, the rule says {words(due)}"
    if books.refunds > books.paid:
        yield f"has refund requests over {words(books.refunds)}, paid was {words(books.paid)}"
    if money["wrong"]:
        yield "has a case that does not say what it took off"
    if entitled != money["ordered"] - books.live_gross:
        taken = words(money["ordered"] - books.live_gross)
        yield f"has cases that took off {words(entitled)}, what is owed fell by {taken}"
    if money["paid"] != books.paid:
        yield f"remembers {words(money['paid'])} as paid, its payments come to {words(books.paid)}"
    if money["remembered"] != entitled:
        yield f"remembers {words(money['remembered'])} of entitlements, its cases come to {words(entitled)}"
