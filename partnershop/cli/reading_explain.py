"""Why an item went where it went: gathered from its decisions, each of which is made again to check its trace."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Item, Order, RoutingDecision, Shop, ShopSettings
from partnershop.audit.routing import Traces
from partnershop.cli.reading_hand_overs import dispatches_of, waiting
from partnershop.errors import Refused
from partnershop.flows.explain import sentence
from partnershop.flows.orders import settings_of
from partnershop.flows.settings import LoadedCatalogue, catalogue, catalogue_in_force, place_of_production
from partnershop.rules.eligibility import Verdict, decide
from partnershop.rules.lifecycle import ItemState

_VERDICTS = frozenset(verdict.value for verdict in Verdict)


def explanation(session: Session, shop: Shop, order: Order, item: Item, language: str) -> dict[str, Any]:
    """Everything about an item's route as JSON has it; sentences and names in `language` (it, de, en).

    `decisions` begins with the one that counts now, those it superseded follow. A decision's `recheck` is "" where its
    trace reproduces it, else what is wrong. `held` is None unless the item is held, `hand_over` unless it waits to be
    handed over or the outcome of that is unknown.
    """
    query = select(RoutingDecision).where(RoutingDecision.item_id == item.id).order_by(RoutingDecision.id)
    rows = session.scalars(query).all()
    traces = Traces(session)
    decisions = []
    before: Mapping[str, Any] | None = None
    for row in rows:
        stored = _columns(row) | {"product": item.product, "options": item.options, "shop_id": item.shop_id}
        decisions.append(_decision(session, item, row, traces.problem(stored, before), language))
        before = stored
    decisions.sort(key=lambda decision: not decision["live"])
    return {
        "shop": shop.code,
        "order": order.number,
        "item": item.key,
        "product": _words_in_force(session, item, language),
        "description": item.description,
        "state": item.state.value,
        "route": item.route.value if item.route else None,
        "held": _held(session, item, language) if item.state is ItemState.HELD else None,
        "hand_over": waiting(session, order, [item], dispatches_of(session, [item]), language).get(item.id),
        "decisions": decisions,
    }


def _columns(row: RoutingDecision) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in RoutingDecision.__table__.columns}


def _words_in_force(session: Session, item: Item, language: str) -> str:
    try:
        return catalogue_in_force(session).product_name(item.product, language)
    except Refused:  # no catalogue at all: the key says it
        return item.product


def _decision(session: Session, item: Item, row: RoutingDecision, problem: str, language: str) -> dict[str, Any]:
    words = catalogue(session, row.catalogue_id)
    version = session.scalars(select(ShopSettings.version).where(ShopSettings.id == row.settings_id)).one()
    return {
        "live": row.live,
        "route": row.route.value,
        "verdict": row.verdict,
        "sentence": sentence(row.verdict, row.about, language),
        "decided_at": row.decided_at,
        "decided_by": row.decided_by,
        "settings_version": version,
        "catalogue": words.label,
        "checks": [_check(words, item.product, *check, language=language) for check in row.checks],
        "recheck": problem,
    }


def _check(
    words: LoadedCatalogue,
    product: str,
    attribute: str,
    option: str | None,
    ticked: bool | None,
    from_default: bool,
    *,
    language: str,
) -> dict[str, Any]:
    name, choice = words.words(product, attribute, option or "", language)
    return {
        "attribute": attribute,
        "attribute_name": name,
        "option": option,
        "option_name": choice or None,
        "ticked": ticked,
        "from_default": from_default,
    }


def _held(session: Session, item: Item, language: str) -> dict[str, Any]:
    """Why it is held; over settings or catalogue also how it would be judged by those that are in force now."""
    code = item.hold_code or ""
    held: dict[str, Any] = {"code": code, "reason": item.hold_reason, "settings_version": None, "checks": []}
    if code not in _VERDICTS:
        return held
    settings, words = settings_of(session, item.shop_id), catalogue_in_force(session)
    again = decide(words.rules, place_of_production(settings), item.product, item.options)
    held["settings_version"], held["catalogue"] = settings.version, words.label
    if again.route is not None:
        held["reason"] = f"{item.hold_reason}; by now it would be routed, and it is going to be"
    else:
        held["code"], held["reason"] = again.verdict.value, sentence(again.verdict, again.about, language, held=True)
    held["checks"] = [
        _check(words, item.product, c.attribute, c.option, c.ticked, c.from_default, language=language)
        for c in again.checks
    ]
    return held
