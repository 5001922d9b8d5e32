"""Unitedprint's answer codes: six digits, the first says what is the matter, the other five name the field.

What the first digit means is published. The numbers of the fields below are this product's own, used with its
simulator; the adapter also reads numbers it does not know, and this table is the one place to put the real ones.
"""

import re

_CODE = re.compile(r"[0-9]{6}")

IMPORTANT, MISSING, INVALID, NOTICE = 1, 2, 3, 4

_MATTER = {IMPORTANT: "important", MISSING: "missing", INVALID: "invalid", NOTICE: "notice"}

FIELDS = {
    1: "the request",
    2: "service",
    10: "environment",
    11: "portalName",
    12: "countryCode",
    13: "languageCode",
    14: "partyGroupName",
    15: "validate",
    16: "dataTransmission",
    17: "messageLevel",
    20: "accountInformation",
    21: "accountInformation.customerNumber",
    22: "accountInformation.password",
    30: "orderPositions",
    31: "orderPositions.orderInformation",
    32: "orderInformation.customerProductId",
    33: "orderInformation.orderQuantity",
    34: "orderInformation.shippingType",
    35: "orderInformation.orderName",
    40: "dataSourceHost",
    41: "dataSourceUser",
    42: "dataSourcePassword",
    43: "dataSourcePort",
}
_NUMBERS = {name: number for number, name in FIELDS.items()}


def code(matter: int, field: str) -> str:
    """The six-digit code for a matter (1 to 4) and the name of a field. Raises `KeyError` for an unknown field."""
    return f"{matter}{_NUMBERS[field]:05d}"


def in_words(six_digits: str) -> str:
    """A code for people: "missing: orderInformation.orderName (200035)". What is no code is quoted, shortened."""
    if not _CODE.fullmatch(six_digits):
        return f"unreadable code {six_digits[:40]!r}"
    matter = _MATTER.get(int(six_digits[0]), f"matter {six_digits[0]}")
    number = int(six_digits[1:])
    field = FIELDS.get(number, f"field {number:05d}")
    return f"{matter}: {field} ({six_digits})"
