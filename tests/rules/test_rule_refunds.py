"""What goes back to the customer: never more than the cases took off, never more than was overpaid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnershop.rules.refunds import refundable, still_to_request


@pytest.mark.parametrize(
    ("entitled", "paid", "owed", "due", "why"),
    [
        (6000, 0, 4000, 0, "nothing paid, nothing refunded"),
        (6000, 10000, 4000, 6000, "paid in full: all that the case took off"),
        (6000, 7000, 4000, 3000, "paid in part: what is overpaid"),
        (6000, 12000, 4000, 6000, "paid too much: the rest is reported, not refunded"),
        (0, 12000, 10000, 0, "an overpayment without a case"),
        (6000, 4000, 4000, 0, "exactly what is still owed"),
    ],
)
def test_the_rule(entitled: int, paid: int, owed: int, due: int, why: str) -> None:
    assert refundable(entitled, paid, owed) == due, why
    assert still_to_request(entitled, paid, owed, due) == 0
    assert still_to_request(entitled, paid, owed, 0) == due


STEPS = st.lists(st.tuples(st.sampled_from(("pay", "case")), st.integers(0, 5000)), max_size=12)


def played(gross: int, steps: list[tuple[str, int]]) -> tuple[int, int, int, int]:
    """Payments and cases one after the other, the requests judged after each; (entitled, paid, owed, requested)."""
    entitled = paid = requested = 0
    owed = gross
    for kind, amount in steps:
        if kind == "pay":
            paid += amount
        else:
            taken = min(amount, owed)
            owed, entitled = owed - taken, entitled + taken
        requested += still_to_request(entitled, paid, owed, requested)
        assert requested == refundable(entitled, paid, owed), "the requests equal the rule at every step"
        assert requested <= paid, "never more goes back than came in"
        assert paid - requested >= min(paid, owed), "what is owed and paid is kept"
    return entitled, paid, owed, requested


@given(st.integers(0, 20_000), STEPS)
def test_the_requests_add_up_to_the_rule_at_every_step(gross: int, steps: list[tuple[str, int]]) -> None:
    played(gross, steps)


@given(st.data(), STEPS)
def test_the_order_of_payments_and_cases_does_not_matter(data: st.DataObject, steps: list[tuple[str, int]]) -> None:
    gross = sum(amount for kind, amount in steps if kind == "case") + data.draw(st.integers(0, 3000))
    assert played(gross, steps) == played(gross, data.draw(st.permutations(steps)))
