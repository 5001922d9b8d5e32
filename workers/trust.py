"""What is believed of a message that lies in Redis: a hint in the shape in which our own programs write it.

Whoever can write to Redis can put anything there. Celery takes a message apart in a worker's main process, where one
that is made in another way than it expects ends the worker, and then, since it was not acknowledged, the next worker.
So each message is read here before Celery sees it, and written anew from what is believed of it: which of our tasks,
what it is about, when, and how often it was tried. Whatever else a message says (time limits, tasks to call after it,
other encodings) is not even passed on. One that is no hint is dropped: the row is the truth, and the sweeper finds it.
"""

import base64
import binascii
import json
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from partnershop.clock import now
from workers.queues import QUEUES
from workers.words import said

# A retry waits half a minute at most. What waits for longer takes a place in the worker's memory all the time.
LONGEST_WAIT = timedelta(hours=1)
LONGEST_HINT = 8 * 1024
# What a worker answers to `conf` or `active`, and what it tells Flower of a second in one message.
LONGEST_OTHER = 1024 * 1024
# What Celery and Flower ask workers. Orders (shutdown, revoke, rate_limit, pool_shrink, …) come by signals alone, from
# who runs the machine.
QUESTIONS = frozenset({
    "active", "active_queues", "clock", "conf", "hello", "ping", "registered", "report", "reserved", "revoked",
    "scheduled", "stats",
})  # fmt: skip
_PIDBOX = ".celery.pidbox"
_REPLIES = "reply.celery.pidbox"


class NotBelieved(ValueError):
    """The message is none of ours; the text says why and repeats nothing of it."""


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if aware - now() > LONGEST_WAIT:
        raise ValueError("is too far away")
    return aware.isoformat()


_Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1F\x7F]*$")]
_Moment = Annotated[str, StringConstraints(max_length=40), AfterValidator(_moment)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class _About(_Part):
    """The arguments of all our tasks: which shop, which order, which case."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    shop: _Text | None = None
    order: _Text | None = None
    case: Annotated[int, Field(ge=1, lt=2**63)] | None = None


class _Headers(_Part):
    task: _Text
    id: _Text
    retries: Annotated[int, Field(ge=0, le=1_000)] = 0
    eta: _Moment | None = None
    expires: _Moment | None = None


class _DeliveryInfo(_Part):
    exchange: _Text = ""
    routing_key: _Text = ""
    redelivered: bool = False


class _Properties(_Part):
    body_encoding: Annotated[str, StringConstraints(pattern="^base64$")]
    delivery_info: _DeliveryInfo = _DeliveryInfo()


class _ReplyTo(_Part):
    exchange: Annotated[str, StringConstraints(pattern=rf"^{_REPLIES}$")]
    routing_key: _Text


class _Question(_Part):
    method: _Text
    destination: list[_Text] | None = None
    reply_to: _ReplyTo | None = None
    ticket: _Text | None = None


class _Said(_Part):
    """Who says it, to which question it is an answer, and the sender's logical clock."""

    hostname: _Text | None = None
    ticket: _Text | None = None
    clock: Annotated[int, Field(ge=0, lt=2**62)] | None = None


_about, _headers, _properties, _question, _said = (
    TypeAdapter(model).validate_python for model in (_About, _Headers, _Properties, _Question, _Said)
)


def believed(message: object, queue: str) -> dict[str, Any]:
    """The message that Celery gets to see in place of the one that came in by `queue`. Raises NotBelieved.

    What is no task is believed in its outer shape: questions to workers and their answers, and what workers tell
    Flower.
    """
    if not isinstance(message, dict):
        raise NotBelieved("it is no JSON object")
    properties = _read(_properties, message.get("properties"), "properties")
    content = _content(message, LONGEST_HINT if queue in QUEUES else LONGEST_OTHER)
    if queue in QUEUES:
        return _hint(message, queue, content, properties)
    headers = _read(_said, message.get("headers") or {}, "headers").model_dump(exclude_none=True)
    if queue.endswith(_PIDBOX) and not queue.endswith(_REPLIES):
        content = _asked(content)
    elif not isinstance(content, dict | list):
        raise NotBelieved("its body is no object")
    info = properties.delivery_info.model_dump()
    return _written(content, headers, str(message["properties"].get("correlation_id") or "")[:200], info)


def _hint(message: Mapping[str, Any], queue: str, content: object, properties: Any) -> dict[str, Any]:
    headers = _read(_headers, message.get("headers"), "headers")
    if headers.task not in QUEUES[queue].tasks:
        raise NotBelieved("its queue has no such task")
    if not (isinstance(content, list) and len(content) == 3 and content[0] == []):
        raise NotBelieved("its arguments are not given by name")
    about = _read(_about, content[1], "arguments").model_dump(exclude_none=True)
    known = {
        "lang": "py", "task": headers.task, "id": headers.id, "root_id": headers.id, "parent_id": None, "group": None,
        "eta": headers.eta, "expires": headers.expires, "retries": headers.retries, "timelimit": [None, None],
        "argsrepr": "()", "kwargsrepr": said(about), "origin": "", "ignore_result": True,
    }  # fmt: skip
    nothing_else = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
    info = {"exchange": queue, "routing_key": queue, "redelivered": properties.delivery_info.redelivered}
    return _written([[], about, nothing_else], known, headers.id, info)


def _asked(content: object) -> dict[str, Any]:
    """The question, without arguments but for who it is that greets (`hello`)."""
    question = _read(_question, content, "question")
    if question.method not in QUESTIONS:
        raise NotBelieved("it is an order, and workers take none")
    asked: dict[str, Any] = question.model_dump(exclude_none=True)
    asked["arguments"] = {}
    if question.method == "hello":
        given = content.get("arguments") if isinstance(content, dict) else None
        greets = given.get("from_node") if isinstance(given, dict) else None
        if not isinstance(greets, str):
            raise NotBelieved("it greets and does not say who it is")
        asked["arguments"] = {"from_node": greets[:200]}
    return asked


def _content(message: Mapping[str, Any], longest: int) -> object:
    """What the body says: base64 of UTF-8 JSON, and nothing else. Exactly JSON, with no types of the library's own."""
    if (message.get("content-type"), message.get("content-encoding")) != ("application/json", "utf-8"):
        raise NotBelieved("it is of another content type or encoding")
    body = message.get("body")
    if not isinstance(body, str):
        raise NotBelieved("it has no body")
    if len(body) > longest:
        raise NotBelieved("it is too long")
    try:
        return json.loads(base64.b64decode(body, validate=True).decode("utf-8"))
    except (binascii.Error, ValueError, RecursionError):
        raise NotBelieved("its body is not JSON") from None


def _read(model: Callable[[Any], Any], value: object, what: str) -> Any:
    try:
        return model(value)
    except (ValidationError, OverflowError):
        raise NotBelieved(f"its {what} are not as we write them") from None


def _written(
    content: object, headers: Mapping[str, Any], correlation_id: str, delivery_info: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "body": base64.b64encode(json.dumps(content).encode()).decode("ascii"),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": dict(headers),
        "properties": {
            "correlation_id": correlation_id,
            "delivery_mode": 2,
            "priority": 0,
            "delivery_info": dict(delivery_info),
            "body_encoding": "base64",
            # Its own: under the tag of another, acknowledging this one would remove that one.
            "delivery_tag": str(uuid.uuid4()),
        },
    }
