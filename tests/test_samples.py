"""The samples: they hold what they should, their books are worked out apart, and the pipeline ends on the same."""

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pipeline
import pytest
from commanding import database, no_place
from sample_books import expected_books

from partnershop.cli.demo_report import books_of, differences
from partnershop.cli.playing import Player, load_shops, read_steps, slices
from partnershop.cli.sending import read_events
from partnershop.contract import SHOP_TYPES, TYPE_PREFIX
from partnershop.db import unit_of_work
from partnershop.errors import Refused
from partnershop.paths import SAMPLES
from partnershop.stages import Stage

__all__ = ["database", "no_place"]

EVENTS = [json.loads(line) for line in read_events(SAMPLES / "events.jsonl")]
EXPECTED = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))


def data_of(kind: str) -> list[Any]:
    """The data of all events of this kind."""
    return [event["data"] for event in EVENTS if event["type"] == TYPE_PREFIX + kind]


def test_the_expected_books_are_those_of_the_independent_calculation() -> None:
    assert expected_books() == EXPECTED


def test_two_orders_worked_out_by_hand() -> None:
    # 68.33 + 68.33 + 57.50 + 85.00 at 20 %: 279.16 + 55.83; all of it was paid, cancelled and goes back.
    golden = EXPECTED["retail"]["orders"]["R-3001"]
    assert (golden["invoiced_gross_first"], golden["live_gross"], golden["refunds"]) == ("334.99", "0.00", "334.99")
    # 96.45 less 20 % (19.29) less 12.00 and 12.00 shipping at 22 %: 77.16 + 16.98; 655.05 at 4 %: 26.20; 133.33 at
    # 10 %: 13.33. Before, 108.45 at 22 % (23.86): 960.22 paid, 922.05 left.
    mixed = EXPECTED["aurora"]["orders"]["A-1004"]
    gross = (
        Decimal("77.16")
        + Decimal("16.98")
        + Decimal("655.05")
        + Decimal("26.20")
        + Decimal("133.33")
        + Decimal("13.33")
    )
    assert (mixed["live_gross"], mixed["refunds"]) == (str(gross), str(Decimal("960.22") - gross))


def test_the_stream_has_everything_it_should() -> None:
    assert {event["type"].removeprefix(TYPE_PREFIX) for event in EVENTS} == set(SHOP_TYPES)
    orders = {order["order"]: order for order in data_of("order.placed")}
    assert len(orders) >= 12
    assert {event["source"] for event in EVENTS} == {"/shops/aurora", "/shops/gutendruck", "/shops/retail"}
    assert {order["customer"]["language"] for order in orders.values()} >= {"it", "de", "en", None}
    rates = [{line["vat_rate"] for line in order["items"]} for order in orders.values()]
    assert {"22", "10", "4", "19", "7", "20", "0"} <= set().union(*rates)
    assert any(len(mixed) >= 3 for mixed in rates)
    assert any(order["charges"] for order in orders.values())
    assert any(order["internal"] for order in orders.values())
    accepted = Counter(data["complaint"] for data in data_of("complaint.accepted"))
    about = Counter(
        (data["order"], data["item"]) for data in data_of("complaint.opened") if data["complaint"] in accepted
    )
    assert max(about.values()) >= 2
    assert {key for data in data_of("complaint.accepted") for key in data["reduction"]} == {"net", "percent"}
    assert max(Counter(event["id"] for event in EVENTS).values()) == 2
    domains = {order["customer"]["email"].rpartition(".")[2] for order in orders.values()}
    assert domains == {"example"}


def test_every_event_belongs_to_a_step_and_each_step_does_one_thing() -> None:
    steps = read_steps(SAMPLES)
    played = [line for _, lines in slices(read_events(SAMPLES / "events.jsonl"), steps) for line in lines]
    assert played == read_events(SAMPLES / "events.jsonl")
    with pytest.raises(Refused, match="no step sends the last"):
        list(slices(read_events(SAMPLES / "events.jsonl"), steps[:-1]))
    with pytest.raises(Refused, match="no event aurora-0023 is left to send"):
        list(slices(read_events(SAMPLES / "events.jsonl"), [steps[0], steps[0]]))


def test_a_wrong_play_is_refused(tmp_path: Path) -> None:
    (tmp_path / "play.yaml").write_text("steps: [{say: x}, {say: y, emit_untill: z}]", encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        read_steps(tmp_path)
    assert "steps[0]: must have `say` and one of emit_until, catalogue, shop, operator" in str(refusal.value)
    assert "steps[1].emit_untill: is not known here" in str(refusal.value)


@pytest.fixture
def played(database: str, no_place: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The samples were played through all stages but printing, in this process; what was said of the steps."""
    import tasks.dispatch  # noqa: PLC0415
    from partnershop.gateways.fakes import FakeProducer  # noqa: PLC0415

    no_place.setenv("PARTNERSHOP_DATA", str(tmp_path))
    fakes = {True: FakeProducer("workshop"), False: FakeProducer("unitedprint", idempotent=False)}
    no_place.setattr(tasks.dispatch, "workshop", lambda _shop: fakes[True])
    no_place.setattr(tasks.dispatch, "unitedprint", lambda _shop: fakes[False])
    said: list[str] = []

    def emit(shop: str, lines: list[bytes]) -> None:
        pipeline.knock(shop, [json.loads(line) for line in lines])

    def settle() -> None:
        pipeline.run(pipeline.ALL - {Stage.DOCUMENTS})

    assert load_shops(SAMPLES) == ["aurora", "gutendruck", "retail"]
    Player(SAMPLES, emit, settle, said.append).play()
    return said


def test_the_pipeline_ends_on_the_expected_books(played: list[str]) -> None:
    assert len(played) == len(read_steps(SAMPLES))
    with unit_of_work() as session:
        found = books_of(session)
    assert list(differences(EXPECTED, found)) == []


def test_differences_are_named() -> None:
    expected = {"a": {"b": 1, "c": 2}, "d": 3}
    assert list(differences(expected, {"a": {"b": 1, "c": 5}, "e": 4})) == [
        "a.c is 5, expected is 2",
        "d is None, expected is 3",
        "e is 4, expected is None",
    ]


def test_the_recorded_stream_is_whole() -> None:
    folder = SAMPLES / "recorded"
    expected = json.loads((folder / "online_retail_2010_12.expected.json").read_text(encoding="utf-8"))
    assert len(read_events(folder / "online_retail_2010_12.jsonl.gz")) == expected["events"]
    assert "CC BY 4.0" in (folder / "SOURCE.md").read_text(encoding="utf-8")
