"""Where an item is made: in house only when every choice is among the ticked ones, counted by sets of pairs."""

from collections.abc import Mapping
from typing import Any

from partnershop.drill.reckoning.reckoned import Place
from partnershop.drill.reckoning.shop import ShopRules

Pairs = set[tuple[str, str]]


def place_of(rules: ShopRules, item: Mapping[str, Any]) -> tuple[Place, str]:
    """The place of an ordered item, and why where it is held."""
    name, options = str(item["product"]), item["options"]
    product = rules.products.get(name)
    if product is None:
        return Place.HELD, f"the catalogue has no product {name}"
    attributes: Mapping[str, Any] = product["attributes"]
    hidden: Pairs = {
        (key, str(spec["default"])) for key, spec in attributes.items() if "default" in spec and key not in options
    }
    chosen: Pairs = {(key, str(option)) for key, option in options.items()} | hidden
    why = _nonsense(attributes, chosen)
    if why:
        return Place.HELD, why
    production: Mapping[str, Any] = rules.settings["place_of_production"]
    set_up: Mapping[str, Any] = production.get("products") or {}
    if production["mode"] == "all_at_unitedprint" or name not in set_up:
        return Place.UNITEDPRINT, ""
    ticked: Pairs = {(key, str(option)) for key, each in (set_up[name] or {}).items() for option in each or ()}
    untouched = attributes.keys() - {key for key, _ in ticked}
    if untouched:
        waits = rules.settings.get("incomplete_settings", "hold") == "hold"
        return (Place.HELD, f"no option is ticked of {', '.join(sorted(untouched))}") if waits else (
            Place.UNITEDPRINT, ""
        )  # fmt: skip
    return (Place.IN_HOUSE if chosen <= ticked else Place.UNITEDPRINT), ""


def _nonsense(attributes: Mapping[str, Any], chosen: Pairs) -> str:
    """What the catalogue does not know of these choices, or misses."""
    offered: Pairs = {(key, str(option)) for key, spec in attributes.items() for option in spec["options"]}
    strange = chosen - offered
    if strange:
        return "the catalogue does not know " + ", ".join(sorted(f"{key}={option}" for key, option in strange))
    missing = attributes.keys() - {key for key, _ in chosen}
    return "nothing was chosen of " + ", ".join(sorted(missing)) if missing else ""
