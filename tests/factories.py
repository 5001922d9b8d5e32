"""A shop on the real database, for tests that tell it what happens and read what comes of it."""

import copy
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pipeline
import pytest
import yaml
from sqlalchemy import func, select

import tasks.dispatch
from models import (
    Case,
    CommissionEntry,
    Complaint,
    Dispatch,
    Document,
    DocumentLine,
    DocumentTax,
    Event,
    Item,
    Order,
    RefundRequest,
    RefundState,
    RoutingDecision,
)
from partnershop import clock, db
from partnershop.config import config
from partnershop.db import unit_of_work
from partnershop.flows import catalogues, shops
from partnershop.flows.intake import Receipt
from partnershop.flows.orders import owed
from partnershop.gateways.fakes import FakeProducer
from partnershop.rules.papers import DocumentKind
from partnershop.stages import Stage
from tasks import working

SHOP = "aurora"
PLACED_AT = "2026-03-02T09:14:00Z"
# Printing takes long and is looked at elsewhere.
STAGES = pipeline.ALL - {Stage.DOCUMENTS}


def names(words: str) -> dict[str, str]:
    """The same words in the three languages."""
    return dict.fromkeys(("it", "de", "en"), words)


def attribute(*options: str, **more: Any) -> dict[str, Any]:
    """An attribute of a product of the catalogue; `more` are its other members."""
    return {"names": names("attribute"), "options": {option: names(option) for option in options}, **more}


PRODUCTS: dict[str, Any] = {
    "flyer": {
        "names": names("flyer"),
        "attributes": {
            "format": attribute("a6", "a5"),
            "quantity": attribute("1000", "5000"),
            "data-check": attribute("basic", "professional", shown_in_shop=False, default="basic"),
        },
    },
    "poster": {"names": names("poster"), "attributes": {"format": attribute("a1")}},
}
# The choices of a flyer that the shop makes itself, and of one that it does not.
IN_HOUSE = {"format": "a6", "quantity": "1000"}
AT_UNITEDPRINT = {"format": "a5", "quantity": "1000"}

SETTINGS: dict[str, Any] = {
    "shop": SHOP,
    "seller": {
        "legal_name": "Tipografia di Prova S.r.l.", "street": "Via dei Torchi 12", "postcode": "40126",
        "city": "Bologna", "province": "BO", "country": "IT", "vat_id": "IT98765430214", "tax_code": "98765430214",
        "tax_regime": "RF01", "iban": "IT60X0542811101000000123456", "email": "fatture@aurora.example",
    },
    "language": "it",
    "currency": "EUR",
    "timezone": "Europe/Rome",
    "invoice_on": "shipped",
    "require_print_data": False,
    "incomplete_settings": "hold",
    "series": {"invoice": "FT-{year}-{number:06d}", "reversal": "NC-{year}-{number:06d}"},
    "commission": {"rate_percent": "8.0"},
    "place_of_production": {
        "mode": "some_or_all_in_house",
        "products": {"flyer": {"format": ["a6"], "quantity": ["1000"], "data-check": ["basic"]}},
    },
}  # fmt: skip
CUSTOMER = {
    "number": "K-17", "name": "Chiara Conti", "company": None, "street": "Via Larga 1", "postcode": "20122",
    "city": "Milano", "country": "IT", "email": "chiara@customers.example", "vat_id": None,
    "tax_code": "CNTCHR85M50F205J", "language": "it",
}  # fmt: skip


def item(key: str, price: str, rate: str = "22", **more: Any) -> dict[str, Any]:
    """An ordered item: one flyer the shop makes itself, unless `more` says otherwise; `rate` 0 is category Z."""
    return {
        "item": key, "product": "flyer", "options": dict(IN_HOUSE), "description": f"item {key}", "quantity": 1,
        "unit_price": price, "vat_rate": rate, **({} if rate != "0" else {"vat_category": "Z"}), **more,
    }  # fmt: skip


def shipping(amount: str = "7.90", rate: str = "22") -> dict[str, Any]:
    """A shipping charge."""
    return {"charge": "shipping", "description": "shipping", "amount": amount, "vat_rate": rate}


@dataclass(frozen=True)
class Books:
    """What an order comes to, minor units: its papers in force, and its live refund requests."""

    net: int
    gross: int
    refunds: int


