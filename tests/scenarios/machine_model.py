"""The machine's own books of a shop: what was told of each order, and what that must come to, in fractions and sets.

It shares no rule with the product, and knows nothing of papers: an order is its lines, what is left of each, what was
paid, and the complaints with their decisions. Amounts are minor units.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

SHIPPING = 790
SHIPPING_RATE = 22


def half_up(amount: Fraction) -> int:
    """Rounded to whole minor units; nothing here is negative."""
    return int(amount + Fraction(1, 2))


def gross(lines: Iterable[tuple[int, int]]) -> int:
    """One invoice over these (net, rate in per cent): the VAT is rounded once a rate."""
    bases: dict[int, int] = defaultdict(int)
    for net, rate in lines:
        bases[rate] += net
    return sum(base + half_up(Fraction(base * rate, 100)) for rate, base in bases.items())


@dataclass(frozen=True)
class World:
    """Catalogue and settings: per product and attribute its options and its default, and what is ticked.

    An attribute without a default is shown in the shop. `patient`: items wait while the settings are incomplete, else
    they go to Unitedprint.
    """

    catalogue: Mapping[str, Mapping[str, tuple[tuple[str, ...], str | None]]]
    ticked: Mapping[str, Mapping[str, Sequence[str]]]
    patient: bool
    invoice_on: str

    def sent(self, product: str, options: Mapping[str, str]) -> str | None:
        """Where an item goes that is judged now; None when it is held."""
        attributes = self.catalogue[product]
        chosen = {key: options.get(key, default) for key, (_, default) in attributes.items()}
        if set(options) - set(attributes) or any(chosen[key] not in known for key, (known, _) in attributes.items()):
            return None
        ticked = self.ticked.get(product)
        if ticked is None:
            return "unitedprint"
        if not all(ticked.get(key) for key in attributes):
            return None if self.patient else "unitedprint"
        return "in_house" if all(option in ticked[key] for key, option in chosen.items()) else "unitedprint"

    def may_be_saved(self) -> bool:
        """Whether each attribute of a product that is set up has a ticked option, and nothing unknown is ticked."""
        return all(
            set(ticks) == set(self.catalogue[product])
            and all(options and set(options) <= set(self.catalogue[product][key][0]) for key, options in ticks.items())
            for product, ticks in self.ticked.items()
        )


@dataclass
class Line:
    """An ordered item, what was told of it, and where it may have been sent by what was in force since."""

    key: str
    net: int
    rate: int
    product: str
    options: dict[str, str]
    told: set[str] = field(default_factory=set)
    routes: set[str] = field(default_factory=set)


@dataclass
class Complaint:
    """A complaint; `decisions` are the reductions by event, None for a rejection.

    `seen`: the product had it at the last settling. `plain_no`: a rejection came first.
    """

    key: str
    line: str
    opened: bool = False
    seen: bool = False
    decisions: dict[str, int | None] = field(default_factory=dict)
    plain_no: bool = False


@dataclass(frozen=True)
class SeenCase:
    """A case as the product has it; the model says whether it may be so."""

    kind: str
    state: str
    event: str
    lines: tuple[str, ...]
    complaint: str | None


@dataclass
class Account:
    """An order. `modes` are the values of invoice_on that were in force between its event and the first settling."""

    number: str
    lines: dict[str, Line]
    shipping: int
    method: str
    internal: bool
    told: bool = False
    settled: bool = False
    modes: set[str] = field(default_factory=set)
    payments: dict[str, int] = field(default_factory=dict)
    complaints: dict[str, Complaint] = field(default_factory=dict)

    @property
    def paid(self) -> int:
        """What came in."""
        return sum(self.payments.values())

    def owed(self, left: Mapping[str, int]) -> int:
        """One invoice over what is left; without a line there is no shipping either."""
        if self.internal or not left:
            return 0
        return gross([(self.shipping, SHIPPING_RATE), *((net, self.lines[key].rate) for key, net in left.items())])

    def whole(self) -> dict[str, int]:
        """The lines as they were ordered."""
        return {line.key: line.net for line in self.lines.values()}

    def is_free(self, line: Line, left: Mapping[str, int], *, needs_data: bool) -> bool:
        """Whether nothing stands between the item and its producer."""
        is_paid = self.internal or self.method == "invoice" or self.paid >= self.owed(left)
        return is_paid and (not needs_data or "uploaded" in line.told)

    def left_after(self, cases: Sequence[SeenCase]) -> dict[str, int]:
        """What is left of each live line after these cases, each of which must have ended as it had to."""
        left, decided = self.whole(), set[str]()
        for case in cases:
            if case.kind == "cancellation":
                assert case.state == "done", f"{self.number}: a cancellation is {case.state}"
                for key in case.lines:
                    assert key in left, f"{self.number}: item {key} was cancelled twice"
                    assert "cancelled" in self.lines[key].told, f"{self.number}: nobody cancelled item {key}"
                    del left[key]
                continue
            complaint = self.complaints[case.complaint or ""]
            reduction = complaint.decisions[case.event]
            assert reduction is not None, f"{complaint.key}: a rejection became a case"
            granted = complaint.key not in decided and 0 < reduction <= left.get(complaint.line, 0)
            expected = "done" if granted else "refused"
            assert case.state == expected, f"{complaint.key}: {case.state}, of {reduction}"
            if granted:
                decided.add(complaint.key)
                left[complaint.line] -= reduction
        return left
