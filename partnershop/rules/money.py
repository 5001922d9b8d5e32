"""Amounts: integer minor units (cents) plus a currency; unit prices are Decimals. No floats anywhere.

Rounding is half up, away from zero, and named here once: EN 16931 leaves the method open, ours is this one.
"""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

# ISO 4217: currencies whose minor unit is not a hundredth.
_EXPONENTS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV"), 0),
    **dict.fromkeys(("XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
UNIT_PRICE_PLACES = 4


def exponent(currency: str) -> int:
    """How many decimals amounts of an ISO 4217 currency have (2 for EUR, 0 for JPY, 3 for KWD)."""
    return _EXPONENTS.get(currency, 2)


def round_half_up(value: Decimal, places: int = 0) -> Decimal:
    """Round to `places` decimals, halves away from zero: 12.345 -> 12.35, -12.345 -> -12.35."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def to_minor(amount: str | Decimal, currency: str) -> int:
    """An amount in minor units, exactly: ("12.30", "EUR") -> 1230.

    Raises ValueError when the text is no finite decimal number or has more decimals than the currency.
    """
    try:
        scaled = Decimal(amount).scaleb(exponent(currency))
        whole = int(scaled)
    except (InvalidOperation, ValueError, OverflowError) as problem:
        raise ValueError(f"{amount!r} is not an amount") from problem
    if whole != scaled:
        raise ValueError(f"{amount} has more decimals than {currency} allows ({exponent(currency)})")
    return whole


def to_text(minor: int, currency: str) -> str:
    """Minor units as plain decimal text, a point and no grouping: (123456, "EUR") -> "1234.56"."""
    places = exponent(currency)
    return f"{Decimal(minor).scaleb(-places):.{places}f}"


def price_text(price: Decimal, currency: str) -> str:
    """A unit price as plain text with at least the currency's decimals: 72.3000 EUR -> "72.30", 2.1835 -> "2.1835"."""
    places = max(exponent(currency), -int(price.normalize().as_tuple().exponent))
    return f"{price:.{places}f}"


def in_words(minor: int, currency: str) -> str:
    """Currency and amount as operators read them: "EUR 60.88"."""
    return f"{currency} {to_text(minor, currency)}"


def line_net(quantity: int, unit_price: Decimal, currency: str) -> int:
    """The net of a line in minor units: round(quantity x unit price) (EN 16931 BT-131 before allowances)."""
    return int(round_half_up((quantity * unit_price).scaleb(exponent(currency))))


def percent_of(minor: int, percent: Decimal) -> int:
    """`percent` per cent of an amount in minor units, rounded half up."""
    return int(round_half_up(minor * percent / 100))
