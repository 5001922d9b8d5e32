"""Adding a shop, and changing its settings: always a new version, never edited in place. And its secrets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models import Item, Order, Shop, ShopSettings, WebhookSecret
from partnershop import clock
from partnershop.contract.signature import key_of, new_secret
from partnershop.errors import Refused
from partnershop.flows import logos, mail, refused_papers, shop_papers
from partnershop.flows.inbox import LANE
from partnershop.flows.judging_again import judge_again
from partnershop.flows.orders import lock_many, open_gates
from partnershop.flows.settings import catalogue_in_force
from partnershop.flows.shop_files import ShopFile, parse
from partnershop.flows.shop_files_design import Pictures, no_pictures
from partnershop.rules.lifecycle import ItemState
from partnershop.rules.numbering import may_collide

ROTATION = timedelta(hours=24)
_GATES_BATCH = 500


@dataclass(frozen=True)
class Saved:
    """A saved shop: `created` now, or with `changed` settings. `rechecked` held items are judged again."""

    shop: Shop
    settings: ShopSettings
    created: bool
    changed: bool
    rechecked: int = 0


def add(session: Session, content: str, by: str, pictures: Pictures = no_pictures) -> Saved:
    """Add a shop from the text of its YAML, or save a new version of its settings; `by` is who does it.

    `pictures` gives the bytes of the logo that the YAML names.

    The same content as the version in force makes no new one. A new version counts for later decisions only; items that
    wait (held, or for print data) are judged again. Raises `Refused` with every error: which member, what to change;
    also where papers by these settings would be refused.
    """
    file = parse(content, catalogue_in_force(session).rules, pictures)
    if shop_papers.may_differ(_in_force(session, file.code), file.settings):
        shop_papers.check(file)
    shop, created = _shop(session, file)
    if shop.currency != file.currency:
        raise Refused(
            f"currency: {shop.code} keeps its books in {shop.currency}, which cannot change to {file.currency};"
            " add a shop of another code"
        )
    before = session.get(ShopSettings, shop.settings_id) if shop.settings_id else None
    if before is not None and _same(before, file.settings):
        return Saved(shop, before, created=False, changed=False)
    if file.logo is not None:
        logos.keep(session, file.logo)
    settings = _new_version(session, shop, file.settings, by)
    if created:
        session.add(WebhookSecret(shop_id=shop.id, secret=new_secret(), created_at=clock.now()))
        session.flush()
        return Saved(shop, settings, created=True, changed=True)
    if before is not None and mail.is_on(before) and not mail.is_on(settings):
        mail.stop(session, shop.id)
    refused_papers.release_shop(session, shop, f"version {settings.version} of the settings")
    rechecked = judge_again(session, shop.id)
    if before is not None and before.require_print_data and not settings.require_print_data:
        _open_gates(session, shop)
    return Saved(shop, settings, created=False, changed=True, rechecked=rechecked)


def _in_force(session: Session, code: str) -> ShopSettings | None:
    """The settings of a shop as they are now, without a lock: whichever they are, their papers were judged."""
    query = select(ShopSettings).join(Shop, Shop.settings_id == ShopSettings.id).where(Shop.code == code)
    return session.scalars(query).one_or_none()


def _shop(session: Session, file: ShopFile) -> tuple[Shop, bool]:
    """The shop's row, locked, and whether it was made now."""
    new = {"code": file.code, "currency": file.currency, "created_at": clock.now()}
    made = session.execute(
        insert(Shop).values(new).on_conflict_do_nothing(index_elements=["code"]).returning(Shop.id)
    ).scalar_one_or_none()
    shop_id = made or session.scalars(select(Shop.id).where(Shop.code == file.code)).one()
    # No order is being placed while the settings change: its gates would be judged by the old ones and nobody would
    # look again. The lane before the row, as the inbox takes them.
    session.execute(text("SELECT pg_advisory_xact_lock(:lane, CAST(:shop AS int))"), {"lane": LANE, "shop": shop_id})
    query = select(Shop).where(Shop.id == shop_id).with_for_update(key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).one(), made is not None


