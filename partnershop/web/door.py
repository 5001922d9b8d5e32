"""The door: from the raw bytes of a request to stored events. Blocking: it runs in a thread."""

from dataclasses import dataclass
from typing import Any

import structlog

from partnershop.clock import now
from partnershop.contract import MAX_DEPTH, SourceRule
from partnershop.contract.signature import BadSignature, verify
from partnershop.contract.strict_json import NotJson, loads
from partnershop.db import unit_of_work
from partnershop.flows.intake import Receipt, accept
from partnershop.web.body import BATCH, SINGLE
from partnershop.web.known_shops import KnownShop, KnownShops
from partnershop.web.problems import Problem

MAX_BATCH = 10_000
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Signature:
    """The three headers of Standard Webhooks as they came in."""

    message_id: str | None
    timestamp: str | None
    signatures: str | None


class Door:
    """Proves who sends, reads the events and stores them."""

    def __init__(self, shops: KnownShops) -> None:
        self._shops = shops

    def receive(self, known: KnownShop, media_type: str, signature: Signature, body: bytes) -> Receipt:
        """Store the events of one request; they are committed when this returns.

        Raises Problem 401, 400 or 413, before anything is stored; database errors come through as they are.
        """
        known = self._prove(known, signature, body)
        events = _events_of(media_type, body)
        with unit_of_work() as session:
            receipt = accept(session, known.shop, events, sources=SourceRule.SHOP)
        _log.info(
            "events received",
            shop=known.shop.code,
            accepted=receipt.accepted,
            duplicates=receipt.duplicates,
            conflicts=receipt.conflicts,
            quarantined=len(receipt.quarantined),
        )
        return receipt

    def _prove(self, known: KnownShop, signature: Signature, body: bytes) -> KnownShop:
        """The shop, its signature verified; read again once where a secret younger than our memory might fit."""
        try:
            _verify(known, signature, body)
        except BadSignature as problem:
            fresh = self._shops.read(known.shop.code) if problem.mismatch else None
            if fresh is None or fresh.secrets == known.secrets:
                raise _unsigned(known, problem) from None
            known = fresh
            try:
                _verify(known, signature, body)
            except BadSignature as still:
                raise _unsigned(known, still) from None
        return known


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