class Scene:
    """One shop: `tell` it events, `go` through the stages, read the rows. Without `stages`, all but printing."""

    def __init__(self, **settings: Any) -> None:
        self.settings = copy.deepcopy(SETTINGS)
        self.workshop = FakeProducer("workshop")
        self.unitedprint = FakeProducer("unitedprint", idempotent=False)
        self.load_catalogue(PRODUCTS)
        self.change_settings(**settings)

    @property
    def code(self) -> str:
        """The shop's code."""
        return str(self.settings["shop"])

    def load_catalogue(self, products: Mapping[str, Any]) -> None:
        """Load these products as a new version."""
        with unit_of_work() as session:
            # Copied, since YAML writes what it meets twice as an alias.
            content = {"version": "test", "products": copy.deepcopy(dict(products))}
            catalogues.load(session, yaml.safe_dump(content, sort_keys=False))

    def change_settings(self, **changes: Any) -> None:
        """Save a new version of the shop's settings."""
        self.settings |= changes
        with unit_of_work() as session:
            shops.add(session, yaml.safe_dump(self.settings, sort_keys=False), "tests")

    # Telling

    def event(self, kind: str, **data: Any) -> dict[str, Any]:
        """An event of this shop, not told yet."""
        return pipeline.event(kind, data, self.code)

    def knock(self, *events: Mapping[str, Any]) -> Receipt:
        """Put these events in; nothing is done with them yet."""
        return pipeline.knock(self.code, events)

    def tell(self, kind: str, **data: Any) -> str:
        """Put one valid event in and return its id."""
        event = self.event(kind, **data)
        receipt = self.knock(event)
        assert receipt.accepted == 1, receipt.quarantined
        return str(event["id"])

    def operator(self, kind: str, **data: Any) -> str:
        """An operator's action."""
        event = pipeline.event(kind, data, self.code, source="/operators/anna")
        receipt = pipeline.knock(self.code, [event], operator=True)
        assert receipt.accepted == 1, receipt.quarantined
        return str(event["id"])

    def go(self, stages: frozenset[Stage] = STAGES) -> list[str]:
        """Do all that is due."""
        return pipeline.run(stages)

    def place(self, order: str, items: Sequence[Mapping[str, Any]], **more: Any) -> str:
        """An order, to be paid by invoice unless `more` says otherwise."""
        return self.tell("order.placed", **self.order(order, items, **more))

    def order(self, order: str, items: Sequence[Mapping[str, Any]], **more: Any) -> dict[str, Any]:
        """The data of `order.placed`."""
        return {
            "order": order, "currency": self.settings["currency"], "placed_at": PLACED_AT, "payment_method": "invoice",
            "customer": CUSTOMER, "items": list(items), "charges": [], **more,
        }  # fmt: skip

    def pay(self, order: str, amount: str, payment: str = "P-1") -> str:
        """Money comes in."""
        return self.tell(
            "payment.received", order=order, payment=payment, amount=amount, currency=self.settings["currency"],
            method="card", received_at=PLACED_AT,
        )  # fmt: skip

    def ship(self, order: str, *items: str, at: str = "2026-03-05T10:00:00Z") -> None:
        """These items leave the works."""
        for key in items:
            self.tell("item.shipped", order=order, item=key, shipped_at=at)

    def cancel(self, order: str, *items: str) -> list[str]:
        """These items are cancelled one by one; without any, the whole order is."""
        if not items:
            return [self.tell("order.cancelled", order=order, reason="customer_request")]
        return [self.tell("item.cancelled", order=order, item=key, reason="customer_request") for key in items]

    def complain(self, order: str, item: str, complaint: str) -> str:
        """A complaint is opened."""
        return self.tell("complaint.opened", complaint=complaint, order=order, item=item, reason="colours are off")

    def accept(self, order: str, complaint: str, **reduction: Any) -> str:
        """A complaint is accepted: `net` or `percent`."""
        return self.tell("complaint.accepted", complaint=complaint, order=order, reduction=reduction)

    def reject(self, order: str, complaint: str) -> str:
        """A complaint is rejected."""
        return self.tell("complaint.rejected", complaint=complaint, order=order, reason="as proofed")

    # Reading

    def papers(self, order: str) -> list[Document]:
        """The order's papers, the oldest first."""
        with unit_of_work() as session:
            query = select(Document).where(Document.order_number == order).order_by(Document.id)
            return list(session.scalars(query))

    def said(self, order: str) -> list[tuple[str, int]]:
        """Kind and gross of the order's papers."""
        return [(paper.kind.value, paper.gross) for paper in self.papers(order)]

    def lines(self, paper: Document) -> list[DocumentLine]:
        """The lines of a paper."""
        with unit_of_work() as session:
            query = select(DocumentLine).where(DocumentLine.document_id == paper.id).order_by(DocumentLine.position)
            return list(session.scalars(query))

    def taxes(self, paper: Document) -> list[tuple[str, int, int]]:
        """Rate, base and VAT of a paper, the highest rate first."""
        with unit_of_work() as session:
            query = select(DocumentTax).where(DocumentTax.document_id == paper.id).order_by(DocumentTax.position)
            return [(f"{row.rate.normalize():f}", row.base, row.tax) for row in session.scalars(query)]

    def row(self, order: str) -> Order:
        """The order."""
        with unit_of_work() as session:
            return session.scalars(select(Order).where(Order.number == order)).one()

    def owed(self, order: str) -> int:
        """What is owed for the order."""
        with unit_of_work() as session:
            row = session.scalars(select(Order).where(Order.number == order)).one()
            return owed(session, [row])[row.id]

    def item(self, order: str, key: str) -> Item:
        """An item."""
        with unit_of_work() as session:
            query = select(Item).join(Order, Order.id == Item.order_id).where(Order.number == order, Item.key == key)
            return session.scalars(query).one()

    def told(self, event_id: str) -> Event:
        """What has become of an event."""
        with unit_of_work() as session:
            return session.scalars(select(Event).where(Event.event_id == event_id)).one()

    def of_item(self, table: type[Any], order: str, key: str) -> list[Any]:
        """The rows about an item of a table that has `item_id` and `id`: decisions, dispatches, commission entries."""
        with unit_of_work() as session:
            wanted = self.item(order, key).id
            return list(session.scalars(select(table).where(table.item_id == wanted).order_by(table.id)))

    def decisions(self, order: str, key: str) -> list[RoutingDecision]:
        """The routing decisions about an item."""
        return self.of_item(RoutingDecision, order, key)

    def dispatches(self, order: str, key: str) -> list[Dispatch]:
        """The hand-overs of an item."""
        return self.of_item(Dispatch, order, key)

    def commissions(self, order: str, key: str) -> list[CommissionEntry]:
        """The commission entries of an item."""
        return self.of_item(CommissionEntry, order, key)

    def of_order(self, table: type[Any], order: str) -> list[Any]:
        """The rows of an order of a table that has `order_id` and `id`: cases, complaints, refund requests."""
        with unit_of_work() as session:
            wanted = self.row(order).id
            return list(session.scalars(select(table).where(table.order_id == wanted).order_by(table.id)))

    def cases(self, order: str) -> list[Case]:
        """The order's cases."""
        return self.of_order(Case, order)

    def complaints(self, order: str) -> list[Complaint]:
        """The order's complaints."""
        return self.of_order(Complaint, order)

    def refunds(self, order: str) -> list[RefundRequest]:
        """The order's refund requests, failed ones too."""
        return self.of_order(RefundRequest, order)

    def books(self, order: str) -> Books:
        """What the order's papers and live refund requests come to."""
        signs = {DocumentKind.REVERSAL: -1}
        papers = self.papers(order)
        live = [r.amount for r in self.refunds(order) if r.state is not RefundState.FAILED]
        return Books(
            net=sum(signs.get(paper.kind, 1) * paper.net for paper in papers),
            gross=sum(signs.get(paper.kind, 1) * paper.gross for paper in papers),
            refunds=sum(live),
        )

    def count(self, table: type[Any]) -> int:
        """How many rows a table has."""
        with unit_of_work() as session:
            return session.scalars(select(func.count()).select_from(table)).one()


