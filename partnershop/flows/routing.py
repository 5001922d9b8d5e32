"""Routing: hundreds of items a transaction. Read once, decide in memory, write with bulk statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, or_, select, text, update
from sqlalchemy.orm import Session

from models import Item, ItemHistory, Order, RoutingDecision, Shop, ShopSettings
from partnershop import clock
from partnershop.counters import Counted, count
from partnershop.db import copy_rows, wake
from partnershop.flows import items as moves
from partnershop.flows.explain import sentence
from partnershop.flows.orders import settings_of
from partnershop.flows.parked import release_redirections
from partnershop.flows.settings import LoadedCatalogue, catalogue_in_force, place_of_production
from partnershop.flows.turns import of_shop
from partnershop.logging import log
from partnershop.rules.eligibility import Decision, Verdict, decide
from partnershop.rules.lifecycle import ItemState, Kind, Trigger, move
from partnershop.rules.words import counted
from partnershop.stages import Stage, Wake

BATCH = 1000
ACTOR = "routing"
_REMARKS = 5

_DUE = and_(Item.route.is_(None), or_(Item.hold_code.is_(None), Item.recheck))


@dataclass
class Routed:
    """What a call did."""

    in_house: int = 0
    unitedprint: int = 0
    held: int = 0
    remarks: tuple[str, ...] = ()
    """What an operator should look at: the first held items, and those that incomplete settings sent away."""

    def __add__(self, other: "Routed") -> "Routed":
        return Routed(
            self.in_house + other.in_house,
            self.unitedprint + other.unitedprint,
            self.held + other.held,
            (self.remarks + other.remarks)[:_REMARKS],
        )

    @property
    def count(self) -> int:
        """How many items were judged."""
        return self.in_house + self.unitedprint + self.held

    def sentence(self) -> str:
        """For Flower."""
        counts = f"{counted(self.in_house, 'item')} in house, {self.unitedprint} to Unitedprint, {self.held} held"
        return ": ".join([counts, *(["; ".join(self.remarks)] if self.remarks else [])])


def shops_due(session: Session) -> list[int]:
    """The shops with items to route (one index probe per shop)."""
    return list(session.scalars(select(Shop.id).where(select(Item.id).where(Item.shop_id == Shop.id, _DUE).exists())))


def claim(shop_id: int, limit: int) -> Select[Any]:
    """The claim query: the oldest due items of a shop, locked, those that another worker holds skipped."""
    columns = (Item.id, Item.product, Item.options, Item.state, Item.hold_code, Item.hold_reason, Item.gates_passed_at)
    return (
        select(*columns, Item.invoice_id)
        .where(of_shop(Item.shop_id, shop_id), _DUE)
        .order_by(Item.shop_id, Item.id)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )


def route_next(session: Session, shop_id: int, limit: int = BATCH) -> Routed:
    """Route or hold the next due items of a shop. Cancelled ones get their decision too, it has no effect."""
    return _route(session, shop_id, claim(shop_id, limit))


def _route(session: Session, shop_id: int, claimed: Select[Any]) -> Routed:
    rows = session.execute(claimed).all()
    if not rows:
        return Routed()
    shop = session.get_one(Shop, shop_id)
    settings = settings_of(session, shop_id)
    catalogue = catalogue_in_force(session)
    place = place_of_production(settings)
    decided = [(row, decide(catalogue.rules, place, row.product, row.options)) for row in rows]
    routed = [(row, decision) for row, decision in decided if decision.route is not None]
    held = [(row, decision) for row, decision in decided if decision.route is None]
    _save_routed(session, routed, settings, catalogue)
    _save_held(session, held)
    release_redirections(session, shop, [row.id for row, _ in routed])
    copy_rows(session, ItemHistory.__table__, list(chain.from_iterable(_history(*pair) for pair in decided)))  # type: ignore[arg-type]
    _wake_next(session, shop, routed)
    in_house = sum(decision.route == "in_house" for _, decision in routed)
    for route, number in (("in_house", in_house), ("unitedprint", len(routed) - in_house), ("held", len(held))):
        count(session, Counted.ITEMS, route, number)
    return Routed(in_house, len(routed) - in_house, len(held), _remarks(session, shop, decided))


def _remarks(session: Session, shop: Shop, decided: Sequence[tuple[Row[Any], Decision]]) -> tuple[str, ...]:
    """Say which items were held, or sent away because of incomplete settings, and why: operators are told."""
    odd = {
        row.id: sentence(decision.verdict, decision.about, held=decision.route is None)
        for row, decision in decided
        if (decision.route is None and row.hold_code is None) or decision.verdict is Verdict.INCOMPLETE_SETTINGS
    }
    first = sorted(odd)[:_REMARKS]
    if not first:
        return ()
    names = session.execute(
        select(Item.id, Order.number, Item.key).join(Order, Order.id == Item.order_id).where(Item.id.in_(first))
    )
    said = tuple(f"item {key} of {order} {odd[item_id]}" for item_id, order, key in names)
    log.warning("items need an operator", shop=shop.code, items=len(odd), first=said)
    return said


def items_due(session: Session, shop_id: int, limit: int = BATCH) -> list[int]:
    """The items that `route_next` would take, by id."""
    return list(session.scalars(select(Item.id).where(Item.shop_id == shop_id, _DUE).order_by(Item.id).limit(limit)))


def route_one(session: Session, shop_id: int, item_id: int) -> Routed:
    """Route or hold this item, unless somebody else just did."""
    return _route(session, shop_id, claim(shop_id, 1).where(Item.id == item_id))


def hold_defective(session: Session, item_id: int, error: str) -> Routed:
    """Hold an item that cannot be judged, with what went wrong; `item release` has it judged again."""
    item = session.get_one(Item, item_id, with_for_update={"key_share": True})
    if item.route is not None:
        return Routed()
    moves.apply(session, item, Trigger.HOLD, actor=ACTOR, why=f"cannot be judged: {error}")
    item.hold_code, item.hold_reason, item.recheck = "defect", f"cannot be judged: {error}", False
    return Routed(held=1)


def _state_after(row: Row[Any], decision: Decision) -> ItemState:
    trigger = Trigger.ROUTE if decision.route else Trigger.HOLD
    return move(ItemState(row.state), trigger).state


_UPDATE_ROUTED = text("""
    UPDATE item SET route = decided.route, state = decided.state, recheck = false,
           hold_code = CASE WHEN decided.state = 'cancelled' THEN hold_code END,
           hold_reason = CASE WHEN decided.state = 'cancelled' THEN hold_reason END
      FROM unnest(CAST(:ids AS bigint[]), CAST(:routes AS text[]), CAST(:states AS text[])) AS decided(id, route, state)
     WHERE item.id = decided.id