def _same(before: ShopSettings, wanted: Mapping[str, Any]) -> bool:
    return all(getattr(before, name) == value for name, value in wanted.items())


def _keep_series_apart(session: Session, shop: Shop, wanted: Mapping[str, Any]) -> None:
    """Refuse a series that could give numbers which the other series gave under earlier settings."""
    earlier = session.execute(
        select(ShopSettings.version, ShopSettings.invoice_series, ShopSettings.reversal_series).where(
            ShopSettings.shop_id == shop.id
        )
    )
    for version, invoices, reversals in earlier:
        if may_collide(wanted["invoice_series"], reversals) or may_collide(wanted["reversal_series"], invoices):
            raise Refused(
                f"series: version {version} of these settings used such numbers for the other series: choose letters "
                "that neither has had"
            )


def _new_version(session: Session, shop: Shop, wanted: Mapping[str, Any], by: str) -> ShopSettings:
    _keep_series_apart(session, shop, wanted)
    newest = session.scalars(select(func.max(ShopSettings.version)).where(ShopSettings.shop_id == shop.id)).one()
    settings = ShopSettings(shop_id=shop.id, version=(newest or 0) + 1, created_at=clock.now(), created_by=by, **wanted)
    session.add(settings)
    session.flush()
    shop.settings_id = settings.id
    session.flush()
    return settings


def _open_gates(session: Session, shop: Shop) -> None:
    """Let items go on that waited for print data only, a batch of orders at a time."""
    last = 0
    while True:
        waiting = select(Item.id).where(
            Item.order_id == Order.id, Item.gates_passed_at.is_(None), Item.state != ItemState.CANCELLED
        )
        rows = session.execute(
            select(Order.id, Order.number)
            .where(Order.shop_id == shop.id, Order.id > last, waiting.exists())
            .order_by(Order.id)
            .limit(_GATES_BATCH)
        ).all()
        if not rows:
            return
        last = rows[-1].id
        open_gates(session, shop, list(lock_many(session, shop.id, [row.number for row in rows]).values()))


def find(session: Session, code: str) -> Shop:
    """The shop of this code. Raises `Refused`, naming the shops there are, when there is none."""
    shop = session.scalars(select(Shop).where(Shop.code == code)).one_or_none()
    if shop is None:
        known = session.scalars(select(Shop.code).order_by(Shop.code).limit(20)).all()
        there = f"known are {', '.join(known)}" if known else "none was added yet: `partnershop shop add FILE`"
        raise Refused(f"there is no shop {code}; {there}")
    return shop


def secrets(session: Session, shop: Shop) -> list[WebhookSecret]:
    """The secrets the shop may sign with now, the newest first."""
    valid = or_(WebhookSecret.expires_at.is_(None), WebhookSecret.expires_at > clock.now())
    query = select(WebhookSecret).where(WebhookSecret.shop_id == shop.id, valid).order_by(WebhookSecret.id.desc())
    return list(session.scalars(query))


def set_secret(session: Session, shop: Shop, secret: str) -> WebhookSecret:
    """Make this the shop's secret; what was valid before stays so for 24 hours, so that both sides can change over.

    Setting the one that is the newest already changes nothing. Raises `Refused` for what is no secret.
    """
    try:
        key = key_of(secret)
    except ValueError as problem:
        raise Refused(f"this is no secret: {problem}") from None
    if len(key) < 24:
        raise Refused(f"this secret is too short to be safe: {len(key)} bytes; take 24 to 64 (Standard Webhooks)")
    session.execute(select(Shop.id).where(Shop.id == shop.id).with_for_update(key_share=True))
    valid = secrets(session, shop)
    if valid and valid[0].secret == secret and valid[0].expires_at is None:
        return valid[0]
    end = clock.now() + ROTATION
    for old in valid:
        old.expires_at = end if old.expires_at is None else min(old.expires_at, end)
    new = WebhookSecret(shop_id=shop.id, secret=secret, created_at=clock.now())
    session.add(new)
    session.flush()
    return new
