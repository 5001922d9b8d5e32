"""From pydantic's errors to sentences that name the member and tell the sender what to change."""

import json
import re
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from partnershop.contract.fields import PATTERN_WORDS

MOST_ERRORS = 20
_MOST_QUOTED = 40
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")


def path_of(parts: Iterable[str | int]) -> str:
    """The path of a member as people write it: ("data", "items", 0, "unit_price") -> data.items[0].unit_price."""
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part):
            path += f".{part}" if path else part
        else:
            path += f"[{quoted(part)}]"
    return path


def quoted(value: object) -> str:
    """A value as ASCII JSON, cut to a length that fits into a sentence."""
    text = json.dumps(value, default=str)
    return text if len(text) <= _MOST_QUOTED else f"{text[:_MOST_QUOTED]}…"


def sentences(problem: ValidationError, prefix: tuple[str, ...] = ()) -> list[str]:
    """One sentence per error, at most `MOST_ERRORS` of them and then how many more there are."""
    errors = problem.errors(include_url=False)
    said = [_sentence(error, prefix) for error in errors[:MOST_ERRORS]]
    if len(errors) > MOST_ERRORS:
        said.append(f"and {len(errors) - MOST_ERRORS} more errors like these")
    return said


def _sentence(error: Any, prefix: tuple[str, ...]) -> str:
    loc = list(error["loc"])
    is_key = bool(loc) and loc[-1] == "[key]"
    path = path_of((*prefix, *(loc[:-1] if is_key else loc)))
    words = _words(error["type"], error.get("ctx", {}), error["msg"])
    given = error["input"]
    # What the customer is called or lives at belongs in no error text: it ends up in logs and on screens.
    private = loc[:1] in (["customer"], ["buyer"])
    shown = f" (it is {quoted(given)})" if isinstance(given, str | int | float) and not private and given != "" else ""
    return f"the name {path} {words}" if is_key else f"{path} {words}{shown}"


def _words(kind: str, ctx: dict[str, Any], message: str) -> str:
    match kind:
        case "missing":
            return "is missing: add it"
        case "string_pattern_mismatch":
            return PATTERN_WORDS.get(ctx["pattern"], message)
        case "string_type":
            return "must be a JSON string"
        case "string_too_short":
            return "is empty: give it a value"
        case "string_too_long":
            return f"is longer than {ctx['max_length']} characters: shorten it"
        case "int_type" | "int_from_float" | "int_parsing":
            return "must be a whole JSON number, such as 1, without quotes or a decimal point"
        case "greater_than_equal":
            return f"must be at least {ctx['ge']}"
        case "less_than_equal":
            return f"must be at most {ctx['le']}"
        case "bool_type":
            return "must be true or false"
        case "dict_type" | "model_type" | "model_attributes_type":
            return "must be a JSON object"
        case "list_type":
            return "must be a JSON array"
        case "too_short":
            return f"must have at least {ctx['min_length']} entry"
        case "too_long":
            return f"has more than {ctx['max_length']} entries"
        case "literal_error":
            return f"must be {ctx['expected']}".replace("'", '"')
        case "value_error":
            return str(ctx["error"])
        case _:
            return f"is not valid: {message}"
