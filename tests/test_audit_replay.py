"""The audit's own calculation of an order's books from the facts in its events, by figures worked out by hand."""

from itertools import permutations
from typing import Any

import pytest
from audit_scenario import order

from partnershop.audit.replay import Facts, Replayed, replay
from partnershop.contract import data_of
from partnershop.errors import Defect

NETS = ("68.33", "68.33", "57.50", "85.00")


def facts(*events: tuple[str, dict[str, Any], str | None]) -> Facts:
    known = Facts()
    for kind, data, case_state in events:
        known.learn(data_of(kind, {"data": data}), case_state)
    return known


def placed(**more: Any) -> tuple[str, dict[str, Any], None]:
    """The golden order: four nets at 20 %, no charges, gross 334.99."""
    data = order("A-1", [("gloss", net, 1) for net in NETS]) | {"charges": []}
    data["items"] = [item | {"vat_rate": "20"} for item in data["items"]]
    return "order.placed", data | more, None


def paid(amount: str, payment: str = "p1") -> tuple[str, dict[str, Any], None]:
    moment = "2026-03-02T09:20:00Z"
    named = {"order": "A-1", "payment": payment, "amount": amount, "currency": "EUR", "method": "card"}
    return "payment.received", named | {"received_at": moment}, None


def cancelled(item: str, state: str | None = "done") -> tuple[str, dict[str, Any], str | None]:
    return "item.cancelled", {"order": "A-1", "item": item, "reason": "x"}, state


def complaint(key: str, item: str) -> tuple[str, dict[str, Any], None]:
    return "complaint.opened", {"order": "A-1", "item": item, "complaint": key, "reason": "x"}, None


def accepted(key: str, state: str = "done", **reduction: str) -> tuple[str, dict[str, Any], str | None]:
    return "complaint.accepted", {"order": "A-1", "complaint": key, "reduction": reduction}, state


def test_an_order_that_nothing_happened_to() -> None:
    assert replay(facts(placed(), paid("334.99"))) == Replayed(4, 0, 0, 27916, 33499, 33499, 0)


def test_whatever_is_cancelled_in_whatever_order_the_money_comes_back() -> None:
    for sequence in permutations("1234"):
        all_gone = facts(placed(), paid("334.99"), *(cancelled(item) for item in sequence))
        assert replay(all_gone) == Replayed(4, 4, 0, 0, 0, 33499, 33499)


def test_reductions_by_net_and_by_percent_of_what_was_ordered() -> None:
    known = facts(
        placed(), paid("334.99"), complaint("C-1", "1"), accepted("C-1", net="8.33"), complaint("C-2", "1"),
        accepted("C-2", percent="10"),
    )  # fmt: skip
    # 10 % of 68.33 is 6.83: 264.00 net, 52.80 VAT.
    assert replay(known) == Replayed(4, 0, 2, 26400, 31680, 33499, 33499 - 31680)


def test_no_more_goes_back_than_was_paid_too_much() -> None:
    assert replay(facts(placed(), paid("100.00"), cancelled("4"))).refunds == 0
    assert replay(facts(placed(), paid("400.00"))).refunds == 0, "an overpayment without a case"
    assert replay(facts(placed(), paid("100.00"), ("order.cancelled", {"order": "A-1", "reason": "x"}, "done"))) == (
        Replayed(4, 4, 0, 0, 0, 10000, 10000)
    )


def test_the_same_facts_twice_are_the_same_facts() -> None:
    events = (placed(), paid("334.99"), cancelled("2"), complaint("C-1", "1"), accepted("C-1", net="1.00"))
    assert replay(facts(*events)) == replay(facts(*events, *reversed(events)))


def test_an_internal_order_owes_nothing() -> None:
    assert replay(facts(placed(internal=True), cancelled("1"))) == Replayed(4, 1, 0, 0, 0, 0, 0)


def test_a_case_that_is_open_leaves_the_order_undecided() -> None:
    assert facts(placed(), cancelled("1", "open")).undecided
    assert not facts(placed(), cancelled("1")).undecided


def test_a_refused_reduction_is_no_fact() -> None:
    refused = facts(placed(), complaint("C-1", "1"), accepted("C-1", "refused", net="99.00"))
    assert replay(refused).live_net == 27916


def test_nonsense_is_said() -> None:
    with pytest.raises(Defect, match="no event placed it"):
        replay(facts(paid("1.00")))
    with pytest.raises(Defect, match="which no event opened"):
        replay(facts(placed(), accepted("C-9", net="1.00")))
