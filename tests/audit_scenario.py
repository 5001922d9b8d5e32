"""A small shop whose events go through the real flows, for tests that read what comes of it."""

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from models import CatalogueVersion, Shop, ShopSettings
from partnershop import clock, config, db
from partnershop.contract import SourceRule
from partnershop.documents.paper import Paper
from partnershop.flows import (
    commissions,
    corrections,
    dispatch,
    dispatch_withdrawing,
    documents,
    inbox,
    intake,
    invoicing,
    routing,
)
from partnershop.gateways.fakes import FakeProducer
from partnershop.rules.eligibility import IncompleteSettings, Mode, Route

CATALOGUE: dict[str, Any] = {
    "flyer": {
        "names": {"it": "Volantino", "de": "Flugblatt", "en": "Flyer"},
        "attributes": [
            {
                "key": "paper", "names": {"it": "Carta", "de": "Papier", "en": "Paper"}, "shown_in_shop": True,
                "default": None,
                "options": {
                    "gloss": {"it": "lucida", "de": "glänzend", "en": "gloss"},
                    "matt": {"it": "opaca", "de": "matt", "en": "matt"},
                },
            },
            {
                "key": "check", "names": {"it": "Controllo", "de": "Prüfung", "en": "Data check"},
                "shown_in_shop": False, "default": "basic",
                "options": {"basic": {"it": "di base", "de": "einfach", "en": "basic"}},
            },
        ],
    }
}  # fmt: skip
SELLER = {
    "legal_name": "Prova S.r.l.", "street": "Via Prova 1", "postcode": "40126", "city": "Bologna", "country": "IT",
    "vat_id": "IT98765430214", "tax_code": None, "iban": "IT60X0542811101000000123456",
    "email": "fatture@prova.example", "province": "BO",
}  # fmt: skip
CUSTOMER = {
    "number": "K-17", "name": "Chiara Conti", "street": "Via Larga 1", "postcode": "20122", "city": "Milano",
    "country": "IT", "email": "chiara@customers.example", "language": "it", "tax_code": "CNTCHR85M50F205J",
}  # fmt: skip


def use_database(url: str, patch: pytest.MonkeyPatch) -> None:
    """Let the product work on this database until `forget_database()`."""
    patch.setenv("DATABASE_URL", url)
    config.config.cache_clear()
    db.engine.cache_clear()


def forget_database() -> None:
    """Close what `use_database` opened."""
    db.engine().dispose()
    db.engine.cache_clear()
    config.config.cache_clear()


class Driver:
    """Sends events of one shop and lets every stage work until nothing is due."""

    def __init__(self, *, invoice_on: str = "placed", code: str = "aurora", currency: str = "EUR") -> None:
        self.code = code
        self.currency = currency
        self.producers = {Route.IN_HOUSE: FakeProducer("workshop"), Route.UNITEDPRINT: FakeProducer("unitedprint")}
        self._next = 0
        with db.unit_of_work() as session:
            digest = hashlib.sha256(b"catalogue").hexdigest()
            if session.query(CatalogueVersion).filter_by(digest=digest).first() is None:
                session.add(
                    CatalogueVersion(label="2026", loaded_at=clock.now(), products=CATALOGUE, digest=digest)
                )
            shop = Shop(code=code, currency=currency, created_at=clock.now())
            session.add(shop)
            session.flush()
            settings = ShopSettings(
                shop_id=shop.id, version=1, created_at=clock.now(), created_by="tests", seller=SELLER, language="it",
                timezone="Europe/Rome", invoice_on=invoice_on, require_print_data=False, production_days=3,
                invoice_series="FT-{year}-{number:06d}", reversal_series="NC-{year}-{number:06d}",
                commission_percent=Decimal(8), mode=Mode.SOME_OR_ALL_IN_HOUSE,
                incomplete_settings=IncompleteSettings.HOLD, ticked={"flyer": {"paper": ["gloss"], "check": ["basic"]}},
            )  # fmt: skip
            session.add(settings)
            session.flush()
            shop.settings_id = settings.id
            self.shop_id = shop.id

    def send(self, kind: str, *, source: str | None = None, **data: Any) -> None:
        """One event through the same door as all others, and everything that follows from it."""
        self.accept(kind, source=source, **data)
        self.work()

    def accept(self, kind: str, *, source: str | None = None, **data: Any) -> None:
        """Store an event and let nothing follow yet."""
        self._next += 1
        event = {
            "specversion": "1.0", "id": f"{self.code}-{self._next}", "source": source or f"/shops/{self.code}",
            "type": f"partnershop.{kind}", "time": "2026-03-02T09:14:00Z", "data": data,
        }  # fmt: skip
        with db.unit_of_work() as session:
            rule = SourceRule.OPERATORS if source else SourceRule.SHOP
            receipt = intake.accept(session, session.get_one(Shop, self.shop_id), [event], sources=rule)
        assert not receipt.quarantined, receipt.quarantined

    def place(self, number: str, items: Sequence[tuple[str, str, int]], **more: Any) -> None:
        """Place an order of (paper, unit price, quantity) items with keys "1", "2", …; gloss is made in house."""
        self.send("order.placed", **(order(number, items, self.currency) | more))

    def pay(self, number: str, amount: str, payment: str = "p1") -> None:
        """A payment comes in."""
        self.send(
            "payment.received", order=number, payment=payment, amount=amount, currency=self.currency, method="card",
            received_at="2026-03-02T09:20:00Z",
        )  # fmt: skip

    def work(self) -> None:
        """Let every stage but the printing of papers work until nothing is due."""
        while self.once():
            pass

    def once(self) -> int:
        """Let every stage work once, on what is due at that moment; returns how much was done."""
        with db.unit_of_work() as session:
            done = inbox.apply_next(session, self.shop_id).count
        with db.unit_of_work() as session:
            done += routing.route_next(session, self.shop_id).count
        with db.unit_of_work() as session:
            done += invoicing.invoice_next(session, self.shop_id).count
        with db.unit_of_work() as session:
            cases = corrections.due(session)
        for _, _, case, _ in cases:
            with db.unit_of_work() as session:
                corrections.settle(session, case)
        with db.unit_of_work() as session:
            done += commissions.book_next(session).count
        return done + len(cases) + self._hand_over() + self._withdraw()

    def _hand_over(self) -> int:
        made = 0
        for route, producer in self.producers.items():
            with db.unit_of_work() as session:
                jobs = dispatch.claim(session, self.shop_id, route, 500, idempotent=producer.idempotent)
            for job in jobs:
                outcome = producer.hand_over(job.ticket)
                with db.unit_of_work() as session:
                    dispatch.record(session, job, outcome, idempotent=producer.idempotent)
            made += len(jobs)
        return made

    def _withdraw(self) -> int:
        with db.unit_of_work() as session:
            withdrawals = dispatch_withdrawing.claim_withdrawals(session)
        for job in withdrawals:
            outcome = self.producers[Route.IN_HOUSE].withdraw(job.key, job.reason)
            with db.unit_of_work() as session:
                dispatch_withdrawing.record_withdrawal(session, job, outcome)
        return len(withdrawals)

    def print_papers(self) -> None:
        """Store bytes for every paper that has none. The real printer is tested elsewhere; bytes are bytes here."""
        while True:
            with db.unit_of_work() as session:
                jobs = documents.claim(session)
            if not jobs:
                return
            for job in jobs:
                with db.unit_of_work() as session:
                    documents.store(session, job, _bytes_of(job.paper), "test")


