"""The kinds of member an event is made of, each with the words that tell a sender how to write it.

Patterns run in pydantic's own (Rust) engine: there `$` is the very end of the text, and `[0-9]` is ASCII digits.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import GetPydanticSchema, StringConstraints
from pydantic_core import CoreSchema, core_schema

IDENTIFIER_LENGTH = 100
NAME_LENGTH = 300
TEXT_LENGTH = 4_000

_IDENTIFIER = r"^[^\p{Cc}]*[^\p{Cc}\s][^\p{Cc}]*$"
# What no XML 1.0 document can carry, hence no e-invoice: control characters but tab, line feed and carriage return.
_PRINTABLE = r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F\uFFFE\uFFFF]*$"
_AMOUNT = r"^[0-9]{1,12}(?:\.[0-9]{1,3})?$"
_UNIT_PRICE = r"^[0-9]{1,12}(?:\.[0-9]{1,4})?$"
_PERCENT = r"^(?:[0-9]{1,2}(?:\.[0-9]{1,4})?|100(?:\.0{1,4})?)$"
_MOMENT = (
    r"^(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(?:\.[0-9]{1,9})?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$"
)
_CURRENCY = r"^[A-Z]{3}$"
_COUNTRY = r"^[A-Z]{2}$"
_LANGUAGE = r"^[a-z]{2}$"
_RECIPIENT_CODE = r"^[A-Z0-9]{7}$"
# Plausible, not proven: one @, a dot in the domain, nothing that could end an address in a mail header early.
_EMAIL = r"^[^\s\p{Cc}@,;:<>()\[\]\\\x22]{1,64}@[^\s\p{Cc}@,;:<>()\[\]\\\x22.]+(?:\.[^\s\p{Cc}@,;:<>()\[\]\\\x22.]+)+$"
_JSON_MEDIA_TYPE = r"^(?i:application/json)\s*(?:;.*)?$"

PATTERN_WORDS = {
    _IDENTIFIER: "must have at least one visible character and no control characters",
    _PRINTABLE: "has a control character that no paper can carry: remove it",
    _AMOUNT: 'must be a plain decimal in a string, such as "12.30": ASCII digits, at most 12 before the point,'
    " no sign, no exponent, no blank, no comma",
    _UNIT_PRICE: 'must be a plain decimal in a string, such as "0.0475": ASCII digits, at most 12 before the point and'
    " 4 after it, no sign, no exponent, no blank, no comma",
    _PERCENT: 'must be a percentage in a string, from "0" to "100", such as "22": plain digits, at most 4 decimals',
    _MOMENT: "must be a moment as in RFC 3339 with its offset, such as 2026-03-02T09:14:00Z",
    _CURRENCY: 'must be the three capital letters of a currency, such as "EUR"',
    _COUNTRY: 'must be the two capital letters of a country (ISO 3166), such as "IT"',
    _LANGUAGE: 'must be the two small letters of a language (ISO 639), such as "it"',
    _RECIPIENT_CODE: 'must be seven capital letters or digits, such as "KRRH6B9" (CodiceDestinatario)',
    _EMAIL: "must be one mail address, such as chiara@customers.example",
    _JSON_MEDIA_TYPE: "must be application/json: data is JSON, whatever its media type used to be",
}


def _decimal_written_as(pattern: str) -> GetPydanticSchema:
    def schema(_source: object, _handler: object) -> CoreSchema:
        return core_schema.no_info_after_validator_function(Decimal, core_schema.str_schema(pattern=pattern))

    return GetPydanticSchema(schema)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except ValueError as problem:
        raise ValueError("is not a day of the calendar: check day and month") from problem


def _moment_schema(_source: object, _handler: object) -> CoreSchema:
    return core_schema.no_info_after_validator_function(_moment, core_schema.str_schema(pattern=_MOMENT))


def or_default(make: Callable[[], object]) -> GetPydanticSchema:
    """A member whose `null` means the same as its absence: what `make` returns, which is not validated."""

    def schema(source: Any, handler: Any) -> CoreSchema:
        def validate(given: Any, inner: core_schema.ValidatorFunctionWrapHandler) -> Any:
            return make() if given is None else inner(given)

        return core_schema.no_info_wrap_validator_function(validate, handler(source))

    return GetPydanticSchema(schema)


Identifier = Annotated[
    str, StringConstraints(strict=True, min_length=1, max_length=IDENTIFIER_LENGTH, pattern=_IDENTIFIER)
]
Name = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=NAME_LENGTH, pattern=_PRINTABLE)]
FreeText = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=TEXT_LENGTH, pattern=_PRINTABLE)]
Note = Annotated[str, StringConstraints(strict=True, max_length=TEXT_LENGTH, pattern=_PRINTABLE)]
Amount = Annotated[str, StringConstraints(strict=True, pattern=_AMOUNT)]
UnitPrice = Annotated[Decimal, _decimal_written_as(_UNIT_PRICE)]
Percentage = Annotated[Decimal, _decimal_written_as(_PERCENT)]
Moment = Annotated[datetime, GetPydanticSchema(_moment_schema)]
Currency = Annotated[str, StringConstraints(strict=True, pattern=_CURRENCY)]
Country = Annotated[str, StringConstraints(strict=True, pattern=_COUNTRY)]
Language = Annotated[str, StringConstraints(strict=True, pattern=_LANGUAGE)]
Email = Annotated[str, StringConstraints(strict=True, max_length=254, pattern=_EMAIL)]
RecipientCode = Annotated[str, StringConstraints(strict=True, pattern=_RECIPIENT_CODE)]
JsonMediaType = Annotated[str, StringConstraints(strict=True, pattern=_JSON_MEDIA_TYPE)]
