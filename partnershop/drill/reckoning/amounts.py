"""Amounts as exact fractions: no Decimal, no context, no rounding but the one that is named here."""

from fractions import Fraction

_WITHOUT_MINOR = frozenset(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split()  # noqa: SIM905  (a list of names)
)
_THOUSANDTHS = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))


def places(currency: str) -> int:
    """How many decimals amounts of an ISO 4217 currency have."""
    if currency in _WITHOUT_MINOR:
        return 0
    return 3 if currency in _THOUSANDTHS else 2


def half_up(value: Fraction) -> int:
    """The nearest whole number; a half goes up. Nothing here is negative."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def minor(amount: str, currency: str) -> int:
    """An amount in minor units. Raises `ValueError` where it is not a whole number of them."""
    units = Fraction(amount) * Fraction(10) ** places(currency)
    if units.denominator != 1:
        raise ValueError(f"{amount} is not a whole number of the smallest unit of {currency}")
    return units.numerator


def line(quantity: int, unit_price: str, currency: str) -> int:
    """The net of a line in minor units: quantity x unit price, rounded once."""
    return half_up(Fraction(unit_price) * quantity * Fraction(10) ** places(currency))


def share(amount: int, percent: str | Fraction) -> int:
    """So many per cent of an amount, rounded once."""
    return half_up(amount * Fraction(percent) / 100)


def said(amount: int, currency: str) -> str:
    """Currency and amount as people read them, "EUR 61.00"."""
    decimals = places(currency)
    sign, whole = ("-" if amount < 0 else ""), f"{abs(amount):0{decimals + 1}d}"
    return f"{currency} {sign}{whole[:-decimals]}.{whole[-decimals:]}" if decimals else f"{currency} {sign}{whole}"
