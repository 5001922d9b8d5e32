"""What each kind of event does to its order, apart from placing it. One function a kind, each returns an outcome."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from models import Event, Order, Payment, RefundRequest, RefundState
from partnershop import clock
from partnershop.flows import inbox_cases, inbox_operators, inbox_refused
from partnershop.flows import items as moves
from partnershop.flows.dispatch_settling import settle_by_report
from partnershop.flows.inbox_outcomes import Handled, Outcome, Parked, Quarantined
from partnershop.flows.inbox_touched import Touched, find, too_early, unknown_order
from partnershop.rules.lifecycle import Kind, Trigger
from partnershop.rules.money import in_words, to_minor


def _payment_received(touched: Touched, event: Event, data: Any) -> Outcome:
    order = touched.orders.get(data.order)
    if order is None:
        return unknown_order(data.order)
    amount = to_minor(data.amount, order.currency)
    known = touched.payments.get((order.id, data.payment))
    if known is not None:
        if known.amount == amount:
            return Handled(f"payment {data.payment} is here already")
        return Quarantined(f"payment {data.payment} came before with another amount")
    payment = Payment(
        order_id=order.id, key=data.payment, amount=amount, method=data.method, received_at=data.received_at,
        event_id=event.id,
    )  # fmt: skip
    touched.session.add(payment)
    touched.payments[order.id, data.payment] = payment
    order.paid += amount
    touched.change(order)
    return Handled(f"payment {data.payment} of {in_words(amount, order.currency)} for {data.order}")


def _print_data_uploaded(touched: Touched, event: Event, data: Any) -> Outcome:
    found = find(touched, data)
    if not isinstance(found, tuple):
        return found
    order, item = found
    if item.print_data_at is not None:
        return Handled(f"print data for item {item.key} of {order.number} are here already")
    item.print_data_at = clock.now()
    touched.change(order)
    return Handled(f"print data for item {item.key} of {order.number}")


def _moved_by_producer(touched: Touched, event: Event, data: Any, trigger: Trigger) -> Outcome:
    found = find(touched, data)
    if not isinstance(found, tuple):
        return found
    order, item = found
    settle_by_report(touched.session, item, actor=event.source)
    step = moves.apply(touched.session, item, trigger, actor=event.source, why=f"reported by event {event.event_id}")
    if step.kind is Kind.TOO_EARLY:
        return too_early(order.number, item)
    touched.change(order)
    if step.kind is Kind.NOTHING:
        return Handled(f"item {item.key} of {order.number} {item.state.sentence} already")
    if trigger is Trigger.SHIP:
        item.shipped_at = data.shipped_at or event.time
        item.carrier, item.tracking = data.carrier, data.tracking
        touched.shipped.append((order, item))
    return Handled(f"item {item.key} of {order.number} {item.state.sentence}")


def _in_production(touched: Touched, event: Event, data: Any) -> Outcome:
    return _moved_by_producer(touched, event, data, Trigger.START_PRODUCTION)


def _shipped(touched: Touched, event: Event, data: Any) -> Outcome:
    return _moved_by_producer(touched, event, data, Trigger.SHIP)


def _refund(touched: Touched, name: str) -> RefundRequest | Parked:
    touched.session.flush()
    prefix, _, number = name.partition("-")
    if prefix == "R" and number.isascii() and number.isdigit() and len(number) < 18:
        query = select(RefundRequest).where(RefundRequest.id == int(number), RefundRequest.shop_id == touched.shop.id)
        refund = touched.session.scalars(query).first()
        if refund is not None:
            return refund
    return Parked("refund", name, f"refund request {name} is not known")


def _refund_finished(touched: Touched, event: Event, data: Any, state: RefundState) -> Outcome:
    refund = _refund(touched, data.refund)
    if isinstance(refund, Parked):
        return refund
    if refund.state is state:
        return Handled(f"refund request {refund.name} is {state.value} already")
    if refund.state in (RefundState.SETTLED, RefundState.FAILED):
        return Handled(
            f"refused: refund request {refund.name} is {refund.state.value}; it cannot become {state.value}",
            refused=True,
        )
    order = touched.session.get_one(
        Order, refund.order_id, with_for_update={"key_share": True}, populate_existing=False
    )
    refund.state, refund.finished_at = state, clock.now()
    refund.reference, refund.failure = data.reference, data.reason
    touched.change(order)
    return Handled(f"refund request {refund.name} over {in_words(refund.amount, refund.currency)} is {state.value}")


def _refund_settled(touched: Touched, event: Event, data: Any) -> Outcome:
    return _refund_finished(touched, event, data, RefundState.SETTLED)


def _refund_failed(touched: Touched, event: Event, data: Any) -> Outcome:
    return _refund_finished(touched, event, data, RefundState.FAILED)


HANDLERS: dict[str, Callable[[Touched, Event, Any], Outcome]] = {
    "payment.received": _payment_received,
    "print_data.uploaded": _print_data_uploaded,
    "item.in_production": _in_production,
    "item.shipped": _shipped,
    "item.cancelled": inbox_cases.item_cancelled,
    "order.cancelled": inbox_cases.order_cancelled,
    "complaint.opened": inbox_cases.complaint_opened,
    "complaint.accepted": inbox_cases.complaint_accepted,
    "complaint.rejected": inbox_cases.complaint_rejected,
    "refund.settled": _refund_settled,
    "refund.failed": _refund_failed,
    "item.redirected": inbox_operators.item_redirected,
    "item.released": inbox_operators.item_released,
    "dispatch.settled": inbox_operators.dispatch_settled,
    "buyer.corrected": inbox_refused.buyer_corrected,
    "item.described": inbox_refused.item_described,
    "case.confirmed": inbox_refused.case_confirmed,
    "case.dropped": inbox_refused.case_dropped,
}

