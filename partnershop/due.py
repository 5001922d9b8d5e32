"""What is left to do per stage, read from the rows: work that is due, now or after a pause, and what was given up."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from models import (
    Case,
    CaseState,
    Dispatch,
    DispatchState,
    Event,
    EventState,
    Item,
    Order,
    RefundRequest,
    RefundState,
    Rendering,
    RenderingState,
)
from partnershop.flows import commissions, invoicing
from partnershop.rules.lifecycle import ItemState
from partnershop.stages import Stage

# Why an item is held after its producer was asked in vain (flows/dispatch.py).
_GIVEN_UP_HOLDS = ("producer_unreachable", "producer_rejected")


@dataclass(frozen=True)
class Left:
    """What a stage has left: `due` rows, and `stuck` ones that an operator must look at because attempts are spent."""

    due: int
    stuck: int


def left(session: Session) -> dict[Stage, Left]:
    """What every stage has left. One statement, hence one snapshot: no row is missed between two stages."""
    queries = {stage: (_due(stage), _stuck(stage)) for stage in Stage}
    columns: list[ScalarSelect[int]] = []
    for due, stuck in queries.values():
        columns += [due.scalar_subquery(), stuck.scalar_subquery()]
    numbers = list(session.execute(select(*columns)).one())
    return {stage: Left(int(numbers[2 * n]), int(numbers[2 * n + 1])) for n, stage in enumerate(queries)}


def is_due(found: Mapping[Stage, Left], without: Collection[Stage] = ()) -> bool:
    """Whether any stage, but for those in `without`, has due work."""
    return any(work.due for stage, work in found.items() if stage not in without)


def _count(*conditions: ColumnElement[bool]) -> Select[int]:
    return select(func.count()).where(*conditions)


_UNINVOICED = (Order.invoice_due_at.is_not(None), Order.invoice_id.is_(None))
_DUE: dict[Stage, Select[int]] = {
    Stage.INBOX: _count(Event.state == EventState.ACCEPTED),
    Stage.ROUTING: _count(Item.route.is_(None), or_(Item.hold_code.is_(None), Item.recheck)),
    Stage.INVOICING: _count(*_UNINVOICED, Order.attempts < invoicing.ATTEMPTS),
    Stage.CORRECTIONS: _count(Case.state == CaseState.OPEN),
    Stage.REFUNDS: _count(RefundRequest.state == RefundState.REQUESTED),
    Stage.COMMISSIONS: _count(*commissions.DUE),
    Stage.DOCUMENTS: _count(Rendering.state == RenderingState.DUE),
}
_STUCK: dict[Stage, Select[int]] = {
    # Attempts are counted only where applying it failed; what contradicts another event is set aside at once.
    Stage.INBOX: _count(Event.state == EventState.QUARANTINED, Event.attempts > 0),
    Stage.DISPATCH: _count(Item.state == ItemState.HELD, Item.hold_code.in_(_GIVEN_UP_HOLDS)),
    Stage.INVOICING: _count(*_UNINVOICED, Order.attempts >= invoicing.ATTEMPTS),
    Stage.CORRECTIONS: _count(Case.state == CaseState.PARKED),
    Stage.DOCUMENTS: _count(Rendering.state == RenderingState.PARKED),
}


def _due(stage: Stage) -> Select[int]:
    return _dispatch_due() if stage is Stage.DISPATCH else _DUE[stage]


def _stuck(stage: Stage) -> Select[int]:
    if stage is Stage.DISPATCH:
        unknown = _count(Dispatch.state == DispatchState.UNKNOWN).scalar_subquery()
        return select(_STUCK[stage].scalar_subquery() + unknown)
    return _STUCK.get(stage, select(func.count()).where(Event.id < 0))


def _dispatch_due() -> Select[int]:
    """Items to hand over, calls in hand or to be made again, and hand-overs to take back."""
    items = _count(
        and_(Item.route.is_not(None), Item.state == ItemState.ROUTED, Item.gates_passed_at.is_not(None)),
        Item.cancellation_id.is_(None),
        Item.dispatch_id.is_(None),
    )
    calls = _count(Dispatch.state.in_((DispatchState.IN_FLIGHT, DispatchState.WITHDRAWING)))
    return select(items.scalar_subquery() + calls.scalar_subquery())
