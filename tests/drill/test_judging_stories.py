"""The drill's stories on the real flows, in a wild order and with duplicates, end clean before the judge."""

import random
from collections.abc import Iterable, Mapping

import judged
import pipeline
import playing
import pytest

import tasks.mail
from partnershop.config import config
from partnershop.db import unit_of_work
from partnershop.drill.judging import judge
from partnershop.drill.ledger import Event
from partnershop.drill.outside import Instructed, Outside
from partnershop.drill.reckoning import Duty, reckon
from partnershop.drill.stories import Story, event_of
from partnershop.flows import documents
from partnershop.gateways.fakes import FakePost
from partnershop.stages import Stage


class Drilled(playing.Played):
    """The drill's shops with papers printed and mails sent; what was accepted is remembered, as a ledger does."""

    def __init__(self, product: pytest.MonkeyPatch) -> None:
        product.setenv("PARTNERSHOP_MAIL_GATHER_SECONDS", "0")
        config.cache_clear()
        super().__init__(product)
        self.accepted: list[Event] = []
        self.post = FakePost()
        product.setattr(tasks.mail, "the_post", lambda: self.post)

    def knock(self, shop: str, events: Iterable[Event]) -> None:
        """Put events in, and do all that is due."""
        self.accepted += (told := list(events))
        super().knock(shop, told)

    def go(self) -> list[str]:
        """Do all that is due, printing and mailing too."""
        said = pipeline.run(pipeline.ALL - {Stage.DOCUMENTS, Stage.MAIL})
        with unit_of_work() as session:
            for job in documents.claim(session, 1000):
                documents.store(session, job, f"%PDF {job.paper.number}".encode(), "tests")
        return said + pipeline.run(pipeline.ALL - {Stage.DOCUMENTS})

    def instructions(self) -> list[Instructed]:
        """What whoever pays was told."""
        return [judged.instruction(path) for path in sorted((config().data / "refunds").glob("*/*.json"))]

    def pay_back(self, told: set[str]) -> Mapping[str, list[Event]]:
        """What whoever pays has to report by shop: every third payment fails, so that another takes its place."""
        reports: dict[str, list[Event]] = {}
        for one in self.instructions():
            if one.refund not in told:
                told.add(one.refund)
                kind = "refund.settled" if len(told) % 3 else "refund.failed"
                data = {"refund": one.refund, "reference": "bank-1", "reason": "none"}
                event = event_of(one.shop, f"{one.shop}-{one.refund}", kind, data, playing.BEGAN)
                reports.setdefault(one.shop, []).append(event)
        return reports

    def outside(self) -> Outside:
        """What those outside hold."""
        mails = tuple(judged.mailed(data) for data in self.post.sent)
        return Outside(judged.handed(self.workshop, self.unitedprint), tuple(self.instructions()), mails)


def play(shops: Drilled, stories: list[Story], dice: random.Random) -> None:
    """The stories' events of each shop, shuffled, in parts, some of them twice; then the reports of those outside."""
    for code in playing.BY_CODE:
        events = [event for one in stories if one.shop == code for event in one.events()]
        dice.shuffle(events)
        while events:
            count = dice.randint(5, 40)
            shops.knock(code, [*events[:count], *events[:2]])
            events = events[count:]
    shops.report(stories)
    told: set[str] = set()
    while reports := shops.pay_back(told):
        for code, events in reports.items():
            shops.knock(code, events)


def test_stories_on_the_real_flows_are_clean(product: pytest.MonkeyPatch) -> None:
    shops = Drilled(product)
    stories = [playing.story(seed) for seed in range(18)]
    play(shops, stories, random.Random(4))
    verdict = judge(config().database_url, playing.RULES, shops.accepted, shops.outside(), audited=list)
    assert verdict.told() == "nothing lost, nothing doubled, the audit holds"
    placed = [one for one in stories if one.placed is not None]
    assert (verdict.orders, verdict.papers > len(placed) / 3) == (len(placed), True)
    # Clean may not come from having nothing to look at.
    orders = [order for rules in playing.RULES for order in reckon(rules, _of(rules.code, shops)).orders.values()]
    assert {order.invoice for order in orders} == set(Duty)
    assert any(order.books[0].refunds for order in orders)
    assert {state for order in orders for state in order.complaints.values()} >= {
        frozenset({"accepted"}), frozenset({"rejected"})
    }  # fmt: skip


def _of(shop: str, shops: Drilled) -> list[Event]:
    return [event for event in shops.accepted if event["source"] == f"/shops/{shop}"]
