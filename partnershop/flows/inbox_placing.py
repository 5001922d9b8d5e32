"""Placing orders: all new orders of a batch are written by a few bulk statements."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Charge, Event, Item, ItemHistory, Order, Shop, ShopSettings
from partnershop import clock
from partnershop.contract import OrderPlaced
from partnershop.db import copy_rows, new_ids, wake
from partnershop.flows.inbox_outcomes import Handled, Outcome, Quarantined
from partnershop.flows.orders import PREPAID_METHODS, settings_of
from partnershop.rules.lifecycle import ItemState
from partnershop.rules.money import line_net, to_minor
from partnershop.rules.tax import INTRA_COMMUNITY
from partnershop.stages import Stage, Wake


def place(session: Session, shop: Shop, placed: Sequence[tuple[Event, OrderPlaced]]) -> dict[int, Outcome]:
    """Write the new orders among these events; returns what became of each event, by event id.

    The same order number with the same content is a duplicate, with other content it is quarantined.
    """
    known = dict(
        session.execute(
            select(Order.number, Order.digest).where(
                Order.shop_id == shop.id, Order.number.in_([data.order for _, data in placed])
            )
        )
        .all()
    )
    outcomes: dict[int, Outcome] = {}
    new: list[tuple[Event, OrderPlaced, bytes]] = []
    for event, data in placed:
        digest = _content_digest(event.body["data"])
        if data.order not in known:
            known[data.order] = digest
            new.append((event, data, digest))
            outcomes[event.id] = Handled(f"order {data.order} placed, {len(data.items)} items")
        elif known[data.order] == digest:
            outcomes[event.id] = Handled(f"order {data.order} is here already, with the same content")
        else:
            outcomes[event.id] = Quarantined(
                f"order {data.order} was placed before with other content; a changed order needs a number of its own"
            )
    if new:
        _write(session, shop, new)
    return outcomes


def _content_digest(data: Mapping[str, Any]) -> bytes:
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).digest()


def _write(session: Session, shop: Shop, new: Sequence[tuple[Event, OrderPlaced, bytes]]) -> None:
    settings = settings_of(session, shop.id)
    order_ids = new_ids(session, Order.__table__, len(new))  # type: ignore[arg-type]  # a Table, declared FromClause
    orders, charges, items, history = [], [], [], []
    item_ids = iter(new_ids(session, Item.__table__, sum(len(data.items) for _, data, _ in new)))  # type: ignore[arg-type]
    for order_id, (event, data, digest) in zip(order_ids, new, strict=True):
        orders.append(_order_row(order_id, shop, settings, event, data, digest))
        charges += _charge_rows(order_id, shop, data)
        for row in _item_rows(order_id, shop, settings, data):
            row["id"] = next(item_ids)
            items.append(row)
            history.append(_history_row(row["id"], event))
    copy_rows(session, Order.__table__, orders)  # type: ignore[arg-type]
    copy_rows(session, Charge.__table__, charges)  # type: ignore[arg-type]
    copy_rows(session, Item.__table__, items)  # type: ignore[arg-type]
    copy_rows(session, ItemHistory.__table__, history)  # type: ignore[arg-type]
    wake(session, Wake(Stage.ROUTING, shop=shop.code))
    if any(row["invoice_due_at"] for row in orders):
        wake(session, Wake(Stage.INVOICING, shop=shop.code))


def _order_row(
    order_id: int, shop: Shop, settings: ShopSettings, event: Event, data: OrderPlaced, digest: bytes
) -> dict[str, Any]:
    invoiced_at_once = settings.invoice_on == "placed" and not data.internal and not _names_its_delivery(data)
    return {
        "id": order_id,
        "shop_id": shop.id,
        "number": data.order,
        "currency": data.currency,
        "placed_at": data.placed_at,
        "payment_method": data.payment_method,
        "internal": data.internal,
        "language": data.customer["language"] or settings.language,
        "customer": data.customer,
        "event_id": event.id,
        "digest": digest,
        "invoice_due_at": clock.now() if invoiced_at_once else None,
    }


def _names_its_delivery(data: OrderPlaced) -> bool:
    """Whether the invoice must say when the goods were delivered, and so comes after that."""
    return any(line.vat_category == INTRA_COMMUNITY for line in (*data.items, *data.charges))


def _charge_rows(order_id: int, shop: Shop, data: OrderPlaced) -> list[dict[str, Any]]:
    return [
        {
            "order_id": order_id,
            "position": position,
            "key": charge.charge,
            "description": charge.description,
            "amount": to_minor(charge.amount, shop.currency),
            "vat_rate": Decimal(charge.vat_rate),
            "vat_category": charge.vat_category or "S",
            "vat_exemption": charge.vat_exemption,
        }
        for position, charge in enumerate(data.charges, 1)
    ]


def _item_rows(order_id: int, shop: Shop, settings: ShopSettings, data: OrderPlaced) -> list[dict[str, Any]]:
    rows = []
    for position, item in enumerate(data.items, 1):
        price = Decimal(item.unit_price)
        rows.append(
            {
                "id": 0,
                "shop_id": shop.id,
                "order_id": order_id,
                "key": item.item,
                "position": position,
                "product": item.product,
                "options": item.options,
                "description": item.description,
                "quantity": item.quantity,
                "unit_price": price,
                "vat_rate": Decimal(item.vat_rate),
                "vat_category": item.vat_category or "S",
                "vat_exemption": item.vat_exemption,
                "net": line_net(item.quantity, price, shop.currency),
            }
        )
    # Nothing to pay in advance and no print data to wait for: such items may go as soon as they are routed.
    to_pay = any(row["net"] for row in rows) or any(to_minor(charge.amount, shop.currency) for charge in data.charges)
    free = data.internal or data.payment_method not in PREPAID_METHODS or not to_pay
    gates_passed_at = clock.now() if free and not settings.require_print_data else None
    return [row | {"gates_passed_at": gates_passed_at} for row in rows]


def _history_row(item_id: int, event: Event) -> dict[str, Any]:
    return {
        "item_id": item_id,
        "at": clock.now(),
        "from_state": None,
        "to_state": ItemState.RECEIVED.value,
        "actor": event.source,
        "why": f"the order was placed (event {event.event_id})",
    }