""")


def _save_routed(
    session: Session, routed: Sequence[tuple[Row[Any], Decision]], settings: ShopSettings, catalogue: LoadedCatalogue
) -> None:
    if not routed:
        return
    session.execute(
        _UPDATE_ROUTED,
        {
            "ids": [row.id for row, _ in routed],
            "routes": [str(decision.route) for _, decision in routed],
            "states": [_state_after(row, decision).value for row, decision in routed],
        },
    )
    now = clock.now()
    copy_rows(
        session,
        RoutingDecision.__table__,  # type: ignore[arg-type]  # a Table, declared FromClause
        [
            {
                "item_id": row.id,
                "route": str(decision.route),
                "verdict": decision.verdict.value,
                "about": list(decision.about),
                "checks": [[c.attribute, c.option, c.ticked, c.from_default] for c in decision.checks],
                "misses": decision.misses,
                "settings_id": settings.id,
                "catalogue_id": catalogue.id,
                "decided_at": now,
                "decided_by": ACTOR,
            }
            for row, decision in routed
        ],
    )


def _save_held(session: Session, held: Sequence[tuple[Row[Any], Decision]]) -> None:
    if not held:
        return
    session.connection().execute(
        update(Item)
        .where(Item.id == bindparam("item"))
        .values(
            state=bindparam("new_state"), hold_code=bindparam("code"), hold_reason=bindparam("reason"), recheck=False
        ),
        [
            {
                "item": row.id,
                "new_state": _state_after(row, decision),
                "code": decision.verdict.value,
                "reason": sentence(decision.verdict, decision.about, held=True),
            }
            for row, decision in held
        ],
    )


def _history(row: Row[Any], decision: Decision) -> list[dict[str, Any]]:
    """The moves that this decision makes; none where a held item stays held for the same reason."""
    steps = []
    state = ItemState(row.state)
    triggers = [Trigger.ROUTE if decision.route else Trigger.HOLD]
    if state is ItemState.HELD and decision.route is not None:
        triggers.insert(0, Trigger.RELEASE)
    for trigger in triggers:
        step = move(state, trigger)
        if step.kind is Kind.MOVE:
            steps.append(
                {
                    "item_id": row.id,
                    "at": clock.now(),
                    "from_state": state.value,
                    "to_state": step.state.value,
                    "actor": ACTOR,
                    "why": sentence(decision.verdict, decision.about, held=decision.route is None),
                }
            )
        state = step.state
    return steps


def _wake_next(session: Session, shop: Shop, routed: Sequence[tuple[Row[Any], Decision]]) -> None:
    if any(row.gates_passed_at for row, _ in routed):
        wake(session, Wake(Stage.DISPATCH, shop=shop.code))
    if any(row.invoice_id for row, decision in routed if decision.route == "in_house"):
        wake(session, Wake(Stage.COMMISSIONS))


def recheck_held(session: Session, shop_id: int | None = None) -> int:
    """Ask for another judgement of the items held over settings or catalogue, of one shop or of all; how many."""
    conditions = [Item.state == ItemState.HELD, Item.route.is_(None), Item.recheck.is_(False)]
    if shop_id is not None:
        conditions.append(Item.shop_id == shop_id)
    asked = session.execute(
        update(Item)
        .where(*conditions)
        .values(recheck=True, due_at=clock.now())
        .returning(Item.id)
        .execution_options(synchronize_session=False)
    ).all()
    if asked:
        wake(session, Wake(Stage.ROUTING))
    return len(asked)
