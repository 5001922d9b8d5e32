"""A shop, its orders and its events, for benchmarks: always the same ones, out of the sample catalogue."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from sqlalchemy.orm import Session

from models import Item, Order
from partnershop import clock
from partnershop.cli.files import picture_beside
from partnershop.db import copy_rows, new_ids
from partnershop.flows import catalogues, shops
from partnershop.flows.settings import catalogue_in_force
from partnershop.paths import SAMPLES

ITEMS_PER_ORDER = 25
# Items per order in the middle of each tenth of the recorded stream (830 orders of a real shop).
_ORDER_SIZES = (1, 2, 5, 8, 12, 14, 18, 25, 38, 69)
_MOMENT = "2026-03-02T09:14:00Z"
_PRICES = ("49.90", "12.4450", "118.00", "7.25", "260.10")
_CUSTOMER = {
    "number": "K-17", "name": "Chiara Conti", "street": "Via Larga 1", "postcode": "20122", "city": "Milano",
    "country": "IT", "email": "chiara@customers.example", "language": "it", "tax_code": "CNTCHR85M50F205J",
}  # fmt: skip


@dataclass(frozen=True)
class Assortment:
    """What the shop sells: per product the options of every attribute, and those that it makes itself."""

    shop_id: int
    code: str
    secret: str
    offered: Mapping[str, Mapping[str, list[str]]]
    ticked: Mapping[str, Mapping[str, list[str]]]

    def choice(self, number: int) -> tuple[str, dict[str, str]]:
        """The product and options of the `number`-th item: every second one is what the shop makes itself."""
        options_of = self.ticked if number % 2 else self.offered
        product = list(options_of)[number // 2 % len(options_of)]
        return product, {key: options[number % len(options)] for key, options in options_of[product].items()}


def add_shop(session: Session, **changes: object) -> Assortment:
    """Load the sample catalogue and the sample shop "aurora", with `changes` to its settings."""
    catalogues.load(session, (SAMPLES / "catalogue.yaml").read_text("utf-8"))
    path = SAMPLES / "shops" / "aurora.yaml"
    file = yaml.safe_load(path.read_text("utf-8"))
    saved = shops.add(session, yaml.safe_dump(file | changes, allow_unicode=True), "benchmarks", picture_beside(path))
    rules = catalogue_in_force(session).rules
    offered = {
        product: {key: sorted(a.options) for key, a in attributes.items()} for product, attributes in rules.items()
    }
    secret = shops.secrets(session, saved.shop)[0].secret
    return Assortment(saved.shop.id, saved.shop.code, secret, offered, saved.settings.ticked)


def copy_items(session: Session, assortment: Assortment, count: int) -> None:
    """Write `count` received items, and their orders, by COPY: all due for routing, none of them for anything else."""
    order_ids = new_ids(session, Order.__table__, -(-count // ITEMS_PER_ORDER))  # type: ignore[arg-type]  # a Table, declared FromClause
    orders = [order_row(assortment.shop_id, order_id) for order_id in order_ids]
    copy_rows(session, Order.__table__, orders)  # type: ignore[arg-type]
    rows = []
    for number in range(count):
        product, options = assortment.choice(number)
        rows.append(
            {
                "shop_id": assortment.shop_id, "order_id": order_ids[number // ITEMS_PER_ORDER],
                "key": str(number % ITEMS_PER_ORDER + 1), "position": number % ITEMS_PER_ORDER + 1, "product": product,
                "options": options, "description": f"{product} {number}", "quantity": 1, "unit_price": "49.90",
                "vat_rate": "22", "vat_category": "S", "net": 4990,
            }
        )  # fmt: skip
    copy_rows(session, Item.__table__, rows)  # type: ignore[arg-type]


def order_row(shop_id: int, order_id: int) -> dict[str, Any]:
    """The columns of an order."""
    return {
        "id": order_id, "shop_id": shop_id, "number": f"B-{order_id}", "currency": "EUR", "placed_at": clock.now(),
        "payment_method": "invoice", "internal": False, "language": "it", "customer": _CUSTOMER, "event_id": 0,
        "digest": b"",
    }  # fmt: skip


def order_placed(assortment: Assortment, number: str, items: int) -> dict[str, Any]:
    """The data of an order with that many items and a shipping charge."""
    lines = []
    for place in range(items):
        product, options = assortment.choice(place)
        lines.append(
            {
                "item": str(place + 1), "product": product, "options": options, "description": f"{product} {place + 1}",
                "quantity": place % 3 + 1, "unit_price": _PRICES[place % len(_PRICES)], "vat_rate": "22",
            }
        )  # fmt: skip
    charge = {"charge": "shipping", "description": "Spedizione", "amount": "7.90", "vat_rate": "22"}
    return {
        "order": number, "currency": "EUR", "placed_at": _MOMENT, "payment_method": "card", "customer": _CUSTOMER,
        "items": lines, "charges": [charge],
    }  # fmt: skip


def envelope(assortment: Assortment, kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """A CloudEvent with an id of its own."""
    return {
        "specversion": "1.0", "id": str(uuid.uuid4()), "source": f"/shops/{assortment.code}",
        "type": f"partnershop.{kind}", "time": _MOMENT, "subject": data["order"], "datacontenttype": "application/json",
        "data": data,
    }  # fmt: skip


def events(assortment: Assortment) -> Iterator[dict[str, Any]]:
    """Events without end, mixed and sized as in the recorded stream: five orders, five payments, two cases."""
    number = 0
    while True:
        for kind in "opopcopopcop":
            number += kind == "o"
            order = f"E-{number}"
            if kind == "o":
                size = _ORDER_SIZES[number % len(_ORDER_SIZES)]
                yield envelope(assortment, "order.placed", order_placed(assortment, order, size))
            elif kind == "p":
                yield envelope(assortment, "payment.received", _payment(order))
            else:
                reason = {"order": order, "item": "1", "reason": "no longer wanted"}
                yield envelope(assortment, "item.cancelled", reason)


def _payment(order: str) -> dict[str, Any]:
    return {
        "order": order, "payment": f"P-{order}", "amount": "120.50", "currency": "EUR", "method": "card",
        "received_at": _MOMENT,
    }  # fmt: skip
