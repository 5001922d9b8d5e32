"""The orders, items, complaints and payments that a batch of events is about."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from models import Complaint, Event, Item, Order, Payment, Shop
from partnershop.flows.inbox_outcomes import Parked


class Touched:
    """The orders, items, complaints and payments that a batch of events is about, read once and locked by order."""

    def __init__(self, session: Session, shop: Shop, orders: dict[str, Order]) -> None:
        self.session = session
        self.shop = shop
        self.orders = orders
        self.items: dict[tuple[int, str], Item] = {}
        self.complaints: dict[str, Complaint] = {}
        self.payments: dict[tuple[int, str], Payment] = {}
        self.released: list[tuple[str, str]] = []
        self.shipped: list[tuple[Order, Item]] = []
        self.has_new_cases = False
        self._changed: dict[int, Order] = {}

    def load(self, events: Sequence[Event], data: Sequence[Any]) -> None:
        """Read what these events name, a query for each kind of thing."""
        named = [
            (self.orders[item.order].id, item.item)
            for item in data
            if hasattr(item, "item") and item.order in self.orders
        ]
        if named:
            # Locked, since routing and dispatch change items without taking their order's lock.
            query = select(Item).where(tuple_(Item.order_id, Item.key).in_(named)).order_by(Item.id)
            query = query.with_for_update(key_share=True)
            self.items = {(item.order_id, item.key): item for item in self.session.scalars(query)}
        complaints = {item.complaint for item in data if hasattr(item, "complaint")}
        if complaints:
            query_c = select(Complaint).where(Complaint.shop_id == self.shop.id, Complaint.key.in_(complaints))
            self.complaints = {complaint.key: complaint for complaint in self.session.scalars(query_c)}
        paid = [self.orders[item.order].id for item in data if hasattr(item, "payment") and item.order in self.orders]
        if paid:
            query_p = select(Payment).where(Payment.order_id.in_(paid))
            self.payments = {(payment.order_id, payment.key): payment for payment in self.session.scalars(query_p)}

    def change(self, order: Order) -> None:
        """Remember that this order was touched, so that gates, completeness and refunds are judged again."""
        self._changed[order.id] = order

    def changed_orders(self) -> list[Order]:
        """The touched orders."""
        return list(self._changed.values())


def unknown_order(number: str) -> Parked:
    """The event waits for its order."""
    return Parked("order", number, f"order {number} is not known yet")


def unknown_item(order: str, item: str) -> Parked:
    """The event waits for its item."""
    return Parked("item", f"{order}/{item}", f"order {order} has no item {item}")


def too_early(order: str, item: Item) -> Parked:
    """The event waits until the item has been handed over."""
    return Parked(
        "hand_over", f"{order}/{item.key}", f"item {item.key} of {order} has not been handed over yet"
    )


def find(touched: Touched, data: Any) -> tuple[Order, Item] | Parked:
    """The order and item that an event is about, or what it waits for."""
    order = touched.orders.get(data.order)
    if order is None:
        return unknown_order(data.order)
    item = touched.items.get((order.id, data.item))
    return (order, item) if item is not None else unknown_item(data.order, data.item)
