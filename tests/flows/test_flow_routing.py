"""Place of production: where items go, why they wait, and that they go on by themselves."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest
from factories import AT_UNITEDPRINT, IN_HOUSE, PRODUCTS, Scene, attribute, item
from sqlalchemy import select

from models import CatalogueVersion, ItemHistory, ShopSettings
from partnershop.db import unit_of_work
from partnershop.errors import Refused
from partnershop.flows.settings import catalogue_rules, place_of_production
from partnershop.gateways.outcome import Unavailable
from partnershop.gateways.ticket import Ticket
from partnershop.rules.eligibility import decide
from partnershop.stages import Stage

POSTER: dict[str, Any] = {"product": "poster", "options": {"format": "a1"}}


def with_attribute(key: str, added: Mapping[str, Any]) -> dict[str, Any]:
    """The catalogue with an attribute more (or another one) on the flyer."""
    products = copy.deepcopy(PRODUCTS)
    products["flyer"]["attributes"][key] = dict(added)
    return products


@pytest.mark.parametrize(
    ("ordered", "route", "verdict", "about"),
    [
        ({"options": IN_HOUSE}, "in_house", "matches", []),
        ({"options": AT_UNITEDPRINT}, "unitedprint", "not_ticked", ["format"]),
        ({"options": IN_HOUSE | {"quantity": "5000"}}, "unitedprint", "not_ticked", ["quantity"]),
        ({"options": IN_HOUSE | {"data-check": "professional"}}, "unitedprint", "not_ticked", ["data-check"]),
        (POSTER, "unitedprint", "product_not_set_up", ["poster"]),
    ],
)
def test_an_item_goes_where_one_hundred_per_cent_of_its_attributes_say(
    scene: Scene, ordered: dict[str, Any], route: str, verdict: str, about: list[str]
) -> None:
    scene.place("A-1", [item("1", "50.00", **ordered)])
    scene.go()
    (decision,) = scene.decisions("A-1", "1")
    assert (decision.route.value, decision.verdict, decision.about) == (route, verdict, about)
    assert scene.item("A-1", "1").route is decision.route
    producer = scene.workshop if route == "in_house" else scene.unitedprint
    assert [ticket.item for ticket in producer.tickets] == ["1"]


def test_the_switch_sends_everything_to_unitedprint(scene: Scene) -> None:
    place = scene.settings["place_of_production"] | {"mode": "all_at_unitedprint"}
    scene.change_settings(place_of_production=place)
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    assert [decision.verdict for decision in scene.decisions("A-1", "1")] == ["all_at_unitedprint"]


def test_the_stored_trace_and_versions_give_the_same_decision_again(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00"), item("2", "5.00", options=AT_UNITEDPRINT), item("3", "1.00", **POSTER)])
    scene.go()
    scene.change_settings(invoice_on="placed")
    scene.load_catalogue(with_attribute("corners", attribute("square", shown_in_shop=False, default="square")))
    for key in "123":
        (decision,) = scene.decisions("A-1", key)
        with unit_of_work() as session:
            catalogue = catalogue_rules(session.get_one(CatalogueVersion, decision.catalogue_id).products)
            place = place_of_production(session.get_one(ShopSettings, decision.settings_id))
        chosen = {attribute: option for attribute, option, _, from_default in decision.checks if not from_default}
        again = decide(catalogue, place, scene.item("A-1", key).product, chosen)
        assert (again.route, again.verdict, list(again.about)) == (decision.route, decision.verdict, decision.about)
        assert [[c.attribute, c.option, c.ticked, c.from_default] for c in again.checks] == decision.checks


def test_a_missing_hidden_attribute_takes_the_catalogues_default(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    assert ["data-check", "basic", True, True] in scene.decisions("A-1", "1")[0].checks


BROKEN: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    ({"product": "banner", "options": {"format": "a6"}}, "unknown_product",
     PRODUCTS | {"banner": PRODUCTS["poster"] | {"attributes": {"format": attribute("a6")}}}),
    ({"options": IN_HOUSE | {"corners": "round"}}, "unknown_attribute",
     with_attribute("corners", attribute("round"))),
    ({"options": IN_HOUSE | {"format": "a9"}}, "unknown_option", with_attribute("format", attribute("a6", "a9"))),
    ({"options": {"format": "a6"}}, "missing_attribute",
     with_attribute("quantity", attribute("1000", shown_in_shop=False, default="1000"))),
]  # fmt: skip


@pytest.mark.parametrize(("ordered", "reason", "mended"), BROKEN, ids=[reason for _, reason, _ in BROKEN])
def test_what_the_catalogue_does_not_know_is_held_with_the_reason_and_a_mended_catalogue_releases_it(
    scene: Scene, ordered: dict[str, Any], reason: str, mended: dict[str, Any]
) -> None:
    scene.change_settings(incomplete_settings="unitedprint")
    scene.place("A-1", [item("1", "50.00", **ordered), item("2", "5.00")])
    scene.go()
    held = scene.item("A-1", "1")
    assert (held.state.value, held.hold_code, held.route) == ("held", reason, None)
    assert held.hold_reason
    assert scene.decisions("A-1", "1") == []
    assert [ticket.item for ticket in scene.workshop.tickets + scene.unitedprint.tickets] == ["2"], "others go on"
    scene.load_catalogue(mended)
    scene.go()
    freed = scene.item("A-1", "1")
    assert (freed.state.value, freed.hold_code, freed.hold_reason) == ("handed_over", None, None)
    assert len(scene.decisions("A-1", "1")) == 1
    with unit_of_work() as session:
        moves = session.scalars(select(ItemHistory).where(ItemHistory.item_id == freed.id).order_by(ItemHistory.id))
        assert [move.to_state.value for move in moves] == ["received", "held", "received", "routed", "handed_over"]


def test_settings_with_an_attribute_without_a_ticked_option_are_not_saved_and_the_attribute_is_named(
    scene: Scene,
) -> None:
    ticks = scene.settings["place_of_production"]["products"]["flyer"] | {"data-check": []}
    with pytest.raises(Refused, match="data-check"):
        scene.change_settings(place_of_production={"mode": "some_or_all_in_house", "products": {"flyer": ticks}})
    assert scene.count(ShopSettings) == 1


def test_while_settings_are_incomplete_items_wait_and_go_on_when_they_are_complete(scene: Scene) -> None:
    scene.load_catalogue(with_attribute("corners", attribute("square", shown_in_shop=False, default="square")))
    scene.place("A-1", [item("1", "50.00"), item("2", "5.00", **POSTER)])
    scene.go()
    held = scene.item("A-1", "1")
    assert (held.state.value, held.hold_code) == ("held", "incomplete_settings")
    assert "corners" in (held.hold_reason or "")
    assert scene.item("A-1", "2").state.value == "handed_over"
    ticks = scene.settings["place_of_production"]["products"]["flyer"] | {"corners": ["square"]}
    scene.change_settings(place_of_production={"mode": "some_or_all_in_house", "products": {"flyer": ticks}})
    scene.go()
    assert [ticket.item for ticket in scene.workshop.tickets] == ["1"]


def test_while_settings_are_incomplete_a_shop_may_have_items_made_at_unitedprint(scene: Scene) -> None:
    scene.change_settings(incomplete_settings="unitedprint")
    scene.load_catalogue(with_attribute("corners", attribute("square", shown_in_shop=False, default="square")))
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    (decision,) = scene.decisions("A-1", "1")
    assert (decision.route.value, decision.verdict, decision.about) == (
        "unitedprint", "incomplete_settings", ["corners"],
    )  # fmt: skip


def test_changed_settings_count_for_later_items_only(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    scene.change_settings(place_of_production=scene.settings["place_of_production"] | {"mode": "all_at_unitedprint"})
    scene.place("A-2", [item("1", "50.00")])
    scene.go()
    routes = [scene.decisions(order, "1")[0] for order in ("A-1", "A-2")]
    assert [decision.route.value for decision in routes] == ["in_house", "unitedprint"]
    assert routes[0].settings_id < routes[1].settings_id


def test_a_held_item_can_be_cancelled_and_keeps_the_reason_it_was_held_for(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00", product="banner")])
    scene.go()
    scene.cancel("A-1", "1")
    scene.go()
    cancelled = scene.item("A-1", "1")
    assert (cancelled.state.value, cancelled.hold_code) == ("cancelled", "unknown_product")


def test_the_item_that_is_cancelled_before_it_was_routed_is_never_handed_over(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00"), item("2", "5.00")])
    scene.cancel("A-1", "1")
    scene.go()
    assert [ticket.item for ticket in scene.workshop.tickets] == ["2"]
    assert scene.dispatches("A-1", "1") == []
    assert len(scene.decisions("A-1", "1")) == 1, "it still has its decision"


# An operator sends an item to Unitedprint instead


def redirect(scene: Scene, key: str = "1") -> str:
    """The operator's action."""
    return scene.operator("item.redirected", order="A-1", item=key, to="unitedprint", reason="out of paper")


