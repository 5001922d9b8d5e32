"""An operator hands an in-house item over to Unitedprint before production starts ("out of paper"), with a reason."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import CommissionEntry, Dispatch, DispatchState, Item, Order, RoutingDecision, Shop
from partnershop import clock
from partnershop.db import wake
from partnershop.flows import items as moves
from partnershop.flows.dispatch_withdrawing import withdraw
from partnershop.flows.explain import REDIRECTED
from partnershop.flows.inbox_outcomes import Handled
from partnershop.flows.orders import settings_of
from partnershop.flows.settings import catalogue_in_force
from partnershop.rules.eligibility import Route
from partnershop.rules.lifecycle import Kind, Trigger
from partnershop.stages import Stage, Wake


def redirect(session: Session, shop: Shop, order: Order, item: Item, *, actor: str, reason: str) -> Handled | None:
    """Send the item to Unitedprint instead; None when it is too early: not routed yet, or just being handed over."""
    name = f"item {item.key} of {order.number}"
    if item.route is Route.UNITEDPRINT:
        return Handled(f"{name} goes to Unitedprint already")
    if item.cancellation_id is not None:
        return Handled(f"refused: {name} has been cancelled", refused=True)
    dispatch = session.get(Dispatch, item.dispatch_id, with_for_update=True) if item.dispatch_id else None
    being_called = dispatch is not None and dispatch.state is DispatchState.IN_FLIGHT and dispatch.leased_until
    if item.route is None or being_called:
        return None
    step = moves.apply(session, item, Trigger.REDIRECT, actor=actor, why=f"to Unitedprint: {reason}")
    if step.kind is Kind.REFUSED:
        return Handled(f"refused: {name} {item.state.sentence}; it can no longer go to Unitedprint", refused=True)
    if dispatch is not None:
        withdraw(session, item, dispatch)
    item.route, item.hold_code, item.hold_reason = Route.UNITEDPRINT, None, None
    _decide(session, shop, item, actor, reason)
    void_commission(session, [item.id], f"handed over to Unitedprint: {reason}")
    wake(session, Wake(Stage.DISPATCH, shop=shop.code))
    return Handled(f"{name} goes to Unitedprint instead: {reason}")


def _decide(session: Session, shop: Shop, item: Item, actor: str, reason: str) -> None:
    before = session.scalars(
        select(RoutingDecision).where(RoutingDecision.item_id == item.id, RoutingDecision.live)
    ).one()
    before.live = False
    session.flush()
    session.add(
        RoutingDecision(
            item_id=item.id, route=Route.UNITEDPRINT, verdict=REDIRECTED, about=[reason], checks=before.checks,
            misses=before.misses, settings_id=settings_of(session, shop.id).id,
            catalogue_id=catalogue_in_force(session).id, decided_at=clock.now(), decided_by=actor, live=True,
        )
    )  # fmt: skip


def void_commission(session: Session, item_ids: list[int], reason: str) -> None:
    """Void the commission entries of these items, visibly: they stay, with when and why."""
    session.execute(
        update(CommissionEntry)
        .where(CommissionEntry.item_id.in_(item_ids), CommissionEntry.voided_at.is_(None))
        .values(voided_at=clock.now(), void_reason=reason)
    )
