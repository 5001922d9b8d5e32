"""The errors of an operator's event, in the words of the command line instead of those of the event's JSON."""

import re
from collections.abc import Sequence

# Longest first: "data.reduction" is the beginning of the two before it.
_OPTIONS = {
    "data.reduction.net": "--net",
    "data.reduction.percent": "--percent",
    "data.reduction": "--net or --percent",
    "data.complaint": "COMPLAINT",
    "data.order": "ORDER",
    "data.item": "ITEM",
    "data.description": "--description",
    "data.reason": "--reason",
    "data.note": "--note",
    "data.text": "--text",
    "data.reference": "--reference",
    "subject": "ORDER",
}
_MEMBER = re.compile("|".join(re.escape(member) for member in _OPTIONS))
_QUOTED_NUMBER = re.compile(r'"(\d[\d.]*)"')


def in_words_of_options(errors: Sequence[str]) -> str:
    """The errors, a line each and none twice, with options and arguments for the members they are about."""
    return "\n".join(dict.fromkeys(map(_in_words, errors)))


def _in_words(error: str) -> str:
    named = _MEMBER.sub(lambda found: _OPTIONS[found.group()], error, count=1)
    # On a command line everything is a string: quotes around a number would only be copied.
    return _QUOTED_NUMBER.sub(r"\1", named.replace(" in a string,", "", 1))
