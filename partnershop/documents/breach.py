"""A rule that a paper breaks: its id, where, the values that its sentence needs. Nothing with a breach is issued."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Breach:
    """One broken rule.

    `rule` is ours (P-…), of EN 16931 (BR-…), of SdI (00423), or XSD. `where` names the place in the standard's terms
    ("BT-131, line 3", "DatiRiepilogo 22.00"). `values` fill the rule's sentence; they hold no more than that needs,
    for it is stored and shown.
    """

    rule: str
    where: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        """As it is kept with a refused paper."""
        return {**asdict(self), "values": dict(self.values)}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Breach":
        """What `stored()` kept."""
        return cls(stored["rule"], stored["where"], dict(stored["values"]))
