"""An order lives through any story, and after each step its books are compared with a small model of them."""

import itertools
from fractions import Fraction
from typing import Any

import pytest
import strategies  # noqa: F401  loads the profile of the run
from factories import Scene, item, shipping
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from models import CaseState

KEYS = ("1", "2", "3")
RATES = {"1": 22, "2": 10, "3": 22}
SHIPPING = 790
NUMBERS = itertools.count(1)


class Life(RuleBasedStateMachine):
    """One order. The model knows each line's remaining net and what was paid, and nothing of papers."""

    scene: Scene

    @initialize(prices=st.lists(st.integers(1, 99999), min_size=3, max_size=3))
    def place(self, prices: list[int]) -> None:
        self.order = f"A-{next(NUMBERS)}"
        self.left = dict(zip(KEYS, prices, strict=True))
        self.paid = 0
        self.complaints = 0
        items = [item(key, f"{net // 100}.{net % 100:02d}", str(RATES[key])) for key, net in self.left.items()]
        self.scene.place(self.order, items, charges=[shipping()])
        self.scene.go()
        self.first = self.owed()

    def owed(self) -> int:
        """One invoice over what is left, by exact fractions."""
        if not self.left:
            return 0
        bases = {22: SHIPPING, 10: 0}
        for key, net in self.left.items():
            bases[RATES[key]] += net
        return sum(base + int(Fraction(base * rate, 100) + Fraction(1, 2)) for rate, base in bases.items())

    @rule(key=st.sampled_from(KEYS))
    def cancel(self, key: str) -> None:
        self.scene.cancel(self.order, key)
        self.left.pop(key, None)
        self.scene.go()

    @rule()
    @precondition(lambda self: self.complaints > 2)
    def cancel_all(self) -> None:
        self.scene.cancel(self.order)
        self.left = {}
        self.scene.go()

    @rule(key=st.sampled_from(KEYS), amount=st.integers(1, 60000))
    def complain(self, key: str, amount: int) -> None:
        self.complaints += 1
        name = f"C-{self.order}-{self.complaints}"
        self.scene.complain(self.order, key, name)
        self.scene.accept(self.order, name, net=f"{amount // 100}.{amount % 100:02d}")
        self.scene.go()
        granted = amount <= self.left.get(key, -1)
        if granted:
            self.left[key] -= amount
        assert self.scene.cases(self.order)[-1].state is (CaseState.DONE if granted else CaseState.REFUSED)

    @rule(amount=st.integers(1, 150_000))
    def pay(self, amount: int) -> None:
        self.paid += amount
        self.scene.pay(self.order, f"{amount // 100}.{amount % 100:02d}", f"P-{self.paid}")
        self.scene.go()

    @rule(key=st.sampled_from(KEYS))
    def ship(self, key: str) -> None:
        self.scene.ship(self.order, key)
        self.scene.go()

    @rule(data=st.data())
    def bounce(self, data: st.DataObject) -> None:
        """A refund comes back; another request takes its place."""
        requests = self.scene.refunds(self.order)
        if requests:
            name = data.draw(st.sampled_from([request.name for request in requests]))
            self.scene.tell("refund.failed", refund=name, reason="card expired")
            self.scene.go()

    @invariant()
    def the_books_are_those_of_one_invoice_over_what_is_left(self) -> None:
        if not hasattr(self, "order"):
            return
        owed, books = self.owed(), self.scene.books(self.order)
        assert self.scene.owed(self.order) == owed
        if self.scene.row(self.order).invoice_id is not None:
            assert books.gross == owed
            assert books.net == (sum(self.left.values()) + SHIPPING if self.left else 0)
        else:
            assert (books.net, books.gross) == (0, 0)
        assert self.scene.row(self.order).entitled == self.first - owed, "entitlements telescope"
        assert books.refunds == min(self.first - owed, max(0, self.paid - owed))


@pytest.mark.parametrize("invoice_on", ["placed", "shipped"])
def test_the_books_of_an_order_equal_the_model_after_every_step(scene: Scene, invoice_on: str) -> None:
    if invoice_on != "shipped":
        scene.change_settings(invoice_on=invoice_on)

    class Machine(Life):
        pass

    Machine.scene = scene
    rules: Any = settings(
        max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Machine, settings=rules)
