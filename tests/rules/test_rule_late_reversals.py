"""When a reversal of an Italian seller comes so late that somebody must look at it first."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnershop.rules.late_reversals import is_late, year_after


@pytest.mark.parametrize(
    ("supplied", "last_day"),
    [
        ("2026-03-05", "2027-03-05"),
        ("2027-02-28", "2028-02-28"),
        ("2028-02-29", "2029-02-28"),
        ("2026-12-31", "2027-12-31"),
    ],
)
def test_the_year_ends_on_the_same_day_of_the_next(supplied: str, last_day: str) -> None:
    end = date.fromisoformat(last_day)
    assert year_after(date.fromisoformat(supplied)) == end
    assert not is_late("IT", date.fromisoformat(supplied), end)
    assert is_late("IT", date.fromisoformat(supplied), end + timedelta(days=1))


DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(DAYS, st.integers(-1000, 1000), st.sampled_from(["DE", "AT", "GB", "SM"]))
def test_elsewhere_nobody_is_asked(supplied: date, days: int, country: str) -> None:
    assert not is_late(country, supplied, supplied + timedelta(days=days))


@given(DAYS, st.integers(0, 364))
def test_within_the_year_nobody_is_asked(supplied: date, days: int) -> None:
    assert not is_late("IT", supplied, supplied + timedelta(days=days))
