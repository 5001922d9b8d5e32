"""Stories: valid events of every kind, the same from the same seed, with an end that hangs on no order of arrival."""

import random
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from playing import BEGAN, BY_CODE, RULES, SEED, Played, story

from partnershop.contract import SHOP_TYPES, Envelope, ShopIdentity, parse
from partnershop.drill.ledger import Event
from partnershop.drill.refunders import outcome_of
from partnershop.drill.reports import HandedOver, reports_of
from partnershop.drill.stories import Story, plain
from partnershop.drill.story_orders import gross_minor, in_units, line_minor

STORIES = [story(seed) for seed in range(200)]


def kinds(events: list[Event]) -> list[str]:
    """Their short types."""
    return [str(event["type"]).removeprefix("partnershop.") for event in events]


def steps_of(one: Story, kind: str) -> list[Any]:
    """The data of a story's events of a kind."""
    return [event["data"] for event in one.events() if kinds([event]) == [kind]]


def test_every_kind_of_event_of_the_contract_occurs_within_200_stories() -> None:
    told = Counter(kind for one in STORIES for kind in kinds(one.events()))
    for one in STORIES:
        for item in (one.placed or {"items": []})["items"]:
            handed = HandedOver(f"{one.shop}-{one.number}-{item['item']}-1", one.shop, one.number, item["item"])
            reports = reports_of(handed, ships=item["item"] in one.ships, moment=BEGAN, seed=SEED)
            told.update(kinds([report.event for report in reports]))
    for number in range(50):
        told.update(kinds(outcome_of("bottega", f"R-{number}", moment=BEGAN, seed=SEED)))
    assert told.keys() == SHOP_TYPES.keys()


def test_every_event_keeps_the_contract_and_has_an_id_of_its_own() -> None:
    seen = set()
    for one in STORIES:
        shop = ShopIdentity(one.shop, BY_CODE[one.shop].settings["currency"])
        for event in one.events():
            read = parse(event, shop)
            assert isinstance(read, Envelope), read
            assert read.key not in seen
            seen.add(read.key)


def test_the_same_seed_tells_the_same_story() -> None:
    for seed in range(20):
        assert story(seed) == story(seed)
        assert story(seed).events() == story(seed).events()
    assert len({str(one.placed) for one in STORIES}) > 190


def test_orders_are_of_many_makes() -> None:
    placed = [one.placed for one in STORIES if one.placed]
    items = [item for data in placed for item in data["items"]]
    assert {len(data["items"]) for data in placed} == {1, 2, 3, 4, 5}
    assert {data["payment_method"] for data in placed} == {"card", "paypal", "advance", "invoice"}
    assert {item["vat_rate"] for item in items} >= {"22", "10", "4", "19", "7", "20", "5", "0"}
    assert {item["vat_category"] for item in items if item["vat_rate"] == "0"} == {"E", "Z"}
    assert any(data.get("internal") for data in placed)
    assert any(data["charges"] for data in placed)
    assert any(one.placed is None for one in STORIES)
    assert any(len(item["unit_price"].partition(".")[2]) == 4 for item in items)


def test_payments_are_missing_partial_full_and_more() -> None:
    found = set()
    for one in STORIES:
        if one.placed is None or one.placed.get("internal"):
            continue
        paid = sum(Decimal(payment["amount"]) for payment in steps_of(one, "payment.received"))
        gross = Decimal(in_units(gross_minor(one.placed)))
        found.add("nothing" if not paid else "part" if paid < gross else "full" if paid == gross else "over")
    assert found == {"nothing", "part", "full", "over"}


def test_a_complaint_has_one_decision_and_no_reduction_can_be_refused() -> None:
    for one in (one for one in STORIES if one.placed):
        assert one.placed
        nets = {item["item"]: line_minor(item) for item in one.placed["items"]}
        about = {data["complaint"]: data["item"] for data in steps_of(one, "complaint.opened")}
        accepted, rejected = steps_of(one, "complaint.accepted"), steps_of(one, "complaint.rejected")
        decided = [data["complaint"] for data in (*accepted, *rejected)]
        assert len(decided) == len(set(decided)) <= len(about) <= 2
        for data in accepted:
            net = nets[about[data["complaint"]]]
            given = data["reduction"]
            off = Decimal(given["net"]) * 100 if "net" in given else net * Decimal(given["percent"]) / 100
            assert Decimal("0.5") <= off <= net * Decimal("0.45")


def test_a_plain_order_is_on_account_and_all_of_it_ships() -> None:
    for seed in range(30):
        one = plain(random.Random(seed), RULES[seed % 3], "X-1", BEGAN, complained=bool(seed % 2))
        assert one.placed
        assert one.placed["payment_method"] == "invoice"
        assert one.ships == {item["item"] for item in one.placed["items"]}
        assert not {"item.cancelled", "order.cancelled"} & set(kinds(one.events()))
        assert kinds(one.events()).count("complaint.accepted") == seed % 2


def test_a_plain_order_is_invoiced_and_its_complaint_reduces_it(product: pytest.MonkeyPatch) -> None:
    played = Played(product)
    dice = random.Random(3)
    stories = [plain(dice, rules, f"X-{number}", BEGAN, complained=True) for number in range(3) for rules in RULES]
    played.play(stories)
    for one in stories:
        ended = played.ended(one)
        assert one.placed
        assert all(state == "shipped" for _, state, _ in ended["items"])
        assert 0 < ended["gross"] < gross_minor(one.placed)


def test_the_end_of_a_story_does_not_depend_on_the_order_or_the_duplication_of_its_events(
    product: pytest.MonkeyPatch,
) -> None:
    played = Played(product)
    numbers = range(36)
    straight = [story(seed, f"A-{seed}") for seed in numbers]
    shuffled = [story(seed, f"Z-{seed}") for seed in numbers]
    played.play(straight)
    dice = random.Random(5)
    for code in BY_CODE:
        events = [event for one in shuffled if one.shop == code for event in one.events()]
        events += dice.sample(events, len(events) // 5)
        dice.shuffle(events)
        while events:
            count = dice.randint(1, 1 + len(events) // 2)
            played.knock(code, events[:count])
            events = events[count:]
    # Backwards: shipped before anybody heard of production.
    by_number = {(one.shop, one.number): one for one in shuffled}
    while told := played.reports(by_number):
        for code in BY_CODE:
            events = [event for shop, event in reversed(told) if shop == code]
            for start in range(0, len(events), 15):
                played.knock(code, [event for event in events[start : start + 15] for _ in range(2)])
    for one, other in zip(straight, shuffled, strict=True):
        assert played.ended(other) == played.ended(one), (one.shop, one.number)
    ends = [played.ended(one) for one in straight]
    assert any(end and end["refunds"] for end in ends)
    assert any(end and end["gross"] == 0 and end["entitled"] for end in ends)
