"""Who makes an item: one hundred per cent or Unitedprint; the trace says why and can be checked again."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from strategies import catalogues, choices, places

from partnershop.rules.eligibility import (
    Attribute,
    Catalogue,
    Check,
    IncompleteSettings,
    Mode,
    PlaceOfProduction,
    Route,
    Verdict,
    decide,
    empty_attributes,
    unknown_names,
)

FLYER: Mapping[str, Attribute] = {
    "format": Attribute(frozenset({"a6", "a5"})),
    "quantity": Attribute(frozenset({"1000", "5000"})),
    "check": Attribute(frozenset({"basic", "professional"}), shown_in_shop=False, default="basic"),
}
CATALOGUE: Catalogue = {"flyer": FLYER, "poster": {"format": Attribute(frozenset({"a1"}))}}
TICKED = {"flyer": {"format": frozenset({"a6"}), "quantity": frozenset({"1000"}), "check": frozenset({"basic"})}}
PLACE = PlaceOfProduction(Mode.SOME_OR_ALL_IN_HOUSE, TICKED)
GOOD = {"format": "a6", "quantity": "1000"}


@pytest.mark.parametrize(
    ("product", "options", "route", "verdict", "about"),
    [
        ("flyer", GOOD, Route.IN_HOUSE, Verdict.MATCHES, ()),
        ("flyer", GOOD | {"check": "basic"}, Route.IN_HOUSE, Verdict.MATCHES, ()),
        ("flyer", GOOD | {"format": "a5"}, Route.UNITEDPRINT, Verdict.NOT_TICKED, ("format",)),
        ("flyer", GOOD | {"quantity": "5000"}, Route.UNITEDPRINT, Verdict.NOT_TICKED, ("quantity",)),
        ("flyer", GOOD | {"check": "professional"}, Route.UNITEDPRINT, Verdict.NOT_TICKED, ("check",)),
        ("flyer", {"format": "a5", "quantity": "5000"}, Route.UNITEDPRINT, Verdict.NOT_TICKED, ("format", "quantity")),
        ("poster", {"format": "a1"}, Route.UNITEDPRINT, Verdict.PRODUCT_NOT_SET_UP, ("poster",)),
        ("banner", {}, None, Verdict.UNKNOWN_PRODUCT, ("banner",)),
        ("flyer", GOOD | {"glitter": "yes"}, None, Verdict.UNKNOWN_ATTRIBUTE, ("glitter",)),
        ("flyer", GOOD | {"format": "a9"}, None, Verdict.UNKNOWN_OPTION, ("format=a9",)),
        ("flyer", {"format": "a6"}, None, Verdict.MISSING_ATTRIBUTE, ("quantity",)),
    ],
)
def test_an_item_is_routed_or_held(
    product: str, options: dict[str, str], route: Route | None, verdict: Verdict, about: tuple[str, ...]
) -> None:
    decision = decide(CATALOGUE, PLACE, product, options)
    assert (decision.route, decision.verdict, decision.about) == (route, verdict, about)


def test_the_switch_sends_everything_to_unitedprint_but_never_what_the_catalogue_does_not_know() -> None:
    place = PlaceOfProduction(Mode.ALL_AT_UNITEDPRINT, TICKED)
    decision = decide(CATALOGUE, place, "flyer", GOOD)
    assert (decision.route, decision.verdict) == (Route.UNITEDPRINT, Verdict.ALL_AT_UNITEDPRINT)
    assert decide(CATALOGUE, place, "banner", {}).route is None


@pytest.mark.parametrize(
    ("answer", "route"), [(IncompleteSettings.HOLD, None), (IncompleteSettings.UNITEDPRINT, Route.UNITEDPRINT)]
)
@pytest.mark.parametrize("options", [GOOD, GOOD | {"format": "a5"}])
def test_an_attribute_without_a_ticked_option_holds_the_item_or_sends_it_to_unitedprint(
    answer: IncompleteSettings, route: Route | None, options: dict[str, str]
) -> None:
    ticked = {"flyer": TICKED["flyer"] | {"check": frozenset[str]()}}
    decision = decide(CATALOGUE, PlaceOfProduction(Mode.SOME_OR_ALL_IN_HOUSE, ticked, answer), "flyer", options)
    assert (decision.route, decision.verdict, decision.about) == (route, Verdict.INCOMPLETE_SETTINGS, ("check",))


def test_the_trace_has_each_attribute_its_option_whether_it_was_ticked_and_where_it_came_from() -> None:
    decision = decide(CATALOGUE, PLACE, "flyer", GOOD | {"format": "a5"})
    assert decision.checks == (
        Check("format", "a5", False), Check("quantity", "1000", True), Check("check", "basic", True, from_default=True),
    )  # fmt: skip
    assert decision.misses == 1


def test_settings_without_a_ticked_option_are_named_hidden_attributes_too() -> None:
    place = PlaceOfProduction(Mode.SOME_OR_ALL_IN_HOUSE, {"flyer": {"format": frozenset({"a6"})}})
    assert empty_attributes(CATALOGUE, place) == ["flyer.quantity", "flyer.check"]
    assert empty_attributes(CATALOGUE, PLACE) == []
    off = PlaceOfProduction(Mode.ALL_AT_UNITEDPRINT, place.ticked)
    assert empty_attributes(CATALOGUE, off) == [], "the switch is off: nothing has to be ticked"


def test_names_that_the_catalogue_does_not_know_are_named() -> None:
    ticked = {"banner": {}, "flyer": {"glitter": frozenset({"yes"}), "format": frozenset({"a9", "a6", "a8"})}}
    place = PlaceOfProduction(Mode.SOME_OR_ALL_IN_HOUSE, ticked)
    assert unknown_names(CATALOGUE, place) == ["banner", "flyer.glitter", "flyer.format=a8", "flyer.format=a9"]


def makes_it_in_house(catalogue: Catalogue, place: PlaceOfProduction, product: str, options: dict[str, str]) -> bool:
    """The rule put differently: the order, completed by defaults, is one of the combinations that are ticked."""
    if place.mode is Mode.ALL_AT_UNITEDPRINT or product not in catalogue or product not in place.ticked:
        return False
    completed = {key: attribute.default for key, attribute in catalogue[product].items() if attribute.default}
    completed |= options
    pairs = set(completed.items())
    offered = {(key, option) for key, attribute in catalogue[product].items() for option in attribute.options}
    ticked = {(key, option) for key, chosen in place.ticked[product].items() for option in chosen}
    return pairs <= (offered & ticked) and {key for key, _ in pairs} == set(catalogue[product])


@given(catalogues(), places(), choices())
def test_in_house_means_one_hundred_per_cent(
    catalogue: Catalogue, place: PlaceOfProduction, options: dict[str, str]
) -> None:
    decision = decide(catalogue, place, "flyer", options)
    assert (decision.route is Route.IN_HOUSE) == makes_it_in_house(catalogue, place, "flyer", options)


@given(catalogues(), places(), choices())
def test_the_trace_alone_gives_the_same_decision_again(
    catalogue: Catalogue, place: PlaceOfProduction, options: dict[str, str]
) -> None:
    decision = decide(catalogue, place, "flyer", options)
    chosen = {c.attribute: c.option for c in decision.checks if c.option is not None and not c.from_default}
    strange = {key: options[key] for key in decision.about} if decision.verdict is Verdict.UNKNOWN_ATTRIBUTE else {}
    assert decide(catalogue, place, "flyer", chosen | strange) == decision
    if decision.verdict is Verdict.MATCHES:
        assert decision.checks and all(check.ticked for check in decision.checks)
    if decision.verdict is Verdict.NOT_TICKED:
        assert decision.about == tuple(c.attribute for c in decision.checks if not c.ticked)


@given(catalogues(), places(), choices())
def test_one_more_ticked_option_never_takes_an_item_out_of_the_house(
    catalogue: Catalogue, place: PlaceOfProduction, options: dict[str, str]
) -> None:
    everything = {product: {key: a.options for key, a in known.items()} for product, known in catalogue.items()}
    more = PlaceOfProduction(place.mode, everything, place.incomplete_settings)
    if decide(catalogue, place, "flyer", options).route is Route.IN_HOUSE:
        assert decide(catalogue, more, "flyer", options).route is Route.IN_HOUSE
