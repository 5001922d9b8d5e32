"""Reading a payment provider's list (CSV) row by row, so that memory stays bounded however long it is.

Nothing is guessed about values: what cannot be read in one way only is a broken row, named with its line and reason.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from partnershop.errors import Refused
from partnershop.rules.money import to_minor
from partnershop.rules.words import counted

COLUMNS = ("order", "payment", "amount", "currency", "method", "date")
OPTIONAL = frozenset({"method"})
DELIMITERS = (",", ";", "\t", "|")
MOST_NAMED = 50

_LONGEST_LINE = 1_000_000  # bytes
_LONGEST_TEXT = 100
_SHOWN = 40
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_FORMULA = re.compile(r"[=@+-]")
_CURRENCY = re.compile(r"[A-Z]{3}")
_PLAIN = re.compile(r"[0-9]{1,12}(\.[0-9]{1,3})?")
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3}){1,3}\.[0-9]{1,3}")
_SWAP = str.maketrans(".,", ",.")


class CannotRead(Refused):
    """The file, or the way it is to be read, is not what it should be; the text says what to change."""


@dataclass(frozen=True, order=True)
class BrokenRow:
    """A row that is no payment: the line it begins on (the heading is line 1), and why."""

    line: int
    reason: str


class BrokenRows(Refused):
    """Rows of the list cannot be read, so none of it was used. `rows` are the first, `others` counts the rest."""

    def __init__(self, rows: Sequence[BrokenRow], others: int) -> None:
        self.rows = tuple(rows)
        self.others = others
        said = [f"line {row.line}: {row.reason}" for row in self.rows]
        if others:
            said.append(f"and {others} more")
        count = counted(len(self.rows) + others, "row")
        super().__init__("\n".join([f"{count} cannot be read; nothing was compared", *said]))


@dataclass(frozen=True)
class Layout:
    """How a list is written.

    `headings` maps names of `COLUMNS` to the headings of the file, where they differ. Without a delimiter it is the one
    of `DELIMITERS` that separates the heading. `decimal` is "." or ","; `date_format` one of `strptime` (ISO 8601
    without). A moment with an offset falls on the day it is at the shop, in `timezone`.
    """

    headings: Mapping[str, str] = field(default_factory=dict)
    delimiter: str | None = None
    decimal: str = "."
    encoding: str = "utf-8"
    date_format: str | None = None
    timezone: str = "UTC"


@dataclass(frozen=True)
class Listed:
    """A payment as the list has it: `amount` in minor units of `currency`, `day` on the shop's calendar."""

    line: int
    order: str
    payment: str
    amount: int
    currency: str
    method: str
    day: date


