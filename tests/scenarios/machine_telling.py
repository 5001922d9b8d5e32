"""What the stateful machine tells the product, in any order: the rules about several orders that live at once."""

import copy
import uuid
from fractions import Fraction
from typing import Any

import pipeline
from factories import item as ordered
from factories import shipping
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from machine_house import House
from machine_model import SHIPPING, Account, Complaint, Line, half_up
from machine_world import PRICES, RATES, REDUCTIONS, WARES, plain

MOST_ORDERS = 8
numbers = st.integers(0, MOST_ORDERS - 1)
keys = st.integers(0, 2)
wares = st.lists(
    st.tuples(st.sampled_from(WARES), st.sampled_from(PRICES), st.sampled_from(RATES)), min_size=1, max_size=3
)
methods = st.sampled_from(("card", "invoice"))


def in_words(minor: int) -> str:
    """An amount as events have it."""
    return f"{minor // 100}.{minor % 100:02d}"


class Telling(RuleBasedStateMachine):
    """What is told goes into the product and into the model. A subclass says which `house`."""

    house: House

    @initialize(
        patient=st.booleans(), invoice_on=st.sampled_from(("shipped", "placed")), needs_data=st.booleans(),
        lines=wares, method=methods,
    )  # fmt: skip
    def begin(self, *, patient: bool, invoice_on: str, needs_data: bool, lines: list[Any], method: str) -> None:
        self.needs_data = needs_data
        self.accounts: dict[str, Account] = {}
        self.withheld: list[tuple[dict[str, Any], Account, Complaint | None]] = []
        self.told: dict[str, dict[str, Any]] = {}
        self.contradictions: set[str] = set()
        self.fates: dict[str, str] = {}
        self.house.open(plain(patient=patient, invoice_on=invoice_on), require_print_data=needs_data)
        self.place(lines, method, shipped_to_them=True, internal=0, late=False)

    # Telling

    def _tell(self, event: dict[str, Any], *, operator: bool = False) -> str:
        self.house.knock(event, operator=operator)
        self.told[event["id"]] = event
        return str(event["id"])

    def _say(self, kind: str, account: Account, **data: Any) -> str:
        return self._tell(self.house.scene.event(kind, order=account.number, **data))

    def _account(self, number: int) -> Account:
        return list(self.accounts.values())[number % len(self.accounts)]

    def _line(self, number: int, key: int) -> tuple[Account, Line]:
        account = self._account(number)
        return account, list(account.lines.values())[key % len(account.lines)]

    @rule(lines=wares, method=methods, shipped_to_them=st.booleans(), internal=st.integers(0, 4), late=st.booleans())
    @precondition(lambda self: len(self.accounts) < MOST_ORDERS)
    def place(self, lines: list[Any], method: str, *, shipped_to_them: bool, internal: int, late: bool) -> None:
        """A new order; a late one's event comes after others about it."""
        number = f"A-{len(self.accounts) + 1}"
        items = [
            ordered(str(key), price, str(rate), product=product, options=dict(options))
            for key, ((product, options), price, rate) in enumerate(lines, 1)
        ]
        made = {
            str(key): Line(str(key), half_up(Fraction(price) * 100), rate, product, dict(options))
            for key, ((product, options), price, rate) in enumerate(lines, 1)
        }
        is_internal = internal == 4
        charges = [shipping(in_words(SHIPPING))] if shipped_to_them else []
        account = Account(number, made, SHIPPING if shipped_to_them else 0, method, is_internal)
        self.accounts[number] = account
        more = {"payment_method": method, "internal": is_internal, "charges": charges}
        placed = self.house.scene.event("order.placed", **self.house.scene.order(number, items, **more))
        if late:
            self.withheld.append((placed, account, None))
        else:
            self._arrive(placed, account, None)

    def _arrive(self, event: dict[str, Any], account: Account, complaint: Complaint | None) -> None:
        self._tell(event)
        if complaint is not None:
            complaint.opened = True
            return
        account.told = True
        account.modes = {self.house.world.invoice_on}
        self._look_again()

    @rule()
    @precondition(lambda self: self.withheld)
    def arrive(self) -> None:
        """What others have waited for comes at last."""
        self._arrive(*self.withheld.pop(0))

    @rule(number=numbers, share=st.sampled_from((Fraction(1), Fraction(1), Fraction(1, 2), Fraction(2), Fraction(0))))
    def pay(self, number: int, share: Fraction) -> None:
        account = self._account(number)
        minor = half_up(account.owed(account.whole()) * share) + 1 - (share == 1)
        key = f"P-{len(account.payments) + 1}"
        account.payments[key] = max(1, minor)
        self._pay(account, key, max(1, minor))

    def _pay(self, account: Account, key: str, minor: int) -> str:
        return self._say(
            "payment.received", account, payment=key, amount=in_words(minor), currency="EUR", method="card",
            received_at="2026-03-02T09:14:00Z",
        )  # fmt: skip

    @rule(number=numbers, key=keys, what=st.sampled_from(("uploaded", "in_production", "shipped", "shipped")))
    def report(self, number: int, key: int, what: str) -> None:
        """Print data come, or an item is on the press, or it leaves the works."""
        account, line = self._line(number, key)
        line.told.add(what)
        self._say("print_data.uploaded" if what == "uploaded" else f"item.{what}", account, item=line.key)

    @rule(number=numbers)
    def finish(self, number: int) -> None:
        """All of an order is uploaded and shipped."""
        account = self._account(number)
        for line in account.lines.values():
            line.told |= {"uploaded", "shipped"}
            self._say("print_data.uploaded", account, item=line.key)
            self._say("item.shipped", account, item=line.key)

    @rule(number=numbers, key=keys)
    def cancel(self, number: int, key: int) -> None:
        account, line = self._line(number, key)
        line.told.add("cancelled")
        self._say("item.cancelled", account, item=line.key, reason="customer_request")

    @rule(number=numbers)
    @precondition(lambda self: len(self.accounts) > 2)
    def cancel_all(self, number: int) -> None:
        account = self._account(number)
        for line in account.lines.values():
            line.told.add("cancelled")
        self._say("order.cancelled", account, reason="customer_request")

    @rule(number=numbers, key=keys, late=st.integers(0, 3), reduction=st.sampled_from((None, *REDUCTIONS)))
    def complain(self, number: int, key: int, late: int, reduction: tuple[str, Any] | None) -> None:
        """A complaint that is accepted at once, or only opened; a late one is opened after that."""
        account, line = self._line(number, key)
        complaint = Complaint(f"C-{account.number}-{len(account.complaints) + 1}", line.key)
        account.complaints[complaint.key] = complaint
        opened = self.house.scene.event(
            "complaint.opened", complaint=complaint.key, order=account.number, item=line.key, reason="colours are off"
        )
        if late == 3:
            self.withheld.append((opened, account, complaint))
        else:
            self._arrive(opened, account, complaint)
        if reduction is not None:
            self._accept(account, complaint, reduction)

    def _accept(self, account: Account, complaint: Complaint, reduction: tuple[str, Any]) -> None:
        how, much = reduction
        net = account.lines[complaint.line].net
        minor = half_up(Fraction(net) * Fraction(much) / 100)
        if how == "net":
            minor = max(1, minor)
        stated = {"net": in_words(minor)} if how == "net" else {"percent": much}
        event = self._say("complaint.accepted", account, complaint=complaint.key, reduction=stated)
        complaint.decisions[event] = minor

    @rule(number=numbers, key=keys, reduction=st.sampled_from((None, *REDUCTIONS)))
    @precondition(lambda self: any(account.complaints for account in self.accounts.values()))
    def decide(self, number: int, key: int, reduction: tuple[str, Any] | None) -> None:
        """A decision on any complaint, perhaps another one than before; the first one stands."""
        all_of_them = [(account, one) for account in self.accounts.values() for one in account.complaints.values()]
        account, complaint = all_of_them[(number * 3 + key) % len(all_of_them)]
        if reduction is not None:
            self._accept(account, complaint, reduction)
            return
        complaint.plain_no |= complaint.seen and not complaint.decisions
        event = self._say("complaint.rejected", account, complaint=complaint.key, reason="as proofed")
        complaint.decisions[event] = None

    @rule(number=numbers, key=keys)
    def hand_over(self, number: int, key: int) -> None:
        """An operator sends an item to Unitedprint."""
        account, line = self._line(number, key)
        line.told.add("redirected")
        data = {"order": account.number, "item": line.key, "to": "unitedprint", "reason": "out of paper"}
        event = pipeline.event("item.redirected", data, self.house.scene.code, source="/operators/anna")
        self._tell(event, operator=True)

    @rule(which=st.integers(0, 99), anew=st.booleans())
    def duplicate(self, which: int, anew: bool) -> None:
        """An earlier event comes again: itself, or the same under another id."""
        event = list(self.told.values())[-1 - which % len(self.told)]
        operator = event["source"].startswith("/operators/")
        if not anew:
            receipt = pipeline.knock(self.house.scene.code, [event], operator=operator)
            assert (receipt.accepted, receipt.duplicates) == (0, 1), receipt
            return
        if event["id"] in self.contradictions:
            return
        again = self._tell(copy.deepcopy(event) | {"id": f"evt-{uuid.uuid4()}"}, operator=operator)
        if event["type"] in ("partnershop.complaint.accepted", "partnershop.complaint.rejected"):
            decisions = self.accounts[event["data"]["order"]].complaints[event["data"]["complaint"]].decisions
            decisions[again] = decisions[event["id"]]

    @rule(number=numbers)
    def contradict(self, number: int) -> None:
        """A payment of which another amount is known."""
        account = self._account(number)
        if account.settled and account.payments:
            key, minor = next(iter(account.payments.items()))
            self.contradictions.add(self._pay(account, key, minor + 1))

    @rule(which=st.integers(0, 5), fate=st.sampled_from(("failed", "settled")))
    def end_refund(self, which: int, fate: str) -> None:
        """Whoever pays says what became of a refund; the first word stands."""
        refunds = [row["name"] for rows in self.house.reader.refunds().values() for row in rows]
        if refunds:
            name = refunds[-1 - which % len(refunds)]
            self.fates.setdefault(name, fate)
            self._tell(self.house.scene.event(f"refund.{fate}", refund=name, reason="card expired"))

    def _look_again(self) -> None:
        world = self.house.world
        for account in self.accounts.values():
            if not account.told:
                continue
            if not account.settled:
                account.modes.add(world.invoice_on)
            for line in account.lines.values():
                line.routes |= {route for route in (world.sent(line.product, line.options),) if route is not None}
