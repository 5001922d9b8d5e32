"""DettaglioLinee: a paper's lines. FatturaPA wants discounts per unit, so some need a line of their own."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from lxml import etree

from partnershop.documents.fatturapa.elements import CURRENCY, MOST_PLACES, amount, decimals, put
from partnershop.documents.fatturapa.text import latin
from partnershop.documents.paper import Allowance, PaperLine
from partnershop.documents.words.reasons import in_words
from partnershop.rules.money import round_half_up

_LANGUAGE = "it"
_PIECES = "PZ"
_DISCOUNT = "SC"
_CHARGE = "AC"
_DESCRIPTION_LENGTH = 1000
_REASON_LENGTH = 60
# Check 00423 allows a cent; at exactly a cent its text can be read either way.
_TOLERANCE = Decimal("0.01")


def put_lines(goods: etree._Element, lines: Sequence[PaperLine], natures: Mapping[str, str]) -> None:
    """DettaglioLinee, each numbered by its position; discounts that do not fit a unit come after all of them.

    So a line keeps its number, which is what reversals refer to.
    """
    number = max((line.position for line in lines), default=0)
    later: list[tuple[PaperLine, Allowance]] = []
    for line in lines:
        discounts = unit_discounts(line)
        _put_line(goods, line, discounts, natures)
        if discounts is None:
            later += [(line, allowance) for allowance in line.allowances]
    for line, allowance in later:
        number += 1
        _put_discount(goods, number, line, allowance, natures)


def unit_discounts(line: PaperLine) -> tuple[Decimal, ...] | None:
    """Each allowance over the quantity, in up to eight decimals; None where the line's net would not come of them."""
    discounts = tuple(
        round_half_up(_major(allowance.amount) / line.quantity, MOST_PLACES) for allowance in line.allowances
    )
    off = abs((line.unit_price - sum(discounts)) * line.quantity - _major(line.net))
    return discounts if off < _TOLERANCE and all(discounts) else None


def _put_line(
    goods: etree._Element, line: PaperLine, discounts: tuple[Decimal, ...] | None, natures: Mapping[str, str]
) -> None:
    detail = put(goods, "DettaglioLinee")
    put(detail, "NumeroLinea", str(line.position))
    if line.is_charge:
        put(detail, "TipoCessionePrestazione", _CHARGE)
    put(detail, "Descrizione", latin("; ".join((line.description, *line.details)), _DESCRIPTION_LENGTH))
    put(detail, "Quantita", decimals(Decimal(line.quantity)))
    put(detail, "UnitaMisura", _PIECES)
    put(detail, "PrezzoUnitario", decimals(line.unit_price))
    for discount in discounts or ():
        reduction = put(detail, "ScontoMaggiorazione")
        put(reduction, "Tipo", _DISCOUNT)
        put(reduction, "Importo", decimals(discount))
    put(detail, "PrezzoTotale", amount(line.price_net if discounts is None else line.net))
    _put_vat(detail, line, natures)
    if discounts is not None:
        for allowance in line.allowances:
            _put_reason(detail, allowance)


def _put_discount(
    goods: etree._Element, number: int, line: PaperLine, allowance: Allowance, natures: Mapping[str, str]
) -> None:
    """A line that takes an allowance off another: one piece at a negative price."""
    detail = put(goods, "DettaglioLinee")
    put(detail, "NumeroLinea", str(number))
    put(detail, "TipoCessionePrestazione", _DISCOUNT)
    words = f"Sconto sulla linea {line.position} ({allowance.complaint}): {in_words(allowance.reason, _LANGUAGE)}"
    put(detail, "Descrizione", latin(words, _DESCRIPTION_LENGTH))
    put(detail, "Quantita", "1.00")
    put(detail, "PrezzoUnitario", amount(-allowance.amount))
    put(detail, "PrezzoTotale", amount(-allowance.amount))
    _put_vat(detail, line, natures)


def _put_vat(detail: etree._Element, line: PaperLine, natures: Mapping[str, str]) -> None:
    put(detail, "AliquotaIVA", decimals(line.vat_rate))
    nature = natures.get(line.vat_category)
    if nature and not line.vat_rate:
        put(detail, "Natura", nature)


def _put_reason(detail: etree._Element, allowance: Allowance) -> None:
    """AltriDatiGestionali: the complaint behind a ScontoMaggiorazione, which has no room for words."""
    data = put(detail, "AltriDatiGestionali")
    put(data, "TipoDato", "RECLAMO")
    words = f"{allowance.complaint}: {in_words(allowance.reason, _LANGUAGE)}"
    put(data, "RiferimentoTesto", latin(words, _REASON_LENGTH))
    put(data, "RiferimentoNumero", amount(allowance.amount))


def _major(minor: int) -> Decimal:
    return Decimal(amount(minor, CURRENCY))
