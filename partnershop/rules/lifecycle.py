"""The life of an order item: one table of moves, one function that reads it.

Duplicates and late arrivals are listed moves that do nothing. What comes too early (shipped before it was handed over)
waits: so the order in which events arrive does not change where an item ends.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum


class ItemState(StrEnum):
    """Where an order item stands; `sentence` says it for people."""

    RECEIVED = "received", "has arrived and waits to be routed"
    HELD = "held", "waits for somebody to put something right"
    ROUTED = "routed", "has a producer and waits to be handed over"
    HANDED_OVER = "handed_over", "is with its producer"
    IN_PRODUCTION = "in_production", "is being printed"
    SHIPPED = "shipped", "is on its way to the customer"
    CANCELLED = "cancelled", "has been cancelled"

    sentence: str

    def __new__(cls, value: str, sentence: str = "") -> "ItemState":
        """The member of this value, with its sentence."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member


class Trigger(StrEnum):
    """What can happen to an order item."""

    ROUTE = "route"
    HOLD = "hold"
    RELEASE = "release"
    HAND_OVER = "hand_over"
    REDIRECT = "redirect"
    START_PRODUCTION = "start_production"
    SHIP = "ship"
    CANCEL = "cancel"


class Kind(Enum):
    """What the table says of a state and a trigger."""

    MOVE = "the item moves"
    NOTHING = "nothing changes: it is so already, or past that"
    TOO_EARLY = "it waits until the item has been handed over"
    REFUSED = "it cannot be done any more"


@dataclass(frozen=True)
class Step:
    """The answer of the table: what becomes of the trigger and the state the item is in afterwards."""

    kind: Kind
    state: ItemState


_S, _T = ItemState, Trigger
_NOTHING, _TOO_EARLY, _REFUSED = Kind.NOTHING, Kind.TOO_EARLY, Kind.REFUSED

MOVES: dict[ItemState, dict[Trigger, ItemState | Kind]] = {
    _S.RECEIVED: {
        _T.ROUTE: _S.ROUTED, _T.HOLD: _S.HELD, _T.RELEASE: _NOTHING, _T.HAND_OVER: _REFUSED,
        _T.REDIRECT: _TOO_EARLY, _T.START_PRODUCTION: _TOO_EARLY, _T.SHIP: _TOO_EARLY, _T.CANCEL: _S.CANCELLED,
    },
    _S.HELD: {
        _T.ROUTE: _S.ROUTED, _T.HOLD: _NOTHING, _T.RELEASE: _S.RECEIVED, _T.HAND_OVER: _REFUSED,
        _T.REDIRECT: _S.ROUTED, _T.START_PRODUCTION: _TOO_EARLY, _T.SHIP: _TOO_EARLY, _T.CANCEL: _S.CANCELLED,
    },
    _S.ROUTED: {
        _T.ROUTE: _NOTHING, _T.HOLD: _S.HELD, _T.RELEASE: _NOTHING, _T.HAND_OVER: _S.HANDED_OVER,
        _T.REDIRECT: _S.ROUTED, _T.START_PRODUCTION: _TOO_EARLY, _T.SHIP: _TOO_EARLY, _T.CANCEL: _S.CANCELLED,
    },
    _S.HANDED_OVER: {
        _T.ROUTE: _NOTHING, _T.HOLD: _S.HELD, _T.RELEASE: _NOTHING, _T.HAND_OVER: _NOTHING,
        _T.REDIRECT: _S.ROUTED, _T.START_PRODUCTION: _S.IN_PRODUCTION, _T.SHIP: _S.SHIPPED, _T.CANCEL: _S.CANCELLED,
    },
    _S.IN_PRODUCTION: {
        _T.ROUTE: _NOTHING, _T.HOLD: _S.HELD, _T.RELEASE: _NOTHING, _T.HAND_OVER: _NOTHING,
        _T.REDIRECT: _REFUSED, _T.START_PRODUCTION: _NOTHING, _T.SHIP: _S.SHIPPED, _T.CANCEL: _S.CANCELLED,
    },
    _S.SHIPPED: {
        _T.ROUTE: _NOTHING, _T.HOLD: _REFUSED, _T.RELEASE: _NOTHING, _T.HAND_OVER: _NOTHING,
        _T.REDIRECT: _REFUSED, _T.START_PRODUCTION: _NOTHING, _T.SHIP: _NOTHING, _T.CANCEL: _S.CANCELLED,
    },
    _S.CANCELLED: {
        _T.ROUTE: _NOTHING, _T.HOLD: _NOTHING, _T.RELEASE: _NOTHING, _T.HAND_OVER: _NOTHING,
        _T.REDIRECT: _REFUSED, _T.START_PRODUCTION: _NOTHING, _T.SHIP: _NOTHING, _T.CANCEL: _NOTHING,
    },
}  # fmt: skip


def move(state: ItemState, trigger: Trigger) -> Step:
    """What becomes of an item in `state` when `trigger` happens. Every pair is listed: this never raises."""
    listed = MOVES[state][trigger]
    if isinstance(listed, Kind):
        return Step(listed, state)
    return Step(Kind.MOVE, listed)