class PaymentsFile:
    """The rows of one list. After they were read, `broken` holds the first broken ones and `others` counts the rest."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self.path = path
        self.layout = layout
        self.broken: list[BrokenRow] = []
        self.others = 0
        self._day = lru_cache(maxsize=4096)(self._read_day)

    def rows(self) -> Iterator[Listed]:
        """The rows that can be read. Raises `CannotRead` when there is no heading, or columns are missing."""
        try:
            with self.path.open("rb") as file:
                yield from self._rows(file)
        except OSError as problem:
            raise CannotRead(f"{self.path} cannot be read: {problem.strerror}") from None

    def note(self, row: BrokenRow) -> None:
        """Remember a broken row, or only count it where enough are named."""
        if len(self.broken) < MOST_NAMED:
            self.broken.append(row)
        else:
            self.others += 1

    def _rows(self, file: IO[bytes]) -> Iterator[Listed]:
        lines = self._lines(file)
        try:
            first = next(lines, "")
        except _BadLineError as problem:
            raise CannotRead(f"{self.path}: {problem}") from None
        if not first.strip():
            raise CannotRead(f"{self.path} is empty, or its first line is: it must name the columns")
        delimiter, heading = self._heading(first)
        places = self._places(heading)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        line = 2
        while True:
            try:
                row = next(reader, None)
            except (csv.Error, _BadLineError) as problem:
                # Where a quotation mark is not closed nobody knows which line begins a row.
                self.note(BrokenRow(line, f"{problem}; the lines after it were not read"))
                return
            if row is None:
                return
            if any(cell.strip() for cell in row):
                yield from self._listed(line, row, places, len(heading))
            line = reader.line_num + 2

    def _lines(self, file: IO[bytes]) -> Iterator[str]:
        number = 0
        while raw := file.readline(_LONGEST_LINE + 1):
            number += 1
            if number == 1:
                if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
                    raise _BadLineError("it is UTF-16: save it as UTF-8")
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            if len(raw) > _LONGEST_LINE:
                raise _BadLineError(f"a line is longer than {_LONGEST_LINE} bytes")
            try:
                yield raw.decode(self.layout.encoding)
            except UnicodeDecodeError as problem:
                raise _BadLineError(
                    f"line {number} is not {self.layout.encoding} (byte {problem.start + 1} of it): "
                    "say --encoding latin-1, if that is what it is"
                ) from None

    def _heading(self, line: str) -> tuple[str, list[str]]:
        """The delimiter and the headings: those of the delimiter that finds the most of the columns."""
        tried = [self.layout.delimiter] if self.layout.delimiter else list(DELIMITERS)
        found = []
        for delimiter in tried:
            try:
                cells = next(csv.reader([line], delimiter=delimiter, strict=True))
            except csv.Error:
                continue
            heading = [cell.strip() for cell in cells]
            found.append((len(self._wanted().keys() & {cell.casefold() for cell in heading}), delimiter, heading))
        if not found:
            raise CannotRead(f"{self.path}: the quotation marks of the heading (line 1) are not closed")
        _, delimiter, heading = max(found, key=lambda one: one[0])
        return delimiter, heading

    def _wanted(self) -> dict[str, str]:
        """Our column's name by the heading to look for."""
        return {self.layout.headings.get(name, name).strip().casefold(): name for name in COLUMNS}

    def _places(self, heading: Sequence[str]) -> dict[str, int]:
        known = [cell.casefold() for cell in heading]
        wanted = {name: text for text, name in self._wanted().items()}
        missing = [name for name in COLUMNS if name not in wanted or self._is_missing(name, wanted[name], known)]
        if missing:
            named = ", ".join(f'{name} ("{self.layout.headings.get(name, name)}")' for name in missing)
            shown = ", ".join(_quoted(cell) for cell in heading[:20])
            raise CannotRead(
                f"{self.path} has no column for {named}; its heading is {shown}. Say which column is which, such as "
                f"--column {missing[0]}=HEADING, or how they are separated with --delimiter"
            )
        twice = sorted({name for name, text in wanted.items() if known.count(text) > 1})
        if twice:
            raise CannotRead(f"{self.path} has more than one column for {', '.join(twice)}: rename or remove one")
        return {name: known.index(text) for name, text in wanted.items() if text in known}

    def _is_missing(self, name: str, text: str, known: Sequence[str]) -> bool:
        return text not in known and (name not in OPTIONAL or name in self.layout.headings)

    def _listed(self, line: int, row: Sequence[str], places: Mapping[str, int], width: int) -> Iterator[Listed]:
        try:
            if len(row) != width:
                raise ValueError(f"it has {counted(len(row), 'field')}, the heading has {width}")
            cells = {name: row[place].strip() for name, place in places.items()}
            yield self._read(line, cells)
        except ValueError as problem:
            self.note(BrokenRow(line, str(problem)))

    def _read(self, line: int, cells: Mapping[str, str]) -> Listed:
        for name in ("order", "payment"):
            _check_name(name, cells[name])
        method = cells.get("method", "")
        if method:
            _check_text("method", method)
        currency = cells["currency"].upper()
        if not _CURRENCY.fullmatch(currency):
            raise ValueError(f'currency must be three letters such as "EUR" (it is {_quoted(cells["currency"])})')
        amount = _amount(cells["amount"], self.layout.decimal, currency)
        day: date = self._day(cells["date"])
        return Listed(line, cells["order"], cells["payment"], amount, currency, method, day)

    def _read_day(self, text: str) -> date:
        zone, pattern = ZoneInfo(self.layout.timezone), self.layout.date_format
        try:
            read = datetime.fromisoformat(text) if pattern is None else datetime.strptime(text, pattern)  # noqa: DTZ007
            return (read if read.tzinfo is None else read.astimezone(zone)).date()
        # The second: a day beyond the calendar's ends in the shop's zone.
        except (ValueError, OverflowError):
            wanted = "a date such as 2026-03-02; say --date-format" if pattern is None else f"written as {pattern}"
            raise ValueError(f"date must be {wanted} (it is {_quoted(text)})") from None


class _BadLineError(Exception):
    """A line that is no text, or too long."""


def _check_name(name: str, text: str) -> None:
    if not text:
        raise ValueError(f"{name} is empty")
    _check_text(name, text)
    if _FORMULA.match(text):
        raise ValueError(f"{name} looks like a spreadsheet's formula ({_quoted(text)}): export the list as plain text")


def _check_text(name: str, text: str) -> None:
    if len(text) > _LONGEST_TEXT:
        raise ValueError(f"{name} is longer than {_LONGEST_TEXT} characters ({_quoted(text)})")
    if found := _CONTROL.search(text):
        raise ValueError(f"{name} has a control character (U+{ord(found[0]):04X}): remove it")


def _amount(text: str, decimal: str, currency: str) -> int:
    """In minor units. Thousands separators are taken only where decimals follow: "1,234" alone could mean either."""
    plain = text.translate(_SWAP) if decimal == "," else text
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if _PLAIN.fullmatch(plain):
        return to_minor(plain, currency)
    if text.startswith("-"):
        raise ValueError(f"amount is below zero ({_quoted(text)}): leave refunds and fees out of the list")
    other = "." if decimal == "," else ","
    raise ValueError(
        f"amount must be written as 1234{decimal}56 (it is {_quoted(text)}); where the decimals follow another sign, "
        f'say --decimal "{other}"'
    )


def _quoted(text: str) -> str:
    shown = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    return f'"{shown[:_SHOWN]}…"' if len(shown) > _SHOWN else f'"{shown}"'