def test_an_operator_hands_an_item_over_to_unitedprint_before_the_print_works_have_it(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00")], payment_method="card")
    scene.go()
    assert scene.workshop.tickets == [], "it is not paid yet"
    redirect(scene)
    scene.pay("A-1", "61.00")
    scene.go()
    assert ([t.item for t in scene.workshop.tickets], [t.item for t in scene.unitedprint.tickets]) == ([], ["1"])
    before, after = scene.decisions("A-1", "1")
    assert (before.live, after.live, after.verdict, after.about) == (False, True, "redirected", ["out of paper"])
    assert after.decided_by == "/operators/anna"


def test_after_the_print_works_have_it_their_ticket_is_withdrawn(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    redirect(scene)
    scene.go()
    (ticket,) = scene.workshop.tickets
    assert list(scene.workshop.withdrawn) == [ticket.key]
    assert [t.item for t in scene.unitedprint.tickets] == ["1"]
    assert [d.state.value for d in scene.dispatches("A-1", "1")] == ["withdrawn", "done"]


@pytest.mark.parametrize("report", ["item.in_production", "item.shipped"])
def test_once_production_has_started_an_item_stays_where_it_is(scene: Scene, report: str) -> None:
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    scene.tell(report, order="A-1", item="1")
    refused = redirect(scene)
    scene.go()
    assert scene.told(refused).refused
    assert scene.unitedprint.tickets == []
    assert len(scene.decisions("A-1", "1")) == 1


def test_a_cancelled_item_or_one_at_unitedprint_is_not_handed_over_again(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00"), item("2", "5.00", options=AT_UNITEDPRINT)])
    scene.go()
    scene.cancel("A-1", "1")
    cancelled, already = redirect(scene, "1"), redirect(scene, "2")
    scene.go()
    assert scene.told(cancelled).refused
    assert scene.told(already).outcome == "item 2 of A-1 goes to Unitedprint already"
    assert [ticket.item for ticket in scene.unitedprint.tickets] == ["2"]


def test_a_hand_over_to_unitedprint_that_is_asked_for_before_routing_waits_for_it(scene: Scene) -> None:
    scene.place("A-1", [item("1", "50.00")])
    early = redirect(scene)
    scene.go()
    assert scene.told(early).state.value == "handled"
    assert [ticket.item for ticket in scene.unitedprint.tickets] == ["1"]


def test_a_hand_over_to_unitedprint_that_is_asked_for_during_a_call_that_fails_does_not_wait_for_the_next_call(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []

    def call(_: Ticket) -> Unavailable:
        told.append(redirect(scene))
        scene.go(frozenset({Stage.INBOX}))
        assert scene.told(told[0]).state.value == "parked", "the print works may have it already"
        return Unavailable("disk full")

    monkeypatch.setattr(scene.workshop, "hand_over", call)
    scene.place("A-1", [item("1", "50.00")])
    scene.go()
    assert [scene.told(event).state.value for event in told] == ["handled"]
    assert [ticket.item for ticket in scene.unitedprint.tickets] == ["1"]
    assert [row.state.value for row in scene.dispatches("A-1", "1")] == ["withdrawn", "done"]
