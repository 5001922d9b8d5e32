"""How a table is laid out on the width there is, so that no ordinary word is broken in the middle.

Where the columns fit side by side, it is a table with lines. Where they do not, each row is a line of its short cells,
and its longer ones follow below it, each with its heading.
"""

import re
from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

# What stays in one piece: a moment, an amount with its currency, a word.
_PIECE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC|[A-Z]{3} -?\d+(?:\.\d+)?|\S+")
_NUMBER = re.compile(r"(?:[A-Z]{3} )?-?\d+(?:\.\d+)?")
_LONGEST_WORD = 40  # cells; what is longer (a path, a digest) is no word and may be folded
_SHORT = 24  # cells; longer ones stand below their row where the table does not fit
_TALLEST = 5  # lines; a sentence folded into more of them, a word or two each, is no longer read
_AROUND = 3  # cells: the line and the blanks that a column needs around it
_GAP = 2
_INDENT = 4

Rows = Sequence[Sequence[Text]]


def laid_out(headings: Sequence[str], rows: Rows, width: int) -> RenderableType:
    """The table for a terminal `width` cells wide."""
    columns = [[Text(heading), *(row[place] for row in rows)] for place, heading in enumerate(headings)]
    least = [max(_widest_piece(cell) for cell in column) for column in columns]
    wanted = [_widest_line(column) for column in columns]
    room = width - 1 - _AROUND * len(columns)
    if sum(least) <= room:
        widths = _shared_out(least, wanted, room)
        if all(need <= _TALLEST * given for need, given in zip(wanted, widths, strict=True)):
            return _side_by_side(columns, widths)
    return Group(*_below_each_other(columns, width))


def _widest_piece(cell: Text) -> int:
    return max((min(Text(piece).cell_len, _LONGEST_WORD) for piece in _PIECE.findall(cell.plain)), default=1)


def _widest_line(column: Sequence[Text]) -> int:
    return max((Text(line).cell_len for cell in column for line in cell.plain.split("\n")), default=1) or 1


def _shared_out(least: Sequence[int], wanted: Sequence[int], room: int) -> list[int]:
    """Widths of at least `least`, at most `wanted`, within `room`: the narrowest column that wants more gets first."""
    widths = list(least)
    left = room - sum(widths)
    wanting = [place for place, width in enumerate(widths) if wanted[place] > width]
    while left > 0 and wanting:
        place = min(wanting, key=lambda one: widths[one])
        widths[place] += 1
        left -= 1
        if widths[place] == wanted[place]:
            wanting.remove(place)
    return widths


def _is_numbers(column: Sequence[Text]) -> bool:
    filled = [cell.plain for cell in column[1:] if cell.plain]
    return bool(filled) and all(_NUMBER.fullmatch(text) for text in filled)


def _side_by_side(columns: Sequence[Sequence[Text]], widths: Sequence[int]) -> Table:
    shown = Table()
    for (heading, *_), column, width in zip(columns, columns, widths, strict=True):
        shown.add_column(heading, justify="right" if _is_numbers(column) else "left", overflow="fold", width=width)
    for row in zip(*(column[1:] for column in columns), strict=True):
        shown.add_row(*row)
    return shown


def _below_each_other(columns: Sequence[Sequence[Text]], width: int) -> Iterator[RenderableType]:
    """A line of headings, then each row: its short cells in a line, the others below with their headings."""
    short, room = [], width
    for place, column in enumerate(columns):
        wanted = _widest_line(column)
        if wanted <= _SHORT and wanted + _GAP <= room and not any("\n" in cell.plain for cell in column):
            short.append(place)
            room -= wanted + _GAP
    longer = [place for place in range(len(columns)) if place not in short]
    in_line = [columns[place] for place in short]
    yield _line(in_line, 0, "bold")
    for number in range(1, len(columns[0])):
        yield _line(in_line, number)
        for place in longer:
            heading, cell = columns[place][0], columns[place][number]
            if cell.plain:
                words = Text.assemble((f"{heading.plain}: ", "dim"), cell, overflow="fold")
                yield Padding(words, (0, 0, 0, _INDENT))


def _line(columns: Sequence[Sequence[Text]], number: int, style: str = "") -> Text:
    line = Text(style=style, no_wrap=True, overflow="ignore")
    for column in columns:
        blanks = " " * (_widest_line(column) - column[number].cell_len)
        line.append_text(Text(blanks) + column[number] if _is_numbers(column) else column[number] + Text(blanks))
        line.append(" " * _GAP)
    line.rstrip()
    return line
