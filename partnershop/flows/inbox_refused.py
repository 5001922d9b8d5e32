"""What operators say about refused papers: buyer or line is another, the late reversal may come, a case is dropped."""

from typing import Any

from sqlalchemy import select

from models import Case, CaseKind, CaseState, Charge, Document, Event, Item, Order, RefusedPaper
from partnershop import clock
from partnershop.db import wake
from partnershop.flows import refused_papers
from partnershop.flows.inbox_outcomes import Handled, Outcome, Quarantined
from partnershop.flows.inbox_touched import Touched, unknown_item, unknown_order
from partnershop.rules.late_reversals import RULE as LATE_REVERSAL
from partnershop.stages import Stage, Wake


def buyer_corrected(touched: Touched, event: Event, data: Any) -> Outcome:
    """The order's buyer is put right, as long as no invoice names the wrong one."""
    order = touched.orders.get(data.order)
    if order is None:
        return unknown_order(data.order)
    if order.invoice_id is not None:
        return _issued_already(touched, order)
    changes = data.buyer.changes()
    order.customer = {**order.customer, **changes}
    touched.change(order)
    by = f"the buyer, corrected by {event.source}"
    tried = refused_papers.release_order(touched.session, touched.shop, order, by)
    again = ", its invoice is tried again" if tried else ""
    return Handled(f"buyer of {order.number} corrected ({', '.join(sorted(changes))}){again}: {data.reason}")


def item_described(touched: Touched, event: Event, data: Any) -> Outcome:
    """An item, or else a charge, gets another description, as long as no invoice bears the old one."""
    order = touched.orders.get(data.order)
    if order is None:
        return unknown_order(data.order)
    line: Item | Charge | None = touched.items.get((order.id, data.item)) or _charge(touched, order, data.item)
    if line is None:
        return unknown_item(data.order, data.item)
    if order.invoice_id is not None:
        return _issued_already(touched, order)
    line.description = data.description
    touched.change(order)
    name = f"{'charge' if isinstance(line, Charge) else 'item'} {line.key}"
    by = f"the description of {name}, corrected by {event.source}"
    tried = refused_papers.release_order(touched.session, touched.shop, order, by)
    again = ", its invoice is tried again" if tried else ""
    return Handled(f"{name} of {order.number} is described anew{again}: {data.reason}")


def _charge(touched: Touched, order: Order, key: str) -> Charge | None:
    query = select(Charge).where(Charge.order_id == order.id, Charge.key == key).order_by(Charge.position)
    return touched.session.scalars(query).first()


def _issued_already(touched: Touched, order: Order) -> Handled:
    invoice = touched.session.get_one(Document, order.invoice_id)
    return Handled(
        f"refused: {invoice.number} of {order.number} was issued to its buyer already and never changes; cancel "
        "the order, which takes the invoice back, and have it placed again under another number",
        refused=True,
    )


def case_confirmed(touched: Touched, event: Event, data: Any) -> Outcome:
    """A reversal that comes late by art. 26 DPR 633/72 may be issued."""
    found = _refused_case(touched, data)
    if not isinstance(found, tuple):
        return found
    order, case, paper = found
    if all(breach["rule"] != LATE_REVERSAL for breach in paper.breaches):
        return Handled(
            f"refused: case {case.id} does not wait for a word: {case.outcome}; put that right", refused=True
        )
    case.confirmed_by, case.confirmed_at = event.source, clock.now()
    refused_papers.release_case(
        touched.session, touched.shop, order, case, f"{event.source} confirmed the reversal: {data.reason}"
    )
    touched.change(order)
    return Handled(f"case {case.id} of {order.number} goes on: {data.reason}")


def case_dropped(touched: Touched, event: Event, data: Any) -> Outcome:
    """A case whose paper was refused is given up; it has changed nothing, and the event that opened it is refused."""
    found = _refused_case(touched, data)
    if not isinstance(found, tuple):
        return found
    order, case, _ = found
    said = f"refused: dropped by {event.source}: {data.reason}"
    case.state, case.outcome, case.done_at = CaseState.REFUSED, said, clock.now()
    refused_papers.close(touched.session, case, f"{event.source} dropped the case: {data.reason}")
    opened_by = touched.session.get_one(Event, case.event_id)
    opened_by.refused, opened_by.outcome = True, said
    if case.kind is CaseKind.CANCELLATION:
        # Their cancellation is off: they may be made, invoiced and cancelled as if nobody had asked.
        items = select(Item).where(Item.cancellation_id == case.id).order_by(Item.id).with_for_update(key_share=True)
        for item in touched.session.scalars(items):
            item.cancellation_id = None
        wake(touched.session, Wake(Stage.DISPATCH, shop=touched.shop.code))
    touched.change(order)
    return Handled(f"case {case.id} of {order.number} is dropped and changes nothing: {data.reason}")


def _refused_case(touched: Touched, data: Any) -> tuple[Order, Case, RefusedPaper] | Outcome:
    """The parked case that the event is about, with the refusal of its paper."""
    order = touched.orders.get(data.order)
    if order is None:
        return unknown_order(data.order)
    touched.session.flush()
    query = select(Case).where(Case.id == data.case).with_for_update().execution_options(populate_existing=True)
    case = touched.session.scalars(query).one_or_none()
    if case is None or case.order_id != order.id:
        return Quarantined(f"order {order.number} has no case {data.case}")
    paper = touched.session.scalars(refused_papers.open_row(case.id)).one_or_none()
    if paper is None or case.state is not CaseState.PARKED:
        return Handled(f"refused: no paper of case {case.id} is refused, it is {case.state.value}", refused=True)
    return order, case, paper
