"""The works and whoever pays: what they see is reported once, unless trouble is wanted, and drives the flows."""

import itertools
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from knocked import Portal, portal, wait_until
from playing import BEGAN, BY_CODE, RULES, SEED, Played

from models import RefundRequest, RefundState
from partnershop.db import unit_of_work
from partnershop.drill.ledger import Event
from partnershop.drill.refunders import Refunders, outcome_of
from partnershop.drill.reports import HandedOver, Reports, ReportTrouble, reports_of
from partnershop.drill.stories import Story, event_of
from partnershop.drill.stream import Stream
from partnershop.gateways.payments import RefundFolder, RefundInstruction
from partnershop.gateways.ticket import Ticket
from partnershop.gateways.workshop import HotFolder, hot_folder_of


def ticket(key: str, shop: str = "bottega", order: str = "X-1", item: str = "1") -> Ticket:
    """Of an order that no story tells of, so it ships."""
    return Ticket(
        key, shop, "Bottega", "it", order, item, "badge", "Adesivi", "badge", 1, (), date(2026, 3, 9),
        "http://127.0.0.1/shops/bottega",
    )  # fmt: skip


class Works:
    """Reports over a hot folder and a portal, with a clock that the test moves; `told` is what they gave."""

    def __init__(self, data: Path, address: str) -> None:
        self.data, self.seconds = data, 0.0
        self.told: list[tuple[str, Event]] = []
        self.stream = Stream(RULES, 7, lambda: BEGAN)
        self.reports = Reports(
            data, address, self.stream, lambda shop, event: self.told.append((shop, event)), lambda: BEGAN, seed=SEED,
            clock=lambda: self.seconds,
        )  # fmt: skip

    def workshop(self, shop: str = "bottega") -> HotFolder:
        """The print works of a shop."""
        return HotFolder(hot_folder_of(self.data, shop), lambda _: b"page")

    def look(self, seconds: float = 10.0) -> list[str]:
        """Look now and after so many seconds; the short types of what was reported, with their items."""
        before = len(self.told)
        self.reports.look()
        self.seconds += seconds
        self.reports.look()
        return [f"{event['type'].rpartition('.')[2]} {event['data']['item']}" for _, event in self.told[before:]]


@pytest.fixture
def unitedprint(tmp_path: Path) -> Iterator[Portal]:
    """Unitedprint's simulator."""
    with portal(tmp_path / "unitedprint") as running:
        yield running


@pytest.fixture
def works(tmp_path: Path, unitedprint: Portal) -> Works:
    """Works that have nothing yet."""
    return Works(tmp_path, unitedprint.address)


def test_tickets_and_orders_are_reported_once_to_their_shop(works: Works, unitedprint: Portal) -> None:
    works.workshop().hand_over(ticket("bottega-X-1-1-5"))
    works.workshop("quay").hand_over(ticket("quay-X-9-2-6", "quay", "X-9", "2"))
    unitedprint.place("kontor-X-1-3-7")
    unitedprint.place("somebody elses")
    works.look()
    shipped = {(shop, event["data"]["order"], event["data"]["item"]) for shop, event in works.told
               if event["type"].endswith("item.shipped")}  # fmt: skip
    assert shipped == {("bottega", "X-1", "1"), ("quay", "X-9", "2"), ("kontor", "X-1", "3")}
    assert all(event["source"] == f"/shops/{shop}" for shop, event in works.told)
    assert works.look() == []
    assert works.reports.waiting == 0


def test_nothing_is_reported_before_its_time(works: Works) -> None:
    works.workshop().hand_over(ticket("bottega-X-1-1-5"))
    assert works.look(0) == []
    assert works.reports.waiting > 0
    assert works.look(10)[-1] == "shipped 1"


def test_an_item_that_its_story_does_not_ship_never_leaves(works: Works) -> None:
    sent, kept = works.stream.order("bottega"), a_story_that_stays(works.stream)
    for number, story in enumerate((sent, kept)):
        works.workshop().hand_over(ticket(f"bottega-{story.number}-1-{number}", order=story.number))
    works.look()
    assert {event["data"]["order"] for _, event in works.told if event["type"].endswith("shipped")} == {sent.number}
    assert kept.number in {event["data"]["order"] for _, event in works.told}


def a_story_that_stays(stream: Stream) -> Story:
    """The next one whose first item does not ship."""
    while parcel := stream.next("bottega"):
        for event in parcel.events:
            story = stream.story("bottega", event["data"]["order"])
            assert story
            if story.placed and "1" not in story.ships:
                return story
    raise AssertionError("the stream is endless")


def test_withdrawn_tickets_are_mostly_not_reported_but_sometimes_they_are(works: Works) -> None:
    workshop = works.workshop()
    for number in range(60):
        workshop.hand_over(ticket(f"bottega-X-{number}-1-{number}", order=f"X-{number}"))
    works.look(0)
    for number in range(60):
        workshop.withdraw(f"bottega-X-{number}-1-{number}", "cancelled")
    works.look()
    assert 3 < len({event["data"]["order"] for _, event in works.told}) < 30


def test_backwards_tells_of_shipping_first(works: Works) -> None:
    works.reports.trouble("backwards", 1)
    works.workshop().hand_over(ticket("bottega-X-1-1-7"))
    assert works.look() == ["shipped 1", "in_production 1"]


