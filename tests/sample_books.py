"""The books that the samples must end in, worked out apart: straight from the events, with Decimal, none of our rules.

    python tests/sample_books.py > samples/expected.json

It knows what docs and events say in words, keeps one dictionary an order, and goes through the events one by one.
"""

import json
import re
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import yaml

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
CENT = Decimal("0.01")
AMOUNT = re.compile(r"[0-9]+(\.[0-9]+)?")


def cents(value: Decimal) -> Decimal:
    """To the cent, halves away from zero."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


@dataclass
class Line:
    """An item: what it costs, what complaints took off, what has happened to it."""

    spec: dict[str, Any]
    price: Decimal
    off: Decimal = Decimal(0)
    cancelled: bool = False
    shipped: bool = False
    route: str | None = None


@dataclass
class Account:
    """An order and its money."""

    spec: dict[str, Any]
    lines: dict[str, Line]
    payments: dict[str, Decimal] = field(default_factory=dict)
    entitled: Decimal = Decimal(0)
    first: tuple[Decimal, Decimal] | None = None
    accepted: int = 0

    def live(self) -> tuple[Decimal, Decimal]:
        """Net and gross of one invoice over what is left: VAT per rate over all its lines."""
        left = [line for line in self.lines.values() if not line.cancelled]
        if self.spec.get("internal") or not left:
            return Decimal("0.00"), Decimal("0.00")
        bases: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for line in left:
            bases[line.spec["vat_rate"], line.spec.get("vat_category", "S")] += line.price - line.off
        for charge in self.spec["charges"]:
            bases[charge["vat_rate"], charge.get("vat_category", "S")] += Decimal(charge["amount"])
        vat = sum(cents(base * Decimal(rate) / 100) for (rate, _), base in bases.items())
        net = sum(bases.values(), Decimal(0))
        return cents(net), cents(net + vat)

    def refunds(self) -> Decimal:
        """What has to go back."""
        overpaid = sum(self.payments.values(), Decimal(0)) - self.live()[1]
        return max(Decimal("0.00"), min(self.entitled, overpaid))


class Shop:
    """A shop while its events are gone through."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        self.orders: dict[str, Account] = {}
        self.complaints: dict[str, dict[str, Any]] = {}
        self.seen: set[str] = set()
        self.waiting: list[tuple[str, dict[str, Any]]] = []
        self.papers = {"invoice": 0, "reversal": 0, "reduced_invoice": 0}
        self.rejected = 0
        self.shipped = 0

    def take(self, event: dict[str, Any]) -> None:
        """One event of the stream; what it makes possible of the waiting ones as well."""
        if event["id"] in self.seen:
            return
        self.seen.add(event["id"])
        self.waiting.append((event["type"].removeprefix("partnershop."), event["data"]))
        going_on = True
        while going_on:
            waiting, self.waiting = self.waiting, []
            self.waiting = [(kind, data) for kind, data in waiting if not self.apply(kind, data)]
            going_on = len(self.waiting) < len(waiting)

    def apply(self, kind: str, data: dict[str, Any]) -> bool:
        """Apply it; False when it has to wait."""
        if kind == "order.placed":
            self.place(data)
            return True
        if kind.startswith("refund."):  # a failed refund is asked for again: the sum stays
            return True
        order = self.orders.get(data["order"])
        if order is None or (kind in ("complaint.accepted", "complaint.rejected") and not self.known(data)):
            return False
        handler = getattr(self, kind.replace(".", "_"), None)
        if handler is not None:
            handler(order, data)
        return True

    def known(self, data: dict[str, Any]) -> bool:
        """Whether the complaint has been opened."""
        return data["complaint"] in self.complaints

    def place(self, data: dict[str, Any]) -> None:
        """A new order; the same number again changes nothing, whatever it says."""
        if data["order"] in self.orders:
            return
        lines = {
            item["item"]: Line(item, cents(item["quantity"] * Decimal(item["unit_price"]))) for item in data["items"]
        }
        order = self.orders[data["order"]] = Account(data, lines)
        if self.settings["invoice_on"] == "placed":
            self.invoice(order)

    def invoice(self, order: Account) -> None:
        """The first invoice."""
        if order.first is None and not order.spec.get("internal"):
            order.first = order.live()
            self.papers["invoice"] += 1

    def complete(self, order: Account) -> None:
        """Invoice once all that is left is shipped."""
        left = [line for line in order.lines.values() if not line.cancelled]
        if self.settings["invoice_on"] == "shipped" and left and all(line.shipped for line in left):
            self.invoice(order)

    def payment_received(self, order: Account, data: dict[str, Any]) -> None:
        """Money; what is no amount was not taken at the door."""
        if AMOUNT.fullmatch(data["amount"]):
            order.payments.setdefault(data["payment"], Decimal(data["amount"]))

    def item_shipped(self, order: Account, data: dict[str, Any]) -> None:
        """On its way."""
        self.shipped += not order.lines[data["item"]].shipped and not order.spec.get("internal")
        order.lines[data["item"]].shipped = True
        self.complete(order)

    def item_cancelled(self, order: Account, data: dict[str, Any]) -> None:
        """One item less."""
        self.cancel(order, [data["item"]])

    def order_cancelled(self, order: Account, data: dict[str, Any]) -> None:
        """All items less, with one reversal."""
        self.cancel(order, list(order.lines))

    def cancel(self, order: Account, keys: list[str]) -> None:
        """Take these off what is owed; the customer may have back what that takes off."""
        before = order.live()[1]
        going = [order.lines[key] for key in keys if not order.lines[key].cancelled]
        for line in going:
            line.cancelled = True
        order.entitled += before - order.live()[1]
        if going and order.first is not None:
            self.papers["reversal"] += 1
        self.complete(order)

    def complaint_opened(self, order: Account, data: dict[str, Any]) -> None:
        """Somebody is not content."""
        self.complaints.setdefault(data["complaint"], {**data, "decided": False})

    def complaint_rejected(self, order: Account, data: dict[str, Any]) -> None:
        """Nothing changes, and no other decision counts any more."""
        complaint = self.complaints[data["complaint"]]
        self.rejected += not complaint["decided"] and not order.spec.get("internal")
        complaint["decided"] = True

    def complaint_accepted(self, order: Account, data: dict[str, Any]) -> None:
        """Less for the line, unless it is decided, cancelled, nothing, or more than what is left."""
        complaint = self.complaints[data["complaint"]]
        line = order.lines[complaint["item"]]
        reduction = data["reduction"]
        if "net" in reduction:
            off = Decimal(reduction["net"])
        else:
            off = cents(line.price * Decimal(reduction["percent"]) / 100)
        if complaint["decided"] or line.cancelled or not 0 < off <= line.price - line.off:
            return
        complaint["decided"] = True
        before = order.live()[1]
        line.off += off
        order.entitled += before - order.live()[1]
        order.accepted += 1
        if order.first is not None:
            self.papers["reversal"] += 1
            self.papers["reduced_invoice"] += 1

    def judge(self, catalogue: dict[str, Any]) -> None:
        """Route what has no route yet."""
        for order in self.orders.values():
            for line in order.lines.values():
                line.route = line.route or self.route(catalogue, line.spec)

    def route(self, catalogue: dict[str, Any], item: dict[str, Any]) -> str | None:
        """In house when every attribute's choice is ticked; None when the item has to wait."""
        product = catalogue["products"].get(item["product"])
        if product is None:
            return None
        attributes = product["attributes"]
        chosen = {key: item["options"].get(key, spec.get("default")) for key, spec in attributes.items()}
        if set(item["options"]) - set(attributes) or any(
            option not in attributes[key]["options"] for key, option in chosen.items()
        ):
            return None
        ticked = self.settings["place_of_production"]["products"].get(item["product"])
        if ticked is None:
            return "unitedprint"
        if not all(ticked.get(key) for key in attributes):
            return None if self.settings["incomplete_settings"] == "hold" else "unitedprint"
        return "in_house" if all(option in ticked[key] for key, option in chosen.items()) else "unitedprint"

    def books(self) -> dict[str, Any]:
        """What the shop's books say in the end."""
        orders = {number: _figures(order) for number, order in self.orders.items()}
        amounts = ("invoiced_net_first", "invoiced_gross_first", "live_net", "live_gross", "paid", "refunds")
        counts = ("items", "in_house", "unitedprint", "items_cancelled", "complaints_accepted")
        sums: dict[str, Any] = {name: sum(order[name] for order in orders.values()) for name in counts}
        sums |= {name: str(sum(Decimal(order[name]) for order in orders.values())) for name in amounts}
        sums["orders"] = len(orders)
        sums["orders_with_refund"] = sum(Decimal(order["refunds"]) > 0 for order in orders.values())
        sums["parked"] = len(self.waiting)
        return {"books": sums, "orders": orders, "papers": self.papers, "mails": self.mails()}

    def mails(self) -> dict[str, int]:
        """How many mails go to customers, and how many items the mails about parcels tell of (several in one)."""
        told = {
            "invoice": self.papers["invoice"],
            # The reversal that belongs to a reduced invoice goes with it.
            "reversal": self.papers["reversal"] - self.papers["reduced_invoice"],
            "reduced_invoice": self.papers["reduced_invoice"],
            "complaint_rejected": self.rejected,
            "items_shipped": self.shipped,
        }
        return told if self.settings.get("mail") else dict.fromkeys(told, 0)


