"""How much may be in hand at once: what has come in and is not answered yet."""

from collections.abc import Iterator
from contextlib import contextmanager

from partnershop.web.problems import Problem

RETRY_SECONDS = "5"


class Room:
    """Bounds the requests in hand and the bytes of their bodies, so that a flood cannot take our memory."""

    def __init__(self, requests: int, size: int) -> None:
        self._most_requests = requests
        self._most_bytes = size
        self._requests = 0
        self._bytes = 0

    @contextmanager
    def taken(self, size: int) -> Iterator[None]:
        """Room for a body of `size` bytes as long as the block runs. Raises Problem 503 when there is none.

        One body always finds room, whatever its size, when nothing else is in hand.
        """
        if self._requests and (self._requests >= self._most_requests or self._bytes + size > self._most_bytes):
            detail = "too much is waiting to be stored; nothing was taken: send it again"
            raise Problem(503, "busy", detail, headers={"retry-after": RETRY_SECONDS})
        self._requests += 1
        self._bytes += size
        try:
            yield
        finally:
            self._requests -= 1
            self._bytes -= size
