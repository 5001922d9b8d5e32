"""Payments that no order has: in another currency than the shop's, or for an order that is not known."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from partnershop import clock
from partnershop.reconciliation.checks.asking import ask, count
from partnershop.reconciliation.looking import Check, Found, Looked
from partnershop.rules.money import to_minor
from partnershop.rules.reconciliation import FindingKind, Job

# Minutes that an order may come later than its payment.
ORDER_WITHIN = timedelta(hours=1)

# Conditions on `quarantine` and on `event` (joined with `shop`): these are not also found as events set aside. The
# door's sentence is that of contract/checks.py; the raw text may hold what PostgreSQL's JSON cannot, so it is not cast.
OTHER_CURRENCY_AT_THE_DOOR = """
    (quarantine.raw LIKE '%"type":"partnershop.payment.received"%' AND EXISTS (
        SELECT FROM jsonb_array_elements_text(quarantine.errors) AS said
         WHERE said LIKE 'data.currency must be the shop''s, %'))
"""
OTHER_CURRENCY_IN_THE_INBOX = """
    (event.type = 'payment.received' AND event.body->'data'->>'currency' IS DISTINCT FROM shop.currency)
"""
FOR_UNKNOWN_ORDER = "(event.type = 'payment.received' AND event.waits_for = 'order')"

# Its event, as text, goes along in `details` until `_read` has taken from it what the sentences need.
_AT_THE_DOOR = text("""
    SELECT quarantine.shop_id, shop.code AS shop, 'Q-' || quarantine.id AS key, '{}'::jsonb AS about,
           jsonb_build_object('event', quarantine.raw, 'shop_currency', shop.currency) AS details,
           NULL AS amount, NULL AS currency
      FROM quarantine JOIN shop ON shop.id = quarantine.shop_id
     WHERE quarantine.shop_id = ANY(:shops) AND quarantine.released_at IS NULL
       AND %s
     ORDER BY quarantine.id
""".replace("%s", OTHER_CURRENCY_AT_THE_DOOR))

_IN_THE_INBOX = text("""
    SELECT event.shop_id, shop.code AS shop, 'E-' || event.id AS key, '{}'::jsonb AS about,
           jsonb_build_object('event', event.body::text, 'shop_currency', shop.currency) AS details,
           NULL AS amount, NULL AS currency
      FROM event JOIN shop ON shop.id = event.shop_id
     WHERE event.shop_id = ANY(:shops) AND event.state = 'quarantined'
       AND %s
     ORDER BY event.id
""".replace("%s", OTHER_CURRENCY_IN_THE_INBOX))

_UNKNOWN_ORDER = text("""
    SELECT event.shop_id, shop.code AS shop, 'event-' || event.id AS key, '{}'::jsonb AS about,
           jsonb_build_object('event', event.body::text) AS details, NULL AS amount, NULL AS currency
      FROM event JOIN shop ON shop.id = event.shop_id
     WHERE event.shop_id = ANY(:shops) AND event.state = 'parked' AND event.received_at < :before
       AND %s
     ORDER BY event.id
""".replace("%s", FOR_UNKNOWN_ORDER))

_SET_ASIDE = text("""
    SELECT (SELECT count(*) FROM quarantine WHERE shop_id = ANY(:shops) AND released_at IS NULL)
         + (SELECT count(*) FROM event WHERE shop_id = ANY(:shops) AND state = 'quarantined')
""")
_PARKED = text("SELECT count(*) FROM event WHERE shop_id = ANY(:shops) AND state = 'parked' AND waits_for = 'order'")


def _look(session: Session, shops: Sequence[int]) -> Looked:
    other, unknown = FindingKind.PAYMENT_OTHER_CURRENCY, FindingKind.PAYMENT_FOR_UNKNOWN_ORDER
    aside = ask(session, _AT_THE_DOOR, shops, other) + ask(session, _IN_THE_INBOX, shops, other)
    waiting = ask(session, _UNKNOWN_ORDER, shops, unknown, before=clock.now() - ORDER_WITHIN)
    checked = {other: count(session, _SET_ASIDE, shops), unknown: count(session, _PARKED, shops)}
    return Looked(checked, [_named(found) for found in aside] + [_read(found) for found in waiting])


def _named(found: Found) -> Found:
    """Its key is how the quarantine calls it: "Q-12"."""
    read = _read(found)
    return replace(read, about=read.about | {"quarantined": found.key})


def _read(found: Found) -> Found:
    """With order, payment, event and amount from the event that it carries."""
    body = json.loads(found.details["event"])
    data = body.get("data") if isinstance(body.get("data"), dict) else {}
    named = {"event": body.get("id"), "order": data.get("order"), "payment": data.get("payment")}
    details = {name: value for name, value in found.details.items() if name != "event"}
    details["said"] = f"{_plain(data.get('currency'))} {_plain(data.get('amount'))}"
    amount = _minor(data)
    return replace(
        found,
        about=found.about | {name: _plain(value) for name, value in named.items()},
        details=details,
        amount=amount,
        currency=None if amount is None else data["currency"],
    )


def _minor(data: dict[str, object]) -> int | None:
    """The amount in minor units of its own currency; None where it is not one: what is set aside may be anything."""
    amount, currency = data.get("amount"), data.get("currency")
    if not (isinstance(amount, str) and isinstance(currency, str) and len(amount) <= _LONGEST_AMOUNT):
        return None
    try:
        return to_minor(amount, currency)
    except ValueError:
        return None


_LONGEST_AMOUNT = 16
_LONGEST = 100


def _plain(value: object) -> str:
    """Anything as a short text that the database can keep."""
    kept = value if isinstance(value, str) else "?"
    return kept.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")[:_LONGEST]


CHECK = Check(
    "payments_aside",
    (FindingKind.PAYMENT_OTHER_CURRENCY, FindingKind.PAYMENT_FOR_UNKNOWN_ORDER),
    frozenset({Job.MONEY}),
    _look,
)
