"""Events: each that was answered 202 is there once, as it was sent, and has become what it must."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from partnershop.drill.found_rows import Event as Row
from partnershop.drill.judging_account import twice
from partnershop.drill.ledger import Event
from partnershop.drill.reckoning import Fate, Key
from partnershop.drill.verdict import Kind, Trouble

_OPERATORS = "/operators/"


def key_of(event: Event) -> Key:
    """What identifies an event for ever."""
    return str(event["source"]), str(event["id"])


def order_of(event: Mapping[str, Any]) -> str | None:
    """The order that an event is about; a refund's names none."""
    number = event["data"].get("order")
    return None if number is None else str(number)


def by_shop(
    told: Sequence[Event], shops: Sequence[str], rows: Sequence[Row]
) -> tuple[dict[str, list[Event]], list[Trouble]]:
    """The events of each shop, first those that were answered, in that order; and what belongs to none.

    An operator's event names no shop: it belongs to the shop of its row, else to the one that has its order. What
    operators said by the product's own commands stands in no ledger and is taken from its row. A shop's event that is
    stored though no client was answered counts as well, and is said.
    """
    stored = {(row.source, row.event_id): row for row in rows}
    placed = {
        order_of(event): str(event["source"]).removeprefix("/shops/")
        for event in told if event["type"] == "partnershop.order.placed"
    }  # fmt: skip
    sorted_out: dict[str, list[Event]] = {shop: [] for shop in shops}
    troubles, seen = [], set()
    for event in told:
        source, name = key = key_of(event)
        seen.add(key)
        shop = source.removeprefix("/shops/")
        if source.startswith(_OPERATORS):
            shop = stored[key].shop if key in stored else placed.get(order_of(event), "")
        if shop in sorted_out:
            sorted_out[shop].append(event)
        else:
            troubles.append(Trouble(Kind.LOST, f"event {name} of {source} was accepted and belongs to no shop"))
    for key, row in stored.items():
        if key in seen:
            continue
        sorted_out[row.shop].append(row.body)
        if not row.source.startswith(_OPERATORS):
            sentence = f"{row.shop}: event {row.event_id} ({row.type}) is stored, and no client was told so"
            troubles.append(Trouble(Kind.WRONG, sentence, row.shop, row.number))
    return sorted_out, troubles


class Events:
    """Judges the events of one shop."""

    def __init__(
        self,
        shop: str,
        rows: Sequence[Row],
        fates: Mapping[Key, frozenset[Fate]],
        refunds: set[str],
        excused: frozenset[str],
    ) -> None:
        self._shop, self._fates, self._refunds, self._excused = shop, fates, refunds, excused
        self._rows: dict[Key, list[Row]] = defaultdict(list)
        for row in rows:
            self._rows[row.source, row.event_id].append(row)

    def judge(self, told: Sequence[Event]) -> Iterator[Trouble]:
        """Of each event, once."""
        for name in twice(f"{name} of {source}" for (source, name), rows in self._rows.items() for _ in rows):
            yield Trouble(Kind.DOUBLED, f"{self._shop}: event {name} is stored twice", self._shop)
        for key, event in {key_of(event): event for event in reversed(told)}.items():
            rows = self._rows.get(key)
            if not rows:
                yield self._trouble(Kind.LOST, event, "was accepted and is not there")
                continue
            yield from self._became(event, key, rows[0])

    def _became(self, event: Event, key: Key, row: Row) -> Iterator[Trouble]:
        allowed = self._allowed(event, key)
        why = f": {row.outcome}" if row.outcome else ""
        if row.body != event:
            yield self._trouble(Kind.WRONG, event, "is stored with other content than was sent")
        if row.state not in set(Fate):
            yield self._trouble(Kind.LOST, event, f"was never applied, it is {row.state}")
        elif Fate(row.state) in allowed or (order_of(event) in self._excused and row.state == Fate.PARKED):
            return
        elif Fate(row.state) is Fate.HANDLED:
            yield self._trouble(Kind.WRONG, event, f"was applied, and must be {' or '.join(sorted(allowed))}{why}")
        else:
            yield self._trouble(Kind.LOST, event, f"is {row.state}, and must be {' or '.join(sorted(allowed))}{why}")

    def _allowed(self, event: Event, key: Key) -> frozenset[Fate]:
        """A report about a refund is applied when there is such a request, and waits otherwise."""
        if str(event["type"]).startswith("partnershop.refund."):
            return frozenset({Fate.HANDLED if event["data"]["refund"] in self._refunds else Fate.PARKED})
        return self._fates[key]

    def _trouble(self, kind: Kind, event: Event, sentence: str) -> Trouble:
        number = order_of(event)
        about = f"{self._shop}, order {number}" if number else self._shop
        short = str(event["type"]).removeprefix("partnershop.")
        return Trouble(kind, f"{about}: event {event['id']} ({short}) {sentence}", self._shop, number)


def reported_refunds(told: Sequence[Event]) -> dict[str, set[str]]:
    """What was reported of refund requests, "settled" and "failed", by their names."""
    reported: dict[str, set[str]] = defaultdict(set)
    for event in told:
        kind = str(event["type"]).removeprefix("partnershop.")
        if kind in ("refund.settled", "refund.failed"):
            reported[event["data"]["refund"]].add(kind.removeprefix("refund."))
    return reported
