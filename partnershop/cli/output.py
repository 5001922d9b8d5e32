"""What the commands print: on stdout a table for people, or JSON for machines and nothing else; errors on stderr."""

import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from partnershop.cli.output_layout import laid_out

FINE, NOT_FINE, WRONG_USE, NO_CONNECTION = 0, 1, 2, 3

_WIDTH_WITHOUT_TERMINAL = 180

# What a table's columns are: their headings, or their keys in JSON with the headings for people.
Columns = Sequence[str] | Mapping[str, str]


def table(title: str, columns: Columns, rows: Iterable[Sequence[object]], as_json: bool) -> None:
    """Print rows as a table that fits the terminal (see output_layout), or with `as_json` as an array of objects.

    The keys of the objects are those of `columns`, or made from the headings: "Paid in full" is `paid_in_full`.
    Moments are said in UTC.
    """
    headings = dict(columns) if isinstance(columns, Mapping) else {_key(name): name for name in columns}
    if as_json:
        document([dict(zip(headings, row, strict=True)) for row in rows])
        return
    screen = console()
    if title:
        screen.print(_cell(title), style="italic", soft_wrap=True)
    cells = [[_cell(value) for value in row] for row in rows]
    screen.print(laid_out(list(headings.values()), cells, screen.width))


def pairs(title: str, values: Mapping[str, object]) -> None:
    """Print names with their values, one a line, for people."""
    heading = _cell(title) if title else None
    shown = Table(title=heading, title_justify="left", show_header=False, box=None, pad_edge=False)
    shown.add_column(style="bold", no_wrap=True)
    shown.add_column(overflow="fold")
    for name, value in values.items():
        shown.add_row(_cell(name), _cell(value))
    console().print(shown)


def say(sentence: str) -> None:
    """Print a sentence for people on stdout. Its text is shown as it is, without markup."""
    console().print(_cell(sentence), soft_wrap=True)


def document(value: object) -> None:
    """Print any JSON value on stdout. Decimals and dates become strings; anything else unknown raises TypeError."""
    sys.stdout.write(json.dumps(value, indent=1, default=_plain) + "\n")


def note(sentence: str) -> None:
    """Print a remark for people on stderr, so that stdout stays what it is."""
    Console(stderr=True, highlight=False).print(_cell(sentence), soft_wrap=True)


def fail(sentence: str, code: int = WRONG_USE) -> NoReturn:
    """End the command with one line on stderr and an exit code: 1 not fine, 2 wrong use or unknown, 3 no connection."""
    note(sentence)
    raise typer.Exit(code)


def console() -> Console:
    """The console for stdout. Without a terminal it is wide, so that a pipe gets whole rows."""
    wide = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Console(width=_WIDTH_WITHOUT_TERMINAL if wide else None, highlight=False)


def in_utc(moment: datetime) -> str:
    """A moment as people read it: "2026-03-02 09:14:00 UTC"."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _key(heading: str) -> str:
    return re.sub(r"\W+", "_", heading.lower()).strip("_")


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _cell(value: object) -> Text:
    """As text without markup, control characters made visible: what customers wrote must not steer the terminal."""
    if value is None:
        return Text("")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, datetime):
        return Text(in_utc(value))
    return Text("".join(_visible(character) for character in str(value)))


def _visible(character: str) -> str:
    return character if character == "\n" or unicodedata.category(character)[0] != "C" else "\N{REPLACEMENT CHARACTER}"
