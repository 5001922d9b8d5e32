"""What papers and money must come to, from the events alone: written apart, it shares nothing with the product."""

from partnershop.drill.reckoning.calculation import reckon
from partnershop.drill.reckoning.reckoned import (
    Books,
    Duty,
    Fate,
    Key,
    Place,
    Reckoned,
    ReckonedItem,
    ReckonedOrder,
)
from partnershop.drill.reckoning.shop import ShopRules

__all__ = ["Books", "Duty", "Fate", "Key", "Place", "Reckoned", "ReckonedItem", "ReckonedOrder", "ShopRules", "reckon"]
