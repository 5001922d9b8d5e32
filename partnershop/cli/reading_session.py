"""What the reading commands share: one read-only snapshot, and how a shop, an order and an item are found by name."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models import Item, Order, Shop
from partnershop.cli.ending import UnknownThing
from partnershop.db import unit_of_work


@contextmanager
def snapshot() -> Iterator[Session]:
    """A session that sees one moment of the database and can change nothing. Call `connect` before."""
    with unit_of_work() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        session.execute(text("SET TRANSACTION READ ONLY"))
        yield session


def known_order(session: Session, shop: Shop, number: str) -> Order:
    """An order of a shop by its number. Raises `UnknownThing` (exit code 2) where there is none."""
    order = session.scalars(select(Order).where(Order.shop_id == shop.id, Order.number == number)).first()
    if order is None:
        raise UnknownThing(f"shop {shop.code} has no order {number}")
    return order


def known_item(session: Session, order: Order, key: str) -> Item:
    """An item of an order by its key. Raises `UnknownThing` (exit code 2), naming the items there are."""
    item = session.scalars(select(Item).where(Item.order_id == order.id, Item.key == key)).first()
    if item is None:
        keys = session.scalars(select(Item.key).where(Item.order_id == order.id).order_by(Item.position).limit(20))
        raise UnknownThing(f"order {order.number} has no item {key}; it has: {', '.join(keys)}")
    return item
