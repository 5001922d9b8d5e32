"""Text that a paper cannot print because no typeface of ours has its letters: told before the number is taken.

Open Sans has Latin, Greek and Cyrillic; the fallback typefaces have Arabic, Hebrew, Armenian, Georgian, Thai,
Devanagari, Chinese, Japanese, Korean, symbols and emoji.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from partnershop.documents.breach import Breach
from partnershop.documents.paper import Paper
from partnershop.documents.printable import printable
from partnershop.documents.typefaces import uncovered

_MOST_NAMED = 10


def breaches(paper: Paper) -> list[Breach]:
    """P-TEXT-1 for each text with characters that would print as boxes.

    Its values are the `field` ("buyer.name", "lines.3.description") and the `characters` with their code points.
    """
    checked = ((field, uncovered(printable(text))) for field, text in _texts(paper, ""))
    missed = ((field, _named(strange)) for field, strange in checked if strange)
    return [Breach("P-TEXT-1", field, {"field": field, "characters": characters}) for field, characters in missed]


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every text of a paper that is not plain ASCII, and where it is; positions count from 1."""
    if isinstance(value, str):
        if not value.isascii():
            yield path.lstrip("."), value
    elif isinstance(value, tuple):
        for position, member in enumerate(value, start=1):
            yield from _texts(member, f"{path}.{position}")
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name), f"{path}.{field.name}")


def _named(characters: str) -> str:
    named = [f"{character} (U+{ord(character):04X})" for character in characters[:_MOST_NAMED]]
    return ", ".join(named) + (", …" if len(characters) > _MOST_NAMED else "")
