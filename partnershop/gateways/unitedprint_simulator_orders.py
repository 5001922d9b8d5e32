"""The simulated Unitedprint's memory: every order it ever accepted, in one SQLite file."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from partnershop import clock

_FIRST_ORDER_NUMBER = 70_000_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT, received_at TEXT NOT NULL, customer_number TEXT NOT NULL,
    request TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS positions (
    order_id INTEGER NOT NULL REFERENCES orders (id), position INTEGER NOT NULL, order_name TEXT NOT NULL,
    customer_product_id TEXT NOT NULL, order_quantity INTEGER NOT NULL, shipping_type TEXT NOT NULL,
    PRIMARY KEY (order_id, position)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forgotten (id INTEGER PRIMARY KEY AUTOINCREMENT, order_name TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS positions_by_order_name ON positions (order_name);
"""
_LIST = """
SELECT id, received_at, customer_number, position, order_name, customer_product_id, order_quantity, shipping_type
FROM positions JOIN orders ON id = order_id
"""
_IN_ORDER = "ORDER BY id, position"


class Orders:
    """Accepted orders. What `place` returned a number for survives a kill of the process (WAL, committed)."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(
            folder / "unitedprint-simulator.sqlite3", isolation_level=None, timeout=10, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(_SCHEMA)

    def place(self, request: Mapping[str, Any]) -> str:
        """Store a checked request and return its order number. The same orderName again is another order."""
        account = request["accountInformation"]
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            (order_id,) = self._connection.execute(
                "INSERT INTO orders (received_at, customer_number, request) VALUES (?, ?, ?) RETURNING id",
                (clock.now().isoformat(), account["customerNumber"], json.dumps(_without_passwords(request))),
            ).fetchone()
            self._connection.executemany(
                "INSERT INTO positions VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (
                        order_id,
                        position,
                        information["orderName"],
                        information["customerProductId"],
                        information["orderQuantity"],
                        information["shippingType"],
                    )
                    for position, information in enumerate(
                        (each["orderInformation"] for each in request["orderPositions"]), start=1
                    )
                ],
            )
        return _order_number(order_id)

    def forget(self, request: Mapping[str, Any]) -> str:
        """Answer a checked request with an order number that is never given again, and keep only its orderNames."""
        names = [(each["orderInformation"]["orderName"],) for each in request["orderPositions"]]
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT INTO forgotten (order_name) VALUES (?)", names)
            # The number is used up, as that of an order which was removed.
            (order_id,) = self._connection.execute(
                "INSERT INTO orders (received_at, customer_number, request) VALUES ('', '', '') RETURNING id"
            ).fetchone()
            self._connection.execute("DELETE FROM orders WHERE id = ?", (order_id,))
        return _order_number(order_id)

    def forgotten(self) -> Sequence[str]:
        """The orderNames that were forgotten, oldest first."""
        return [name for (name,) in self._connection.execute("SELECT order_name FROM forgotten ORDER BY id")]

    def list(self, order_name: str | None = None) -> Sequence[dict[str, object]]:
        """All positions ordered, oldest first, or those of one orderName."""
        if order_name is None:
            rows = self._connection.execute(_LIST + _IN_ORDER)
        else:
            rows = self._connection.execute(_LIST + "WHERE order_name = ? " + _IN_ORDER, (order_name,))
        return [
            {
                "order_number": _order_number(row[0]),
                "received_at": row[1],
                "customer_number": row[2],
                "position": row[3],
                "order_name": row[4],
                "customer_product_id": row[5],
                "order_quantity": row[6],
                "shipping_type": row[7],
            }
            for row in rows
        ]

    def close(self) -> None:
        """Close the file; SQLite folds the log into it."""
        self._connection.close()


def _order_number(order_id: int) -> str:
    return str(_FIRST_ORDER_NUMBER + order_id)


def _without_passwords(request: Mapping[str, Any]) -> dict[str, Any]:
    """The request as it is worth keeping: a file of old orders is no place for a password."""
    account = {name: value for name, value in request["accountInformation"].items() if name != "password"}
    kept = {name: value for name, value in request.items() if name != "dataSourcePassword"}
    return {**kept, "accountInformation": account}