def _bytes_of(paper: Paper) -> bytes:
    return b"%PDF-1.7 " + paper.number.encode()


def order(number: str, items: Sequence[tuple[str, str, int]], currency: str = "EUR") -> dict[str, Any]:
    """The data of an order of (paper, unit price, quantity) items at 22 %, with a shipping charge of 7.90."""
    return {
        "order": number, "currency": currency, "placed_at": "2026-03-02T09:14:00Z", "payment_method": "invoice",
        "customer": CUSTOMER,
        "items": [
            {
                "item": str(place), "product": "flyer", "options": {"paper": paper}, "description": "Volantini A6",
                "quantity": quantity, "unit_price": price, "vat_rate": "22",
            }
            for place, (paper, price, quantity) in enumerate(items, 1)
        ],
        "charges": [{"charge": "shipping", "description": "Spedizione", "amount": "7.90", "vat_rate": "22"}],
    }  # fmt: skip


def play(driver: Driver) -> None:
    """Two complaints on one line, orders cancelled in part and whole, an operator's hand-over, late money, and more."""
    driver.place("A-1", [("gloss", "68.33", 1), ("gloss", "68.33", 1), ("matt", "57.50", 1), ("gloss", "85.00", 1)])
    driver.pay("A-1", "350.00")
    driver.send("item.cancelled", order="A-1", item="2", reason="ordered twice")
    driver.send("complaint.opened", complaint="C-1", order="A-1", item="1", reason="wrong colour")
    driver.send("complaint.accepted", complaint="C-1", order="A-1", reduction={"net": "10.00"})
    driver.send("complaint.opened", complaint="C-2", order="A-1", item="1", reason="creased")
    driver.send("complaint.accepted", complaint="C-2", order="A-1", reduction={"percent": "10"})
    driver.send("complaint.opened", complaint="C-3", order="A-1", item="1", reason="too much")
    driver.send("complaint.accepted", complaint="C-3", order="A-1", reduction={"net": "68.33"})
    driver.send("complaint.opened", complaint="C-4", order="A-1", item="3", reason="late")
    driver.send("complaint.rejected", complaint="C-4", order="A-1", reason="it was in time")
    driver.send("item.cancelled", order="A-1", item="1", reason="no longer wanted")
    driver.place("A-2", [("gloss", "10.00", 3), ("matt", "20.005", 2)])
    driver.send("order.cancelled", order="A-2", reason="changed their mind")
    driver.pay("A-2", "50.00")
    driver.place("A-3", [("gloss", "12.00", 1)])
    out_of_paper = {"to": "unitedprint", "reason": "out of paper"}
    driver.send("item.redirected", order="A-3", item="1", **out_of_paper, source="/operators/anna")
    driver.place("A-4", [("gloss", "12.00", 1)], internal=True)
    driver.place("A-5", [("chalk", "5.00", 1), ("gloss", "5.00", 1)])
    driver.send("payment.received", order="A-9", payment="p", amount="1.00", currency="EUR", method="card",
                received_at="2026-03-02T09:20:00Z")  # fmt: skip
    driver.print_papers()


class Recorder(Driver):
    """Remembers the events of a scenario and sends none; its shop is not even made."""

    def __init__(self) -> None:
        self.currency = "EUR"
        self.events: list[tuple[str, str | None, dict[str, Any]]] = []

    def send(self, kind: str, *, source: str | None = None, **data: Any) -> None:
        self.events.append((kind, source, data))

    def print_papers(self) -> None:
        pass
