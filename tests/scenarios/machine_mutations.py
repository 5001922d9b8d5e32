"""Pieces of the flows taken out, one each; what the machine says then, and the shortest story in which it shows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from machine_rules import Machine
from machine_world import WARES
from sqlalchemy import select
from sqlalchemy.orm import Session

import partnershop.flows.corrections as cases
from models import Dispatch, DispatchState, Event, Item
from partnershop.db import copy_rows
from partnershop.flows import (
    catalogues,
    commissions,
    dispatch,
    inbox,
    inbox_cases,
    inbox_events,
    orders,
    redirect,
    refunds,
    routing,
    sweeping,
)
from partnershop.flows.inbox_outcomes import Handled
from partnershop.flows.inbox_outcomes import Outcome as Said
from partnershop.flows.inbox_touched import Touched, find
from partnershop.gateways.outcome import Outcome
from partnershop.gateways.ticket import Ticket
from partnershop.rules import papers
from partnershop.rules.eligibility import decide
from partnershop.rules.papers import Figures
from partnershop.rules.refunds import refundable

IN_HOUSE, AT_UNITEDPRINT, OTHER_QUANTITY = (ware for ware in WARES[:3])
HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Mutation:
    """`install` breaks the flows; the machine then says one of `words`, in `story` and by chance."""

    install: Callable[[pytest.MonkeyPatch], None]
    words: tuple[str, ...]
    story: Callable[[Machine], None]


def begun(machine: Machine, method: str, invoice_on: str, *wares: Any) -> Machine:
    """A shop with one order of these, two flyers made in house where none is named."""
    lines = [(ware, price, 22) for ware, price in zip(wares or (IN_HOUSE, IN_HOUSE), ("68.33", "57.50"), strict=False)]
    machine.begin(patient=True, invoice_on=invoice_on, needs_data=False, lines=lines, method=method)
    return machine


def _no_refunds_after_a_payment(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(inbox, "refunds", SimpleNamespace(reevaluate=lambda *_: []))


def _paid_after_the_cancellation(machine: Machine) -> None:
    begun(machine, "card", "placed").cancel(0, 0)
    machine.settle()
    machine.pay(0, Fraction(2))


def _one_refund_only(patch: pytest.MonkeyPatch) -> None:
    def once(entitled: int, paid: int, owed: int, requested: int) -> int:
        return 0 if requested else refundable(entitled, paid, owed)

    patch.setattr(refunds, "still_to_request", once)


def _cancelled_one_after_the_other(machine: Machine) -> None:
    begun(machine, "card", "placed").pay(0, Fraction(1))
    machine.cancel(0, 0)
    machine.settle()
    machine.cancel(0, 1)


def _complaints_change_commissions(patch: pytest.MonkeyPatch) -> None:
    """Entries are written of what is left of the line; the database refuses to change one that is there."""

    def copied(session: Session, table: Any, rows: Sequence[dict[str, Any]]) -> None:
        ids = [row["item_id"] for row in rows]
        reduced = dict(session.execute(select(Item.id, Item.reduced_by).where(Item.id.in_(ids))).all())
        copy_rows(session, table, [row | {"base": row["base"] - reduced[row["item_id"]]} for row in rows])

    patch.setattr(commissions, "copy_rows", copied)


def _complained_about_before_the_invoice(machine: Machine) -> None:
    begun(machine, "invoice", "shipped").complain(0, 0, 0, ("net", 30))
    machine.settle()
    machine.finish(0)


def _complained_about_after_the_invoice(machine: Machine) -> None:
    begun(machine, "invoice", "placed").settle()
    machine.complain(0, 0, 0, ("net", 30))


def _reversals_take_the_old_amount(patch: pytest.MonkeyPatch) -> None:
    reverse = papers.reverse

    def reversed_as_ordered(left: Figures, items: frozenset[int]) -> Figures | None:
        return reverse(replace(left, lines=tuple(replace(line, reductions=()) for line in left.lines)), items)

    patch.setattr(papers, "reverse", reversed_as_ordered)


def _reduced_and_then_cancelled(machine: Machine) -> None:
    _complained_about_after_the_invoice(machine)
    machine.settle()
    machine.cancel(0, 0)


def _cancelling_twice_is_twice(patch: pytest.MonkeyPatch) -> None:
    def cancelled(touched: Touched, event: Event, data: Any) -> Said:
        found = find(touched, data)
        if not isinstance(found, tuple):
            return found
        case = inbox_cases._open_cancellation(touched, event, data, found[0], [found[1]])
        return Handled(f"case {case.id}")

    patch.setitem(inbox_events.HANDLERS, "item.cancelled", cancelled)


def _cancelled_twice(machine: Machine) -> None:
    begun(machine, "invoice", "placed").cancel(0, 0)
    machine.settle()
    machine.duplicate(0, anew=True)


def _no_sweeper_for_cases(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sweeping, "corrections", SimpleNamespace(due=lambda _: []))


def _died_when_the_case_was_committed(machine: Machine) -> None:
    """The inbox task's second unit of work opens the case."""
    begun(machine, "invoice", "placed").settle()
    machine.cancel(0, 0)
    machine.break_off("committed", 1)


