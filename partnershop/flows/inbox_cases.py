"""Cancellations and complaints: each that changes something opens a case, which the corrections stage settles."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from models import Case, CaseItem, CaseKind, CaseState, Complaint, ComplaintState, Event, Item, Order
from partnershop import clock
from partnershop.flows import mail
from partnershop.flows.inbox_outcomes import Handled, Outcome, Parked, Quarantined
from partnershop.flows.inbox_touched import Touched, find, unknown_order
from partnershop.flows.refused_papers import open_row


def item_cancelled(touched: Touched, event: Event, data: Any) -> Outcome:
    """One item is cancelled; twice is once."""
    found = find(touched, data)
    if not isinstance(found, tuple):
        return found
    order, item = found
    if item.cancellation_id is not None:
        return Handled(f"item {item.key} of {order.number} has been cancelled already")
    case = _open_cancellation(touched, event, data, order, [item])
    return Handled(f"case {case.id}: item {item.key} of {order.number} is cancelled")


def order_cancelled(touched: Touched, event: Event, data: Any) -> Outcome:
    """Each item of the order that is still live is cancelled, in one case."""
    order = touched.orders.get(data.order)
    if order is None:
        return unknown_order(data.order)
    touched.session.flush()
    query = select(Item).where(Item.order_id == order.id, Item.cancellation_id.is_(None)).order_by(Item.id)
    live = list(touched.session.scalars(query.with_for_update(key_share=True)))
    if not live:
        return Handled(f"order {order.number} has been cancelled already")
    case = _open_cancellation(touched, event, data, order, live)
    return Handled(f"case {case.id}: order {order.number} is cancelled, {len(live)} items")


def _open_cancellation(touched: Touched, event: Event, data: Any, order: Order, items: Sequence[Item]) -> Case:
    case = Case(
        shop_id=touched.shop.id, order_id=order.id, event_id=event.id, kind=CaseKind.CANCELLATION, actor=event.source,
        reason=data.reason, note=data.note, state=CaseState.OPEN, created_at=clock.now(), due_at=clock.now(),
    )  # fmt: skip
    _add_case(touched, case, order, items)
    for item in items:
        item.cancellation_id = case.id
    return case


def _add_case(touched: Touched, case: Case, order: Order, items: Sequence[Item]) -> None:
    touched.session.add(case)
    touched.session.flush()
    touched.session.add_all(CaseItem(case_id=case.id, item_id=item.id) for item in items)
    touched.change(order)
    touched.has_new_cases = True


def complaint_opened(touched: Touched, event: Event, data: Any) -> Outcome:
    """A customer complains about an item."""
    found = find(touched, data)
    if not isinstance(found, tuple):
        return found
    order, item = found
    known = touched.complaints.get(data.complaint)
    if known is not None:
        if known.item_id == item.id:
            return Handled(f"complaint {data.complaint} is open already")
        return Quarantined(f"complaint {data.complaint} was opened before about another item")
    complaint = Complaint(
        shop_id=touched.shop.id, order_id=order.id, item_id=item.id, key=data.complaint, reason=data.reason,
        text=data.text, state=ComplaintState.OPEN, opened_at=event.time,
    )  # fmt: skip
    touched.session.add(complaint)
    touched.complaints[data.complaint] = complaint
    touched.released.append(("complaint", data.complaint))
    touched.change(order)
    return Handled(f"complaint {data.complaint} about item {item.key} of {order.number} is open")


def _undecided(touched: Touched, data: Any) -> tuple[Order, Complaint] | Outcome:
    """The complaint that a decision is about; or why there is nothing to decide now."""
    order = touched.orders.get(data.order)
    if order is None:
        return unknown_order(data.order)
    complaint = touched.complaints.get(data.complaint)
    if complaint is None:
        return Parked("complaint", data.complaint, f"complaint {data.complaint} is not known yet")
    if complaint.order_id != order.id:
        return Quarantined(f"complaint {data.complaint} is about another order")
    if complaint.state is not ComplaintState.OPEN:
        return Handled(
            f"refused: complaint {data.complaint} has been {complaint.state.value}; the first decision stands",
            refused=True,
        )
    touched.session.flush()
    cases = select(Case.id, Case.state).where(Case.complaint_id == complaint.id).order_by(Case.id)
    for case, state in touched.session.execute(cases):
        if state is CaseState.OPEN:
            return Parked("case", str(case), f"complaint {data.complaint} is being decided in case {case}")
        if state is CaseState.PARKED and touched.session.scalars(open_row(case)).first() is not None:
            return Handled(
                f"refused: complaint {data.complaint} has been accepted; the first decision stands. Its case {case} "
                "waits for a paper that is refused",
                refused=True,
            )
    return order, complaint


def complaint_accepted(touched: Touched, event: Event, data: Any) -> Outcome:
    """The line is to be reduced: a case."""
    found = _undecided(touched, data)
    if not isinstance(found, tuple):
        return found
    order, complaint = found
    stated = event.body["data"]["reduction"]
    case = Case(
        shop_id=touched.shop.id, order_id=order.id, event_id=event.id, kind=CaseKind.COMPLAINT, actor=event.source,
        reason=complaint.reason, note=complaint.text, complaint_id=complaint.id,
        reduction={name: str(given) for name in ("net", "percent") if (given := stated.get(name)) is not None},
        state=CaseState.OPEN, created_at=clock.now(), due_at=clock.now(),
    )  # fmt: skip
    item = touched.session.get_one(Item, complaint.item_id)
    _add_case(touched, case, order, [item])
    return Handled(f"case {case.id}: complaint {complaint.key} about item {item.key} of {order.number} is accepted")


def complaint_rejected(touched: Touched, event: Event, data: Any) -> Outcome:
    """No trace in papers or money."""
    found = _undecided(touched, data)
    if not isinstance(found, tuple):
        return found
    order, complaint = found
    complaint.state, complaint.decided_at, complaint.decided_by = ComplaintState.REJECTED, clock.now(), event.source
    complaint.decision_reason = data.reason
    mail.queue_rejection(touched.session, touched.shop, order, complaint)
    touched.change(order)
    return Handled(f"complaint {complaint.key} about {order.number} is rejected: {data.reason}")
