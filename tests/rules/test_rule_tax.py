"""VAT of corrections: after any sequence of them the books equal one invoice over what is left."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import Cancel, Complain, orders, steps

from partnershop.rules import papers, tax
from partnershop.rules.papers import Figures, Line, Reduction
from partnershop.rules.tax import TaxAmount, TaxKey


def vat_of(lines: Iterable[Line]) -> int:
    """The VAT of one invoice, put differently than the rule does: exact fractions, rounded once per rate."""
    bases: dict[TaxKey, int] = defaultdict(int)
    for line in lines:
        bases[line.key] += line.net
    return sum(int(Fraction(base) * Fraction(key.rate) / 100 + Fraction(1, 2)) for key, base in bases.items())


class Books:
    """The papers of one order, and beside them, kept independently, what the lines should come to."""

    def __init__(self, lines: list[Line]) -> None:
        self.current = papers.invoice(lines)
        self.reversals: list[Figures] = []
        self.issued: list[tuple[int, Figures]] = [(1, self.current)]
        self.expected = list(lines)

    @property
    def left(self) -> Figures:
        return papers.after_reversals(self.current, self.reversals)

    def cancel(self, items: frozenset[int]) -> None:
        reversal = papers.reverse(self.left, items)
        kept = [line for line in self.expected if line.is_charge or line.id not in items]
        if reversal is None:
            assert kept == self.expected, "only what is there already can be taken back"
            return
        self.reversals.append(reversal)
        self.issued.append((-1, reversal))
        self.expected = kept if any(not line.is_charge for line in kept) else []

    def complain(self, item: int, thousandths: int) -> None:
        line = next((line for line in self.expected if line.id == item and not line.is_charge), None)
        if line is None:
            return
        reduction = Reduction(f"C-{len(self.issued)}", "colour", line.net * thousandths // 1000)
        left = self.left
        reversal = papers.reverse_all(left)
        self.current, self.reversals = papers.reduced(left, item, reduction), []
        self.issued += [(-1, reversal), (1, self.current)]
        reduced = Line(line.id, False, line.key, line.gross_price, (*line.reductions, reduction))
        self.expected = [reduced if known is line else known for known in self.expected]

    def check(self) -> None:
        left = self.left
        assert [(line.is_charge, line.id, line.net) for line in left.lines] == [
            (line.is_charge, line.id, line.net) for line in self.expected
        ]
        assert left.net == sum(line.net for line in self.expected)
        assert left.tax == vat_of(self.expected)
        assert sum(sign * paper.gross for sign, paper in self.issued) == left.gross, "the papers tell the same"


@given(st.data(), orders())
def test_after_every_correction_the_books_equal_one_invoice_over_what_is_left(
    data: st.DataObject, lines: list[Line]
) -> None:
    books = Books(lines)
    books.check()
    for step in data.draw(steps(sum(not line.is_charge for line in lines))):
        match step:
            case Cancel(items):
                books.cancel(items)
            case Complain(item, thousandths):
                books.complain(item, thousandths)
        books.check()


@given(st.data(), orders())
def test_taking_everything_back_gives_zero_whatever_came_before(data: st.DataObject, lines: list[Line]) -> None:
    books = Books(lines)
    numbers = [line.id for line in lines if not line.is_charge]
    for number in data.draw(st.permutations(numbers)):
        if data.draw(st.booleans()):
            books.complain(number, data.draw(st.integers(0, 1000)))
        books.cancel(frozenset({number}))
    books.check()
    assert (books.left.net, books.left.tax, books.left.lines) == (0, 0, ())
    assert sum(sign * paper.gross for sign, paper in books.issued) == 0


@given(st.data(), orders())
def test_a_reversal_never_takes_back_more_than_is_left(data: st.DataObject, lines: list[Line]) -> None:
    books = Books(lines)
    for step in data.draw(steps(sum(not line.is_charge for line in lines))):
        before = books.left
        count = len(books.issued)
        if isinstance(step, Cancel):
            books.cancel(step.items)
        else:
            books.complain(step.item, step.thousandths)
        for sign, paper in books.issued[count:]:
            if sign < 0:
                for key, amount in paper.taxes.items():
                    assert 0 <= amount.base <= before.taxes[key].base
                    assert 0 <= amount.tax <= before.taxes[key].tax


def test_taking_more_than_is_there_is_an_error() -> None:
    key = TaxKey("S", Decimal(22))
    with pytest.raises(ValueError, match="cannot take back 101 of 100"):
        tax.correction({key: TaxAmount(100, 22)}, [(key, 101)])
    with pytest.raises(ValueError, match="cannot take back 1 of 0"):
        tax.correction({}, [(key, 1)])


GOLDEN = (6833, 6833, 5750, 8500)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_334_99_is_taken_back_exactly_in_each_of_the_24_orders(order: tuple[int, ...]) -> None:
    key = TaxKey("S", Decimal(20))
    books = Books([Line(number, False, key, net) for number, net in enumerate(GOLDEN)])
    assert books.current.gross == 33499
    for number in order:
        books.cancel(frozenset({number}))
        books.check()
    assert sum(paper.gross for sign, paper in books.issued if sign < 0) == 33499


def test_vat_is_computed_per_rate_and_not_per_line() -> None:
    key = TaxKey("S", Decimal(22))
    lines = [Line(number, False, key, 102) for number in range(3)]
    assert papers.invoice(lines).tax == 67, "22 % of 3.06 is 0.6732; three times round(0.2244) would be 0.66"


def test_mixed_rates_of_22_10_and_4_per_cent_are_kept_apart() -> None:
    rates = [("22", 10005), ("10", 3335), ("4", 1213), ("10", 10)]
    lines = [Line(n, False, TaxKey("S", Decimal(rate)), net) for n, (rate, net) in enumerate(rates)]
    lines.append(Line(1, True, TaxKey("S", Decimal(22)), 790))
    figures = papers.invoice(lines)
    assert {str(key.rate): (row.base, row.tax) for key, row in figures.taxes.items()} == {
        "22": (10795, 2375), "10": (3345, 335), "4": (1213, 49),
    }  # fmt: skip
    assert (figures.net, figures.tax, figures.gross) == (15353, 2759, 18112)
    reversal = papers.reverse(figures, frozenset({1}))
    assert reversal is not None
    assert {str(key.rate): (row.base, row.tax) for key, row in reversal.taxes.items()} == {"10": (3335, 334)}, (
        "335 less the 1 cent that 10 % of the remaining 0.10 comes to"
    )


def test_exemptions_with_other_words_are_rows_of_their_own() -> None:
    rows = tax.breakdown([
        (TaxKey("E", Decimal(0), "art. 10"), 100), (TaxKey("E", Decimal(0), "art. 15"), 50),
        (TaxKey("AE", Decimal(0), "reverse charge"), 25), (TaxKey("E", Decimal(0), "art. 10"), 1),
    ])  # fmt: skip
    assert [(key.category, key.exemption, row.base, row.tax) for key, row in rows.items()] == [
        ("E", "art. 10", 101, 0), ("E", "art. 15", 50, 0), ("AE", "reverse charge", 25, 0),
    ]  # fmt: skip
