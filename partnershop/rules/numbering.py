"""Numbers of papers: gapless and increasing per shop, series and year of the issue date.

The year is that of the shop's own calendar day. A date never goes behind the last one used, also when a clock does.
"""

import re
from dataclasses import dataclass
from datetime import date

_FIELD = re.compile(r"\{(year|number)(?::0(\d{1,2})d)?\}")
# What FatturaPA and every file system take. No blank: XML may fold several into one, and so two numbers into one.
_FOREIGN = re.compile(r"[^A-Za-z0-9./_-]")
LONGEST = 20
_HIGHEST = 9_999_999


@dataclass(frozen=True)
class Counter:
    """The state of one series: the year it is in, the last number given (0: none yet) and the last issue date."""

    year: int
    last_number: int
    last_issue_date: date


@dataclass(frozen=True)
class Allotment:
    """`count` consecutive numbers of one year from `first` on, all issued on `issue_date`, and the counter after."""

    year: int
    first: int
    issue_date: date
    counter: Counter


def allot(counter: Counter | None, today: date, count: int = 1) -> Allotment:
    """The next `count` numbers of a series on the shop's calendar day `today`; `counter` is None for a new series.

    Raises ValueError unless count is at least 1.
    """
    if count < 1:
        raise ValueError("at least one number must be asked for")
    day = today if counter is None else max(today, counter.last_issue_date)
    first = counter.last_number + 1 if counter is not None and counter.year == day.year else 1
    return Allotment(day.year, first, day, Counter(day.year, first + count - 1, day))


def check_pattern(pattern: str) -> None:
    """Raise ValueError, saying what to change, unless a series pattern names {number} and {year} and nothing else.

    Without the year two years would give the same number, which the law forbids. Around the fields stand basic Latin
    letters, digits, and - . / _ only, and the number of seven digits has at most 20 characters (FatturaPA 2.1.1.4).
    Since files are named by it, a number begins with a letter or digit and has no two points in a row.
    """
    rest = _FIELD.sub("", pattern)
    fields = {match.group(1) for match in _FIELD.finditer(pattern)}
    if "{" in rest or "}" in rest or fields != {"year", "number"}:
        raise ValueError(f"{pattern!r} must contain {{year}} and {{number}} (or {{number:06d}}) and no other field")
    if foreign := _FOREIGN.search(rest):
        raise ValueError(f"{pattern!r} must be of the letters A to Z, digits and - . / _ only: take out {foreign[0]!r}")
    longest = format_number(pattern, 9999, _HIGHEST)
    if not longest[0].isalnum() or ".." in longest:
        raise ValueError(f'{pattern!r} must begin with a letter or digit and have no "..": files are named by numbers')
    if len(longest) > LONGEST:
        raise ValueError(
            f"{pattern!r} must give numbers of at most {LONGEST} characters, also of seven digits: shorten it "
            f"(it gives {longest})"
        )


def may_collide(one: str, other: str) -> bool:
    """Whether two patterns could ever give the same number, or numbers that name the same file.

    They cannot where they begin with other letters; anything cleverer would depend on how high the numbers get. Many
    file systems take capital and small letters for the same.
    """
    first, second = (pattern.partition("{")[0].lower() for pattern in (one, other))
    return first.startswith(second) or second.startswith(first)


def format_number(pattern: str, year: int, number: int) -> str:
    """A paper's number: ("FT-{year}-{number:06d}", 2026, 12) -> "FT-2026-000012"."""

    def field(match: re.Match[str]) -> str:
        value = year if match.group(1) == "year" else number
        return str(value).zfill(int(match.group(2) or 0))

    return _FIELD.sub(field, pattern)
