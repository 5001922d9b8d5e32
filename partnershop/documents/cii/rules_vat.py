"""P-VAT: the breakdown per category and rate (BG-23)."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal

from partnershop.documents.breach import Breach
from partnershop.documents.cii.invoice import Invoice, TaxRow
from partnershop.documents.cii.rule import Broken, Theme, plain, unequal
from partnershop.rules.money import exponent, round_half_up

THEME = Theme()
Key = tuple[str, Decimal]
"""A VAT category and its rate in percent; nought where there is none (category O)."""


@THEME("P-VAT-1")
def tax_of_an_invoice(invoice: Invoice) -> Broken:
    """On an invoice, VAT is round(base x rate), half up, per row (BR-CO-17, without its tolerance)."""
    for row in () if invoice.is_reversal else invoice.taxes:
        yield from unequal(_place("BT-117", _key(row)), row.tax, _rounded(invoice, row))


@THEME("P-VAT-2")
def tax_of_a_reversal(invoice: Invoice) -> Broken:
    """On a reversal, VAT is at most one minor unit per row off round(base x rate), for corrections telescope."""
    unit = Decimal(1).scaleb(-exponent(invoice.currency or ""))
    for row in invoice.taxes if invoice.is_reversal else ():
        should = _rounded(invoice, row)
        if abs((row.tax or 0) - should) > unit:
            yield _place("BT-117", _key(row)), {"said": plain(row.tax), "should": plain(should)}


@THEME("P-VAT-4")
def base_is_what_the_lines_say(invoice: Invoice) -> Broken:
    """The base of each row is its lines less allowances plus charges (BR-S-08, BR-Z-08, BR-E-08 …)."""
    bases = _bases(invoice)
    for row in invoice.taxes:
        yield from unequal(_place("BT-116", _key(row)), row.base, bases.get(_key(row), Decimal(0)))


@THEME("P-VAT-5")
def a_row_for_each_rate(invoice: Invoice) -> Broken:
    """Every category and rate of lines and charges has one row of the breakdown, and no other is there (BR-CO-18)."""
    rows = Counter(_key(row) for row in invoice.taxes)
    for key in {**_bases(invoice), **rows}:
        if rows[key] != 1 or key not in _bases(invoice):
            yield _place("BG-23", key), {"rows": str(rows[key])}


def telescoped(invoice: Invoice, expected: Mapping[Key, tuple[Decimal, Decimal]]) -> list[Breach]:
    """P-VAT-3: a reversal's rows are exactly what is left to take back, base and VAT by category and rate.

    After it the books of the order equal what one invoice over the remaining lines would say (our own rule).
    """
    said = {_key(row): (row.base, row.tax) for row in invoice.taxes}
    found = []
    for key, (base, tax) in expected.items():
        said_base, said_tax = said.get(key, (None, None))
        for term, value, should in (("BT-116", said_base, base), ("BT-117", said_tax, tax)):
            found += [Breach("P-VAT-3", where, values) for where, values in unequal(_place(term, key), value, should)]
    return found


def _key(row: TaxRow) -> Key:
    return row.category or "?", row.rate or Decimal(0)


def _place(term: str, key: Key) -> str:
    category, rate = key
    return f"{term}, {category} {plain(rate)}"


def _rounded(invoice: Invoice, row: TaxRow) -> Decimal:
    tax = (row.base or Decimal(0)) * (row.rate or Decimal(0)) / 100
    return round_half_up(tax, exponent(invoice.currency or ""))


def _bases(invoice: Invoice) -> dict[Key, Decimal]:
    """The sums of lines and charges less allowances, by category and rate."""
    parts = [(line.category, line.rate, line.net) for line in invoice.lines]
    for each in invoice.adjustments:
        amount = each.amount or Decimal(0)
        parts.append((each.category, each.rate, amount if each.is_charge else -amount))
    sums: dict[Key, Decimal] = {}
    for category, rate, net in parts:
        key = (category or "?", rate or Decimal(0))
        sums[key] = sums.get(key, Decimal(0)) + (net or 0)
    return sums