class Clock:
    """Moves the product's clock, as a drill does: by the environment."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self._seconds = int(os.environ.get("PARTNERSHOP_CLOCK_OFFSET_SECONDS", "0"))

    def advance(self, seconds: int) -> None:
        """Let this many seconds pass."""
        self._set(self._seconds + seconds)

    def set(self, moment: str) -> None:
        """Be at this moment (ISO 8601 with its offset), or up to a second before it."""
        self.advance(int((datetime.fromisoformat(moment) - clock.now()).total_seconds()))

    def _set(self, seconds: int) -> None:
        self._seconds = seconds
        self._patch.setenv("PARTNERSHOP_CLOCK_OFFSET_SECONDS", str(seconds))


# An engine remembers what it has compiled: a new one for each test would double the time the tests take.
_engine_of = cache(lambda _url: db.engine.__wrapped__())


@pytest.fixture
def product(clean_database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    """The product at work on the test database and a data folder of its own."""
    config.cache_clear()
    monkeypatch.setenv("DATABASE_URL", clean_database)
    monkeypatch.setenv("PARTNERSHOP_DATA", str(tmp_path))
    engine = _engine_of(clean_database)
    monkeypatch.setattr(db, "engine", lambda: engine)
    # Whoever imports workers.app leaves a waker behind; here the test itself says which stage works when.
    monkeypatch.setattr(db, "_waker", None)
    # One call of a task does all that is due, however slow the machine is.
    monkeypatch.setattr(working, "SLICE_SECONDS", 600.0)
    yield monkeypatch
    config.cache_clear()


@pytest.fixture
def scene(product: pytest.MonkeyPatch) -> Scene:
    """The sample shop, which invoices when all is shipped; producers are fakes."""
    made = Scene()
    product.setattr(tasks.dispatch, "workshop", lambda _: made.workshop)
    product.setattr(tasks.dispatch, "unitedprint", lambda _: made.unitedprint)
    return made


@pytest.fixture
def time(product: pytest.MonkeyPatch) -> Clock:
    """The product's clock, to be moved."""
    return Clock(product)


__all__ = ["product", "scene", "time"]
