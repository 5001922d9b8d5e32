"""Numbers without gaps and dates that never go back, whatever a clock says."""

from datetime import date
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import days

from partnershop.rules.numbering import Counter, allot, check_pattern, format_number, may_collide


@given(st.data(), days())
def test_numbers_are_gapless_per_year_and_dates_never_go_back(data: st.DataObject, said: list[date]) -> None:
    counter: Counter | None = None
    given_out: list[tuple[int, int, date]] = []
    for today in said:
        count = data.draw(st.integers(1, 4))
        allotment = allot(counter, today, count)
        assert allotment.issue_date >= today, "no paper is dated before its day"
        assert allotment.issue_date.year == allotment.year
        given_out += [(allotment.year, allotment.first + place, allotment.issue_date) for place in range(count)]
        counter = allotment.counter
    dates = [day for _, _, day in given_out]
    assert dates == sorted(dates)
    for _, papers in groupby(given_out, key=lambda paper: paper[0]):
        numbers = [number for _, number, _ in papers]
        assert numbers == list(range(1, len(numbers) + 1))


def test_a_new_year_begins_with_number_one() -> None:
    last = allot(Counter(2026, 41, date(2026, 12, 31)), date(2026, 12, 31)).counter
    assert last == Counter(2026, 42, date(2026, 12, 31))
    first = allot(last, date(2027, 1, 1))
    assert (first.year, first.first, first.issue_date) == (2027, 1, date(2027, 1, 1))


def test_a_clock_that_falls_back_into_the_old_year_goes_on_in_the_new_one() -> None:
    allotment = allot(Counter(2027, 1, date(2027, 1, 1)), date(2026, 12, 31), 2)
    assert (allotment.year, allotment.first, allotment.issue_date) == (2027, 2, date(2027, 1, 1))


def test_nothing_cannot_be_numbered() -> None:
    with pytest.raises(ValueError, match="at least one"):
        allot(None, date(2026, 1, 1), 0)


@pytest.mark.parametrize(
    ("pattern", "number"),
    [("FT-{year}-{number:06d}", "FT-2026-000012"), ("{number}/{year}", "12/2026"), ("R{year}{number:02d}", "R202612")],
)
def test_a_number_is_written_as_the_pattern_says(pattern: str, number: str) -> None:
    check_pattern(pattern)
    assert format_number(pattern, 2026, 12) == number


@pytest.mark.parametrize(
    "pattern", ["FT-{number}", "FT-{year}", "FT", "{year}-{number}-{shop}", "{year}-{number", "{year}-{number:x}"]
)
def test_a_pattern_that_could_give_a_number_twice_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="must contain"):
        check_pattern(pattern)


@pytest.mark.parametrize(
    "pattern", ["123456789{year}-{number}", "FATT-{year}-{number:011d}", "{year}-{number:03d}-{number}-A"]
)
def test_a_pattern_whose_numbers_grow_beyond_20_characters_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="at most 20 characters, also of seven digits"):
        check_pattern(pattern)


@pytest.mark.parametrize(
    "pattern", ["12345678{year}-{number}", "FATT-{year}-{number:010d}", "A/b_1.c2{year}-{number:07d}"]
)
def test_a_pattern_of_just_20_characters_is_taken(pattern: str) -> None:
    check_pattern(pattern)
    assert len(format_number(pattern, 2026, 9_999_999)) == 20


@pytest.mark.parametrize("letter", ["È", "ß", "–", " ", "\u00a0", "€", "#", "\n", "А"])
def test_a_pattern_with_letters_that_the_authorities_do_not_take_is_refused(letter: str) -> None:
    with pytest.raises(ValueError, match="must be of the letters A to Z"):
        check_pattern(f"F{letter}-{{year}}-{{number}}")


@pytest.mark.parametrize(
    "pattern", ["../{year}/{number}", ".{year}-{number}", "-{year}{number}", "/{year}/{number}", "A..{year}-{number}"]
)
def test_a_pattern_whose_numbers_would_name_hidden_or_foreign_files_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="must begin with a letter or digit and have no"):
        check_pattern(pattern)


@given(st.integers(2000, 2100), st.integers(1, 10**7), st.integers(2000, 2100), st.integers(1, 10**7))
def test_different_papers_have_different_numbers(year: int, number: int, other_year: int, other: int) -> None:
    pattern = "FT-{year}-{number:06d}"
    same = format_number(pattern, year, number) == format_number(pattern, other_year, other)
    assert same == ((year, number) == (other_year, other))


FIELDS = ("{year}-{number}", "{number:04d}/{year}", "{year}{number}", "-{year}-1{number}", "1{number}{year}")
PATTERNS = st.builds(lambda letters, fields: letters + fields, st.text("AB-1", max_size=3), st.sampled_from(FIELDS))
PAPERS = st.tuples(st.integers(2025, 2030), st.integers(1, 40_000))


@given(PATTERNS, PATTERNS, PAPERS, PAPERS)
def test_patterns_that_cannot_collide_never_give_the_same_number(
    one: str, other: str, first: tuple[int, int], second: tuple[int, int]
) -> None:
    if not may_collide(one, other):
        assert format_number(one, *first) != format_number(other, *second)


def test_patterns_that_meet_only_at_a_high_number_are_found_to_collide() -> None:
    one, other = "A{year}-1{number}", "A{year}-{number}"
    assert format_number(one, 2026, 1) == format_number(other, 2026, 11)
    assert may_collide(one, other)
    assert may_collide("{number}-{year}", "NC-{year}-{number}")
    assert not may_collide("FT-{year}-{number:06d}", "NC-{year}-{number:06d}")


def test_patterns_that_differ_in_the_size_of_their_letters_collide_as_the_names_of_files_do() -> None:
    assert may_collide("a-{year}-{number}", "A-{year}-{number}")
    assert may_collide("Ft{year}-{number}", "fTA{year}-{number}")
