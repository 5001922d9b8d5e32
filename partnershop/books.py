"""The books of a shop, read from papers and rows by SQL: what was invoiced, what is owed, paid and to be refunded."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import BigInteger, ColumnClause, cast, column, func, select, text
from sqlalchemy.orm import Session

from models import Event, EventState, Shop
from partnershop.rules.money import to_text


@dataclass(frozen=True)
class OrderBooks:
    """The books of one order. Counts are whole numbers, amounts minor units of `currency`.

    `invoiced_…_first` is its first invoice. `live_…` is what the customer owes: the papers less the reversals or, while
    nothing is invoiced, one invoice over the live items and charges; nothing for an internal order. `refunds` is the
    sum of the requests that have not failed. `in_house` and `unitedprint` count live routing decisions.
    """

    id: int
    number: str
    currency: str
    items: int
    in_house: int
    unitedprint: int
    items_cancelled: int
    complaints_accepted: int
    invoiced_net_first: int
    invoiced_gross_first: int
    live_net: int
    live_gross: int
    paid: int
    refunds: int

    def figures(self) -> dict[str, int | str]:
        """The number and the figures by name: counts as integers, amounts as text in major units ("12.30")."""
        named = {"order": self.number} | _named(self)
        return {name: value for name, value in named.items() if name not in ("id", "number", "currency")}


@dataclass(frozen=True)
class ShopBooks:
    """The books of a shop: the sums over its orders, in the units of `OrderBooks`; `parked` counts events."""

    currency: str
    orders: int
    items: int
    in_house: int
    unitedprint: int
    items_cancelled: int
    complaints_accepted: int
    invoiced_net_first: int
    invoiced_gross_first: int
    live_net: int
    live_gross: int
    paid: int
    refunds: int
    orders_with_refund: int
    parked: int

    def figures(self) -> dict[str, int | str]:
        """The figures by name: counts as integers, amounts as text in major units ("12.30")."""
        return {name: value for name, value in _named(self).items() if name != "currency"}


AMOUNTS = ("invoiced_net_first", "invoiced_gross_first", "live_net", "live_gross", "paid", "refunds")


def _named(books: OrderBooks | ShopBooks) -> dict[str, int | str]:
    values: dict[str, int | str] = asdict(books)
    return {
        name: to_text(int(value), books.currency) if name in AMOUNTS else value for name, value in values.items()
    }


# numeric's round() is half away from zero, as rules/money.py rounds; times 0.01 is exact where dividing need not be.
_PER_ORDER = text("""
WITH chosen AS MATERIALIZED (
    SELECT id, number, currency, internal FROM orders WHERE shop_id = :shop AND (NOT :some OR id = ANY(:ids))
),
counted AS (
    SELECT item.order_id, count(*) AS items, count(*) FILTER (WHERE item.state = 'cancelled') AS cancelled
      FROM item JOIN chosen ON chosen.id = item.order_id
     GROUP BY item.order_id
),
decided AS (
    SELECT item.order_id, count(*) FILTER (WHERE decision.route = 'in_house') AS in_house,
           count(*) FILTER (WHERE decision.route = 'unitedprint') AS unitedprint
      FROM chosen
      JOIN item ON item.order_id = chosen.id
      JOIN routing_decision decision ON decision.item_id = item.id AND decision.live
     GROUP BY item.order_id
),
complained AS (
    SELECT complaint.order_id, count(*) AS accepted
      FROM complaint JOIN chosen ON chosen.id = complaint.order_id
     WHERE complaint.state = 'accepted'
     GROUP BY complaint.order_id
),
issued AS (
    SELECT document.order_id,
           sum(net) FILTER (WHERE kind = 'invoice') AS first_net,
           sum(gross) FILTER (WHERE kind = 'invoice') AS first_gross,
           sum(CASE WHEN kind = 'reversal' THEN -net ELSE net END) AS net,
           sum(CASE WHEN kind = 'reversal' THEN -gross ELSE gross END) AS gross
      FROM document JOIN chosen ON chosen.id = document.order_id
     GROUP BY document.order_id
),
not_invoiced AS (
    SELECT chosen.id FROM chosen LEFT JOIN issued ON issued.order_id = chosen.id
     WHERE issued.order_id IS NULL AND NOT chosen.internal
),
live AS (
    SELECT item.order_id, item.vat_category, item.vat_rate, coalesce(item.vat_exemption, '') AS vat_exemption,
           item.net - item.reduced_by AS net
      FROM item JOIN not_invoiced ON not_invoiced.id = item.order_id
     WHERE item.state <> 'cancelled'
),
parts AS (
    SELECT * FROM live
    UNION ALL
    SELECT charge.order_id, charge.vat_category, charge.vat_rate, coalesce(charge.vat_exemption, ''), charge.amount
      FROM charge
     WHERE charge.order_id IN (SELECT order_id FROM live)
),
taxed AS (
    SELECT order_id, sum(net) AS net, round(sum(net) * vat_rate * 0.01) AS tax
      FROM parts GROUP BY order_id, vat_category, vat_rate, vat_exemption
),
to_invoice AS (
    SELECT order_id, sum(net) AS net, sum(net + tax) AS gross FROM taxed GROUP BY order_id
),
received AS (
    SELECT payment.order_id, sum(amount) AS paid
      FROM payment JOIN chosen ON chosen.id = payment.order_id GROUP BY payment.order_id
),
requested AS (
    SELECT refund_request.order_id, sum(amount) AS refunds
      FROM refund_request JOIN chosen ON chosen.id = refund_request.order_id
     WHERE refund_request.state <> 'failed'
     GROUP BY refund_request.order_id
)
SELECT chosen.id, chosen.number, chosen.currency,
       coalesce(counted.items, 0) AS items,
       coalesce(decided.in_house, 0) AS in_house,
       coalesce(decided.unitedprint, 0) AS unitedprint,
       coalesce(counted.cancelled, 0) AS items_cancelled,
       coalesce(complained.accepted, 0) AS complaints_accepted,
       coalesce(issued.first_net, 0)::bigint AS invoiced_net_first,
       coalesce(issued.first_gross, 0)::bigint AS invoiced_gross_first,
       coalesce(issued.net, to_invoice.net, 0)::bigint AS live_net,
       coalesce(issued.gross, to_invoice.gross, 0)::bigint AS live_gross,
       coalesce(received.paid, 0)::bigint AS paid,
       coalesce(requested.refunds, 0)::bigint AS refunds
  FROM chosen
  LEFT JOIN counted ON counted.order_id = chosen.id
  LEFT JOIN decided ON decided.order_id = chosen.id
  LEFT JOIN complained ON complained.order_id = chosen.id
  LEFT JOIN issued ON issued.order_id = chosen.id
  LEFT JOIN to_invoice ON to_invoice.order_id = chosen.id
  LEFT JOIN received ON received.order_id = chosen.id
  LEFT JOIN requested ON requested.order_id = chosen.id
 ORDER BY chosen.id
