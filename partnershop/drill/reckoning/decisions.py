"""What the decisions about an item's complaints may come to, whichever arrived first.

The first decision on a complaint stands; a reduction of nothing, or above what is left of the line, or on a cancelled
item, is refused and changes nothing, so that the complaint stays open.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

_MOST = 7
"""With more decisions about one item, the order of the answers is taken as the one that counted."""


@dataclass(frozen=True)
class Decision:
    """A decision about a complaint: `reduction` in minor units, or None where it was rejected."""

    complaint: str
    reduction: int | None


@dataclass(frozen=True)
class Outcome:
    """How the complaints about an item end: the sum of what was granted, and which were accepted and rejected."""

    reduced: int = 0
    accepted: frozenset[str] = field(default_factory=frozenset)
    rejected: frozenset[str] = field(default_factory=frozenset)

    def state(self, complaint: str) -> str:
        """Of a complaint."""
        if complaint in self.accepted:
            return "accepted"
        return "rejected" if complaint in self.rejected else "open"


def outcomes(net: int, decisions: Sequence[Decision], *, cancelled: bool) -> frozenset[Outcome]:
    """All outcomes of these decisions about a line of `net`; a cancelled one may have been reduced before, or not."""
    if len(decisions) > _MOST:
        reached = {Outcome()}
        for decision in decisions:
            reached = {after for before in reached for after in _after(before, decision, net, cancelled=cancelled)}
        return frozenset(reached)
    all_of_them = frozenset(range(len(decisions)))
    # From the outcomes of each smaller set of decisions: whichever of a set came last.
    of_set: dict[frozenset[int], frozenset[Outcome]] = {frozenset(): frozenset({Outcome()})}
    for _ in decisions:
        larger: dict[frozenset[int], set[Outcome]] = {}
        for taken, reached_by in of_set.items():
            for last in all_of_them - taken:
                into = larger.setdefault(taken | {last}, set())
                for before in reached_by:
                    into.update(_after(before, decisions[last], net, cancelled=cancelled))
        of_set = {taken: frozenset(reached) for taken, reached in larger.items()}
    return of_set[all_of_them]


def _after(before: Outcome, decision: Decision, net: int, *, cancelled: bool) -> set[Outcome]:
    complaint, amount = decision.complaint, decision.reduction
    if complaint in before.accepted | before.rejected:
        return {before}
    if amount is None:
        return {Outcome(before.reduced, before.accepted, before.rejected | {complaint})}
    if not 0 < amount <= net - before.reduced:
        return {before}
    granted = Outcome(before.reduced + amount, before.accepted | {complaint}, before.rejected)
    return {granted, before} if cancelled else {granted}
