"""One connection of a shop's client: signs a body and posts it; what the door says, or that nobody answered."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx2

from partnershop.contract.signature import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign

SINGLE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
_TIMEOUT = httpx2.Timeout(15.0, connect=2.0)


@dataclass(frozen=True)
class Answered:
    """An HTTP status with the members of the answer's JSON; 0 where the connection broke or nobody answered."""

    status: int
    members: Mapping[str, Any] = field(default_factory=dict)

    @property
    def quarantined(self) -> set[str]:
        """The ids of events that the door set aside."""
        return {str(entry.get("id")) for entry in self.members.get("quarantined") or []}


class Sender:
    """Posts for one shop over a connection that is kept open. Belongs to one thread."""

    def __init__(self, intake: str, shop: str, secret: str, now: Callable[[], datetime]) -> None:
        self._address = f"{intake}/shops/{shop}/events"
        self._secret, self._now = secret, now
        # Straight to the address, also where the environment names an HTTP proxy.
        self._client = httpx2.Client(timeout=_TIMEOUT, trust_env=False)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    @staticmethod
    def message() -> str:
        """A new message id; the tries of one request share it."""
        return f"msg-{uuid.uuid4()}"

    def post(self, body: bytes, media_type: str, message: str, age: timedelta = timedelta()) -> Answered:
        """Sign these bytes as of `age` ago and post them. Raises nothing for trouble on the way."""
        moment = int((self._now() - age).timestamp())
        headers = {
            "content-type": media_type, ID_HEADER: message, TIMESTAMP_HEADER: str(moment),
            SIGNATURE_HEADER: sign(self._secret, message, moment, body),
        }  # fmt: skip
        try:
            response = self._client.post(self._address, content=body, headers=headers)
        except httpx2.HTTPError:
            return Answered(0)
        try:
            members = response.json()
        except ValueError:
            members = {}
        return Answered(response.status_code, members if isinstance(members, dict) else {})
