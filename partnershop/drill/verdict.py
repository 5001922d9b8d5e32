"""What a drill comes to: every event, paper and cent that was lost or doubled, in sentences."""

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """Of a trouble."""

    LOST = "lost"
    DOUBLED = "doubled"
    WRONG = "wrong"
    """Neither plainly lost nor doubled: an amount that differs, a wrong place of production."""


@dataclass(frozen=True)
class Trouble:
    """One thing that is not as it must be. `order` is the number of the order it is about, where there is one."""

    kind: Kind
    sentence: str
    shop: str | None = None
    order: str | None = None


@dataclass(frozen=True)
class Verdict:
    """`breaches` are the audit's, in its words; the counts say how much was looked at."""

    troubles: tuple[Trouble, ...] = ()
    breaches: tuple[str, ...] = ()
    events: int = 0
    orders: int = 0
    papers: int = 0
    parked: tuple[str, ...] = field(default=())
    """What was given up after its attempts as it should be (poison), in sentences."""

    def of(self, kind: Kind) -> list[Trouble]:
        """The troubles of a kind."""
        return [trouble for trouble in self.troubles if trouble.kind is kind]

    @property
    def clean(self) -> bool:
        """Nothing lost, nothing doubled, nothing wrong, the audit whole."""
        return not self.troubles and not self.breaches

    def told(self) -> str:
        """All of it in lines, for people and for failing tests."""
        lines = [f"{trouble.kind.value}: {trouble.sentence}" for trouble in self.troubles]
        lines += [f"audit: {breach}" for breach in self.breaches]
        return "\n".join(lines) or "nothing lost, nothing doubled, the audit holds"
