"""What a correction takes back and what the reduced invoice says, by example."""

from decimal import Decimal

import pytest

from partnershop.rules.papers import (
    Line,
    Reduction,
    after_reversals,
    invoice,
    reduced,
    reduction_amount,
    reverse,
    reverse_all,
)
from partnershop.rules.tax import TaxKey

KEY = TaxKey("S", Decimal(22))
ONE, TWO = Line(1, False, KEY, 5000), Line(2, False, KEY, 3000)
SHIPPING = Line(1, True, KEY, 790)


def test_a_reversal_has_only_the_cancelled_lines() -> None:
    reversal = reverse(invoice([ONE, TWO, SHIPPING]), frozenset({2}))
    assert reversal is not None and reversal.lines == (TWO,)


def test_the_last_item_takes_the_charges_with_it() -> None:
    left = invoice([ONE, TWO, SHIPPING])
    first = reverse(left, frozenset({1}))
    assert first is not None
    left = after_reversals(left, [first])
    assert left.lines == (TWO, SHIPPING)
    second = reverse(left, frozenset({2}))
    assert second is not None and second.lines == (TWO, SHIPPING)
    assert first.gross + second.gross == invoice([ONE, TWO, SHIPPING]).gross


def test_all_items_at_once_are_one_reversal_with_the_charges() -> None:
    whole = invoice([ONE, TWO, SHIPPING])
    assert reverse(whole, frozenset({1, 2})) == whole


def test_what_is_not_on_the_invoice_cannot_be_reversed() -> None:
    assert reverse(invoice([ONE]), frozenset({7})) is None
    assert reverse(after_reversals(invoice([ONE]), [invoice([ONE])]), frozenset({1})) is None


def test_a_charge_with_an_items_number_is_not_taken_for_the_item() -> None:
    left = after_reversals(invoice([ONE, TWO, SHIPPING]), [invoice([ONE])])
    assert left.lines == (TWO, SHIPPING)
    complained = reduced(left, 1, Reduction("C-1", "colour", 10))
    assert complained.lines == (TWO, SHIPPING), "there is no item 1 any more, and charge 1 is not meant"


def test_the_reduced_invoice_keeps_the_old_price_and_adds_the_allowance() -> None:
    first, second = Reduction("C-1", "colour", 1000), Reduction("C-2", "crease", 500)
    once = reduced(invoice([ONE, TWO, SHIPPING]), 1, first)
    twice = reduced(once, 1, second)
    line = twice.lines[0]
    assert (line.gross_price, line.reductions, line.allowance, line.net) == (5000, (first, second), 1500, 3500)
    assert twice.lines[1:] == (TWO, SHIPPING)


def test_a_complaint_takes_back_all_that_is_left_and_no_more() -> None:
    left = after_reversals(invoice([ONE, TWO, SHIPPING]), [invoice([ONE])])
    assert reverse_all(left).lines == (TWO, SHIPPING)
    assert reverse_all(left).gross == left.gross


@pytest.mark.parametrize(
    ("net", "percent", "amount"), [(1200, None, 1200), (None, "20", 1000), (None, "33.3333", 1667), (None, "100", 5000)]
)
def test_a_reduction_is_an_amount_or_per_cent_of_the_line_as_ordered(
    net: int | None, percent: str | None, amount: int
) -> None:
    assert reduction_amount(5000, net, None if percent is None else Decimal(percent)) == amount


def test_a_reduction_of_neither_is_an_error() -> None:
    with pytest.raises(ValueError):
        reduction_amount(5000, None, None)
