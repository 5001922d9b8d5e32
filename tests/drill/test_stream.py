"""The plan of a shop: endless, the same from the same seed, and troubled only while it is told to be."""

import itertools
import random
from collections import Counter
from datetime import datetime, timedelta

import pytest
from playing import BEGAN, BY_CODE, RULES

from partnershop.contract import Envelope, ShopIdentity, parse
from partnershop.drill.ledger import Event
from partnershop.drill.stream import Stream
from partnershop.drill.troubles import TroubleName, cut, hours_older, older, other_body


def stream(seed: int = 7) -> Stream:
    """The three shops at a moment that stands still."""
    return Stream(RULES, seed, lambda: BEGAN)


def events(of: Stream, shop: str, count: int) -> list[Event]:
    """So many events of a shop at least, in the order they are sent."""
    sent: list[Event] = []
    while len(sent) < count:
        parcel = of.next(shop)
        assert parcel is not None
        sent += parcel.events
    return sent


def rest(of: Stream, shop: str) -> list[Event]:
    """What is sent once the plan ends."""
    of.end()
    return [event for parcel in iter(lambda: of.next(shop), None) for event in parcel.events]


def ids(of: list[Event]) -> list[str]:
    """Their ids."""
    return [str(event["id"]) for event in of]


def test_the_same_seed_makes_the_same_plan_and_another_one_another() -> None:
    assert events(stream(), "kontor", 300) == events(stream(), "kontor", 300)
    assert events(stream(), "kontor", 300) != events(stream(8), "kontor", 300)


def test_the_shops_do_not_disturb_each_other() -> None:
    alone, beside = stream(), stream()
    events(beside, "quay", 50)
    assert events(alone, "kontor", 100) == events(beside, "kontor", 100)


def test_an_untroubled_plan_tells_each_event_once_and_each_order_before_what_happens_to_it() -> None:
    for shop in BY_CODE:
        of = stream()
        sent = events(of, shop, 400)
        sent += rest(of, shop)
        assert len(ids(sent)) == len(set(ids(sent)))
        known: set[str] = set()
        for event in sent:
            number = event["data"]["order"]
            story = of.story(shop, number)
            assert story is not None
            assert number in known or story.placed is None or event["type"].endswith("order.placed")
            known.add(number)
        # All of every story that was begun.
        begun = {event["data"]["order"] for event in sent}
        assert sum(len(story.steps) for number in begun if (story := of.story(shop, number))) == len(sent)


def test_stories_run_side_by_side() -> None:
    sent = events(stream(), "bottega", 300)
    numbers = [event["data"]["order"] for event in sent]
    runs = [number for number, _ in itertools.groupby(numbers)]
    assert len(runs) > 2 * len(set(numbers))


def test_some_requests_are_single_and_some_are_batches() -> None:
    of = stream()
    sizes = Counter(len(parcel.events) for _ in range(200) if (parcel := of.next("quay")))
    assert sizes[1] > 50
    assert sum(count for size, count in sizes.items() if size > 1) > 20
    assert max(sizes) <= 8


def test_duplicated_events_come_again_and_are_the_same() -> None:
    of = stream()
    of.trouble(TroubleName.DUPLICATED, 0.5)
    sent = events(of, "kontor", 400) + rest(of, "kontor")
    again = Counter(ids(sent))
    assert {1, 2, 3} == set(again.values())
    for event_id in again:
        assert len({str(event) for event in sent if event["id"] == event_id}) == 1


def test_shuffled_events_come_before_their_order() -> None:
    of = stream()
    of.trouble("shuffled", 0.5)
    sent = events(of, "kontor", 400) + rest(of, "kontor")
    placed = {e["data"]["order"]: place for place, e in enumerate(sent) if e["type"].endswith("order.placed")}
    early = [e for place, e in enumerate(sent) if place < placed.get(e["data"]["order"], 0)]
    assert len(early) > 20
    assert len(ids(sent)) == len(set(ids(sent)))


def test_delayed_events_are_kept_to_the_end_and_hours_old() -> None:
    of = stream()
    of.trouble("delayed by hours", 0.3)
    sent = events(of, "kontor", 300)
    of.trouble("delayed by hours", 0)
    kept = [event for event in rest(of, "kontor") if BEGAN - datetime.fromisoformat(event["time"]) > timedelta(hours=1)]
    assert len(kept) > 60
    assert not set(ids(kept)) & set(ids(sent))


