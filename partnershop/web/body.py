"""What may be posted: the media types, and the body read with its limits enforced while it arrives."""

import asyncio
from email.message import Message
from functools import lru_cache

from starlette.requests import ClientDisconnect, Request

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


async def read_body(request: Request, limit: int, seconds: float) -> bytes:
    """The raw body of at most `limit` bytes. Raises Problem 413 when it is more, and 408 after `seconds`.

    What comes after the limit is never kept. It is read past, for `MOST_DISCARDED` bytes more, since a sender that is
    still writing when the connection closes (Python's urllib does) sees a reset instead of the answer. One that asked
    first (Expect: 100-continue) is answered at once.
    """
    declared = request.headers.get("content-length", "")
    too_large = declared.isascii() and declared.isdigit() and (len(declared) > 18 or int(declared) > limit)
    if too_large and request.headers.get("expect", "").lower() == "100-continue":
        raise _too_large(limit)
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                size += len(chunk)
                too_large = too_large or size > limit
                if size > limit + MOST_DISCARDED:
                    break
                if not too_large:
                    chunks.append(chunk)
    except TimeoutError:
        raise Problem(
            408,
            "slow-body",
            f"the body did not arrive within {seconds:g} seconds: send it again",
            headers={"connection": "close"},
        ) from None
    except ClientDisconnect:
        raise Problem(400, "incomplete-body", "the connection was closed before the body was complete") from None
    if too_large:
        raise _too_large(limit)
    return b"".join(chunks)


def _too_large(limit: int) -> Problem:
    return Problem(413, "body-too-large", f"the body is over {limit} bytes: send the events in smaller batches")
