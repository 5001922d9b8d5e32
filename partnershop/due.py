"""What is left to do per stage, read from the rows: work that is due, now or after a pause, and what was given up."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Subquery,
    case,
    false,
    func,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from models import (
    Case,
    CaseState,
    Dispatch,
    DispatchState,
    Document,
    Event,
    EventState,
    Item,
    Mail,
    MailState,
    Order,
    RefundRequest,
    RefundState,
    Rendering,
    RenderingState,
)
from partnershop.flows import commissions, invoicing, mail
from partnershop.rules.lifecycle import ItemState
from partnershop.stages import Stage

# Why an item is held after its producer was asked in vain (flows/dispatch.py).
_GIVEN_UP_HOLDS = ("producer_unreachable", "producer_rejected")


@dataclass(frozen=True)
class Left:
    """What a stage has left: `due` rows, and `stuck` ones that an operator must look at.

    Stuck is what has spent its attempts, or whose paper is refused.

    `since` is when the first of the due ones became due; it lies ahead where all of them wait for their next attempt.
    """

    due: int
    stuck: int
    since: datetime | None = None


def left(session: Session, at_most: int | None = None) -> dict[Stage, Left]:
    """What every stage has left. One statement, hence one snapshot: no row is missed between two stages.

    With `at_most` no more than so many due rows of a stage are looked at, however long its queue is.
    """
    found = session.execute(statement(at_most)).mappings().one()
    return {stage: Left(*(found[f"{stage}_{name}"] for name in ("due", "stuck", "since"))) for stage in Stage}


def statement(at_most: int | None = None) -> Select[Any]:
    """The one statement: a row with `STAGE_due`, `STAGE_since` and `STAGE_stuck` of every stage."""
    parts = [_counted(stage, at_most) for stage in Stage]
    source: Any = parts[0]
    for part in parts[1:]:
        source = source.join(part, true())
    return select(*(column for part in parts for column in part.c)).select_from(source)


def _counted(stage: Stage, at_most: int | None) -> Subquery:
    due = _DUE[stage].limit(at_most).subquery()
    stuck = _STUCK.get(stage, _NONE).subquery()
    return select(
        func.count().label(f"{stage}_due"),
        func.min(due.c.since).label(f"{stage}_since"),
        select(func.count()).select_from(stuck).scalar_subquery().label(f"{stage}_stuck"),
    ).select_from(due).subquery()


def is_due(found: Mapping[Stage, Left], without: Collection[Stage] = ()) -> bool:
    """Whether any stage, but for those in `without`, has due work."""
    return any(work.due for stage, work in found.items() if stage not in without)


def _rows(since: Any, *conditions: ColumnElement[bool]) -> Select[Any]:
    """Rows of work, each with the moment it became due."""
    return select(since.label("since")).where(*conditions)


_NONE = _rows(Event.due_at, false())
_TO_HAND_OVER = (
    Item.route.is_not(None), Item.state == ItemState.ROUTED, Item.gates_passed_at.is_not(None),
    Item.cancellation_id.is_(None), Item.dispatch_id.is_(None),
)  # fmt: skip
_DUE: dict[Stage, Select[Any] | CompoundSelect[Any]] = {
    Stage.INBOX: _rows(Event.due_at, Event.state == EventState.ACCEPTED),
    # Nobody knows since when a held item is to be judged again.
    Stage.ROUTING: _rows(
        case((Item.recheck, None), else_=Item.due_at), Item.route.is_(None), or_(Item.hold_code.is_(None), Item.recheck)
    ),
    # Items to hand over, calls in hand or to be made again, and hand-overs to take back.
    Stage.DISPATCH: union_all(
        _rows(Item.gates_passed_at, *_TO_HAND_OVER),
        _rows(Dispatch.due_at, Dispatch.state.in_((DispatchState.IN_FLIGHT, DispatchState.WITHDRAWING))),
    ),
    Stage.INVOICING: _rows(
        func.greatest(Order.due_at, Order.invoice_due_at), *invoicing.UNINVOICED, Order.paper_refused_at.is_(None),
        Order.attempts < invoicing.ATTEMPTS,
    ),
    Stage.CORRECTIONS: _rows(Case.due_at, Case.state == CaseState.OPEN),
    Stage.REFUNDS: _rows(RefundRequest.due_at, RefundRequest.state == RefundState.REQUESTED),
    # The planner may take far more for due than are. Asked of each due one it does not walk over all papers, and in the
    # order of the index of due work not over all items.
    Stage.COMMISSIONS: _rows(
        select(Document.issued_at).where(Document.id == Item.invoice_id).scalar_subquery(), *commissions.DUE
    ).order_by(Item.shop_id, Item.id),
    Stage.DOCUMENTS: _rows(Rendering.due_at, Rendering.state == RenderingState.DUE),
    Stage.MAIL: _rows(Mail.due_at, *mail.will_go()),
    # Periods come and go; nobody waits for them.
    Stage.RECONCILIATION: _NONE,
}
_STUCK: dict[Stage, Select[Any] | CompoundSelect[Any]] = {
    # Attempts are counted only where applying it failed; what contradicts another event is set aside at once.
    Stage.INBOX: _rows(Event.due_at, Event.state == EventState.QUARANTINED, Event.attempts > 0),
    Stage.DISPATCH: union_all(
        _rows(Item.due_at, Item.state == ItemState.HELD, Item.hold_code.in_(_GIVEN_UP_HOLDS)),
        _rows(Dispatch.due_at, Dispatch.state == DispatchState.UNKNOWN),
    ),
    # A case whose paper is refused is parked, too.
    Stage.INVOICING: _rows(
        Order.due_at, *invoicing.UNINVOICED,
        or_(Order.attempts >= invoicing.ATTEMPTS, Order.paper_refused_at.is_not(None)),
    ),
    Stage.CORRECTIONS: _rows(Case.due_at, Case.state == CaseState.PARKED),
    Stage.DOCUMENTS: _rows(Rendering.due_at, Rendering.state == RenderingState.PARKED),
    Stage.MAIL: _rows(Mail.due_at, Mail.state == MailState.PARKED),
}
