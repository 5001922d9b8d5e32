"""Events in: stored once for ever, known ones recognised, what is no event set aside with its errors.

Three statements per transaction at most, whatever the number of events and of the requests that brought them.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from models import Shop
from partnershop.clock import now
from partnershop.contract import Envelope, ShopIdentity, SourceRule, parse
from partnershop.contract.canonical import canonical, digest, is_storable
from partnershop.db import wake
from partnershop.stages import Stage, Wake

_SHOWN_ID_LENGTH = 100
_KNOWN = "id is known already, with other content: an event never changes, so give the new one an id of its own"


@dataclass
class Receipt:
    """What became of the events of one request: counts, and for each quarantined one its `id` (or None) and `errors`.

    `conflicts` of the quarantined ones bore an id that is known with another body.
    """

    accepted: int = 0
    duplicates: int = 0
    conflicts: int = 0
    quarantined: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Delivery:
    """The events of one request: each JSON value as it came, with the valid event it is or the sentences against it."""

    shop: Shop
    read: list[tuple[object, Envelope | list[str]]]

    @classmethod
    def of(cls, shop: Shop, events: Iterable[object], sources: SourceRule = SourceRule.SHOP) -> "Delivery":
        """Check JSON values against the contract. Needs no database, so it is done before the transaction."""
        identity = ShopIdentity(shop.code, shop.currency)
        return cls(shop, [(raw, parse(raw, identity, sources)) for raw in events])

    @property
    def valid(self) -> list[Envelope]:
        """The events that keep the contract, in their order."""
        return [event for _, event in self.read if isinstance(event, Envelope)]


@dataclass(frozen=True)
class _Refusal:
    """Something for the quarantine of a shop: the JSON value, its canonical text, and why."""

    shop_id: int
    raw: object
    text: str
    errors: list[str]


def accept(session: Session, shop: Shop, events: Sequence[object], *, sources: SourceRule = SourceRule.SHOP) -> Receipt:
    """Store the valid ones of `events` (JSON values) of one request and quarantine the others: see `accept_all`."""
    [receipt] = accept_all(session, [Delivery.of(shop, events, sources)])
    return receipt


def accept_all(session: Session, deliveries: Sequence[Delivery]) -> list[Receipt]:
    """Store the events of several requests, as if one came after the other, and wake the inbox; a receipt for each.

    Valid events are stored in their order, the others quarantined. A known (source, id) with the same content is a
    duplicate, with another one a conflict, which is quarantined: the first one stands. The same event in two
    transactions at once is accepted in one of them: the insert of the other waits, and then finds it. A quarantined
    id is not used up: the corrected event may bear it again.
    """
    firsts: dict[_Key, tuple[int, Envelope]] = {}
    for delivery in deliveries:
        for event in delivery.valid:
            firsts.setdefault(event.key, (delivery.shop.id, event))
    new = _insert(session, list(firsts.values()))
    contents = _stored_contents(session, [key for key in firsts if key not in new])
    contents |= {key: (firsts[key][0], firsts[key][1].digest) for key in new}
    fresh = {id(firsts[key][1]) for key in new}
    results = [_judge(delivery, contents, fresh) for delivery in deliveries]
    _quarantine(session, [refusal for _, refusals in results for refusal in refusals])
    receipts = [receipt for receipt, _ in results]
    for delivery, receipt in zip(deliveries, receipts, strict=True):
        if receipt.accepted:
            wake(session, Wake(Stage.INBOX, shop=delivery.shop.code))
    return receipts


# What identifies an event, (source, id); and what is stored under it, (shop, digest).
_Key = tuple[str, str]
_Content = tuple[int, bytes]


def _judge(delivery: Delivery, contents: dict[_Key, _Content], fresh: set[int]) -> tuple[Receipt, list[_Refusal]]:
    """Compare each event of a request with what is now stored. `fresh` are the `id()`s of those just inserted."""
    receipt = Receipt()
    refusals: list[_Refusal] = []
    shop_id = delivery.shop.id
    for raw, event in delivery.read:
        if not isinstance(event, Envelope):
            refusals.append(_Refusal(shop_id, raw, canonical(raw), event))
        elif contents.get(event.key) != (shop_id, event.digest):
            refusals.append(_Refusal(shop_id, raw, event.canonical, [_KNOWN]))
            receipt.conflicts += 1
        elif id(event) in fresh:
            receipt.accepted += 1
        else:
            receipt.duplicates += 1
    receipt.quarantined = [{"id": _shown(refusal.raw, "id"), "errors": refusal.errors} for refusal in refusals]
    return receipt, refusals


# The identity values are drawn in the order of arrival, the rows inserted in the order of their key: two transactions
# with the same events in different order then wait for each other in one direction only, and cannot deadlock.
# One JSON text and not an array per column: psycopg escapes arrays of text in Python, which cost more than the insert.
_INSERT = text("""
    INSERT INTO event (id, shop_id, source, event_id, type, order_number, time, received_at, due_at, digest, body)
    SELECT given.id, given.shop_id, given.source, given.event_id, given.type, given.order_number, given.time,
           :received_at, :received_at, decode(given.digest, 'hex'), given.body
    FROM (
        SELECT nextval((SELECT pg_get_serial_sequence('event', 'id'))::regclass) AS id, listed.*
        FROM json_to_recordset(CAST(:events AS json)) AS listed (
            shop_id bigint, source text, event_id text, type text, order_number text, time timestamptz, digest text,
            body jsonb
        )
        OFFSET 0
    ) AS given
    ORDER BY given.source, given.event_id
    ON CONFLICT (source, event_id) DO NOTHING
    RETURNING source, event_id
