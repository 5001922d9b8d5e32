"""Amounts: rounded half up, away from zero; minor units and text say the same."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import CURRENCIES

from partnershop.rules.money import (
    exponent,
    in_words,
    line_net,
    percent_of,
    price_text,
    round_half_up,
    to_minor,
    to_text,
)


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        ("12.345", "12.35"), ("-12.345", "-12.35"), ("12.344", "12.34"), ("-12.344", "-12.34"), ("0.005", "0.01"),
        ("-0.005", "-0.01"), ("2.675", "2.68"), ("1.005", "1.01"), ("0", "0.00"), ("12.355", "12.36"),
    ],
)  # fmt: skip
def test_halves_are_rounded_away_from_zero(value: str, rounded: str) -> None:
    assert str(round_half_up(Decimal(value), 2)) == rounded


@given(st.decimals(-(10**9), 10**9, places=6))
def test_rounding_is_never_off_by_more_than_half_and_mirrors_at_zero(value: Decimal) -> None:
    rounded = round_half_up(value, 2)
    assert abs(rounded - value) <= Decimal("0.005")
    assert round_half_up(-value, 2) == -rounded


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("12.30", "EUR", 1230), ("12.3", "EUR", 1230), ("12", "EUR", 1200), ("1200", "JPY", 1200), ("1.234", "KWD", 1234),
     ("0", "EUR", 0), ("-0.01", "EUR", -1), ("999999999999.99", "EUR", 99999999999999)],
)  # fmt: skip
def test_text_becomes_minor_units_exactly(text: str, currency: str, minor: int) -> None:
    assert to_minor(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [("12.345", "EUR"), ("0.5", "JPY"), ("1.2345", "KWD"), ("NaN", "EUR"), ("Infinity", "EUR"), ("", "EUR"),
     ("12,30", "EUR"), ("twelve", "EUR")],
)  # fmt: skip
def test_what_is_no_amount_of_the_currency_is_an_error(text: str, currency: str) -> None:
    with pytest.raises(ValueError):
        to_minor(text, currency)


@given(st.integers(-(10**15), 10**15), st.sampled_from(CURRENCIES))
def test_minor_units_to_text_and_back_is_the_same_for_0_2_and_3_decimals(minor: int, currency: str) -> None:
    text = to_text(minor, currency)
    assert to_minor(text, currency) == minor
    assert len(text.partition(".")[2]) == exponent(currency)
    assert "E" not in text.upper()


def test_an_amount_in_words_names_its_currency_first() -> None:
    assert in_words(6088, "EUR") == "EUR 60.88"
    assert in_words(6088, "JPY") == "JPY 6088"


@given(st.integers(1, 10**6), st.decimals(0, 10**6, places=4), st.sampled_from(CURRENCIES))
def test_a_line_is_quantity_times_unit_price_rounded_once(quantity: int, price: Decimal, currency: str) -> None:
    exact = Fraction(price) * quantity * 10 ** exponent(currency)
    assert line_net(quantity, price, currency) == int(exact + Fraction(1, 2)), "half up, not per piece"


@given(st.integers(0, 10**10), st.decimals(0, 100, places=4))
def test_per_cent_is_exact_arithmetic_rounded_half_up(minor: int, percent: Decimal) -> None:
    assert percent_of(minor, percent) == int(Fraction(minor) * Fraction(percent) / 100 + Fraction(1, 2))


@pytest.mark.parametrize(
    ("price", "currency", "text"),
    [
        ("72.3000", "EUR", "72.30"),
        ("2.1835", "EUR", "2.1835"),
        ("100.0000", "EUR", "100.00"),
        ("0.0000", "EUR", "0.00"),
        ("1200.0000", "JPY", "1200"),
        ("0.0475", "JPY", "0.0475"),
        ("1.5", "KWD", "1.500"),
    ],
)
def test_a_unit_price_has_the_decimals_it_needs_and_at_least_the_currencys(
    price: str, currency: str, text: str
) -> None:
    assert price_text(Decimal(price), currency) == text
