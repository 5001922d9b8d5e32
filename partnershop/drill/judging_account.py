"""One order as it was reckoned and as it was found, side by side; and how troubles about it are said."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from partnershop.drill.found import FoundItem, FoundOrder
from partnershop.drill.outside import Handed, Outside
from partnershop.drill.reckoning import Books, ReckonedItem, ReckonedOrder, ShopRules
from partnershop.drill.reckoning.amounts import said
from partnershop.drill.verdict import Kind, Trouble

LIVE = ("in_flight", "done", "unknown")
"""States of a hand-over in which the producer has the item, or may have it."""


@dataclass(frozen=True)
class Account:
    """Both sides of an order. `excused`: something of it was poisoned on purpose and may be parked."""

    rules: ShopRules
    order: ReckonedOrder
    found: FoundOrder
    excused: bool = False

    @property
    def has_mail(self) -> bool:
        """Whether the shop sends its mails by us."""
        mail = self.rules.settings.get("mail")
        return mail is not None and mail.get("enabled", True) is True

    def said(self, amount: int) -> str:
        """An amount in words."""
        return said(amount, self.order.currency)

    def lost(self, sentence: str) -> Trouble:
        """Something that should be there is not."""
        return self._trouble(Kind.LOST, sentence)

    def doubled(self, sentence: str) -> Trouble:
        """Something is there twice."""
        return self._trouble(Kind.DOUBLED, sentence)

    def wrong(self, sentence: str) -> Trouble:
        """Something is there and is not as it must be."""
        return self._trouble(Kind.WRONG, sentence)

    def _trouble(self, kind: Kind, sentence: str) -> Trouble:
        shop, number = self.rules.code, self.order.number
        return Trouble(kind, f"{shop}, order {number}: {sentence}", shop, number)

    def pairs(self) -> Iterator[tuple[ReckonedItem, FoundItem]]:
        """The items that are on both sides, each once."""
        by_key = {item.row.key: item for item in reversed(self.found.items)}
        for key, item in self.order.items.items():
            if key in by_key:
                yield item, by_key[key]

    def waits(self, item: FoundItem) -> bool:
        """Whether the cancellation of an item is parked on purpose: meanwhile it must not be made."""
        return self.excused and item.row.is_cancelling and item.row.state != "cancelled"

    def books(self) -> Books:
        """Of the allowed outcomes, the one that the items agree with; the first where none does."""
        left = {item.row.key: item.row.net - item.row.reduced_by for item in self.found.items}
        agreeing = [each for each in self.order.books if all(left.get(key) == net for key, net in each.left.items())]
        return (agreeing or self.order.books)[0]


@dataclass(frozen=True)
class OutsideIndex:
    """What the others hold, to look things up in."""

    handed: Mapping[str, Handed] | None = None
    forgotten: frozenset[str] = frozenset()
    times_handed: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, outside: Outside, forgotten: frozenset[str]) -> "OutsideIndex":
        """An index of it, empty where nobody looked; `forgotten` are keys besides those that it names."""
        if outside.handed is None:
            return cls()
        by_key = {handed.key: handed for handed in outside.handed}
        times = Counter(handed.key for handed in outside.handed)
        return cls(by_key, outside.forgotten | forgotten, times)


def twice(keys: Iterable[str]) -> list[str]:
    """Those that come more than once."""
    return sorted(key for key, times in Counter(keys).items() if times > 1)
