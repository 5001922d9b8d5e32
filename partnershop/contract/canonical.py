"""One text per JSON value, whatever its blanks and the order of its members; and what PostgreSQL's JSON cannot hold."""

import hashlib
import json
import re
from collections.abc import Iterator
from decimal import Decimal

from partnershop.contract.sentences import path_of

_NESTED = (dict, list)  # a tuple: twice as fast to test as a union type
_SUSPECT = re.compile(r"\\u(?:0000|d[89a-f])")
_SURROGATE = re.compile("[\ud800-\udfff]")
_compact = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False).encode


def canonical(value: object) -> str:
    """The value as ASCII JSON with sorted keys and no blanks. `Decimal` is taken for a number and keeps its digits.

    Raises TypeError for what is not JSON and ValueError for NaN and Infinity.
    """
    try:
        return _compact(value)
    except TypeError:
        return "".join(_pieces(value))


def _pieces(value: object) -> Iterator[str]:
    """The slow way, for the rare value with a number that a float cannot hold."""
    if isinstance(value, Decimal):
        yield format(value, "E")
    elif isinstance(value, dict):
        mark = "{"
        for key in sorted(value):
            yield f"{mark}{_compact(key)}:"
            yield from _pieces(value[key])
            mark = ","
        yield "{}" if mark == "{" else "}"
    elif isinstance(value, list | tuple):
        mark = "["
        for entry in value:
            yield mark
            yield from _pieces(entry)
            mark = ","
        yield "[]" if mark == "[" else "]"
    else:
        yield _compact(value)


def digest(text: str) -> bytes:
    """SHA-256 of a canonical text: tells a duplicate from another event under the same id."""
    return hashlib.sha256(text.encode("ascii")).digest()


def deeper_than(value: object, limit: int) -> bool:
    """Whether arrays and objects are nested in more than `limit` levels. Goes by level, so depth costs no stack."""
    level = [value] if isinstance(value, _NESTED) else []
    for _ in range(limit):
        if not level:
            return False
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, _NESTED)
        ]
    return bool(level)


def unstorable(value: object, text: str) -> list[str]:
    """Sentences about NUL characters and lone surrogates in strings and names of `value`; `text` is its canonical text.

    PostgreSQL keeps neither in jsonb, and neither is Unicode text that a paper could carry.
    """
    if not _SUSPECT.search(text):
        return []
    return list(_bad_strings(value, ()))


def is_storable(value: str) -> bool:
    """Whether a text has neither a NUL character nor half of a surrogate pair."""
    return _complaint(value) is None


def _bad_strings(value: object, path: tuple[str | int, ...]) -> Iterator[str]:
    if isinstance(value, str):
        words = _complaint(value)
        if words:
            yield f"{path_of(path) or 'the event'} {words}"
    elif isinstance(value, dict):
        for key, member in value.items():
            words = _complaint(key)
            if words:
                yield f"the name {path_of((*path, key))} {words}"
            yield from _bad_strings(member, (*path, key))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _bad_strings(entry, (*path, index))


def _complaint(text: str) -> str | None:
    if "\0" in text:
        return "has a NUL character (\\u0000): remove it"
    if _SURROGATE.search(text):
        return "has half of a surrogate pair, which is not a character: write the whole pair"
    return None
