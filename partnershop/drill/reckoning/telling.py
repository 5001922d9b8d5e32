"""Sorting a shop's events by order: what was told of each, and what becomes of the events themselves.

Events may come in any order and more than once; (source, id) says which are the same. Where two different ones claim
the same thing (an order number placed with other content, a payment of another amount, a complaint about another item),
the one that was answered first counts and the later is quarantined.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from partnershop.drill.reckoning import amounts
from partnershop.drill.reckoning.decisions import Decision
from partnershop.drill.reckoning.reckoned import Fate, Key

Event = Mapping[str, Any]
_PREFIX = "partnershop."
_REPORTS = ("item.in_production", "item.shipped")
_DECISIONS = ("complaint.accepted", "complaint.rejected")
_EITHER = frozenset({Fate.HANDLED, Fate.PARKED})
"""It depends on what the database numbered (refund requests, cases), or on what came first."""


@dataclass
class Told:
    """What was told of one order; sets and keys are of its items."""

    placed: Mapping[str, Any]
    items: Mapping[str, Mapping[str, Any]]
    nets: Mapping[str, int]
    payments: dict[str, int] = field(default_factory=dict)
    print_data: set[str] = field(default_factory=set)
    cancelled: set[str] = field(default_factory=set)
    begun: set[str] = field(default_factory=set)
    shipped: set[str] = field(default_factory=set)
    redirected: set[str] = field(default_factory=set)
    complaints: dict[str, str] = field(default_factory=dict)
    decisions: dict[str, list[Decision]] = field(default_factory=lambda: defaultdict(list))

    @property
    def currency(self) -> str:
        """Of the order."""
        return str(self.placed["currency"])


class Telling:
    """All that was told of a shop."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.orders: dict[str, Told] = {}
        self.fates: dict[Key, frozenset[Fate]] = {}
        self.reports: list[tuple[Key, str, str]] = []
        """What producers reported and operators redirected: key, order and item. Their fate hangs on the hand-over."""
        self.moves: list[tuple[Key, str, str]] = []
        self._complaints: dict[str, tuple[str, str]] = {}
        once: dict[Key, Event] = {}
        for event in events:
            once.setdefault((str(event["source"]), str(event["id"])), event)
        kinds = {key: str(event["type"]).removeprefix(_PREFIX) for key, event in once.items()}
        # What others wait for comes first: orders, then complaints, then all the rest.
        for wanted in (("order.placed",), ("complaint.opened",)):
            for key in [key for key, kind in kinds.items() if kind in wanted]:
                self._take(key, kinds.pop(key), once[key]["data"])
        for key, kind in kinds.items():
            self._take(key, kind, once[key]["data"])

    def _take(self, key: Key, kind: str, data: Mapping[str, Any]) -> None:
        self.fates[key] = frozenset({self._fate(key, kind, data)}) if not _unsure(kind) else _EITHER

    def _fate(self, key: Key, kind: str, data: Mapping[str, Any]) -> Fate:
        if kind == "order.placed":
            return self._placed(data)
        told = self.orders.get(str(data["order"]))
        if told is None or ("item" in data and data["item"] not in told.items and kind != "item.described"):
            return Fate.PARKED
        if kind == "complaint.opened":
            return self._opened(told, data)
        if kind in _DECISIONS:
            return self._decided(told, kind, data)
        if kind == "payment.received":
            return self._paid(told, data)
        if kind in (*_REPORTS, "item.redirected"):
            (self.reports if kind in _REPORTS else self.moves).append((key, data["order"], data["item"]))
        of_item = {
            "print_data.uploaded": told.print_data, "item.cancelled": told.cancelled, "item.in_production": told.begun,
            "item.shipped": told.shipped, "item.redirected": told.redirected,
        }  # fmt: skip
        if kind in of_item:
            of_item[kind].add(data["item"])
        elif kind == "order.cancelled":
            told.cancelled.update(told.items)
        return Fate.HANDLED

    def _placed(self, data: Mapping[str, Any]) -> Fate:
        known = self.orders.get(data["order"])
        if known is not None:
            return Fate.HANDLED if known.placed == data else Fate.QUARANTINED
        items = {item["item"]: item for item in data["items"]}
        nets = {
            key: amounts.line(item["quantity"], item["unit_price"], data["currency"]) for key, item in items.items()
        }
        self.orders[data["order"]] = Told(data, items, nets)
        return Fate.HANDLED

    def _opened(self, told: Told, data: Mapping[str, Any]) -> Fate:
        about = (data["order"], data["item"])
        if self._complaints.setdefault(data["complaint"], about) != about:
            return Fate.QUARANTINED
        told.complaints[data["complaint"]] = data["item"]
        return Fate.HANDLED

    def _decided(self, told: Told, kind: str, data: Mapping[str, Any]) -> Fate:
        about = self._complaints.get(data["complaint"])
        if about is None:
            return Fate.PARKED
        if about[0] != data["order"]:
            return Fate.QUARANTINED
        reduction = None
        if kind == "complaint.accepted":
            stated = data["reduction"]
            reduction = (
                amounts.share(told.nets[about[1]], stated["percent"])
                if stated.get("net") is None
                else amounts.minor(stated["net"], told.currency)
            )
        told.decisions[about[1]].append(Decision(data["complaint"], reduction))
        return Fate.HANDLED

    def _paid(self, told: Told, data: Mapping[str, Any]) -> Fate:
        amount = amounts.minor(data["amount"], told.currency)
        return Fate.HANDLED if told.payments.setdefault(data["payment"], amount) == amount else Fate.QUARANTINED


def _unsure(kind: str) -> bool:
    return kind.startswith(("refund.", "case.")) or kind == "item.described"
