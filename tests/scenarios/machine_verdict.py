"""The model's books against the product's rows, once nothing is left to do. Each difference is an `AssertionError`."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from machine_model import Account, Line, World
from machine_rows import Rows

_MADE = {"handed_over", "in_production", "shipped"}
_REPORTS = {"item.shipped", "item.in_production"}


def judge(
    accounts: Mapping[str, Account],
    rows: Rows,
    world: World,
    *,
    needs_data: bool,
    being_made: Callable[[str, str], Mapping[str, int]],
) -> None:
    """Compare everything."""
    told = {number: account for number, account in accounts.items() if account.told}
    assert set(rows.orders) == set(told), "the orders"
    for number, account in told.items():
        left = account.left_after(rows.cases[number])
        _nothing_is_forgotten(account, left, rows)
        _money(account, left, rows)
        _papers(account, left, rows)
        for line in account.lines.values():
            row = rows.items[number, line.key]
            _place(account, line, row, world)
            free = account.is_free(line, left, needs_data=needs_data)
            _state(account, line, row, being_made(number, line.key), is_live=line.key in left, is_free=free)
            _commission(account, line, row, is_live=line.key in left)


def judge_events(
    told: Mapping[str, Mapping[str, Any]], contradictions: set[str], accounts: Mapping[str, Account], rows: Rows
) -> None:
    """Every event is handled, or waits for what is not there yet, or contradicts another."""
    assert set(told) == {name for name, row in rows.events.items() if row["type"] != "dispatch.settled"}, "the events"
    for name, row in rows.events.items():
        if name in contradictions:
            assert row["state"] == "quarantined", f"a contradiction is {row['state']}: {row['outcome']}"
        elif row["state"] != "handled":
            assert row["state"] == "parked", f"{row['type']} is {row['state']}: {row['outcome']}"
            data = row["body"]["data"]
            _may_wait(row, accounts[data["order"]], rows.items.get((data["order"], data.get("item", ""))))


def _may_wait(row: Mapping[str, Any], account: Account, item: Mapping[str, Any] | None) -> None:
    waits_for = row["waits_for"]
    if waits_for == "order":
        assert not account.told, f"{row['type']} waits for {account.number}, which is here"
    elif waits_for == "complaint":
        complaint = account.complaints[row["body"]["data"]["complaint"]]
        assert not complaint.opened or not account.told, f"{row['type']} waits for {complaint.key}, which is open"
    else:
        assert waits_for == "hand_over" and item is not None, row
        is_report = row["type"] in _REPORTS
        assert item["state"] in (("held", "routed") if is_report else ("held",)), f"{row['type']} waits for {item}"


def _nothing_is_forgotten(account: Account, left: Mapping[str, int], rows: Rows) -> None:
    for key, line in account.lines.items():
        assert ("cancelled" in line.told) == (key not in left), f"{account.number}: item {key}, told {line.told}"
    cases = Counter(case.complaint for case in rows.cases[account.number])
    done = {case.complaint for case in rows.cases[account.number] if case.state == "done"}
    for complaint in account.complaints.values():
        if not complaint.opened:
            assert complaint.key not in rows.complaints
            continue
        state = rows.complaints[complaint.key]["state"]
        assert (state == "accepted") == (complaint.key in done), f"{complaint.key} is {state}"
        if state == "open":
            assert None not in complaint.decisions.values(), f"the rejection of {complaint.key} is lost"
            assert cases[complaint.key] == len(complaint.decisions), f"a decision on {complaint.key} is lost"
        if state == "rejected":
            assert None in complaint.decisions.values(), f"nobody rejected {complaint.key}"
        if complaint.plain_no:
            assert state == "rejected", f"{complaint.key} was rejected first and is {state}"
        complaint.seen = True


def _money(account: Account, left: Mapping[str, int], rows: Rows) -> None:
    owed, order = account.owed(left), rows.orders[account.number]
    entitled = account.owed(account.whole()) - owed
    assert order["paid"] == account.paid, f"{account.number}: paid {order['paid']}, told {account.paid}"
    assert order["entitled"] == entitled, f"{account.number}: entitled {order['entitled']}, by the model {entitled}"
    live = sum(refund["amount"] for refund in rows.refunds[account.number] if refund["state"] != "failed")
    due = min(entitled, max(0, account.paid - owed))
    assert live == due, f"{account.number}: {live} is given back, by the model {due}"


def _papers(account: Account, left: Mapping[str, int], rows: Rows) -> None:
    papers = rows.papers[account.number]
    if account.internal:
        assert not papers, f"{account.number} is internal and has papers"
    if papers:
        net = sum(left.values()) + (account.shipping if left else 0)
        assert sum(paper["net"] for paper in papers) == net, f"{account.number}: the net of {papers} is not {net}"
        gross = account.owed(left)
        assert sum(paper["gross"] for paper in papers) == gross, f"{account.number}: gross of {papers} is not {gross}"
    if not left or account.internal:
        return
    is_complete = all(rows.items[account.number, key]["state"] == "shipped" for key in left)
    if is_complete or account.modes == {"placed"}:
        assert papers, f"{account.number} has no invoice"
    elif account.modes == {"shipped"}:
        assert not papers, f"{account.number} is invoiced too early"


def _place(account: Account, line: Line, row: Mapping[str, Any], world: World) -> None:
    name = f"item {line.key} of {account.number}"
    if row["route"] is None:
        if row["state"] != "cancelled":
            assert world.sent(line.product, line.options) is None, f"{name} waits: {row['hold_code']}"
        return
    possible = line.routes | ({"unitedprint"} if "redirected" in line.told else set())
    assert row["route"] in possible, f"{name} went {row['route']}, not {possible}"


def _state(
    account: Account, line: Line, row: Mapping[str, Any], made: Mapping[str, int], *, is_live: bool, is_free: bool
) -> None:
    if not is_live:
        expected = "cancelled"
    elif row["route"] is None:
        expected = "held"
    elif not is_free:
        expected = "routed"
    else:
        reported = [state for state in ("shipped", "in_production") if state in line.told]
        expected = reported[0] if reported else "handed_over"
    name = f"item {line.key} of {account.number}"
    assert row["state"] == expected, f"{name} is {row['state']}, by the model {expected}"
    if is_live:
        wanted = {producer: int(expected in _MADE and producer == row["route"]) for producer in made}
        assert made == wanted, f"{name} is made {made}, by the model {wanted}"
    else:
        assert made["in_house"] == 0 and made["unitedprint"] <= 1, f"{name} is cancelled and made {made}"


def _commission(account: Account, line: Line, row: Mapping[str, Any], *, is_live: bool) -> None:
    is_due = is_live and row["route"] == "in_house" and row["invoice_id"] is not None
    assert row["bases"] == ([line.net] if is_due else []), f"commission on {line.key} of {account.number}: {row}"
