"""Figures as the customer writes them: amounts, unit prices, rates, quantities and days, by Babel's locale data."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from partnershop.rules.money import UNIT_PRICE_PLACES, exponent

_NO_BREAK_SPACE = "\u00a0"
# CLDR's short patterns have two-digit years in Italian, and British 02/03/2026 reads as February in America.
_DAY_PATTERNS = {"it": "dd/MM/yyyy", "de": "dd.MM.yyyy", "en": "d MMM yyyy"}
_LOCALES = {"it": "it_IT", "de": "de_DE", "en": "en_GB"}


@dataclass(frozen=True)
class Formats:
    """How one language writes figures. Made by `formats()`; `locale` is Babel's, `language` one of it, de, en."""

    language: str
    locale: Locale

    def amount(self, minor: int, currency: str) -> str:
        """Minor units as a bare number with the currency's decimals: (123456, "EUR") -> "1.234,56" in German."""
        places = exponent(currency)
        return self._decimal(Decimal(minor).scaleb(-places), places, places)

    def money(self, minor: int, currency: str) -> str:
        """An amount with its currency code: "1.234,56 EUR" in Italian and German, "EUR 1,234.56" in English."""
        amount = self.amount(minor, currency)
        parts = (currency, amount) if self.language == "en" else (amount, currency)
        return _NO_BREAK_SPACE.join(parts)

    def unit_price(self, price: Decimal, currency: str) -> str:
        """A net unit price: at least the currency's decimals, up to four, further trailing zeros dropped."""
        places = exponent(currency)
        return self._decimal(price, places, max(places, UNIT_PRICE_PLACES))

    def percent(self, rate: Decimal) -> str:
        """A rate in percent with the decimals it needs: Decimal("7.70") -> "7,7 %" in German."""
        # normalize() alone would turn 20 into 2E+1, but here the division by 100 only moves the point.
        return format_percent((rate / 100).normalize(), locale=self.locale, decimal_quantization=False)

    def quantity(self, number: int) -> str:
        """A whole number with the locale's grouping."""
        return self._decimal(Decimal(number), 0, 0)

    def day(self, day: date) -> str:
        """A calendar day with a four-digit year that cannot be misread: 02/03/2026, 02.03.2026, 2 Mar 2026."""
        return format_date(day, _DAY_PATTERNS[self.language], locale=self.locale)

    def country(self, code: str) -> str:
        """The name of a country (ISO 3166-1 alpha-2) in this language; the code itself when CLDR has none."""
        return str(self.locale.territories.get(code.upper(), code))

    def _decimal(self, number: Decimal, at_least: int, at_most: int) -> str:
        return format_decimal(number, _pattern(at_least, at_most), locale=self.locale)


@lru_cache(maxsize=32)
def _pattern(at_least: int, at_most: int) -> str:
    decimals = "0" * at_least + "#" * (at_most - at_least)
    return f"#,##0.{decimals}" if decimals else "#,##0"


@lru_cache(maxsize=8)
def formats(language: str) -> Formats:
    """The formats of a supported language (it, de, en). Raises KeyError for another one: see `wording.supported`."""
    return Formats(language, Locale.parse(_LOCALES[language]))