def test_what_is_replayed_is_a_month_old_and_comes_twice() -> None:
    of = stream()
    of.trouble(TroubleName.REPLAYED, 1)
    parcel = of.next("kontor")
    assert parcel is not None
    assert (len(parcel.events), parcel.bad) == (1, TroubleName.REPLAYED)
    [event] = parcel.events
    assert BEGAN - datetime.fromisoformat(event["time"]) > timedelta(days=30)
    of.trouble(TroubleName.REPLAYED, 0)
    assert event in events(of, "kontor", 300)


@pytest.mark.parametrize("name", [TroubleName.TRUNCATED, TroubleName.OTHER_BODY])
def test_what_the_client_is_to_spoil_travels_alone(name: TroubleName) -> None:
    of = stream()
    of.trouble(name, 0.3)
    parcels = [parcel for _ in range(200) if (parcel := of.next("quay"))]
    bad = [parcel for parcel in parcels if parcel.bad]
    assert bad
    assert all(len(parcel.events) == 1 and parcel.bad is name for parcel in bad)
    sent = [event for parcel in parcels for event in parcel.events]
    assert len(ids(sent)) == len(set(ids(sent)))


def test_a_trouble_ends_when_its_share_is_0_and_there_is_no_trouble_of_another_name() -> None:
    of = stream()
    of.trouble("truncated", 1)
    of.trouble("truncated", 0)
    assert not any(parcel.bad for _ in range(100) if (parcel := of.next("quay")))
    with pytest.raises(ValueError, match="upside down"):
        of.trouble("upside down", 1)


def test_what_others_put_in_goes_first_and_in_its_order() -> None:
    of = stream()
    events(of, "quay", 20)
    mine = [{"id": f"mine-{number}", "time": BEGAN.isoformat()} for number in range(3)]
    of.put("quay", *mine)
    assert ids(events(of, "quay", 3))[:3] == ["mine-0", "mine-1", "mine-2"]


@pytest.mark.parametrize("name", ["delayed by hours", "shuffled"])
def test_something_goes_out_also_where_everything_is_held_back(name: str) -> None:
    of = stream()
    of.trouble(name, 1)
    assert len(events(of, "quay", 100)) >= 100


@pytest.mark.parametrize("name", ["delayed by hours", "replayed from a month ago"])
def test_what_others_put_in_keeps_its_time_since_the_same_event_may_come_twice(name: str) -> None:
    of = stream()
    of.trouble(name, 1)
    mine = {"id": "mine", "time": BEGAN.isoformat()}
    of.put("quay", mine, mine)
    sent = events(of, "quay", 20) if "month" in name else []
    sent += rest(of, "quay")
    assert [event for event in sent if event["id"] == "mine"] == [mine, mine]


def test_an_order_that_is_asked_for_goes_first_and_untroubled_and_has_its_story() -> None:
    of = stream()
    of.trouble("delayed by hours", 1)
    story = of.order("kontor", complained=True)
    assert of.story("kontor", story.number) is story
    assert events(of, "kontor", 1)[0] == story.event(0)
    assert of.story("kontor", "nobody's") is None


def test_an_ending_plan_comes_to_its_end_and_begins_nothing() -> None:
    of = stream()
    events(of, "bottega", 100)
    left = of.left("bottega")
    assert left > 0
    assert len(rest(of, "bottega")) == left
    assert of.left("bottega") == 0
    assert of.next("bottega") is None


def test_another_body_is_a_valid_event_that_says_something_else() -> None:
    for shop, rules in BY_CODE.items():
        for event in events(stream(), shop, 200):
            other = other_body(event)
            assert other["id"] == event["id"]
            assert other["data"] != event["data"]
            assert isinstance(parse(other, ShopIdentity(shop, rules.settings["currency"])), Envelope)


def test_older_events_say_the_same_at_another_time() -> None:
    event = stream().order("quay").event(0)
    for moved in (older(event, timedelta(days=31)), hours_older(event, random.Random(1))):
        assert datetime.fromisoformat(moved["time"]) <= datetime.fromisoformat(event["time"]) - timedelta(hours=2)
        assert {**moved, "time": event["time"]} == event
    assert 0 < len(cut(b"{}", random.Random(1))) < 2
