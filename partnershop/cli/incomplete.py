"""Saying after a change of catalogue or settings which settings are incomplete now."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from partnershop.cli.output import say

if TYPE_CHECKING:
    from partnershop.flows.incomplete import Incomplete

_ITEMS = {
    "hold": "its items are held until one is ticked",
    "unitedprint": "its items go to Unitedprint until one is ticked",
}


def say_incomplete(found: Sequence["Incomplete"]) -> None:
    """A line for each product of a shop whose settings are incomplete."""
    for one in found:
        names = " and ".join(one.attributes)
        have = "has" if len(one.attributes) == 1 else "have"
        say(f"shop {one.shop}: {names} of {one.product} {have} no ticked option now; {_ITEMS[one.items.value]}")


def as_document(found: Sequence["Incomplete"]) -> list[dict[str, object]]:
    """The same for machines."""
    return [
        {"shop": one.shop, "product": one.product, "attributes": list(one.attributes), "items": one.items.value}
        for one in found
    ]
