"""Invariant 2: every item is held with a reason or routed by a decision that can be made again from its trace."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, select, text
from sqlalchemy.orm import Session

from models import CatalogueVersion, ShopSettings
from partnershop.audit.finding import Finding
from partnershop.flows.explain import REDIRECTED
from partnershop.flows.settings import catalogue_rules, place_of_production
from partnershop.rules.eligibility import Catalogue, Decision, PlaceOfProduction, Route, decide

# A row of a result, or a dictionary with the same names.
Row = Mapping[str, Any] | RowMapping

_ITEMS = text("SELECT count(*) FROM item WHERE shop_id = ANY(:shops)")
_TO_ROUTE = text("""
    SELECT count(*) FROM item
     WHERE shop_id = ANY(:shops) AND route IS NULL AND (hold_code IS NULL OR recheck)
""")

_WITHOUT_DECISION = text("""
    WITH live AS (
        SELECT item_id, count(*) AS decisions, min(route) AS route FROM routing_decision WHERE live GROUP BY item_id
    ),
    judged AS (
        SELECT shop.code, 'item ' || item.key || ' of ' || orders.number AS about, item.id,
               CASE WHEN live.decisions > 1 THEN 'has ' || live.decisions || ' live routing decisions'
                    WHEN item.state = 'held'
                         AND (coalesce(item.hold_reason, '') = '' OR coalesce(item.hold_code, '') = '')
                        THEN 'is held without a reason'
                    WHEN live.decisions IS NULL
                         AND item.state IN ('routed', 'handed_over', 'in_production', 'shipped')
                        THEN 'is ' || replace(item.state, '_', ' ') || ' without a live routing decision'
                    WHEN live.route IS DISTINCT FROM item.route
                        THEN 'goes to ' || coalesce(item.route, 'nobody') || ', its live decision says '
                             || coalesce(live.route, 'nothing')
                    WHEN item.state = 'received' AND live.decisions = 1
                        THEN 'is routed, but still waits to be'
               END AS problem
          FROM item
          JOIN orders ON orders.id = item.order_id
          JOIN shop ON shop.id = item.shop_id
          LEFT JOIN live ON live.item_id = item.id
         WHERE item.shop_id = ANY(:shops)
    )
    SELECT code, about, problem FROM judged WHERE problem IS NOT NULL ORDER BY id
""")

_DECISIONS = text("""
    SELECT shop.code AS shop, orders.number, item.key, item.shop_id, item.product, item.options, decision.id,
           decision.item_id, decision.route, decision.verdict, decision.about, decision.checks, decision.misses,
           decision.settings_id, decision.catalogue_id, decision.decided_by
      FROM routing_decision decision
      JOIN item ON item.id = decision.item_id
      JOIN orders ON orders.id = item.order_id
      JOIN shop ON shop.id = item.shop_id
     WHERE item.shop_id = ANY(:shops)
     ORDER BY decision.item_id, decision.id
""")


def check(session: Session, shops: Sequence[int]) -> Finding:
    """Every item is held with a reason, or has exactly one live routing decision, which its stored trace reproduces."""
    finding = Finding(2, "Every item is held with a reason or routed by one decision that its trace reproduces")
    finding.checked = finding.count(session, shops, _ITEMS)
    finding.take(session, shops, _WITHOUT_DECISION)
    traces = Traces(session)
    for row, before in _with_predecessor(session, shops):
        problem = traces.problem(row, before)
        if problem:
            finding.breach(row["shop"], f"item {row['key']} of {row['number']}", problem)
    finding.wait_for(finding.count(session, shops, _TO_ROUTE), "items to route")
    return finding


def _with_predecessor(session: Session, shops: Sequence[int]) -> Iterator[tuple[RowMapping, RowMapping | None]]:
    """Every decision, also those that are superseded, with the one before it on the same item."""
    before: RowMapping | None = None
    rows = session.execute(_DECISIONS, {"shops": list(shops)}, execution_options={"yield_per": 1000})
    for row in rows.mappings():
        yield row, before if before is not None and before["item_id"] == row["item_id"] else None
        before = row


class Traces:
    """Makes stored decisions again, with the versions of settings and catalogue that they name."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[tuple[int, int, int], tuple[Catalogue, PlaceOfProduction] | str] = {}

    def problem(self, row: Row, before: Row | None) -> str:
        """Decide again; "" where the stored decision comes out, else what is wrong.

        `row` and `before` (the item's decision before it) have the columns of `routing_decision`, and `row` the item's
        `product`, `options` and `shop_id`. An operator's hand-over is no decision of the rule: it must have superseded
        one that was in house.
        """
        if row["verdict"] == REDIRECTED:
            return _redirected(row, before)
        inputs = self._inputs(row["settings_id"], row["catalogue_id"], row["shop_id"])
        if isinstance(inputs, str):
            return inputs
        again = _as_stored(decide(*inputs, row["product"], row["options"]))
        checks = [list(check) for check in row["checks"]]
        stored = (str(row["route"]), row["verdict"], list(row["about"]), checks, row["misses"])
        return "" if stored == again else f"has a trace that now comes out as {again[1]}, route {again[0]}"

    def _inputs(
        self, settings_id: int, catalogue_id: int, shop_id: int
    ) -> tuple[Catalogue, PlaceOfProduction] | str:
        key = (settings_id, catalogue_id, shop_id)
        if key not in self._known:
            self._known[key] = _load(self._session, *key)
        return self._known[key]


def _load(
    session: Session, settings_id: int, catalogue_id: int, shop_id: int
) -> tuple[Catalogue, PlaceOfProduction] | str:
    settings = session.scalars(select(ShopSettings).where(ShopSettings.id == settings_id)).first()
    catalogue = session.scalars(select(CatalogueVersion).where(CatalogueVersion.id == catalogue_id)).first()
    if settings is None or settings.shop_id != shop_id:
        return "has a decision that names settings which are not there or another shop's"
    if catalogue is None:
        return "has a decision that names a catalogue which is not there"
    return catalogue_rules(catalogue.products), place_of_production(settings)


def _as_stored(decision: Decision) -> tuple[str, str, list[str], list[list[object]], int]:
    checks: list[list[object]] = [[c.attribute, c.option, c.ticked, c.from_default] for c in decision.checks]
    return str(decision.route), decision.verdict.value, list(decision.about), checks, decision.misses


def _redirected(row: Row, before: Row | None) -> str:
    if before is None or before["route"] != Route.IN_HOUSE:
        return "was handed over to Unitedprint by an operator, but had not been in house"
    if row["route"] != Route.UNITEDPRINT or not row["about"] or not row["about"][0]:
        return "was handed over by an operator, but not to Unitedprint or without a reason"
    return ""
