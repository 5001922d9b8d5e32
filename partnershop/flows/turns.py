"""Fair claims: every shop with due work has its turn, so that one that floods waits for itself and holds up nobody.

A claim takes a share of its batch from each shop, by that shop's own part of a partial index. The turns go round and
round: the next claim begins behind the shop that was served last. Where a turn stands is remembered in the process
only; another process has turns of its own, and nothing is lost with them.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, zip_longest
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from models import Shop

T = TypeVar("T")


class Turns:
    """Whose turn it is at one kind of work, in this process."""

    def __init__(self) -> None:
        self._last = 0

    def order(self, shops: Iterable[int]) -> list[int]:
        """These shops in the order of their turns."""
        known = sorted(shops)
        return [shop for shop in known if shop > self._last] + [shop for shop in known if shop <= self._last]

    def served(self, shop_id: int) -> None:
        """A shop had its turn; the ones behind it come first now."""
        self._last = shop_id

    def share_out(self, shops: Iterable[int], limit: int, take: Callable[[int, int], Sequence[T]]) -> list[T]:
        """At most `limit` things, a share from each shop (what one leaves goes to those after it), one of each in turn.

        `take` gets (shop, how many at most). Where there are more shops than `limit`, the others come first next time.
        """
        in_turn = self.order(shops)
        taken: list[Sequence[T]] = []
        left = limit
        for place, shop in enumerate(in_turn):
            if not left:
                break
            share = -(-left // (len(in_turn) - place))
            found = take(shop, share)
            if found:
                self.served(shop)
            left -= len(found)
            taken.append(found)
        return [thing for thing in chain.from_iterable(zip_longest(*taken)) if thing is not None]


def shops_with(session: Session, due: Select[Any]) -> list[int]:
    """The shops with due work: one index probe per shop. `due` is the work of `Shop.id`, in the order of its index."""
    one = due.limit(1).lateral("one")
    return list(session.scalars(select(Shop.id).join(one, true()).order_by(Shop.id)))


def of_shop(column: InstrumentedAttribute[Any], shop: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """That a row is this shop's, said as a range.

    By an equality the server knows that an order by shop and id is one by id alone, and where it takes more rows for
    due than are, it goes by the primary key through all that are finished. Only the index of what is due has this
    range in this order.
    """
    return column.between(shop, shop)
