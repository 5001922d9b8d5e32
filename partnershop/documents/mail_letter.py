"""A mail as a letter: what it says, block by block, and its two forms, plain text and HTML, each complete in itself."""

from dataclasses import dataclass
from functools import lru_cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from partnershop.paths import TEMPLATES

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
    return Environment(
        loader=FileSystemLoader(TEMPLATES / "mail"),
        # The text form is no markup: whatever it holds, it is read as it is written.
        autoescape=autoescape,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


def html_of(letter: Letter) -> str:
    """The letter as an HTML page that loads nothing from anywhere; every text is escaped."""
    return _html().get_template("letter.html").render(letter=letter)


def text_of(letter: Letter) -> str:
    """The letter as plain text, a paragraph a line."""
    return _plain().get_template("letter.txt").render(letter=letter).rstrip() + "\n"
