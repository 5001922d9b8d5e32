"""The drill's shops on the test database, and stories played on the real flows with the drill's own works."""

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pipeline
import pytest
from sqlalchemy import func, select

import tasks.dispatch
from models import Document, Item, Order, RefundRequest, RefundState, Shop
from partnershop.db import unit_of_work
from partnershop.drill.ledger import Event
from partnershop.drill.reckoning import ShopRules
from partnershop.drill.reports import HandedOver, reports_of
from partnershop.drill.shops import catalogue_text, shop_texts
from partnershop.drill.stories import Story, drawn
from partnershop.flows import catalogues
from partnershop.flows import shops as product_shops
from partnershop.gateways.fakes import FakeProducer
from partnershop.rules.papers import DocumentKind
from partnershop.stages import Stage

RULES = [ShopRules.read(text, catalogue_text()) for text in shop_texts()]
BY_CODE = {rules.code: rules for rules in RULES}
BEGAN = datetime(2026, 3, 2, 9, 14, tzinfo=UTC)
# Printing and mailing take long and are looked at elsewhere.
STAGES = pipeline.ALL - {Stage.DOCUMENTS, Stage.MAIL}
SEED = 11

def story(seed: int, number: str | None = None) -> Story:
    """The story of a seed, of one shop after the other; the same under another number but for that."""
    rules = RULES[seed % len(RULES)]
    return drawn(random.Random(f"story {seed}"), rules, number or f"A-{seed}", BEGAN)


class Played:
    """The three shops with producers that are fakes; what these get is reported as the drill's works do."""

    def __init__(self, product: pytest.MonkeyPatch) -> None:
        self.workshop, self.unitedprint = FakeProducer("workshop"), FakeProducer("unitedprint", idempotent=False)
        product.setattr(tasks.dispatch, "workshop", lambda _: self.workshop)
        product.setattr(tasks.dispatch, "unitedprint", lambda _: self.unitedprint)
        self.secrets: dict[str, str] = {}
        self._reported: set[str] = set()
        with unit_of_work() as session:
            catalogues.load(session, catalogue_text())
        for text in shop_texts():
            with unit_of_work() as session:
                shop = product_shops.add(session, text, "tests").shop
                self.secrets[shop.code] = product_shops.secrets(session, shop)[0].secret

    def knock(self, shop: str, events: Iterable[Event]) -> None:
        """Put events in and do all that is due."""
        receipt = pipeline.knock(shop, events)
        assert not receipt.quarantined, receipt.quarantined
        self.go()

    def go(self) -> list[str]:
        """Do all that is due."""
        return pipeline.run(STAGES)

    def reports(self, stories: Mapping[tuple[str, str], Story]) -> list[tuple[str, Event]]:
        """What the works have to say about the hand-overs that they did not report yet, with the shop."""
        told: list[tuple[str, Event]] = []
        for ticket in (*self.workshop.tickets, *self.unitedprint.tickets):
            if ticket.key not in self._reported:
                self._reported.add(ticket.key)
                handed = HandedOver(ticket.key, ticket.shop, ticket.order, ticket.item)
                ships = ticket.item in stories[ticket.shop, ticket.order].ships
                reports = reports_of(handed, ships=ships, moment=BEGAN + timedelta(hours=1), seed=SEED)
                told += [(ticket.shop, report.event) for report in reports]
        return told

    def play(self, stories: Sequence[Story]) -> None:
        """All of these in their natural order, with what the works report of them."""
        for code in BY_CODE:
            events = [event for one in stories if one.shop == code for event in one.events()]
            self.knock(code, events)
        self.report(stories)

    def report(self, stories: Sequence[Story]) -> None:
        """Let the works report until there is nothing new."""
        by_number = {(one.shop, one.number): one for one in stories}
        while told := self.reports(by_number):
            for code in BY_CODE:
                self.knock(code, [event for shop, event in told if shop == code])

    def ended(self, one: Story) -> Mapping[str, Any]:
        """How an order stands: the books of its papers, money, and its items."""
        with unit_of_work() as session:
            found = select(Order).join(Shop, Shop.id == Order.shop_id)
            order = session.scalars(found.where(Shop.code == one.shop, Order.number == one.number)).first()
            if order is None:
                return {}
            papers = session.scalars(select(Document).where(Document.order_id == order.id)).all()
            signs = {DocumentKind.REVERSAL: -1}
            live = select(func.coalesce(func.sum(RefundRequest.amount), 0)).where(
                RefundRequest.order_id == order.id, RefundRequest.state != RefundState.FAILED
            )
            items = session.scalars(select(Item).where(Item.order_id == order.id).order_by(Item.position))
            return {
                "net": sum(signs.get(paper.kind, 1) * paper.net for paper in papers),
                "gross": sum(signs.get(paper.kind, 1) * paper.gross for paper in papers),
                "paid": order.paid,
                "entitled": order.entitled,
                "refunds": session.scalars(live).one(),
                "items": [(item.key, item.state.value, item.route) for item in items],
            }