def _figures(order: Account) -> dict[str, Any]:
    lines = order.lines.values()
    net, gross = order.live()
    first_net, first_gross = order.first or (Decimal("0.00"), Decimal("0.00"))
    return {
        "items": len(lines),
        "in_house": sum(line.route == "in_house" for line in lines),
        "unitedprint": sum(line.route == "unitedprint" for line in lines),
        "items_cancelled": sum(line.cancelled for line in lines),
        "complaints_accepted": order.accepted,
        "invoiced_net_first": str(first_net),
        "invoiced_gross_first": str(first_gross),
        "live_net": str(net),
        "live_gross": str(gross),
        "paid": str(cents(sum(order.payments.values(), Decimal(0)))),
        "refunds": str(cents(order.refunds())),
    }


def _yaml(name: str) -> Any:
    return yaml.safe_load((SAMPLES / name).read_text(encoding="utf-8"))


def expected_books() -> dict[str, Any]:
    """Go through samples/play.yaml and samples/events.jsonl."""
    catalogue = _yaml("catalogue.yaml")
    shops = {path.stem: Shop(_yaml(f"shops/{path.name}")) for path in sorted((SAMPLES / "shops").glob("*.yaml"))}
    stream = [json.loads(line) for line in (SAMPLES / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    for step in _yaml("play.yaml")["steps"]:
        if "emit_until" in step:
            last = max(place for place, event in enumerate(stream) if event["id"] == step["emit_until"])
            for event in stream[: last + 1]:
                shops[event["source"].removeprefix("/shops/")].take(event)
            del stream[: last + 1]
        elif "catalogue" in step:
            catalogue = _yaml(step["catalogue"])
        elif "shop" in step:
            changed = _yaml(step["shop"])
            shops[changed["shop"]].settings = changed
        else:
            action = step["operator"]["data"]  # the only kind of action in the samples
            shops[step["operator"]["shop"]].orders[action["order"]].lines[action["item"]].route = action["to"]
        for shop in shops.values():
            shop.judge(catalogue)
    return {code: shop.books() for code, shop in shops.items()}


if __name__ == "__main__":
    json.dump(expected_books(), sys.stdout, indent=1)
    sys.stdout.write("\n")
