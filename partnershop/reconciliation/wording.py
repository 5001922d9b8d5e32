"""What the words of a kind of finding are made of: `sentences_work.py` and `sentences_money.py` are lists of these."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Said:
    """One language's templates: what is wrong, and what to do about it.

    A field such as {order} is filled from the finding's `about` and `details`; {amount} is its amount with the currency
    ("EUR 60.88"). The checks name the shop in `about`, by its code, so that {shop} is there too.
    """

    what: str
    to_do: str


@dataclass(frozen=True)
class Words:
    """The words of a kind in three languages; where a kind has several cases, those of `details["case"]` go first."""

    en: Said
    de: Said
    it: Said
    cases: Mapping[str, "Words"] = field(default_factory=dict)

    def of(self, details: Mapping[str, str]) -> "Words":
        """The words for a finding with these details."""
        return self.cases.get(details.get("case", ""), self)
