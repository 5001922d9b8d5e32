"""Figures as the customer writes them."""

from datetime import date
from decimal import Decimal

import pytest

from partnershop.documents.formats import formats


@pytest.mark.parametrize(
    ("language", "minor", "currency", "printed"),
    [
        ("it", 123456, "EUR", "1.234,56\u00a0EUR"),
        ("de", 5, "EUR", "0,05\u00a0EUR"),
        ("de", 123456789, "CHF", "1.234.567,89\u00a0CHF"),
        ("en", 123456, "GBP", "GBP\u00a01,234.56"),
        ("en", 123456, "JPY", "JPY\u00a0123,456"),
        ("de", 123456, "KWD", "123,456\u00a0KWD"),
        ("it", 0, "EUR", "0,00\u00a0EUR"),
        ("de", 10**17 + 1, "EUR", "1.000.000.000.000.000,01\u00a0EUR"),
    ],
)
def test_money_has_the_decimals_of_its_currency(language: str, minor: int, currency: str, printed: str) -> None:
    assert formats(language).money(minor, currency) == printed


@pytest.mark.parametrize(
    ("language", "price", "currency", "printed"),
    [
        ("it", "49.9000", "EUR", "49,90"),
        ("de", "0.0315", "EUR", "0,0315"),
        ("de", "12.345", "EUR", "12,345"),
        ("en", "1234.5000", "GBP", "1,234.50"),
        ("en", "1234.0000", "JPY", "1,234"),
        ("en", "1234.5", "JPY", "1,234.5"),
        ("de", "1.5", "KWD", "1,500"),
    ],
)
def test_unit_prices_keep_up_to_four_places(language: str, price: str, currency: str, printed: str) -> None:
    assert formats(language).unit_price(Decimal(price), currency) == printed


@pytest.mark.parametrize(
    ("language", "rate", "printed"),
    [
        ("it", "22", "22%"),
        ("de", "19.00", "19\u00a0%"),
        ("de", "7.70", "7,7\u00a0%"),
        ("en", "20", "20%"),
        ("en", "0", "0%"),
        ("en", "8.125", "8.125%"),
        ("it", "100", "100%"),
    ],
)
def test_rates_have_the_decimals_they_need(language: str, rate: str, printed: str) -> None:
    assert formats(language).percent(Decimal(rate)) == printed


@pytest.mark.parametrize(("language", "printed"), [("it", "02/03/2026"), ("de", "02.03.2026"), ("en", "2 Mar 2026")])
def test_days_have_a_four_digit_year(language: str, printed: str) -> None:
    assert formats(language).day(date(2026, 3, 2)) == printed


def test_quantities_are_grouped_and_countries_named() -> None:
    assert formats("de").quantity(12000) == "12.000"
    assert formats("it").country("de") == "Germania"
    assert formats("de").country("AT") == "Österreich"
    assert formats("en").country("QQ") == "QQ"
