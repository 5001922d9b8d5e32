"""A mail as a letter: what it says, block by block, and its two forms, plain text and HTML, each complete in itself."""

import re
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from partnershop.paths import TEMPLATES

# A number of a paper, order or parcel, at whose hyphens mail readers would break it: it has a digit somewhere.
_NUMBER = re.compile(r"(?<![\w-])(?=[\w./-]{0,80}[0-9])[A-Za-z0-9]{1,20}(?:[-./][A-Za-z0-9]{1,20}){1,6}(?![\w-])")
_ONE_LINE = Markup('<span style="white-space:nowrap">{}</span>')

Row = tuple[str, str]


@dataclass(frozen=True)
class Entry:
    """One line of a list, and smaller lines below it."""

    text: str
    below: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """A part of a letter, in this order: heading, sentences, rows of label and value, entries, and what to type."""

    heading: str = ""
    sentences: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    entries: tuple[Entry, ...] = ()
    more: str = ""
    command: str = ""


@dataclass(frozen=True)
class Letter:
    """All words of one mail in their order. `imprint` is who writes: name, address, numbers. All fit to print.

    `greeting` and `closing` are empty where nobody is greeted.
    """

    language: str
    subject: str
    title: str
    greeting: str
    blocks: tuple[Block, ...]
    closing: tuple[str, ...]
    imprint: tuple[str, ...]


@lru_cache(maxsize=1)
def _html() -> Environment:
    return _environment(autoescape=True)


@lru_cache(maxsize=1)
def _plain() -> Environment:
    return _environment(autoescape=False)


def _environment(*, autoescape: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "mail"),
        # The text form is no markup: whatever it holds, it is read as it is written.
        autoescape=autoescape,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters["unbroken"] = unbroken
    return environment


def unbroken(text: str) -> Markup:
    """A text of a letter, escaped, with its numbers kept on one line."""
    pieces, end = [], 0
    for number in _NUMBER.finditer(text):
        pieces += [escape(text[end : number.start()]), _ONE_LINE.format(number[0])]
        end = number.end()
    return Markup("").join([*pieces, escape(text[end:])])


def html_of(letter: Letter) -> str:
    """The letter as an HTML page that loads nothing from anywhere; every text is escaped."""
    return _html().get_template("letter.html").render(letter=letter)


def text_of(letter: Letter) -> str:
    """The letter as plain text, a paragraph a line."""
    return _plain().get_template("letter.txt").render(letter=letter).rstrip() + "\n"