""")


def _insert(session: Session, events: Sequence[tuple[int, Envelope]]) -> set[_Key]:
    """Insert what is not there yet, each with its shop's id, and return the (source, id) of those rows."""
    if not events:
        return set()
    listed = f"[{','.join(_row(shop_id, event) for shop_id, event in events)}]"
    rows = session.execute(_INSERT, {"received_at": now(), "events": listed})
    return {(source, event_id) for source, event_id in rows}


def _row(shop_id: int, event: Envelope) -> str:
    columns = {
        "shop_id": shop_id,
        "source": event.source,
        "event_id": event.event_id,
        "type": event.type,
        "order_number": event.order_number,
        "time": event.time.isoformat(),
        "digest": event.digest.hex(),
    }
    # The body is JSON text already.
    return f'{json.dumps(columns)[:-1]},"body":{event.canonical}}}'


_CONTENTS = text("""
    SELECT event.source, event.event_id, event.shop_id, event.digest
    FROM unnest(CAST(:sources AS text[]), CAST(:event_ids AS text[])) AS listed (source, event_id)
    JOIN event ON event.source = listed.source AND event.event_id = listed.event_id
""")


def _stored_contents(session: Session, keys: Sequence[_Key]) -> dict[_Key, _Content]:
    """The shop and the digest of stored events by (source, id)."""
    if not keys:
        return {}
    listed = {"sources": [source for source, _ in keys], "event_ids": [event_id for _, event_id in keys]}
    rows = session.execute(_CONTENTS, listed)
    return {(source, event_id): (shop_id, bytes(digest)) for source, event_id, shop_id, digest in rows}


_QUARANTINE = text("""
    INSERT INTO quarantine
        (shop_id, event_id, source, errors, raw, digest, first_seen_at, last_seen_at, times_seen)
    SELECT given.shop_id, given.event_id, given.source, given.errors::jsonb, given.raw, given.digest, :seen_at,
           :seen_at, given.times
    FROM unnest(
        CAST(:shop_ids AS bigint[]), CAST(:event_ids AS text[]), CAST(:sources AS text[]), CAST(:errors AS text[]),
        CAST(:raws AS text[]), CAST(:digests AS bytea[]), CAST(:times AS integer[])
    ) AS given (shop_id, event_id, source, errors, raw, digest, times)
    ORDER BY given.shop_id, given.digest
    ON CONFLICT (shop_id, digest) DO UPDATE
    SET times_seen = quarantine.times_seen + excluded.times_seen,
        last_seen_at = excluded.last_seen_at,
        errors = excluded.errors
""")


def _quarantine(session: Session, refusals: Sequence[_Refusal]) -> None:
    """Keep each refused value once per shop, with its newest errors and how often it came."""
    if not refusals:
        return
    alike: dict[tuple[int, str], list[_Refusal]] = {}
    for refusal in refusals:
        alike.setdefault((refusal.shop_id, refusal.text), []).append(refusal)
    kept = [same[-1] for same in alike.values()]
    session.execute(
        _QUARANTINE,
        {
            "seen_at": now(),
            "shop_ids": [refusal.shop_id for refusal in kept],
            "event_ids": [_shown(refusal.raw, "id") for refusal in kept],
            "sources": [_shown(refusal.raw, "source") for refusal in kept],
            "errors": [canonical(refusal.errors) for refusal in kept],
            "raws": [refusal.text for refusal in kept],
            "digests": [digest(refusal.text) for refusal in kept],
            "times": [len(same) for same in alike.values()],
        },
    )


def _shown(raw: object, member: str) -> str | None:
    """A member of what came in, if it is text that can be stored and shown; cut to a readable length."""
    value = raw.get(member) if isinstance(raw, dict) else None
    return value[:_SHOWN_ID_LENGTH] if isinstance(value, str) and is_storable(value) else None