def _made_unpaid(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(orders, "PREPAID_METHODS", frozenset())


def _not_paid(machine: Machine) -> None:
    begun(machine, "card", "placed").report(0, 0, "uploaded")


def _catalogues_release_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(catalogues, "judge_again", lambda _: 0)


def _held_for_a_while(machine: Machine) -> None:
    begun(machine, "invoice", "placed").change_catalogue("a shown attribute more")
    machine.settle()
    machine.change_catalogue("plain")


def _parked_stays_parked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(inbox, "release_waiting", lambda *_: 0)


def _paid_before_it_was_placed(machine: Machine) -> None:
    begun(machine, "invoice", "placed")
    machine.place([(IN_HOUSE, "68.33", 22)], "card", shipped_to_them=True, internal=0, late=True)
    machine.pay(1, HALF)
    machine.settle()
    machine.arrive()


def _works_are_not_told(patch: pytest.MonkeyPatch) -> None:
    def only_noted(session: Session, item: Item, dispatch: Dispatch) -> None:
        dispatch.state, item.dispatch_id = DispatchState.WITHDRAWN, None

    patch.setattr(redirect, "withdraw", only_noted)


def _redirected_from_the_works(machine: Machine) -> None:
    begun(machine, "invoice", "placed").settle()
    machine.hand_over(0, 0)


def _unknown_is_sent_again(patch: pytest.MonkeyPatch) -> None:
    claim = dispatch._claim_retries
    patch.setattr(dispatch, "_claim_retries", lambda *given, idempotent: claim(*given, idempotent=True))
    patch.setattr(dispatch, "note_cut_off", lambda *_: 0)


def _died_after_the_call(machine: Machine) -> None:
    """The producer has taken the ticket; the next commit, that of the outcome, does not happen."""
    begun(machine, "invoice", "shipped", AT_UNITEDPRINT).work(2)
    producer = machine.house.scene.unitedprint
    keep = producer.hand_over

    def kept(ticket: Ticket) -> Outcome:
        machine.house.breaker.arm("commit", 0)
        del vars(producer)["hand_over"]
        return keep(ticket)

    vars(producer)["hand_over"] = kept
    machine.break_off("commit", 99)


def _nobody_looks_at_completeness_after_a_case(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cases, "note_completed", lambda *_: None)


def _last_unshipped_is_cancelled(machine: Machine) -> None:
    begun(machine, "invoice", "shipped").report(0, 0, "shipped")
    machine.settle()
    machine.cancel(0, 1)


def _half_blind(patch: pytest.MonkeyPatch) -> None:
    def decided(catalogue: Any, place: Any, product: str, options: Any) -> Any:
        return decide(catalogue, place, product, {key: options[key] for key in options if key != "quantity"} | (
            {"quantity": "1000"} if "quantity" in options else {}
        ))  # fmt: skip

    patch.setattr(routing, "decide", decided)


def _other_quantity(machine: Machine) -> None:
    begun(machine, "invoice", "placed", OTHER_QUANTITY)


GIVEN_BACK, OPEN, MADE = "is given back, by the model", "a cancellation is open", "is made"
MUTATIONS = {
    "a payment after which nobody looks for refunds": Mutation(
        _no_refunds_after_a_payment, (GIVEN_BACK,), _paid_after_the_cancellation
    ),
    "refunds that do not telescope": Mutation(_one_refund_only, (GIVEN_BACK,), _cancelled_one_after_the_other),
    "a complaint that changes the base of a commission": Mutation(
        _complaints_change_commissions, ("commission on",), _complained_about_before_the_invoice
    ),
    "a reversal of the amount from before the complaint": Mutation(
        _reversals_take_the_old_amount, ("entitled", "is not", OPEN), _reduced_and_then_cancelled
    ),
    "a second cancellation that counts": Mutation(_cancelling_twice_is_twice, ("cancelled twice",), _cancelled_twice),
    "a case that no sweeper looks for when its hint is lost": Mutation(
        _no_sweeper_for_cases, (OPEN, ": open, of"), _died_when_the_case_was_committed
    ),
    "an item made before it is paid": Mutation(_made_unpaid, ("by the model routed",), _not_paid),
    "items that wait on after a new catalogue": Mutation(_catalogues_release_nothing, ("waits: ",), _held_for_a_while),
    "events that wait on after their order has come": Mutation(
        _parked_stays_parked, ("which is here", "which is open"), _paid_before_it_was_placed
    ),
    "a redirected item that the works make as well": Mutation(_works_are_not_told, (MADE,), _redirected_from_the_works),
    "an item ordered twice because a worker died after the call": Mutation(
        _unknown_is_sent_again, (MADE,), _died_after_the_call
    ),
    "no invoice when the last unshipped item is cancelled": Mutation(
        _nobody_looks_at_completeness_after_a_case, ("has no invoice",), _last_unshipped_is_cancelled
    ),
    "an option that is not looked at": Mutation(_half_blind, ("went in_house",), _other_quantity),
}
