"""Errors as `application/problem+json` (RFC 9457), in words that tell the sender what to change."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:partnershop:problem:"


class Problem(Exception):
    """An answer other than success. `name` ends its `type`, `detail` is a sentence, `members` are further ones."""

    def __init__(
        self,
        status: int,
        name: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.name = name
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = dict(members or {})

    def response(self) -> Response:
        """The HTTP response that says it."""
        title = HTTPStatus(self.status).phrase
        body = {
            "type": f"{_TYPE}{self.name}",
            "title": title,
            "status": self.status,
            "detail": self.detail,
            **self.members,
        }
        return Response(as_json(body), self.status, self.headers, MEDIA_TYPE)


def as_json(value: object) -> bytes:
    """ASCII JSON: whatever a sender put into an id or a member's name, the answer can be encoded."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")
