"""The catalogues and settings that the machine changes between, and what its customers order."""

from typing import Any

from machine_model import World

FLYER = {
    "format": (("a6", "a5"), None), "quantity": (("1000", "5000"), None), "data-check": (("basic", "full"), "basic")
}  # fmt: skip
POSTER = {"format": (("a1",), None)}
CATALOGUES: dict[str, Any] = {
    "plain": {"flyer": FLYER, "poster": POSTER},
    "a hidden attribute more": {"flyer": FLYER | {"foil": (("none", "gold"), "none")}, "poster": POSTER},
    "a shown attribute more": {"flyer": FLYER | {"cut": (("round",), None)}, "poster": POSTER},
    "an option less": {"flyer": FLYER | {"format": (("a6",), None)}, "poster": POSTER},
    "an attribute less": {"flyer": {key: FLYER[key] for key in ("format", "quantity")}, "poster": POSTER},
}
_A6 = {"format": ("a6",), "quantity": ("1000",), "data-check": ("basic",)}
TICKS: dict[str, Any] = {
    "a6": {"flyer": _A6},
    "all": {
        "flyer": {"format": ("a6", "a5"), "quantity": ("1000", "5000"), "data-check": ("basic", "full")},
        "poster": {"format": ("a1",)},
    },
    "with foil": {"flyer": _A6 | {"foil": ("none",)}},
    "without check": {"flyer": {"format": ("a6",), "quantity": ("1000", "5000")}},
    "an empty one": {"flyer": _A6 | {"quantity": ()}},
    "none": {},
}
WARES = (
    ("flyer", {"format": "a6", "quantity": "1000"}),
    ("flyer", {"format": "a5", "quantity": "1000"}),
    ("flyer", {"format": "a6", "quantity": "5000"}),
    ("flyer", {"format": "a6", "quantity": "1000", "data-check": "full"}),
    ("poster", {"format": "a1"}),
)
PRICES = ("68.33", "57.50", "0.01", "12.3456", "1999.99")
RATES = (22, 10)
REDUCTIONS: tuple[tuple[str, Any], ...] = (
    ("net", 30), ("net", 100), ("net", 130), ("percent", "33.3333"), ("percent", "0.5"), ("percent", "60"),
)  # fmt: skip


def plain(*, patient: bool, invoice_on: str) -> World:
    """The world in which every item can be routed."""
    return World(CATALOGUES["plain"], TICKS["a6"], patient, invoice_on)
