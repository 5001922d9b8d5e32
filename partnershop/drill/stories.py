"""One order's life, drawn from a seed: what a shop tells of it, in the natural order.

What a story guarantees, so that its books do not depend on the order or the duplication of its events:

- each event has an id of its own, made of shop and order, and never changes; (source, id) is unique in a drill;
- an order is placed once; a payment has a number of its own, an amount above zero, and is told once;
- a complaint has one decision or none; a line is reduced twice at most, each time by 45 % of what was ordered or less,
  and by one minor unit or more, so that no reduction is refused for want of what is left;
- an item may be cancelled twice, by itself and with its order: that is once. A complaint may be about a cancelled item;
- zero-rated lines of a shop are all of the same category and bear the same words;
- an internal order has neither payments nor complaints;
- a stray story tells of an order that is never placed: all of its events wait for ever.

What the works report (`item.in_production`, `item.shipped`) and what becomes of refunds is told by others, since only
they know the hand-over and the request; `ships` names the items that leave the works when they are handed over. Those
not in `ships` never leave, so a shop that invoices when all is shipped never invoices their order.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from partnershop.drill.customers import LINES, customer_of
from partnershop.drill.ledger import Event
from partnershop.drill.reckoning.shop import ShopRules
from partnershop.drill.story_orders import gross_minor, in_units, line_minor, order_of

_METHODS = (("card", 40), ("paypal", 10), ("advance", 15), ("invoice", 35))
_PREPAID_WAYS = (("full", 70), ("parts", 10), ("partial", 6), ("over", 6), ("late", 5), ("none", 3))
_INVOICE_WAYS = (("full", 40), ("parts", 10), ("partial", 12), ("over", 8), ("late", 10), ("none", 20))
_PERCENTS = ("45", "33.3333", "12.5", "10", "0.5")
_STEP_SECONDS = 40
_LATE_SECONDS = 120


@dataclass(frozen=True)
class Step:
    """Something the shop tells, so many seconds after the story began."""

    after: float
    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Story:
    """An order and what happens to it. `placed` is the data of its `order.placed`, None for a stray one."""

    shop: str
    number: str
    began: datetime
    placed: Mapping[str, Any] | None
    steps: tuple[Step, ...]
    ships: frozenset[str] = frozenset()

    def events(self) -> list[Event]:
        """All of it as CloudEvents, in the natural order."""
        return [self.event(index) for index in range(len(self.steps))]

    def event(self, index: int) -> Event:
        """The event of a step; the same each time."""
        step = self.steps[index]
        moment = self.began + timedelta(seconds=step.after)
        return event_of(self.shop, f"{self.shop}-{self.number}-{index}", step.kind, step.data, moment)


def event_of(shop: str, event_id: str, kind: str, data: Mapping[str, Any], moment: datetime) -> Event:
    """A CloudEvent of the shop; `kind` is the short type, `moment` aware. `data` is not copied: leave it as it is."""
    event: dict[str, Any] = {
        "specversion": "1.0", "id": event_id, "source": f"/shops/{shop}", "type": f"partnershop.{kind}",
        "time": moment.isoformat(timespec="seconds"), "datacontenttype": "application/json", "data": data,
    }  # fmt: skip
    if "order" in data:
        event["subject"] = data["order"]
    return event


def drawn(dice: random.Random, rules: ShopRules, number: str, began: datetime) -> Story:
    """A story; the same state of `dice` gives the same again."""
    return _Teller(dice, rules, number, began).story()


def plain(
    dice: random.Random, rules: ShopRules, number: str, began: datetime, *, complained: bool = False
) -> Story:
    """An order that surely gets an invoice: on account, of items that ship; nothing is cancelled.

    `complained`: and then a complaint about its first item is accepted, so that a case is settled on it.
    """
    return _Teller(dice, rules, number, began).plain(complained=complained)


@dataclass
class _Teller:
    """Draws one story, a part of it a method."""

    dice: random.Random
    rules: ShopRules
    number: str
    began: datetime
    steps: list[Step] = field(default_factory=list)

    def story(self) -> Story:
        stray = self._chance(2)
        internal = not stray and self._chance(4)
        method = "invoice" if internal else self._drawn(_METHODS)
        placed = self._placed(method, internal=internal)
        keys = [str(item["item"]) for item in placed["items"]]
        self._tell("order.placed", placed, after=0)
        if not internal:
            self._payments(placed)
        self._print_data(keys)
        cancelled = self._cancellations(keys)
        if not internal:
            self._complaints(placed, cancelled)
        ships = frozenset(key for key in keys if not self._chance(12 if key not in cancelled else 60))
        if stray:
            self.steps = self.steps[1:] or [Step(0, "order.cancelled", {"order": self.number, "reason": "a mistake"})]
        return self._finished(None if stray else placed, ships)

    def plain(self, *, complained: bool) -> Story:
        placed = self._placed("invoice", internal=False, known=True)
        keys = [str(item["item"]) for item in placed["items"]]
        self._tell("order.placed", placed, after=0)
        for key in keys:
            self._tell("print_data.uploaded", {"item": key}, after=1)
        if complained:
            self._complaint(0, placed["items"][0], accepted=True)
        return self._finished(placed, frozenset(keys))

    def _finished(self, placed: Mapping[str, Any] | None, ships: frozenset[str]) -> Story:
        steps = tuple(sorted(self.steps, key=lambda step: step.after))
        return Story(self.rules.code, self.number, self.began, placed, steps, ships)

    def _tell(self, kind: str, data: Mapping[str, Any], after: float) -> None:
        self.steps.append(Step(after, kind, {"order": self.number, **data}))

    def _placed(self, method: str, *, internal: bool, known: bool = False) -> dict[str, Any]:
        lines = LINES[self.rules.settings["seller"]["country"]]
        placed = order_of(self.dice, self.rules, lines, known=known) | {
            "order": self.number,
            "currency": self.rules.settings["currency"],
            "placed_at": self.began.isoformat(timespec="seconds"),
            "payment_method": method,
            "customer": customer_of(self.dice, self.rules.settings["seller"]["country"]),
        }
        return placed | {"internal": True} if internal else placed

    def _payments(self, placed: Mapping[str, Any]) -> None:
        gross = gross_minor(placed)
        way = self._drawn(_INVOICE_WAYS if placed["payment_method"] == "invoice" else _PREPAID_WAYS)
        part = self.dice.randint(1, gross - 1)
        amounts = {
            "full": [gross], "late": [gross], "parts": [part, gross - part], "partial": [part],
            "over": [gross + self.dice.choice((1, 500, gross))], "none": [],
        }[way]  # fmt: skip
        for index, amount in enumerate(amounts, 1):
            after = _LATE_SECONDS + self._moment() if way == "late" else self._moment() / 4
            self._tell("payment.received", {
                "payment": f"P-{self.number}-{index}", "amount": in_units(amount), "currency": placed["currency"],
                "method": "transfer" if placed["payment_method"] == "invoice" else placed["payment_method"],
                "received_at": (self.began + timedelta(seconds=after)).isoformat(timespec="seconds"),
            }, after)  # fmt: skip

    def _print_data(self, keys: Sequence[str]) -> None:
        needed = bool(self.rules.settings["require_print_data"])
        for key in keys:
            if self._chance(94 if needed else 30):
                self._tell("print_data.uploaded", {"item": key}, self._moment() / 4)

    def _cancellations(self, keys: Sequence[str]) -> set[str]:
        cancelled: set[str] = set()
        if self._chance(24):
            for key in self.dice.sample(keys, self.dice.randint(1, len(keys))):
                cancelled.add(key)
                for _ in range(2 if self._chance(20) else 1):
                    self._tell("item.cancelled", {"item": key, "reason": "customer_request"}, self._moment())
        if self._chance(9):
            cancelled.update(keys)
            note = {"note": "The whole order, please."} if self._chance(50) else {}
            self._tell("order.cancelled", {"reason": "customer_request", **note}, self._moment())
        return cancelled

    def _complaints(self, placed: Mapping[str, Any], cancelled: set[str]) -> None:
        if not self._chance(34):
            return
        live = [item for item in placed["items"] if item["item"] not in cancelled]
        for index in range(self.dice.randint(1, 2)):
            about = self.dice.choice(live if live and not self._chance(20) else list(placed["items"]))
            self._complaint(index, about, accepted=self.dice.choice((True, True, True, True, False, False, None)))

    def _complaint(self, index: int, about: Mapping[str, Any], *, accepted: bool | None) -> None:
        complaint, opened = f"C-{self.number}-{index}", self._moment()
        self._tell("complaint.opened", {
            "complaint": complaint, "item": about["item"], "reason": "the colours are off",
            **({"text": "Much too dark."} if self._chance(50) else {}),
        }, opened)  # fmt: skip
        decided = opened + 1 + self._moment()
        if accepted:
            self._tell("complaint.accepted", {"complaint": complaint, "reduction": self._reduction(about)}, decided)
        elif accepted is not None:
            self._tell("complaint.rejected", {"complaint": complaint, "reason": "as proofed"}, decided)

    def _reduction(self, about: Mapping[str, Any]) -> dict[str, str]:
        if self._chance(50):
            return {"percent": self.dice.choice(_PERCENTS)}
        most = line_minor(about) * 45 // 100
        return {"net": in_units(self.dice.randint(1, most))}

    def _chance(self, percent: int) -> bool:
        return self.dice.randrange(100) < percent

    def _moment(self) -> float:
        return 1 + self.dice.randrange(_STEP_SECONDS * 10) / 10

    def _drawn(self, weighed: Sequence[tuple[str, int]]) -> str:
        names, weights = zip(*weighed, strict=True)
        return str(self.dice.choices(names, weights)[0])

