"""What a correction takes back and what the reduced invoice says, as figures. Amounts in minor units, all positive."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from partnershop.rules import tax
from partnershop.rules.money import percent_of
from partnershop.rules.tax import TaxAmount, TaxKey


class DocumentKind(StrEnum):
    """The kinds of paper; UNTDID 1001 codes 380 (invoice, reduced invoice) and 381 (reversal)."""

    INVOICE = "invoice"
    REVERSAL = "reversal"
    REDUCED_INVOICE = "reduced_invoice"


@dataclass(frozen=True)
class Reduction:
    """An accepted complaint's share in a line (EN 16931 BG-27): minor units, the complaint and its reason."""

    complaint: str
    reason: str
    amount: int


@dataclass(frozen=True)
class Line:
    """A line of a paper. `id` is the item's or charge's own id; `gross_price` is before reductions.

    `origin` is the line of the invoice that a reversal line takes back.
    """

    id: int
    is_charge: bool
    key: TaxKey
    gross_price: int
    reductions: tuple[Reduction, ...] = ()
    origin: int | None = None

    @property
    def allowance(self) -> int:
        """The sum of the reductions."""
        return sum(reduction.amount for reduction in self.reductions)

    @property
    def net(self) -> int:
        """What the line comes to: price less allowance (EN 16931 BT-131)."""
        return self.gross_price - self.allowance


@dataclass(frozen=True)
class Figures:
    """The lines of a paper and their VAT per rate."""

    lines: tuple[Line, ...]
    taxes: dict[TaxKey, TaxAmount]

    @property
    def net(self) -> int:
        """Sum of the bases (BT-109)."""
        return tax.net(self.taxes)

    @property
    def tax(self) -> int:
        """Sum of the VAT (BT-110)."""
        return tax.tax(self.taxes)

    @property
    def gross(self) -> int:
        """What the paper comes to (BT-112)."""
        return tax.gross(self.taxes)


def _parts(lines: Iterable[Line]) -> list[tuple[TaxKey, int]]:
    return [(line.key, line.net) for line in lines]


def invoice(lines: Sequence[Line]) -> Figures:
    """The figures of an invoice over these lines."""
    return Figures(tuple(lines), tax.breakdown(_parts(lines)))


def after_reversals(current: Figures, reversals: Iterable[Figures]) -> Figures:
    """What is left of an invoice: its lines that no reversal took back, and its VAT less what they took."""
    taken = list(reversals)
    gone = {(line.is_charge, line.id) for paper in taken for line in paper.lines}
    taxes: dict[TaxKey, TaxAmount] = dict(current.taxes)
    for paper in taken:
        taxes = tax.less(taxes, paper.taxes)
    return Figures(tuple(line for line in current.lines if (line.is_charge, line.id) not in gone), taxes)


def reverse(left: Figures, items: frozenset[int]) -> Figures | None:
    """The reversal that takes back the lines of these items from what is left of the invoice; None if none is there.

    Taking the last item takes the charges (shipping) as well.
    """
    live = [line for line in left.lines if not line.is_charge]
    taken = [line for line in live if line.id in items]
    if not taken:
        return None
    if len(taken) == len(live):
        taken = list(left.lines)
    return Figures(tuple(taken), tax.correction(left.taxes, _parts(taken)))


def reverse_all(left: Figures) -> Figures:
    """The reversal of everything that is left of an invoice: the first half of an accepted complaint."""
    return Figures(left.lines, tax.correction(left.taxes, _parts(left.lines)))


def reduced(left: Figures, item: int, reduction: Reduction) -> Figures:
    """The reduced invoice: the same lines, the item's with the reduction as one more allowance."""
    return invoice(
        [
            replace(line, reductions=(*line.reductions, reduction)) if line.id == item and not line.is_charge else line
            for line in left.lines
        ]
    )


def reduction_amount(ordered_net: int, net: int | None, percent: Decimal | None) -> int:
    """What an accepted complaint takes off, minor units: a net amount, or percent of the line's net as ordered."""
    if net is not None:
        return net
    if percent is None:
        raise ValueError("a reduction is a net amount or a percentage")
    return percent_of(ordered_net, percent)
