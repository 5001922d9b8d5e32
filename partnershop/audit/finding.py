"""What the audit of one invariant found, and the helper that collects it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import TextClause
from sqlalchemy.orm import Session

FIRST = 5
_NAMED = 10


def named(things: Sequence[str]) -> str:
    """The first few of these, and how many more there are."""
    more = f" and {len(things) - _NAMED} more" if len(things) > _NAMED else ""
    return ", ".join(things[:_NAMED]) + more


@dataclass(frozen=True)
class Breach:
    """One thing that does not hold: in which shop, what it is about, and a sentence that says what is wrong."""

    shop: str
    about: str
    problem: str

    def __str__(self) -> str:
        return f"{self.shop}: {self.about} {self.problem}"


@dataclass
class Finding:
    """The audit of one invariant: how many things were looked at, how many breaches there are, and the first of them.

    `pending` says what is not judged because work is still due on it; that is no breach. `remark` says what the audit
    of this invariant does not cover, and what is to be noted elsewhere.
    """

    number: int
    invariant: str
    checked: int = 0
    breaches: int = 0
    first: list[Breach] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    remark: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.breaches

    def breach(self, shop: str, about: str, problem: str) -> None:
        """Count a breach; only the first few are kept."""
        self.breaches += 1
        if len(self.first) < FIRST:
            self.first.append(Breach(shop, about, problem))

    def wait_for(self, count: int, what: str) -> None:
        """Remember that `count` things are still due ("items to route"); none is not worth a word."""
        if count:
            self.pending.append(f"{count} {what}")

    def take(self, session: Session, shops: Sequence[int], *queries: TextClause) -> None:
        """Run queries of which every row is a breach: the shop's code, what it is about, what is wrong."""
        for query in queries:
            rows = session.execute(query, {"shops": list(shops)}, execution_options={"yield_per": 1000})
            for shop, about, problem in rows:
                self.breach(shop, about, problem)

    def count(self, session: Session, shops: Sequence[int], query: TextClause) -> int:
        """The one number that a query gives; `shops` are the ids the audit is restricted to."""
        return int(session.execute(query, {"shops": list(shops)}).scalar_one())
