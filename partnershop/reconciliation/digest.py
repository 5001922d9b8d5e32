"""The operators' digest: one mail per shop with all that needs somebody, only where there is something new to tell.

At most one an hour is the business of the period's claim (tasks/reconciliation.py). What was told once is not told
again every hour all night: without anything new, the next digest comes a day after the last one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Mail, MailKind, MailState, Shop
from partnershop import clock
from partnershop.db import wake
from partnershop.documents.mail_digest import Section, digest
from partnershop.documents.mail_letter import Entry
from partnershop.flows import mail, quarantine
from partnershop.flows.mail_composing import freeze
from partnershop.flows.orders import settings_of
from partnershop.reconciliation import findings
from partnershop.reconciliation.sentences import sentence, what_to_do
from partnershop.rules.reconciliation import FindingKind
from partnershop.rules.words import counted
from partnershop.stages import Stage, Wake
from partnershop.worklist import worklist

REMIND = timedelta(hours=24)
DAYS = 7
"""Refusals of so many days are told; the digest's heading says it."""
LIMIT = 5_000
"""How many of each list are looked at to see what is new."""
# What the lists tell already, from their first minute on.
_IN_THE_LISTS = frozenset(
    {
        FindingKind.EVENT_PARKED, FindingKind.EVENT_QUARANTINED, FindingKind.ITEM_HELD, FindingKind.DISPATCH_UNKNOWN,
        FindingKind.PAPER_REFUSED,
    }
)  # fmt: skip
_FINDINGS = tuple(kind for kind in FindingKind if kind not in _IN_THE_LISTS)

_UNKNOWN = "{order}/{item}: {producer}, {our_order_name}"
_REFUSED_PAPER = "{order}: {rule}: {reason}"
_GIVEN_UP = "{order}: {what} {which}: {reason}"


@dataclass(frozen=True)
class _Told:
    """A section of the digest, and a key for each of its entries: what had the same key was told before."""

    section: Section
    keys: tuple[str, ...]


def queue(session: Session) -> str:
    """Make the digests that are due, composed as of now; says of which shops."""
    shops = session.scalars(select(Shop).where(Shop.settings_id.is_not(None)).order_by(Shop.id)).all()
    told = [shop.code for shop in shops if _queue(session, shop)]
    return f"{counted(len(told), 'digest')} for operators: {', '.join(told)}" if told else "nothing to tell"


def _queue(session: Session, shop: Shop) -> bool:
    settings = settings_of(session, shop.id)
    recipients = settings.mail.get("digest") or []
    if not mail.is_on(settings) or not recipients:
        return False
    told = list(_all(session, shop, settings.language))
    keys = [key for one in told for key in one.keys]
    if not keys or not _is_time(session, shop, keys):
        return False
    row = Mail(
        shop_id=shop.id, kind=MailKind.DIGEST, state=MailState.DUE, language=settings.language,
        created_at=clock.now(), due_at=clock.now(), told=sorted(keys),
    )  # fmt: skip
    session.add(row)
    # The database gives the row its key, which makes its Message-ID.
    session.flush()
    freeze(row, settings, digest(shop.code, settings.language, [one.section for one in told]), recipients)
    wake(session, Wake(Stage.MAIL))
    return True


def _is_time(session: Session, shop: Shop, keys: Sequence[str]) -> bool:
    """Whether something is new since the last digest, or that one is a day old (or of a time to come)."""
    query = select(Mail.created_at, Mail.told).where(Mail.shop_id == shop.id, Mail.kind == MailKind.DIGEST)
    last = session.execute(query.order_by(Mail.id.desc()).limit(1)).first()
    if last is None or not set(keys) <= set(last.told or ()):
        return True
    return not clock.now() - REMIND < last.created_at <= clock.now()


def _all(session: Session, shop: Shop, language: str) -> Iterator[_Told]:
    lists = worklist(session, shop, DAYS, LIMIT, overpayments=False, language=language)
    yield _told("unknown_hand_overs", lists["unknown_hand_overs"], _UNKNOWN, "our_order_name")
    yield _told("held", lists["held"], "{order}/{item}: {reason}", "order item code")
    yield _told("refused_papers", lists["refused_papers"], _REFUSED_PAPER, "order case rule where")
    # A digest that cannot be sent is no news for the next one.
    given_up = [row for row in lists["given_up"] if not str(row["which"]).endswith(f"({MailKind.DIGEST.value})")]
    yield _told("given_up", given_up, _GIVEN_UP, "order what which", f"partnershop retry --shop {shop.code}")
    yield _parked(session, shop)
    yield _quarantined(session, shop)
    incomplete = "{product}: {attributes} ({then})"
    yield _told("incomplete_settings", lists["incomplete_settings"], incomplete, "product attributes")
    yield _told("refused", lists["refused"], "{order}: {what}: {reason}", "order what at")
    yield _found(session, shop, language)


def _told(name: str, rows: Sequence[Mapping[str, Any]], words: str, key: str, command: str = "") -> _Told:
    """A list of the worklist: `words` say an entry, `key` names the columns that make it the same one as before."""
    entries = [
        Entry(words.format_map({column: "–" if value is None else value for column, value in row.items()}))
        for row in rows
    ]
    keys = tuple(f"{name} " + " ".join(str(row[column]) for column in key.split()) for row in rows)
    return _Told(Section(name, entries, command), keys)


def _parked(session: Session, shop: Shop) -> _Told:
    waiting = quarantine.parked(session, shop, LIMIT)
    entries = [Entry(f"{event.order or '–'}: {event.type}: {event.why}") for event in waiting]
    command = f"partnershop event park list --shop {shop.code}"
    return _Told(Section("parked", entries, command), tuple(f"parked {e.event_id}" for e in waiting))


def _quarantined(session: Session, shop: Shop) -> _Told:
    aside = quarantine.listed(session, shop, LIMIT)
    entries = [Entry(f"{one.name}: {'; '.join(one.why)}") for one in aside]
    command = f"partnershop event quarantine list --shop {shop.code}"
    return _Told(Section("quarantined", entries, command), tuple(one.name for one in aside))


def _found(session: Session, shop: Shop, language: str) -> _Told:
    open_ones = findings.listed(session, shops=[shop.id], kinds=_FINDINGS, limit=LIMIT)
    entries = [Entry(sentence(one, language), (what_to_do(one, language),)) for one in open_ones]
    command = f"partnershop finding list --shop {shop.code}"
    return _Told(Section("findings", entries, command), tuple(f"finding {one.id}" for one in open_ones))
