"""What goes wrong with events on their way: names as in the drill's table, and what each does to an event or a body."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from partnershop.drill.ledger import Event

MONTH = timedelta(days=31)


class TroubleName(StrEnum):
    """Each is switched on for a share of the events: `Stream.trouble`."""

    DUPLICATED = "duplicated"
    """Sent again a little later, byte for byte the same event, once or twice."""
    SHUFFLED = "shuffled"
    """Sent after others that come later in its order's life, or before its order."""
    DELAYED = "delayed by hours"
    """Its `time` is hours old, and it is kept back until the shop's clients send the rest."""
    TRUNCATED = "truncated"
    """First half of its body, signed as it is: the door must say 400; then the whole of it."""
    OTHER_BODY = "same id with other body"
    """Once it is taken, another event under its id: the door must refuse that, and it changes nothing."""
    REPLAYED = "replayed from a month ago"
    """Its `time` is a month old; once it is taken, it comes again, and once with a signature of a month ago: 401."""


def older(event: Event, by: timedelta) -> Event:
    """The event as it was noted that much earlier."""
    moment = datetime.fromisoformat(str(event["time"])) - by
    return {**event, "time": moment.isoformat(timespec="seconds")}


def hours_older(event: Event, dice: random.Random) -> Event:
    """The event as it was noted 2 to 30 hours earlier."""
    return older(event, timedelta(minutes=dice.randint(120, 1_800)))


def other_body(event: Event) -> Event:
    """A valid event under the same id that says something else; money where there is some, so that taking it shows."""
    data: dict[str, Any] = dict(event["data"])
    if "amount" in data:
        data["amount"] = str(Decimal(data["amount"]) + 1)
    elif "items" in data:
        first: Mapping[str, Any] = data["items"][0]
        data["items"] = [{**first, "quantity": first["quantity"] + 1}, *data["items"][1:]]
    elif "reduction" in data:
        data["reduction"] = {"percent": "44"}
    else:
        data["reason"] = f"{data.get('reason', 'none')}, or another one"
    return {**event, "data": data}


def cut(body: bytes, dice: random.Random) -> bytes:
    """The beginning of a body, not all of it and not nothing."""
    return body[: dice.randrange(1, len(body))]
