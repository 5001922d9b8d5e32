"""What a FatturaPA must hold before it is issued: the structure, then the checks of the SdI that no schema makes.

Rules with five digits are the SdI's own, as in its list of checks; those with P-IT- are ours.
"""

from dataclasses import replace
from decimal import localcontext

from partnershop.documents.breach import Breach
from partnershop.documents.fatturapa import rules_figures, rules_parties, rules_taxes, structure
from partnershop.documents.fatturapa.reading import read_root
from partnershop.documents.safe_xml import parse
from partnershop.documents.unreadable import Unreadable

_LONGEST_SHOWN = 80
_DIGITS = 100  # the product of the longest figures that are read
_CHECKS = (*rules_parties.CHECKS, *rules_taxes.CHECKS, *rules_figures.CHECKS)


def breaches(xml: bytes) -> list[Breach]:
    """Every rule that this XML breaks; none where the SdI would take it.

    Figures are looked at only where all of them can be read.
    """
    try:
        root = parse(xml)
    except Unreadable as problem:
        return [Breach("P-IT-XML", "", {"problem": problem.sentence("en")})]
    found = structure.breaches(root)
    try:
        fattura = read_root(root)
    except Unreadable as problem:
        return [_short(breach) for breach in found] or [Breach("P-IT-XML", "", {"problem": problem.sentence("en")})]
    with localcontext(prec=_DIGITS):
        found += [breach for check in _CHECKS for breach in check(fattura)]
    return [_short(breach) for breach in found]


def _short(breach: Breach) -> Breach:
    """The same with what strangers wrote cut to a length that can be shown."""
    values = {name: _cut(value) for name, value in breach.values.items()}
    return replace(breach, where=_cut(breach.where), values=values)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
