"""VAT: per rate over a document's lines, never per line.

The VAT of a correction is the effective VAT before minus the VAT of what remains. So after any number of corrections
the effective books of an order equal what one invoice over its remaining lines would say, to the cent, and taking
everything back gives zero. (EN 16931 BR-CO-17 holds for every invoice; for the effective books it holds at every step.)
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from partnershop.rules.money import percent_of


@dataclass(frozen=True, order=True)
class TaxKey:
    """What lines are grouped by: VAT category (EN 16931's of UNTDID 5305), rate in percent, words of the exemption."""

    category: str
    rate: Decimal
    exemption: str = ""


@dataclass(frozen=True)
class TaxAmount:
    """One row of the breakdown (EN 16931 BG-23), in minor units."""

    base: int
    tax: int


INTRA_COMMUNITY = "K"
"""The VAT category of supplies to businesses in other states of the EU: the invoice names the day of delivery."""
Breakdown = Mapping[TaxKey, TaxAmount]
NOTHING = TaxAmount(0, 0)


def bases(parts: Iterable[tuple[TaxKey, int]]) -> dict[TaxKey, int]:
    """Sum net amounts (minor units) per tax key; keys that occur stay, even where they sum to zero."""
    total: dict[TaxKey, int] = {}
    for key, net in parts:
        total[key] = total.get(key, 0) + net
    return total


def breakdown(parts: Iterable[tuple[TaxKey, int]]) -> dict[TaxKey, TaxAmount]:
    """The VAT of one invoice over these nets: per key round(base x rate) (EN 16931 BR-CO-17)."""
    return {key: TaxAmount(base, percent_of(base, key.rate)) for key, base in bases(parts).items()}


def correction(effective: Breakdown, taken: Iterable[tuple[TaxKey, int]]) -> dict[TaxKey, TaxAmount]:
    """The VAT that a reversal of `taken` takes back from the `effective` books, amounts positive.

    Per key: effective VAT minus round((effective base - taken) x rate). Raises ValueError when more is taken than is
    there: a reversal never takes back more than was invoiced.
    """
    result = {}
    for key, base in bases(taken).items():
        before = effective.get(key, NOTHING)
        remaining = before.base - base
        if remaining < 0:
            raise ValueError(f"cannot take back {base} of {before.base} at {key.rate} %")
        result[key] = TaxAmount(base, before.tax - percent_of(remaining, key.rate))
    return result


def less(effective: Breakdown, taken: Breakdown) -> dict[TaxKey, TaxAmount]:
    """The effective books after a reversal, key by key."""
    result = dict(effective)
    for key, amount in taken.items():
        before = result.get(key, NOTHING)
        result[key] = TaxAmount(before.base - amount.base, before.tax - amount.tax)
    return result


def net(rows: Breakdown) -> int:
    """The sum of the bases, minor units."""
    return sum(row.base for row in rows.values())


def tax(rows: Breakdown) -> int:
    """The sum of the VAT, minor units."""
    return sum(row.tax for row in rows.values())


def gross(rows: Breakdown) -> int:
    """Net plus VAT, minor units."""
    return net(rows) + tax(rows)
