"""What a correction takes back and what the reduced invoice says, as figures. Amounts in minor units, all positive."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from partnershop.rules import tax
from partnershop.rules.defects import OTHER_REDUCTION, reduction_code
from partnershop.rules.money import percent_of
from partnershop.rules.tax import TaxAmount, TaxKey


class DocumentKind(StrEnum):
    """The kinds of paper; UNTDID 1001 codes 380 (invoice, reduced invoice) and 381 (reversal)."""

    INVOICE = "invoice"
    REVERSAL = "reversal"
    REDUCED_INVOICE = "reduced_invoice"


@dataclass(frozen=True)
class Reduction:
    """An accepted complaint's share in a line (EN 16931 BG-27): minor units, the complaint and its reason.

    `code` is of UNTDID 5189. Where the complaint named a percentage, `percent` is that and `base` what it was taken of.
    """

    complaint: str
    reason: str
    amount: int
    code: str = OTHER_REDUCTION
    base: int | None = None
    percent: Decimal | None = None

    def stored(self) -> dict[str, Any]:
        """As it is kept with the line of a paper."""
        return {**asdict(self), "percent": None if self.percent is None else f"{self.percent.normalize():f}"}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Reduction":
        """What `stored()` kept; papers of earlier versions lack the code, the base and the percentage."""
        percent = stored.get("percent")
        return cls(
            stored["complaint"],
            stored["reason"],
            stored["amount"],
            stored.get("code") or OTHER_REDUCTION,
            stored.get("base"),
            None if percent is None else Decimal(percent),
        )


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
        return sum(granted.amount for granted in self.reductions)

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


def reduced(left: Figures, item: int, granted: Reduction) -> Figures:
    """The reduced invoice: the same lines, the item's with what was granted as one more allowance."""
    return invoice(
        [
            replace(line, reductions=(*line.reductions, granted)) if line.id == item and not line.is_charge else line
            for line in left.lines
        ]
    )


def reduction(complaint: str, reason: str, amount: int, ordered_net: int, percent: Decimal | None) -> Reduction:
    """What was granted on a line, with its code; `percent` is the percentage that the decision named, if it did."""
    base = None if percent is None else ordered_net
    return Reduction(complaint, reason, amount, reduction_code(reason), base, percent)


def reduction_amount(ordered_net: int, net: int | None, percent: Decimal | None) -> int:
    """What an accepted complaint takes off, minor units: a net amount, or percent of the line's net as ordered."""
    if net is not None:
        return net
    if percent is None:
        raise ValueError("a reduction is a net amount or a percentage")
    return percent_of(ordered_net, percent)
