"""The orders of the audited shops in batches, so that memory stays bounded however many there are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Order, Shop
from partnershop.books import OrderBooks, per_order

_BATCH = 200


@dataclass(frozen=True)
class Batch:
    """Some orders of one shop: their books by order id, and what the order rows themselves say."""

    shop_id: int
    shop: str
    books: dict[int, OrderBooks]

    @property
    def ids(self) -> list[int]:
        """The ids of the orders."""
        return list(self.books)


def batches(session: Session, shops: Sequence[int]) -> Iterator[Batch]:
    """All orders of these shops, the oldest first, with their books."""
    for shop_id in shops:
        code = session.scalars(select(Shop.code).where(Shop.id == shop_id)).one()
        after = 0
        query = select(Order.id).where(Order.shop_id == shop_id).order_by(Order.id).limit(_BATCH)
        while ids := session.scalars(query.where(Order.id > after)).all():
            yield Batch(shop_id, code, {row.id: row for row in per_order(session, shop_id, ids)})
            after = ids[-1]
