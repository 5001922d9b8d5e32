"""Checks on rates and Natura: each in lines and summary, and the two against each other."""

from collections.abc import Callable, Iterator, Sequence

from partnershop.documents.breach import Breach
from partnershop.documents.fatturapa.elements import decimals
from partnershop.documents.fatturapa.natures import TOO_GENERAL
from partnershop.documents.fatturapa.reading import Fattura, FatturaLine, FatturaTax


def _lines_say_why(fattura: Fattura) -> Iterator[Breach]:
    for line in fattura.lines:
        yield from _nature(line, f"DettaglioLinee {line.number}", "00400", "00401")


def _summary_says_why(fattura: Fattura) -> Iterator[Breach]:
    for row in fattura.taxes:
        yield from _nature(row, f"DatiRiepilogo {decimals(row.rate)}", "00429", "00430")


def _nature(row: FatturaLine | FatturaTax, where: str, missing: str, unwanted: str) -> Iterator[Breach]:
    """A rate of zero needs a Natura, another rate must have none, and one in general words is no longer taken."""
    if not row.rate and not row.nature:
        yield Breach(missing, where)
    if row.rate and row.nature:
        yield Breach(unwanted, where, {"nature": row.nature, "rate": decimals(row.rate)})
    if row.nature in TOO_GENERAL:
        yield Breach("00445", where, {"nature": row.nature})


def _rates_agree(fattura: Fattura) -> Iterator[Breach]:
    """Pension funds have rates of their own, so a file with such is left to the SdI."""
    if fattura.funds:
        return
    lines, taxes = ({decimals(row.rate) for row in rows} for rows in _both(fattura))
    for rate in sorted(lines ^ taxes):
        yield Breach("00443", f"DatiRiepilogo {rate}", {"rate": rate})


def _natures_agree(fattura: Fattura) -> Iterator[Breach]:
    if fattura.funds:
        return
    lines, taxes = ({row.nature for row in rows if row.nature} for rows in _both(fattura))
    for nature in sorted(lines ^ taxes):
        yield Breach("00444", f"DatiRiepilogo {nature}", {"nature": nature})


def _both(fattura: Fattura) -> tuple[Sequence[FatturaLine | FatturaTax], Sequence[FatturaLine | FatturaTax]]:
    return fattura.lines, fattura.taxes


CHECKS: tuple[Callable[[Fattura], Iterator[Breach]], ...] = (
    _lines_say_why,
    _summary_says_why,
    _rates_agree,
    _natures_agree,
)
