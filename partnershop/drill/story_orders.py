"""What an order of a story is made of: products and options from the catalogue, prices, rates, charges.

Currencies of the drill's shops have two decimals. Amounts are drawn so that a line is never below 3.00.
"""

import random
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from partnershop.drill.reckoning.shop import ShopRules

_LEAST_LINE = 300
_CENT = Decimal("0.01")
_MOST_ITEMS = 5


def in_units(minor: int) -> str:
    """An amount as events state it: 1234 is "12.34"."""
    return f"{minor // 100}.{minor % 100:02d}"


def line_minor(item: Mapping[str, Any]) -> int:
    """The net of an ordered line in minor units."""
    exact = item["quantity"] * Decimal(item["unit_price"])
    return int(exact.quantize(_CENT, ROUND_HALF_UP).scaleb(2))


def gross_minor(placed: Mapping[str, Any]) -> int:
    """What one invoice over the whole order comes to, in minor units; the VAT is that of each rate's sum."""
    bases: dict[str, int] = {}
    for item in placed["items"]:
        bases[item["vat_rate"]] = bases.get(item["vat_rate"], 0) + line_minor(item)
    for charge in placed["charges"]:
        bases[charge["vat_rate"]] = bases.get(charge["vat_rate"], 0) + int(Decimal(charge["amount"]).scaleb(2))
    # Half up in whole numbers: a rate has at most two decimals here.
    return sum(base + (base * int(Decimal(rate) * 100) + 5_000) // 10_000 for rate, base in bases.items())


def order_of(
    dice: random.Random, rules: ShopRules, rates: Sequence[Mapping[str, str]], *, known: bool
) -> dict[str, Any]:
    """`items` and `charges` of an order; `known`: none that the catalogue does not know.

    `rates` are the VAT members that a line may have.
    """
    count = 1 + min(dice.randrange(_MOST_ITEMS), dice.randrange(_MOST_ITEMS))
    items = [_item(dice, rules, str(key), dice.choice(rates), known=known) for key in range(1, count + 1)]
    charges = []
    if dice.randrange(2):
        shipping = {"charge": "shipping", "description": "Shipping", "amount": in_units(dice.randint(290, 1990))}
        charges.append(shipping | dict(rates[0]))
    if not dice.randrange(8):
        express = {"charge": "express", "description": "Express", "amount": in_units(995)}
        charges.append(express | dict(dice.choice(rates)))
    return {"items": items, "charges": charges}


def _item(
    dice: random.Random, rules: ShopRules, key: str, vat: Mapping[str, str], *, known: bool
) -> dict[str, Any]:
    ticked = rules.settings["place_of_production"]["products"]
    own = dice.randrange(100) < 60
    product = dice.choice(sorted(ticked if own else rules.products))
    options = _options(dice, rules.products[product]["attributes"], ticked[product] if own else {})
    if not known and not dice.randrange(40):
        options["run"] = "7"  # no such option: the item is held, and nobody mends the catalogue
    quantity, price = _price(dice)
    return {
        "item": key, "product": product, "options": options, "description": f"{product} {options['run']}",
        "quantity": quantity, "unit_price": price, **vat,
    }  # fmt: skip


def _options(
    dice: random.Random, attributes: Mapping[str, Any], ticked: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """A choice for each attribute, of the ticked ones where there are such; hidden ones are often left out."""
    chosen = {}
    for name, attribute in attributes.items():
        hidden = attribute.get("shown_in_shop") is False
        if hidden and dice.randrange(3):
            continue
        chosen[name] = dice.choice(sorted(ticked.get(name) or attribute["options"]))
    return chosen


def _price(dice: random.Random) -> tuple[int, str]:
    """A quantity and a unit price, with up to four decimals where many are bought."""
    if dice.randrange(3):
        return 1, in_units(dice.randint(_LEAST_LINE, 60_000))
    quantity = dice.randint(2, 400)
    least = _LEAST_LINE * 100 // quantity + 1
    price = dice.randint(least, least + 20_000)
    return quantity, f"{price // 10_000}.{price % 10_000:04d}"
