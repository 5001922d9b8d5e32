"""Checks on amounts: prices of lines, bases, VAT, the total, what is to be paid."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from partnershop.documents.breach import Breach
from partnershop.documents.fatturapa.elements import decimals
from partnershop.documents.fatturapa.reading import Discount, Fattura, FatturaLine, FatturaTax
from partnershop.rules.money import round_half_up

_CENT = Decimal("0.01")
_EURO = Decimal(1)
_HUNDRED = Decimal(100)
_DISCOUNT = "SC"


def _lines_multiply(fattura: Fattura) -> Iterator[Breach]:
    """PrezzoTotale is quantity x (unit price less discounts per unit), a cent more or less."""
    for line in fattura.lines:
        where = f"DettaglioLinee {line.number}"
        for discount in line.discounts:
            yield from _discount(discount, where)
        expected = _unit_price(line) * line.quantity
        if abs(expected - line.total) > _CENT:
            yield Breach("00423", where, {"found": decimals(line.total), "expected": _cents(expected)})


def _discount(discount: Discount, where: str) -> Iterator[Breach]:
    if discount.amount is None and discount.percent is None:
        yield Breach("00438", where)
    elif (discount.amount or discount.percent or 0) <= 0:
        yield Breach("P-IT-DISCOUNT", where, {"found": decimals(discount.amount or discount.percent or Decimal(0))})


def _unit_price(line: FatturaLine) -> Decimal:
    """The price of a unit after its discounts, one after the other; an amount comes before a percentage."""
    price = line.unit_price
    for discount in line.discounts:
        change = discount.amount if discount.amount is not None else price * (discount.percent or 0) / _HUNDRED
        price += discount.sign * change
    return price


def _bases_add_up(fattura: Fattura) -> Iterator[Breach]:
    """ImponibileImporto is the sum of the lines of its rate and Natura; the SdI forgives a euro, we nothing."""
    if fattura.funds:
        return
    for row in fattura.taxes:
        lines = sum((line.total for line in fattura.lines if _same(line, row)), row.expenses + row.rounding)
        values = {"found": decimals(row.base), "expected": decimals(lines)}
        if abs(lines - row.base) > _EURO:
            yield Breach("00422", f"DatiRiepilogo {decimals(row.rate)}", values)
        elif _differ(lines, row.base):
            yield Breach("P-IT-BASE", f"DatiRiepilogo {decimals(row.rate)}", values)


def _same(line: FatturaLine, row: FatturaTax) -> bool:
    return line.rate == row.rate and line.nature == row.nature


def _vat_is_of_the_base(fattura: Fattura) -> Iterator[Breach]:
    """Imposta is round(base x rate), a cent more or less, which corrections need."""
    for row in fattura.taxes:
        expected = round_half_up(row.base * row.rate / _HUNDRED, 2)
        if abs(expected - row.tax) > _CENT or (not row.rate and row.tax):
            values = {"found": decimals(row.tax), "expected": decimals(expected)}
            yield Breach("00421", f"DatiRiepilogo {decimals(row.rate)}", values)


def _total_is_the_sum(fattura: Fattura) -> Iterator[Breach]:
    if fattura.total is not None and not fattura.funds and _differ(fattura.total, fattura.net + fattura.tax):
        values = {"found": decimals(fattura.total), "expected": decimals(fattura.net + fattura.tax)}
        yield Breach("P-IT-TOTAL", "ImportoTotaleDocumento", values)


def _amounts_are_positive(fattura: Fattura) -> Iterator[Breach]:
    """Also on a credit note: its type says which way the money goes."""
    figures = [
        (fattura.total or Decimal(0), "ImportoTotaleDocumento"),
        *((row.base, f"DatiRiepilogo {decimals(row.rate)} ImponibileImporto") for row in fattura.taxes),
        *((row.tax, f"DatiRiepilogo {decimals(row.rate)} Imposta") for row in fattura.taxes),
        *((line.total, f"DettaglioLinee {line.number}") for line in fattura.lines if line.kind != _DISCOUNT),
        *((payment, "ImportoPagamento") for payment in fattura.payments),
    ]
    for figure, where in figures:
        if figure < 0:
            yield Breach("P-IT-SIGN", where, {"found": decimals(figure)})


def _payments_fit(fattura: Fattura) -> Iterator[Breach]:
    if fattura.total is not None and sum(fattura.payments) > fattura.total:
        values = {"found": decimals(Decimal(sum(fattura.payments))), "expected": decimals(fattura.total)}
        yield Breach("P-IT-PAYMENT", "ImportoPagamento", values)


def _differ(one: Decimal, other: Decimal) -> bool:
    """Whether two amounts differ in cents; PrezzoTotale may have more decimals."""
    return round_half_up(one, 2) != round_half_up(other, 2)


def _cents(value: Decimal) -> str:
    return decimals(round_half_up(value, 2))


CHECKS: tuple[Callable[[Fattura], Iterator[Breach]], ...] = (
    _lines_multiply,
    _bases_add_up,
    _vat_is_of_the_base,
    _total_is_the_sum,
    _amounts_are_positive,
    _payments_fit,
)
