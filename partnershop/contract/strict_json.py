"""JSON as RFC 8259 has it and nothing more, with limits, so that no body can be read in two ways or bring us down."""

import json
import math
import re
from decimal import Decimal, InvalidOperation
from typing import Any, Never

from partnershop.contract.canonical import deeper_than
from partnershop.contract.sentences import quoted

MAX_NUMBER_LENGTH = 400
_BOM = b"\xef\xbb\xbf"
_PLACE = re.compile(r": line (\d+) column (\d+) \(char \d+\)$")


class NotJson(ValueError):
    """The bytes are not JSON that we take; the text is a sentence for the sender."""


def loads(raw: bytes, max_depth: int) -> object:
    """Read one JSON value of at most `max_depth` levels of arrays and objects from UTF-8 bytes.

    Integers are exact, also big ones; a number with a fraction or an exponent is a float, or a Decimal where a float
    would lose digits. Raises NotJson for all else, also NaN, Infinity, duplicate names and a byte order mark.
    """
    value = _read(_text(raw))
    # No more brackets than levels allowed: the cheap proof for most bodies.
    if raw.count(b"[") + raw.count(b"{") > max_depth and deeper_than(value, max_depth):
        raise NotJson(_too_deep(max_depth))
    return value


def _text(raw: bytes) -> str:
    if not raw:
        raise NotJson("the body is empty: send an event as JSON")
    if raw.startswith(_BOM):
        raise NotJson("the body starts with a byte order mark (BOM): leave it out")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise NotJson(f"the body is not UTF-8 (at byte {problem.start}): encode it as UTF-8") from problem


def _read(text: str) -> object:
    try:
        return _decoder.decode(text)
    except NotJson:
        raise
    except RecursionError:
        raise NotJson("the body is nested far too deep: flatten it") from None
    except json.JSONDecodeError as problem:
        found = _PLACE.search(str(problem))
        place = f" at line {found[1]}, column {found[2]}" if found else ""
        raise NotJson(f"the body is not JSON: {_PLACE.sub('', str(problem))}{place}") from problem


def _too_deep(max_depth: int) -> str:
    return f"the body is nested in more than {max_depth} levels: flatten it"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise NotJson(f"an object has the name {quoted(name)} twice: keep one of them")
            seen.add(name)
    return members


def _integer(digits: str) -> int:
    if len(digits) > MAX_NUMBER_LENGTH:
        raise NotJson(_too_long(digits))
    return int(digits)


def _fraction(digits: str) -> float | Decimal:
    if len(digits) > MAX_NUMBER_LENGTH:
        raise NotJson(_too_long(digits))
    rounded = float(digits)
    try:
        exact = Decimal(digits)
    except InvalidOperation:  # an exponent that even Decimal cannot hold
        raise NotJson(_out_of_range(digits)) from None
    # PostgreSQL's numeric holds it, and reading it back as a float gives no infinity.
    if not math.isfinite(rounded) or (exact and exact.adjusted() < -MAX_NUMBER_LENGTH):
        raise NotJson(_out_of_range(digits))
    return rounded if Decimal(repr(rounded)) == exact else exact


def _out_of_range(digits: str) -> str:
    return f"the number {quoted(digits)} is out of range: send it as a string"


def _too_long(digits: str) -> str:
    return f"a number has {len(digits)} characters and at most {MAX_NUMBER_LENGTH} are taken: send it as a string"


def _constant(name: str) -> Never:
    raise NotJson(f"{name} is not JSON: send null or leave the member out")


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_fraction, parse_constant=_constant
)
