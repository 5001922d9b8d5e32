"""Events in: stored once for ever, known ones recognised, what is no event set aside with its errors.

Three statements per request at most, whatever the number of events.
"""

import json
from collections import Counter
from collections.abc import Sequence
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
class _Refusal:
    """Something for the quarantine: the JSON value as its canonical text, and why."""

    raw: object
    text: str
    errors: list[str]


def accept(session: Session, shop: Shop, events: Sequence[object], *, sources: SourceRule = SourceRule.SHOP) -> Receipt:
    """Store the valid ones of `events` (JSON values) in their order and quarantine the others; wakes the inbox.

    A known (source, id) with the same content is a duplicate, with another one a conflict, which is quarantined: the
    first one stands. The same event on two connections at once is accepted on one of them: the insert of the other
    waits, and then finds it. A quarantined id is not used up: the corrected event may bear it again.
    """
    identity = ShopIdentity(shop.code, shop.currency)
    read = [parse(raw, identity, sources) for raw in events]
    firsts: dict[tuple[str, str], Envelope] = {}
    for event in read:
        if isinstance(event, Envelope):
            firsts.setdefault(event.key, event)
    new = _insert(session, shop, list(firsts.values()))
    digests = _stored_digests(session, shop, [key for key in firsts if key not in new])
    digests |= {key: firsts[key].digest for key in new}
    receipt = Receipt(accepted=len(new))
    refused: list[_Refusal] = []
    for raw, event in zip(events, read, strict=True):
        if not isinstance(event, Envelope):
            refused.append(_Refusal(raw, canonical(raw), event))
        elif digests.get(event.key) != event.digest:
            refused.append(_Refusal(raw, event.canonical, [_KNOWN]))
            receipt.conflicts += 1
        elif event.key not in new or event is not firsts[event.key]:
            receipt.duplicates += 1
    _quarantine(session, shop, refused)
    receipt.quarantined = [{"id": _shown(refusal.raw, "id"), "errors": refusal.errors} for refusal in refused]
    if receipt.accepted:
        wake(session, Wake(Stage.INBOX, shop=shop.code))
    return receipt


# The identity values are drawn in the order of the body, the rows inserted in the order of their key: two requests with
# the same events in different order then wait for each other in one direction only, and cannot deadlock.
# One JSON text and not an array per column: psycopg escapes arrays of text in Python, which cost more than the insert.
_INSERT = text("""
    INSERT INTO event (id, shop_id, source, event_id, type, order_number, time, received_at, due_at, digest, body)
    SELECT given.id, :shop_id, given.source, given.event_id, given.type, given.order_number, given.time, :received_at,
           :received_at, decode(given.digest, 'hex'), given.body
    FROM (
        SELECT nextval((SELECT pg_get_serial_sequence('event', 'id'))::regclass) AS id, listed.*
        FROM json_to_recordset(CAST(:events AS json)) AS listed (
            source text, event_id text, type text, order_number text, time timestamptz, digest text, body jsonb
        )
        OFFSET 0
    ) AS given
    ORDER BY given.source, given.event_id
    ON CONFLICT (source, event_id) DO NOTHING
    RETURNING source, event_id
""")


def _insert(session: Session, shop: Shop, events: Sequence[Envelope]) -> set[tuple[str, str]]:
    """Insert what is not there yet and return the (source, id) of those rows."""
    if not events:
        return set()
    listed = f"[{','.join(map(_row, events))}]"
    rows = session.execute(_INSERT, {"shop_id": shop.id, "received_at": now(), "events": listed})
    return {(source, event_id) for source, event_id in rows}


def _row(event: Envelope) -> str:
    columns = {
        "source": event.source,
        "event_id": event.event_id,
        "type": event.type,
        "order_number": event.order_number,
        "time": event.time.isoformat(),
        "digest": event.digest.hex(),
    }
    # The body is JSON text already.
    return f'{json.dumps(columns)[:-1]},"body":{event.canonical}}}'


_DIGESTS = text("""
    SELECT event.source, event.event_id, event.digest
    FROM unnest(CAST(:sources AS text[]), CAST(:event_ids AS text[])) AS listed (source, event_id)
    JOIN event ON event.source = listed.source AND event.event_id = listed.event_id
    WHERE event.shop_id = :shop_id
""")


def _stored_digests(session: Session, shop: Shop, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
    """The digests of this shop's stored events by (source, id)."""
    if not keys:
        return {}
    rows = session.execute(
        _DIGESTS,
        {
            "shop_id": shop.id,
            "sources": [source for source, _ in keys],
            "event_ids": [event_id for _, event_id in keys],
        },
    )
    return {(source, event_id): bytes(stored) for source, event_id, stored in rows}


_QUARANTINE = text("""
    INSERT INTO quarantine
        (shop_id, event_id, source, errors, raw, digest, first_seen_at, last_seen_at, times_seen)
    SELECT :shop_id, given.event_id, given.source, given.errors::jsonb, given.raw, given.digest, :seen_at, :seen_at,
           given.times
    FROM unnest(
        CAST(:event_ids AS text[]), CAST(:sources AS text[]), CAST(:errors AS text[]), CAST(:raws AS text[]),
        CAST(:digests AS bytea[]), CAST(:times AS integer[])
    ) AS given (event_id, source, errors, raw, digest, times)
    ORDER BY given.digest
    ON CONFLICT (shop_id, digest) DO UPDATE
    SET times_seen = quarantine.times_seen + excluded.times_seen,
        last_seen_at = excluded.last_seen_at,
        errors = excluded.errors
""")


def _quarantine(session: Session, shop: Shop, refused: Sequence[_Refusal]) -> None:
    """Keep each refused value once, with its newest errors and how often it came."""
    if not refused:
        return
    by_text = {refusal.text: refusal for refusal in refused}
    times = Counter(refusal.text for refusal in refused)
    session.execute(
        _QUARANTINE,
        {
            "shop_id": shop.id,
            "seen_at": now(),
            "event_ids": [_shown(refusal.raw, "id") for refusal in by_text.values()],
            "sources": [_shown(refusal.raw, "source") for refusal in by_text.values()],
            "errors": [canonical(refusal.errors) for refusal in by_text.values()],
            "raws": list(by_text),
            "digests": [digest(known) for known in by_text],
            "times": [times[known] for known in by_text],
        },
    )


def _shown(raw: object, member: str) -> str | None:
    """A member of what came in, if it is text that can be stored and shown; cut to a readable length."""
    value = raw.get(member) if isinstance(raw, dict) else None
    return value[:_SHOWN_ID_LENGTH] if isinstance(value, str) and is_storable(value) else None
