"""From any JSON value to a checked event of a shop, or to sentences that say what to change."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import Flag, auto
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from partnershop.clock import now
from partnershop.contract.canonical import canonical, deeper_than, digest, unstorable
from partnershop.contract.checks import breaches
from partnershop.contract.events import OPERATOR_TYPES, SHOP_TYPES, TYPES, EventData
from partnershop.contract.fields import Identifier, JsonMediaType, Moment
from partnershop.contract.sentences import MOST_ERRORS, quoted, sentences
from partnershop.errors import Defect

MAX_DEPTH = 32
TYPE_PREFIX = "partnershop."
_OPERATOR = re.compile(r"/operators/[A-Za-z0-9._-]{1,60}")


class SourceRule(Flag):
    """Whose events the caller vouches for. A shop's signature vouches for `SHOP` alone."""

    SHOP = auto()
    OPERATORS = auto()


@dataclass(frozen=True)
class ShopIdentity:
    """What the contract needs to know of a shop: its code in paths and sources, and its ISO 4217 currency."""

    code: str
    currency: str

    @property
    def source(self) -> str:
        """The `source` of the events that the shop itself sends."""
        return f"/shops/{self.code}"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A valid event. `type` is short (without "partnershop."), `time` in UTC, `body` the whole event as received.

    `canonical` is the body as text (see `canonical.canonical`), `digest` the SHA-256 of that.
    """

    source: str
    event_id: str
    type: str
    order_number: str | None
    time: datetime
    body: dict[str, Any]
    canonical: str
    digest: bytes
    data: EventData

    @property
    def key(self) -> tuple[str, str]:
        """What identifies the event for ever: (source, id)."""
        return self.source, self.event_id


class _Attributes(BaseModel):
    """The attributes of CloudEvents 1.0. `source` and `type` have further rules of ours, checked apart."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    specversion: Literal["1.0"]
    id: Identifier
    source: str
    type: str
    time: Moment | None = None
    subject: str | None = None
    datacontenttype: JsonMediaType | None = None


_attributes = TypeAdapter(_Attributes).validator.validate_python
_validators = {name: TypeAdapter(model).validator.validate_python for name, model in TYPES.items()}


def parse(raw: object, shop: ShopIdentity, sources: SourceRule = SourceRule.SHOP) -> Envelope | list[str]:
    """Check one event. Returns it, or a non-empty list of sentences; raises nothing for any JSON value.

    An event without `time` (CloudEvents leaves it optional) takes the moment of this call.
    """
    if not isinstance(raw, dict):
        return ["an event must be a JSON object (CloudEvents 1.0, structured mode)"]
    if deeper_than(raw, MAX_DEPTH):
        return [f"the event is nested in more than {MAX_DEPTH} levels: flatten it"]
    try:
        text = canonical(raw)
    except (TypeError, ValueError):
        return ["the event has a value that JSON cannot carry"]
    errors = unstorable(raw, text)
    if errors:
        return errors[:MOST_ERRORS]
    try:
        attributes = _attributes(raw)
    except ValidationError as problem:
        return sentences(problem) + _data_errors(raw)
    errors = _source_errors(attributes, shop, sources) + _data_errors(raw)
    if errors:
        return errors
    kind = attributes.type.removeprefix(TYPE_PREFIX)
    try:
        data: EventData = _validators[kind](raw["data"])
    except ValidationError as problem:
        return sentences(problem, ("data",))
    order: str | None = getattr(data, "order", None)
    errors = _subject_errors(attributes.subject, order) + breaches(data, shop.currency)
    if errors:
        return errors
    return Envelope(
        source=attributes.source,
        event_id=attributes.id,
        type=kind,
        order_number=order,
        time=attributes.time or now(),
        body=raw,
        canonical=text,
        digest=digest(text),
        data=data,
    )


def data_of(event_type: str, body: dict[str, Any]) -> EventData:
    """The data of a stored event again, by its short type, with defaults applied.

    Raises Defect when the stored body does not keep the contract, which the door makes sure of.
    """
    try:
        data: EventData = _validators[event_type](body["data"])
    except (KeyError, ValidationError) as problem:
        raise Defect(f"a stored event of type {event_type} does not keep the contract") from problem
    return data


def _source_errors(attributes: _Attributes, shop: ShopIdentity, sources: SourceRule) -> list[str]:
    operator = _OPERATOR.fullmatch(attributes.source) is not None
    allowed = (operator and SourceRule.OPERATORS in sources) or (
        attributes.source == shop.source and SourceRule.SHOP in sources
    )
    errors = []
    if not allowed:
        expected = [f'"{shop.source}"'] if SourceRule.SHOP in sources else []
        expected += ['"/operators/{name}"'] if SourceRule.OPERATORS in sources else []
        errors.append(f"source must be {' or '.join(expected)} (it is {quoted(attributes.source)})")
    kind = attributes.type.removeprefix(TYPE_PREFIX)
    if kind == attributes.type or kind not in TYPES:
        known = ", ".join(TYPE_PREFIX + name for name in SHOP_TYPES)
        errors.append(f"type is not known (it is {quoted(attributes.type)}); known types: {known}")
    elif kind in OPERATOR_TYPES and not operator:
        errors.append(f"type {TYPE_PREFIX}{kind} may only be sent by operators, with a source of theirs")
    return errors


def _data_errors(raw: dict[str, Any]) -> list[str]:
    if "data_base64" in raw:
        return ["data_base64 is not taken: send data as a JSON object"]
    if "data" not in raw:
        return ["data is missing: add it"]
    return [] if isinstance(raw["data"], dict) else ["data must be a JSON object"]


def _subject_errors(subject: str | None, order: str | None) -> list[str]:
    if subject is None or order is None or subject == order:
        return []
    return [f"subject must be the order number, data.order, or be left out (it is {quoted(subject)})"]
