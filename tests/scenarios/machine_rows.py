"""What the product has of a shop, read with plain SQL on a connection of its own, apart from models and flows."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import psycopg
from machine_model import SeenCase
from psycopg.rows import dict_row

_ORDERS = "SELECT * FROM orders WHERE shop_id = %(shop)s"
_ITEMS = """
    SELECT o.number, i.key, i.state, i.route, i.hold_code, i.net, i.reduced_by, i.invoice_id,
           ARRAY(SELECT base FROM commission_entry c WHERE c.item_id = i.id AND c.voided_at IS NULL) AS bases
      FROM item i JOIN orders o ON o.id = i.order_id WHERE i.shop_id = %(shop)s
"""
_CASES = """
    SELECT o.number, k.kind, k.state, e.event_id, c.key AS complaint,
           ARRAY(SELECT i.key FROM case_item ci JOIN item i ON i.id = ci.item_id WHERE ci.case_id = k.id) AS lines
      FROM correction_case k JOIN orders o ON o.id = k.order_id JOIN event e ON e.id = k.event_id
      LEFT JOIN complaint c ON c.id = k.complaint_id
     WHERE k.shop_id = %(shop)s ORDER BY k.id
"""
_COMPLAINTS = "SELECT key, state, reduction FROM complaint WHERE shop_id = %(shop)s"
_REFUNDS = """
    SELECT o.number, 'R-' || r.id AS name, r.state, r.amount
      FROM refund_request r JOIN orders o ON o.id = r.order_id WHERE r.shop_id = %(shop)s ORDER BY r.id
"""
_PAPERS = """
    SELECT order_number AS number, kind, CASE kind WHEN 'reversal' THEN -1 ELSE 1 END * net AS net,
           CASE kind WHEN 'reversal' THEN -1 ELSE 1 END * gross AS gross
      FROM document WHERE shop_id = %(shop)s
"""
_EVENTS = "SELECT event_id, type, state, waits_for, outcome, body FROM event WHERE shop_id = %(shop)s"
_UNKNOWN = """
    SELECT o.number, i.key, d.key AS ticket FROM dispatch d JOIN item i ON i.id = d.item_id
      JOIN orders o ON o.id = i.order_id WHERE d.shop_id = %(shop)s AND d.state = 'unknown'
"""
_IN_HAND = """
    SELECT EXISTS (SELECT 1 FROM dispatch WHERE shop_id = %(shop)s AND state IN ('in_flight', 'withdrawing'))
        OR EXISTS (SELECT 1 FROM refund_request WHERE shop_id = %(shop)s AND state = 'requested') AS there
"""
_NEVER = """
    SELECT 'more is to be given back of ' || o.number || ' than was paid' AS wrong
      FROM orders o JOIN refund_request r ON r.order_id = o.id
     WHERE o.shop_id = %(shop)s AND r.state <> 'failed' GROUP BY o.id HAVING sum(r.amount) > o.paid
    UNION ALL
    SELECT 'more was taken back than invoiced of ' || order_number FROM document WHERE shop_id = %(shop)s
     GROUP BY order_number HAVING sum(CASE kind WHEN 'reversal' THEN -gross ELSE gross END) < 0
    UNION ALL
    SELECT 'a number is missing in ' || series FROM document WHERE shop_id = %(shop)s
     GROUP BY series HAVING count(*) <> max(sequence)
"""


@dataclass(frozen=True)
class Rows:
    """All that the product has of a shop, by the numbers of its orders and the keys of their items."""

    orders: dict[str, dict[str, Any]]
    items: dict[tuple[str, str], dict[str, Any]]
    cases: dict[str, list[SeenCase]]
    complaints: dict[str, dict[str, Any]]
    refunds: dict[str, list[dict[str, Any]]]
    papers: dict[str, list[dict[str, Any]]]
    events: dict[str, dict[str, Any]]


class Reader:
    """Reads a shop's rows; every statement sees what is committed."""

    def __init__(self, database_url: str) -> None:
        self._connection = psycopg.connect(database_url, autocommit=True, row_factory=dict_row)
        self.shop = 0

    def turn_to(self, code: str) -> None:
        """From now on it is about this shop."""
        row = self._connection.execute("SELECT id FROM shop WHERE code = %s", (code,)).fetchone()
        assert row is not None
        self.shop = row["id"]

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def all(self) -> Rows:
        """Everything."""
        orders = {row["number"]: row for row in self._rows(_ORDERS)}
        items = {(row["number"], row["key"]): row for row in self._rows(_ITEMS)}
        cases: dict[str, list[SeenCase]] = defaultdict(list)
        for row in self._rows(_CASES):
            seen = SeenCase(row["kind"], row["state"], row["event_id"], tuple(row["lines"]), row["complaint"])
            cases[row["number"]].append(seen)
        complaints = {row["key"]: row for row in self._rows(_COMPLAINTS)}
        events = {row["event_id"]: row for row in self._rows(_EVENTS)}
        return Rows(orders, items, cases, complaints, self.refunds(), self._by_number(_PAPERS), events)

    def refunds(self) -> dict[str, list[dict[str, Any]]]:
        """The refund requests by order, the oldest first."""
        return self._by_number(_REFUNDS)

    def unknown(self) -> list[dict[str, Any]]:
        """Hand-overs of which nobody knows whether they arrived."""
        return self._rows(_UNKNOWN)

    def is_in_hand(self) -> bool:
        """Whether calls were begun that have no outcome: their workers died."""
        return bool(self._rows(_IN_HAND)[0]["there"])

    def never(self) -> list[str]:
        """What must not be at any moment, whatever is still to do."""
        return [row["wrong"] for row in self._rows(_NEVER)]

    def _by_number(self, query: str) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self._rows(query):
            found[row["number"]].append(row)
        return found

    def _rows(self, query: str) -> list[dict[str, Any]]:
        return self._connection.execute(query.encode(), {"shop": self.shop}).fetchall()
