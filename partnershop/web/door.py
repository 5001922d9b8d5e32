"""The door: from the raw bytes of a request to stored events."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import structlog

from models import Shop
from partnershop.clock import now
from partnershop.contract import MAX_DEPTH
from partnershop.contract.signature import BadSignature, verify
from partnershop.contract.strict_json import NotJson, loads
from partnershop.flows.intake import Delivery, Receipt
from partnershop.web.body import BATCH, SINGLE
from partnershop.web.known_shops import KnownShop, KnownShops
from partnershop.web.pace import Pace
from partnershop.web.problems import Problem
from partnershop.web.room import Room
from partnershop.web.writer import Writer

MAX_BATCH = 10_000
# A body this small is read in less time than it takes to hand it to a thread and back.
_SMALL_BYTES = 16 * 1024
# Reading is Python's own work, of which it does one at a time: more threads would only keep the event loop waiting.
_READERS = 2
_MOST_REQUESTS = 1_000
_SECOND_LOOKS_PER_MINUTE = 60
_MOST_BYTES = 32 * 1024 * 1024
_log = structlog.get_logger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class Signature:
    """The three headers of Standard Webhooks as they came in."""

    message_id: str | None
    timestamp: str | None
    signatures: str | None


class Door:
    """Proves who sends, reads the events and has them stored. Belongs to one event loop."""

    def __init__(self, shops: KnownShops) -> None:
        self._shops = shops
        self._room = Room(_MOST_REQUESTS, _MOST_BYTES)
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="reader")
        self._writer = Writer()
        self._second_looks = Pace(_SECOND_LOOKS_PER_MINUTE)

    async def receive(
        self, known: KnownShop, media_type: str, signature: Signature, body: bytes, proven: Callable[[], None]
    ) -> Receipt:
        """Store the events of one request; they are committed when this returns.

        `proven` is called once it is sure who sends, before the body is looked into. Raises what that raises, and
        Problem 401, 400, 413 or 503, before anything is stored; database errors come through as they are.
        """
        with self._room.taken(len(body)):
            known = await self._prove(known, signature, body)
            proven()
            read = partial(_delivery_of, known.shop, media_type, body)
            delivery = read() if len(body) <= _SMALL_BYTES else await self._in_thread(read)
            return await self._writer.store(delivery)

    async def _prove(self, known: KnownShop, signature: Signature, body: bytes) -> KnownShop:
        """The shop, its signature verified; read again once where a secret younger than our memory might fit."""
        try:
            _verify(known, signature, body)
        except BadSignature as problem:
            # Not for each forged one: after that many of a shop, a secret younger than our memory waits three seconds.
            again = problem.mismatch and not self._second_looks.seconds_to_wait(known.shop.id)
            fresh = await self._in_thread(partial(self._shops.read, known.shop.code)) if again else None
            if fresh is None or fresh.secrets == known.secrets:
                raise _unsigned(known, problem) from None
            known = fresh
            try:
                _verify(known, signature, body)
            except BadSignature as still:
                raise _unsigned(known, still) from None
        return known

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, work)


def _verify(known: KnownShop, signature: Signature, body: bytes) -> None:
    moment = now()
    verify(
        known.secrets_at(moment),
        message_id=signature.message_id,
        timestamp=signature.timestamp,
        signatures=signature.signatures,
        body=body,
        now=moment,
    )


def _unsigned(known: KnownShop, problem: BadSignature) -> Problem:
    _log.warning("request not proven", shop=known.shop.code, why=str(problem))
    return Problem(401, "signature", str(problem), headers={"www-authenticate": "StandardWebhooks"})


def _delivery_of(shop: Shop, media_type: str, body: bytes) -> Delivery:
    return Delivery.of(shop, _events_of(media_type, body))


def _events_of(media_type: str, body: bytes) -> list[object]:
    """The events of a body: structured mode is one object, a batch is an array of at least one."""
    try:
        # One level more than an event may have: the array of a batch.
        value = loads(body, MAX_DEPTH + 1)
    except NotJson as problem:
        raise Problem(400, "not-json", str(problem)) from None
    if isinstance(value, dict) and media_type != BATCH:
        return [value]
    if not isinstance(value, list) or media_type == SINGLE:
        raise Problem(400, "not-an-event", f"the body must be {_EXPECTED[media_type]}")
    if not value:
        raise Problem(400, "empty-batch", "the batch is empty: send at least one event")
    if len(value) > MAX_BATCH:
        raise Problem(413, "batch-too-large", f"the batch has more than {MAX_BATCH} events: send smaller ones")
    return value


_EXPECTED: Any = {
    SINGLE: "one JSON object, as its media type says",
    BATCH: "a JSON array of events, as its media type says",
    "application/json": "a JSON object (one event) or a JSON array (several)",
}
