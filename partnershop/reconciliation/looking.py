"""What a check is, and what it reports."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy.orm import Session

from models import Finding
from partnershop.rules.reconciliation import FindingKind, Job


@dataclass(frozen=True)
class Found:
    """Something that is not as it should be.

    `key` identifies it within its kind and shop, for ever ("item-17", a stage's name). `about` names the things by the
    words people know them by ({"order": "A-1001", "item": "2"}; the shop's code is added), `details` what the sentences
    need besides, all text. An accepted finding is open again when its details or its amount (minor units of `currency`)
    change: what changes from run to run without meaning anything (a count, an error's words) goes into `about`.
    """

    kind: FindingKind
    shop_id: int
    key: str
    about: dict[str, str]
    details: dict[str, str] = field(default_factory=dict)
    amount: int | None = None
    currency: str | None = None


@dataclass
class Looked:
    """What a check looked at: how many things per kind, and what it found."""

    checked: dict[FindingKind, int] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)


class Look(Protocol):
    """Looks at these shops (ids) in one read-only statement or a few; changes nothing, may `wake` stages."""

    def __call__(self, session: Session, shops: Sequence[int]) -> Looked:
        """What was looked at, and what was found."""
        ...


Repair = Callable[[Session, Finding], str | None]
"""Mends one finding in a transaction of its own, under the locks of the flow it uses; the sentence that says what was
done, or None where there was nothing to do any more or it is not safe. It must be right also when it is done twice."""


@dataclass(frozen=True)
class Check:
    """A check: the kinds it can find, in which jobs it is made (`everything` makes all), and what it may repair."""

    name: str
    kinds: tuple[FindingKind, ...]
    jobs: frozenset[Job]
    look: Look
    repair: Repair | None = None