""")

_COLUMNS: list[ColumnClause[Any]] = [column(field.name) for field in fields(OrderBooks)]
_SUMMED = [field.name for field in fields(OrderBooks) if field.name not in ("id", "number", "currency")]


def shop_books(session: Session, shop: Shop) -> ShopBooks:
    """The books of a whole shop."""
    each = _PER_ORDER.columns(*_COLUMNS).subquery()
    sums = [cast(func.coalesce(func.sum(each.c[name]), 0), BigInteger).label(name) for name in _SUMMED]
    refunded = func.count().filter(each.c.refunds > 0).label("orders_with_refund")
    query = select(func.count().label("orders"), refunded, *sums).select_from(each)
    row = session.execute(query, {"shop": shop.id, "some": False, "ids": []}).mappings().one()
    waiting = select(func.count()).where(Event.shop_id == shop.id, Event.state == EventState.PARKED)
    return ShopBooks(currency=shop.currency, parked=session.scalars(waiting).one(), **row)


def per_order(session: Session, shop_id: int, order_ids: Sequence[int] | None = None) -> Iterator[OrderBooks]:
    """The books of a shop's orders one by one, of all of them or of those with these ids; streamed, oldest first."""
    parameters = {"shop": shop_id, "some": order_ids is not None, "ids": list(order_ids or [])}
    rows = session.execute(_PER_ORDER, parameters, execution_options={"yield_per": 1000})
    for row in rows.mappings():
        yield OrderBooks(**row)


def without_case(books: OrderBooks, entitled: int) -> int:
    """What was paid beyond what is owed and beyond what the order's cases entitle to, minor units: reported only."""
    return max(0, books.paid - books.live_gross - max(entitled, books.refunds))
