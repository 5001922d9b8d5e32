"""Hypothesis strategies for what the rules are about: invoices, corrections, catalogues, settings, clocks."""

import os
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st

from partnershop.rules.eligibility import Attribute, Catalogue, IncompleteSettings, Mode, PlaceOfProduction
from partnershop.rules.papers import Line
from partnershop.rules.tax import TaxKey

# A modest number for every run; HYPOTHESIS_PROFILE=long looks longer, for a night.
settings.register_profile("run", max_examples=60, deadline=None)
settings.register_profile("long", max_examples=3000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "run"))

RATES = ("22", "20", "10", "7", "5.5", "4", "0")
CURRENCIES = ("EUR", "JPY", "KWD")


def tax_keys() -> st.SearchStrategy[TaxKey]:
    """A rate with its category; at 0 per cent the category that needs no words."""
    return st.sampled_from([TaxKey("S" if Decimal(rate) else "Z", Decimal(rate)) for rate in RATES])


def amounts(most: int = 1_000_000) -> st.SearchStrategy[int]:
    """Amounts in minor units, often small ones, where a cent's rounding weighs most."""
    return st.one_of(st.integers(0, 30), st.integers(0, most))


@st.composite
def orders(draw: st.DrawFn) -> list[Line]:
    """The lines of an order: one to six items and up to two charges, each with a tax of its own."""
    items = draw(st.lists(st.tuples(tax_keys(), amounts()), min_size=1, max_size=6))
    charges = draw(st.lists(st.tuples(tax_keys(), amounts(2_000)), max_size=2))
    lines = [Line(number, False, key, net) for number, (key, net) in enumerate(items, 1)]
    return lines + [Line(number, True, key, net) for number, (key, net) in enumerate(charges, 1)]


@dataclass(frozen=True)
class Cancel:
    """Take back these items."""

    items: frozenset[int]


@dataclass(frozen=True)
class Complain:
    """Reduce an item by this many thousandths of what is left of its line."""

    item: int
    thousandths: int


def steps(count: int) -> st.SearchStrategy[list[Cancel | Complain]]:
    """Any sequence of cancellations and complaints about items 1 to `count`; some find nothing left to do."""
    numbers = st.integers(1, count)
    cancellations = st.builds(Cancel, st.frozensets(numbers, min_size=1, max_size=count))
    complaints = st.builds(Complain, numbers, st.integers(0, 1000))
    return st.lists(st.one_of(cancellations, complaints), max_size=8)


_KEYS = ("format", "paper", "quantity", "check")
_OPTIONS = ("a", "b", "c")


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    """Up to two products of one to four attributes; a hidden attribute has a default."""
    products: dict[str, dict[str, Attribute]] = {}
    for product in draw(st.lists(st.sampled_from(("flyer", "poster")), unique=True, max_size=2)):
        products[product] = {}
        for key in draw(st.lists(st.sampled_from(_KEYS), unique=True, min_size=1)):
            options = draw(st.frozensets(st.sampled_from(_OPTIONS), min_size=1))
            hidden = draw(st.booleans())
            default = draw(st.sampled_from(sorted(options))) if hidden else None
            products[product][key] = Attribute(options, not hidden, default)
    return products


@st.composite
def places(draw: st.DrawFn) -> PlaceOfProduction:
    """Settings with any ticks, complete or not, known to the catalogue or not."""
    options = st.frozensets(st.sampled_from(_OPTIONS), max_size=3)
    ticks = st.dictionaries(st.sampled_from(_KEYS), options, max_size=4)
    return PlaceOfProduction(
        draw(st.sampled_from(Mode)),
        draw(st.dictionaries(st.sampled_from(("flyer", "poster")), ticks, max_size=2)),
        draw(st.sampled_from(IncompleteSettings)),
    )


def choices() -> st.SearchStrategy[dict[str, str]]:
    """A customer's choices, sensible or not."""
    return st.dictionaries(st.sampled_from((*_KEYS, "glitter")), st.sampled_from((*_OPTIONS, "z")), max_size=5)


@st.composite
def days(draw: st.DrawFn) -> list[date]:
    """What a clock says one time after the other: mostly forward, sometimes back, often across a New Year."""
    day = draw(st.dates(date(2025, 12, 20), date(2026, 1, 12)))
    said = [day]
    for jump in draw(st.lists(st.integers(-400, 400) | st.integers(-2, 3), max_size=25)):
        day = min(max(day + timedelta(days=jump), date(2020, 1, 1)), date(2035, 12, 31))
        said.append(day)
    return said
