"""What the calculation must know of a shop, read from the same files that were given to the product."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml


@dataclass(frozen=True)
class ShopRules:
    """A shop's settings file and the catalogue's products, parsed and not interpreted."""

    settings: Mapping[str, Any]
    products: Mapping[str, Any]

    @classmethod
    def read(cls, shop: str, catalogue: str) -> "ShopRules":
        """From the texts of the two YAML files."""
        return cls(yaml.safe_load(shop), yaml.safe_load(catalogue)["products"])

    @property
    def code(self) -> str:
        """The shop's code."""
        return str(self.settings["shop"])
