"""How a rule is written down: its id, a function that finds what breaks it, whose text says it and its source."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from partnershop.documents.breach import Breach
from partnershop.documents.cii.invoice import Invoice

Broken = Iterable[tuple[str, Mapping[str, str]]]
"""Each place where a rule is broken, and the values that its sentence needs."""
Rule = Callable[[Invoice], Broken]


class Theme:
    """The rules of one theme, by id."""

    def __init__(self) -> None:
        self.rules: dict[str, Rule] = {}

    def __call__(self, rule: str) -> Callable[[Rule], Rule]:
        """Enter a function as the rule of this id."""

        def enter(function: Rule) -> Rule:
            self.rules[rule] = function
            return function

        return enter


def broken(rules: Mapping[str, Rule], invoice: Invoice) -> list[Breach]:
    """Everything in `invoice` that breaks one of `rules`."""
    return [Breach(rule, where, values) for rule, find in rules.items() for where, values in find(invoice)]


def unequal(where: str, said: Decimal | None, should: Decimal) -> Broken:
    """A figure that is not what it should be; one that is absent counts as nought."""
    if (said or Decimal(0)) != should:
        yield where, {"said": plain(said), "should": plain(should)}


def plain(value: Decimal | None) -> str:
    """A number as it is written in XML; a dash where it is absent."""
    return "–" if value is None else f"{value:f}"
