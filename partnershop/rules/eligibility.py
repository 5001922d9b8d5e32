"""Who makes an order item: the hundred-per-cent match against a shop's place of production.

The FAQ's rule: an item is made in house only when it matches one hundred per cent; one miss and it goes to Unitedprint.
The print run (`quantity`) is an attribute like any other, and attributes not shown in the shop count as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Route(StrEnum):
    """The two producers an item can go to."""

    IN_HOUSE = "in_house"
    UNITEDPRINT = "unitedprint"


class Mode(StrEnum):
    """The switch of a shop's place of production."""

    ALL_AT_UNITEDPRINT = "all_at_unitedprint"
    SOME_OR_ALL_IN_HOUSE = "some_or_all_in_house"


class IncompleteSettings(StrEnum):
    """What becomes of items while an attribute of their product has no ticked option."""

    HOLD = "hold"
    UNITEDPRINT = "unitedprint"


class Verdict(StrEnum):
    """Why an item was decided or held as it was; the keys of the sentences in `explain.py`."""

    MATCHES = "matches"
    NOT_TICKED = "not_ticked"
    ALL_AT_UNITEDPRINT = "all_at_unitedprint"
    PRODUCT_NOT_SET_UP = "product_not_set_up"
    INCOMPLETE_SETTINGS = "incomplete_settings"
    UNKNOWN_PRODUCT = "unknown_product"
    UNKNOWN_ATTRIBUTE = "unknown_attribute"
    UNKNOWN_OPTION = "unknown_option"
    MISSING_ATTRIBUTE = "missing_attribute"


@dataclass(frozen=True)
class Attribute:
    """An attribute of a catalogue product. One that the shop does not show has a default option."""

    options: frozenset[str]
    shown_in_shop: bool = True
    default: str | None = None


# A product is its attributes by key, in the catalogue's order; a catalogue is its products by key.
Product = Mapping[str, Attribute]
Catalogue = Mapping[str, Product]


@dataclass(frozen=True)
class PlaceOfProduction:
    """A version of a shop's settings: the switch, and per product and attribute the ticked options."""

    mode: Mode
    ticked: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    incomplete_settings: IncompleteSettings = IncompleteSettings.HOLD


@dataclass(frozen=True)
class Check:
    """One line of the trace: the chosen option of an attribute, and whether it was ticked (None: not looked at)."""

    attribute: str
    option: str | None
    ticked: bool | None
    from_default: bool = False


@dataclass(frozen=True)
class Decision:
    """What was decided and the whole trace of it. `route` is None when the item is held.

    `about` names the products, attributes or options that the verdict is about.
    """

    route: Route | None
    verdict: Verdict
    about: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()

    @property
    def misses(self) -> int:
        """How many attributes kept the item from in-house production (1 is a near miss)."""
        return sum(1 for check in self.checks if check.ticked is False)


def decide(catalogue: Catalogue, place: PlaceOfProduction, product: str, options: Mapping[str, str]) -> Decision:
    """Route one item, or hold it with the reason; `options` are the customer's choices by attribute key."""
    attributes = catalogue.get(product)
    if attributes is None:
        return Decision(None, Verdict.UNKNOWN_PRODUCT, (product,))
    chosen = {key: options.get(key, attribute.default) for key, attribute in attributes.items()}
    problem = _problem(attributes, chosen, options)
    if problem is not None:
        return problem
    if place.mode is Mode.ALL_AT_UNITEDPRINT:
        return Decision(Route.UNITEDPRINT, Verdict.ALL_AT_UNITEDPRINT, (), _unjudged(chosen, options))
    ticked = place.ticked.get(product)
    if ticked is None:
        return Decision(Route.UNITEDPRINT, Verdict.PRODUCT_NOT_SET_UP, (product,), _unjudged(chosen, options))
    checks = tuple(
        Check(key, option, option in ticked.get(key, ()), key not in options) for key, option in chosen.items()
    )
    empty = tuple(key for key in attributes if not ticked.get(key))
    if empty:
        route = None if place.incomplete_settings is IncompleteSettings.HOLD else Route.UNITEDPRINT
        return Decision(route, Verdict.INCOMPLETE_SETTINGS, empty, checks)
    missed = tuple(check.attribute for check in checks if not check.ticked)
    if missed:
        return Decision(Route.UNITEDPRINT, Verdict.NOT_TICKED, missed, checks)
    return Decision(Route.IN_HOUSE, Verdict.MATCHES, (), checks)


def _problem(
    attributes: Product, chosen: Mapping[str, str | None], options: Mapping[str, str]
) -> Decision | None:
    """Hold what the catalogue cannot make sense of; a fixed catalogue releases it."""
    strange = tuple(key for key in options if key not in attributes)
    if strange:
        return Decision(None, Verdict.UNKNOWN_ATTRIBUTE, strange, _unjudged(chosen, options))
    # A hidden attribute without a default cannot be loaded, so what is missing here is a shown one.
    missing = tuple(key for key, option in chosen.items() if option is None)
    if missing:
        return Decision(None, Verdict.MISSING_ATTRIBUTE, missing, _unjudged(chosen, options))
    unknown = tuple(f"{key}={option}" for key, option in chosen.items() if option not in attributes[key].options)
    if unknown:
        return Decision(None, Verdict.UNKNOWN_OPTION, unknown, _unjudged(chosen, options))
    return None


def _unjudged(chosen: Mapping[str, str | None], options: Mapping[str, str]) -> tuple[Check, ...]:
    return tuple(Check(key, option, None, key not in options) for key, option in chosen.items())


def empty_attributes(catalogue: Catalogue, place: PlaceOfProduction) -> list[str]:
    """The attributes without a ticked option, as "product.attribute", also those that the shop does not show.

    The FAQ's words: every attribute needs at least one option, otherwise no order can be forwarded. Saving is refused.
    """
    if place.mode is Mode.ALL_AT_UNITEDPRINT:
        return []
    return [
        f"{product}.{attribute}"
        for product, ticked in place.ticked.items()
        for attribute in catalogue.get(product, {})
        if not ticked.get(attribute)
    ]


def unknown_names(catalogue: Catalogue, place: PlaceOfProduction) -> list[str]:
    """What the settings name and the catalogue does not know: products, "product.attribute" or "….attribute=option"."""
    unknown = []
    for product, ticked in place.ticked.items():
        attributes = catalogue.get(product)
        if attributes is None:
            unknown.append(product)
            continue
        for key, options in ticked.items():
            if key not in attributes:
                unknown.append(f"{product}.{key}")
            else:
                unknown += [f"{product}.{key}={option}" for option in sorted(options - attributes[key].options)]
    return unknown
