"""What the calculation comes to. Where the outcome may depend on what arrived first, all allowed outcomes are said."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

Key = tuple[str, str]
"""Source and id of an event: they identify it for ever."""


class Duty(StrEnum):
    """Whether something is there in the end."""

    MUST = "must"
    MAY = "may"
    """It depends on what arrived first."""
    NEVER = "never"

    @classmethod
    def of(cls, answers: Iterable[bool]) -> "Duty":
        """From the answers of all allowed outcomes."""
        seen = set(answers)
        if seen == {True}:
            return cls.MUST
        return cls.MAY if True in seen else cls.NEVER


class Place(StrEnum):
    """Where an item goes."""

    IN_HOUSE = "in_house"
    UNITEDPRINT = "unitedprint"
    HELD = "held"


class Fate(StrEnum):
    """What becomes of an accepted event."""

    HANDLED = "handled"
    PARKED = "parked"
    QUARANTINED = "quarantined"


@dataclass(frozen=True)
class ReckonedItem:
    """An item; amounts in minor units.

    `net` is the line as it was ordered, `reduced` the sums that its accepted complaints may come to, `why_held` the
    reason of a held one, `at_producer` whether it is (or was) handed over, `commission` whether a live entry with the
    base `net` is there.
    """

    key: str
    net: int
    places: frozenset[Place]
    why_held: str
    cancelled: bool
    reduced: frozenset[int]
    at_producer: Duty
    shipped: Duty
    commission: Duty


@dataclass(frozen=True)
class Books:
    """An allowed outcome of an order's money, minor units.

    `left` is what is left of each live item's line. `net` and `gross` are those of one invoice over what is left;
    `entitled` is what all cases took off what is owed, `refunds` what must go back.
    """

    left: Mapping[str, int]
    net: int
    gross: int
    entitled: int
    refunds: int


@dataclass(frozen=True)
class ReckonedOrder:
    """An order. `complaints` are the states that each may end in: "open", "accepted", "rejected"."""

    number: str
    internal: bool
    currency: str
    items: Mapping[str, ReckonedItem]
    payments: Mapping[str, int]
    invoice: Duty
    books: tuple[Books, ...]
    complaints: Mapping[str, frozenset[str]]

    @property
    def paid(self) -> int:
        """The sum of the payments, minor units."""
        return sum(self.payments.values())


@dataclass(frozen=True)
class Reckoned:
    """A shop: its orders by number, and what may become of each accepted event."""

    orders: Mapping[str, ReckonedOrder]
    fates: Mapping[Key, frozenset[Fate]]

    def parked(self) -> set[Key]:
        """The events that must wait: what they are about never came."""
        return {key for key, fates in self.fates.items() if fates == {Fate.PARKED}}
