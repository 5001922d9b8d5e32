"""The drill's own calculation over whole streams: the recorded one, and stories in any order and more than once."""

import gzip
import json
import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise

import playing
import strategies  # noqa: F401  loads the profile of the run
from hypothesis import given
from hypothesis import strategies as st
from sample_books import SAMPLES
from sample_books import Shop as CountedApart

from partnershop.drill.ledger import Event
from partnershop.drill.reckoning import Duty, Place, Reckoned, ReckonedOrder, ShopRules, reckon
from partnershop.drill.reports import HandedOver, reports_of
from partnershop.drill.stories import Story

RECORDED = SAMPLES / "recorded"


@cache
def recorded() -> tuple[Event, ...]:
    """The recorded stream's events."""
    with gzip.open(RECORDED / "online_retail_2010_12.jsonl.gz", "rt", encoding="utf-8") as lines:
        return tuple(json.loads(line) for line in lines)


@cache
def retail() -> ShopRules:
    """The shop of the recorded stream."""
    shop, catalogue = SAMPLES / "shops" / "retail.yaml", SAMPLES / "catalogue.yaml"
    return ShopRules.read(shop.read_text(encoding="utf-8"), catalogue.read_text(encoding="utf-8"))


def test_the_recorded_stream_comes_to_what_was_recorded() -> None:
    expected = json.loads((RECORDED / "online_retail_2010_12.expected.json").read_text(encoding="utf-8"))
    reckoned = reckon(retail(), recorded())
    orders = list(reckoned.orders.values())
    books = [order.books[0] for order in orders]
    items = [each for order in orders for each in order.items.values()]
    states = [state for order in orders for state in order.complaints.values()]
    figures = {
        "orders": len(orders), "items": len(items), "orphan_cancellations": len(reckoned.parked()),
        "in_house": sum(each.places == {Place.IN_HOUSE} for each in items),
        "unitedprint": sum(each.places == {Place.UNITEDPRINT} for each in items),
        "items_cancelled": sum(each.cancelled for each in items),
        "complaints_accepted": states.count(frozenset({"accepted"})),
        "orders_with_refund": sum(each.refunds > 0 for each in books),
        "live_net": _pounds(sum(each.net for each in books)), "live_gross": _pounds(sum(each.gross for each in books)),
        "paid": _pounds(sum(order.paid for order in orders)),
        "refunds": _pounds(sum(each.refunds for each in books)),
        "invoiced_gross_first": _pounds(sum(each.gross + each.entitled for each in books)),
    }  # fmt: skip
    assert figures == {name: expected[name] for name in figures}
    assert all(len(order.books) == 1 for order in orders), "nothing in it hangs on the order of arrival"


def _pounds(minor: int) -> str:
    return f"{Decimal(minor).scaleb(-2):.2f}"


def test_the_recorded_stream_comes_to_the_same_backwards_and_twice() -> None:
    events = recorded()
    assert reckon(retail(), [*reversed(events), *events]).orders == reckon(retail(), events).orders


def told(story: Story) -> list[Event]:
    """A story's events, and what the works report of every item that ships, as if all were handed over."""
    events = story.events()
    for key in sorted(story.ships):
        handed = HandedOver(f"{story.number}-{key}", story.shop, story.number, key)
        moment = playing.BEGAN + timedelta(hours=1)
        events += [each.event for each in reports_of(handed, ships=True, moment=moment, seed=playing.SEED)]
    return events


def only(reckoned: Reckoned, number: str) -> ReckonedOrder:
    """The one order there is, with the one outcome that it can have."""
    order = reckoned.orders[number]
    assert len(order.books) == 1
    return order


SEEDS = st.integers(0, 10**6)


@given(SEEDS, st.randoms(use_true_random=False))
def test_the_order_and_the_duplication_of_a_storys_events_change_nothing(seed: int, dice: random.Random) -> None:
    story = playing.story(seed)
    rules, events = playing.BY_CODE[story.shop], told(story)
    shuffled = [*events, *dice.choices(events, k=3)]
    dice.shuffle(shuffled)
    assert reckon(rules, shuffled) == reckon(rules, events)


@given(SEEDS)
def test_entitlements_telescope_and_refunds_never_shrink_whatever_prefix_has_been_told(seed: int) -> None:
    story = playing.story(seed)
    if story.placed is None:
        return
    rules, events = playing.BY_CODE[story.shop], told(story)
    books = [only(reckon(rules, events[:count]), story.number).books[0] for count in range(1, len(events) + 1)]
    first = books[0].gross
    assert all(each.gross + each.entitled == first for each in books)
    for before, after in pairwise(books):
        assert (after.entitled >= before.entitled, after.refunds >= before.refunds) == (True, True)


@given(SEEDS)
def test_an_order_of_which_all_is_cancelled_owes_nothing_and_gets_all_back(seed: int) -> None:
    story = playing.story(seed)
    if story.placed is None:
        return
    gone = replace(story.steps[-1], kind="order.cancelled", data={"order": story.number, "reason": "x"})
    events = replace(story, steps=(*story.steps, gone)).events()
    order = only(reckon(playing.BY_CODE[story.shop], events), story.number)
    first = only(reckon(playing.BY_CODE[story.shop], events[:1]), story.number).books[0].gross
    (books,) = order.books
    back = 0 if order.internal else min(first, order.paid)
    assert (books.net, books.gross, books.entitled, books.refunds) == (0, 0, first, back)


@given(SEEDS)
def test_stories_come_to_what_the_samples_other_calculation_says(seed: int) -> None:
    story = playing.story(seed)
    # Without reports: the samples' calculation knows no gates.
    rules, events = playing.BY_CODE[story.shop], story.events()
    apart = CountedApart({"incomplete_settings": "hold", **rules.settings})
    for event in events:
        apart.take(dict(event))
    apart.judge({"products": rules.products})
    counted = apart.books()["orders"]
    reckoned = reckon(rules, events)
    assert counted.keys() == reckoned.orders.keys()
    for number in counted:
        order = only(reckoned, number)
        (books,) = order.books
        places = [each.places for each in order.items.values()]
        figures = {
            "live_net": _pounds(books.net), "live_gross": _pounds(books.gross), "paid": _pounds(order.paid),
            "refunds": _pounds(books.refunds), "in_house": places.count(frozenset({Place.IN_HOUSE})),
            "unitedprint": places.count(frozenset({Place.UNITEDPRINT})),
        }  # fmt: skip
        assert {name: counted[number][name] for name in figures} == figures
        if order.invoice is Duty.MUST:
            assert Decimal(counted[number]["invoiced_gross_first"]) > 0