def test_early_reports_come_with_the_first_look(works: Works) -> None:
    works.reports.trouble(ReportTrouble.EARLY, 1)
    works.workshop().hand_over(ticket("bottega-X-1-1-7"))
    assert works.look(0) == ["in_production 1", "shipped 1"]


def test_twice_repeats_each_report_as_the_same_event_and_as_another_one(works: Works) -> None:
    works.reports.trouble("calling back twice", 1)
    works.workshop().hand_over(ticket("bottega-X-1-1-7"))
    works.look()
    again = Counter(event["id"] for _, event in works.told)
    assert sorted(again.values()) == [1, 1, 2, 2]
    assert len({json.dumps({**event, "id": ""}) for _, event in works.told}) == 2


def test_troubles_end_with_their_share_and_have_the_names_of_the_table(works: Works) -> None:
    works.reports.trouble("before its own answer", 1)
    works.reports.trouble("before its own answer", 0)
    works.workshop().hand_over(ticket("bottega-X-1-1-7"))
    assert works.look(0) == []
    with pytest.raises(ValueError, match="never"):
        works.reports.trouble("never", 1)


def test_the_same_hand_over_is_reported_alike_in_every_run() -> None:
    handed = HandedOver("bottega-X-1-1-7", "bottega", "X-1", "1")
    first, second = (reports_of(handed, ships=True, moment=BEGAN, seed=SEED) for _ in range(2))
    assert first == second
    others = [
        reports_of(HandedOver(f"bottega-X-1-1-{row}", "bottega", "X-1", "1"), ships=True, moment=BEGAN, seed=SEED)
        for row in range(40)
    ]
    assert {len(reports) for reports in others} == {1, 2}


def test_the_works_report_on_while_unitedprint_is_away(tmp_path: Path) -> None:
    works = Works(tmp_path, "http://127.0.0.1:9")
    works.workshop().hand_over(ticket("bottega-X-1-1-7"))
    assert works.look()[-1] == "shipped 1"


def test_the_thread_looks_by_itself_until_it_is_stopped(works: Works) -> None:
    works.reports.trouble(ReportTrouble.EARLY, 1)
    works.reports.start()
    works.workshop().hand_over(ticket("bottega-X-1-1-7"))
    wait_until(lambda: len(works.told) == 2)
    works.reports.stop()
    works.workshop().hand_over(ticket("bottega-X-2-1-8"))
    assert len(works.told) == 2


def test_refunds_are_reported_once_read_and_some_fail_and_some_are_told_twice(tmp_path: Path) -> None:
    folder, told, seconds = RefundFolder(tmp_path / "refunds"), [], [0.0]
    refunders = Refunders(
        tmp_path, list(BY_CODE), lambda shop, event: told.append((shop, event)), lambda: BEGAN, seed=SEED,
        clock=lambda: seconds[0],
    )  # fmt: skip
    assert refunders.look() == 0
    for number in range(80):
        folder.request_refund(RefundInstruction(f"R-{number}", "quay", "Q-1", "1.00", "GBP", "cancelled"))
    refunders.look()
    assert refunders.waiting > 0
    seconds[0] = 10
    refunders.look()
    assert refunders.waiting == 0
    assert refunders.look() == 0
    assert {shop for shop, _ in told} == {"quay"}
    of_refund = {
        refund: {event["type"] for event in events}
        for refund, events in itertools.groupby(sorted((e for _, e in told), key=_refund), key=_refund)
    }
    assert len(of_refund) == 80
    # One and the same outcome, however often it is told.
    outcomes = Counter(kind for (kind,) in of_refund.values())
    assert outcomes["partnershop.refund.failed"] > 3
    assert outcomes["partnershop.refund.settled"] > 50
    assert 83 < len(told) < 110
    assert len({event["id"] for _, event in told}) == len(told)


def _refund(event: Event) -> str:
    return str(event["data"]["refund"])


def test_a_failed_refund_brings_a_new_request_until_one_is_settled(product: pytest.MonkeyPatch) -> None:
    played = Played(product)
    dice_of = itertools.count()
    stream = Stream(RULES, 7, lambda: BEGAN)
    stories = [stream.order("kontor") for _ in range(12)]
    for story in stories:
        pay = {"payment": "P-1", "amount": "9000.00", "currency": "EUR", "method": "transfer",
               "received_at": BEGAN.isoformat(), "order": story.number}  # fmt: skip
        cancel = {"order": story.number, "reason": "customer_request"}
        events = [*story.events(), event_of("kontor", f"p-{story.number}", "payment.received", pay, BEGAN),
                  event_of("kontor", f"c-{story.number}", "order.cancelled", cancel, BEGAN)]  # fmt: skip
        played.knock("kontor", events)
    reported: set[int] = set()
    while True:
        with unit_of_work() as session:
            new = [row for row in session.query(RefundRequest) if row.id not in reported]
        if not new:
            break
        next(dice_of)
        reported |= {row.id for row in new}
        played.knock("kontor", [e for row in new for e in outcome_of("kontor", row.name, moment=BEGAN, seed=SEED)])
    with unit_of_work() as session:
        rows = list(session.query(RefundRequest))
    assert next(dice_of) > 1
    assert any(row.state is RefundState.FAILED for row in rows)
    settled = [row for row in rows if row.state is RefundState.SETTLED]
    assert len(settled) == len({row.order_id for row in settled}) == 12
    assert all(row.state in (RefundState.FAILED, RefundState.SETTLED) for row in rows)
