"""What may be posted: the media types, and the body read with its limits enforced while it arrives."""

import asyncio
from collections.abc import Callable
from email.message import Message
from functools import lru_cache

from starlette.requests import ClientDisconnect, Request

from partnershop.web.gate import SMALL_BYTES
from partnershop.web.problems import Problem

SINGLE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
EITHER = "application/json"
MOST_DISCARDED = 64 * 1024 * 1024


def media_type_of(request: Request) -> str:
    """One of the three media types. Raises Problem 415 for any other, another charset than UTF-8, or a coded body."""
    media_type, charset = _content_type(request.headers.get("content-type", ""))
    if media_type not in {SINGLE, BATCH, EITHER}:
        raise Problem(
            415,
            "media-type",
            f"send one event as {SINGLE}, several as {BATCH}, or either as {EITHER}",
            headers={"accept": f"{SINGLE}, {BATCH}, {EITHER}"},
        )
    if not isinstance(charset, str) or charset.lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise Problem(415, "media-type", "JSON is UTF-8: leave the charset out and encode the body as UTF-8")
    if request.headers.get("content-encoding", "identity").strip().lower() not in {"identity", ""}:
        raise Problem(
            415,
            "media-type",
            "send the body as it is, without Content-Encoding",
            headers={"accept-encoding": "identity"},
        )
    return media_type


# Every request of a sender says the same, and reading it takes as long as reading a small event.
@lru_cache(maxsize=64)
def _content_type(text: str) -> tuple[str, object]:
    """The media type ("" for none) and the charset of the header as it came in."""
    header = Message()
    header["content-type"] = text.replace("\r", " ").replace("\n", " ")
    return (header.get_content_type() if text else ""), header.get_param("charset", "utf-8")


async def read_body(
    request: Request, limit: int, seconds: float, before_large: Callable[[int], None] = lambda _size: None
) -> bytes:
    """The raw body of at most `limit` bytes. Raises Problem 413 when it is more, and 408 after `seconds`.

    `before_large` is asked once, with how large it may become, before more than `SMALL_BYTES` are kept; the Problem it
    raises is the answer.

    What is not taken is never kept. It is read past, for `MOST_DISCARDED` bytes more than the limit, since a sender
    that is still writing when the connection closes (Python's urllib does) sees a reset instead of the answer. One
    that asked first (Expect: 100-continue) is answered at once.
    """
    body = _Body(limit, before_large)
    body.expect(request.headers.get("content-length", ""))
    if body.refused and request.headers.get("expect", "").lower() == "100-continue":
        raise body.refused
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                body.add(chunk)
                if body.size > limit + MOST_DISCARDED:
                    break
    except TimeoutError:
        raise Problem(
            408,
            "slow-body",
            f"the body did not arrive within {seconds:g} seconds: send it again",
            headers={"connection": "close"},
        ) from None
    except ClientDisconnect:
        raise Problem(400, "incomplete-body", "the connection was closed before the body was complete") from None
    if body.refused:
        raise body.refused
    return b"".join(body.chunks)


class _Body:
    """What has arrived of a body, and why no more of it is kept."""

    def __init__(self, limit: int, before_large: Callable[[int], None]) -> None:
        self.size = 0
        self.chunks: list[bytes] = []
        self.refused: Problem | None = None
        self._limit = limit
        self._before_large = before_large
        self._asked = False

    def expect(self, length: str) -> None:
        """So long it is going to be, as its sender says."""
        if length.isascii() and length.isdigit():
            self._judge(int(length) if len(length) <= 18 else self._limit + 1, int(length[:18]))

    def add(self, chunk: bytes) -> None:
        """So much more has come."""
        self.size += len(chunk)
        self._judge(self.size, self._limit)
        if self.refused:
            self.chunks.clear()
        else:
            self.chunks.append(chunk)

    def _judge(self, size: int, most: int) -> None:
        if self.refused:
            return
        if size > self._limit:
            self.refused = _too_large(self._limit)
        elif size > SMALL_BYTES and not self._asked:
            self._asked = True
            try:
                self._before_large(most)
            except Problem as problem:
                self.refused = problem


def _too_large(limit: int) -> Problem:
    return Problem(413, "body-too-large", f"the body is over {limit} bytes: send the events in smaller batches")
