"""DatiRiepilogo: the VAT per rate and Natura, as the paper has it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from lxml import etree

from partnershop.documents.fatturapa.elements import amount, decimals, put
from partnershop.documents.fatturapa.natures import LAW
from partnershop.documents.fatturapa.text import latin
from partnershop.documents.paper import ForSdi, PaperTax

_LAW_LENGTH = 100
_AT_ONCE = "I"
_WHEN_PAID = "D"
_CASH_REGIMES = frozenset({"RF16", "RF17"})  # VAT falls due when the customer pays


@dataclass(frozen=True)
class _Summary:
    """A row of the summary, in cents; `law` is the words of all exemptions in it."""

    rate: Decimal
    nature: str | None
    base: int
    tax: int
    law: tuple[str, ...]


def put_taxes(goods: etree._Element, taxes: Sequence[PaperTax], sdi: ForSdi) -> None:
    """DatiRiepilogo, one per rate and Natura: the SdI compares each with the lines of its rate and Natura."""
    for row in _summaries(taxes, sdi):
        summary = put(goods, "DatiRiepilogo")
        put(summary, "AliquotaIVA", decimals(row.rate))
        if row.nature:
            put(summary, "Natura", row.nature)
        put(summary, "ImponibileImporto", amount(row.base))
        put(summary, "Imposta", amount(row.tax))
        if row.rate:
            put(summary, "EsigibilitaIVA", _WHEN_PAID if sdi.regime in _CASH_REGIMES else _AT_ONCE)
        law = "; ".join(row.law) or LAW.get(row.nature or "", "")
        if law:
            put(summary, "RiferimentoNormativo", latin(law, _LAW_LENGTH))


def _summaries(taxes: Iterable[PaperTax], sdi: ForSdi) -> Iterable[_Summary]:
    rows: dict[tuple[Decimal, str | None], _Summary] = {}
    for tax in taxes:
        nature = None if tax.rate else sdi.natures.get(tax.category)
        words = (tax.exemption,) if tax.exemption else ()
        before = rows.get((tax.rate, nature), _Summary(tax.rate, nature, 0, 0, ()))
        law = tuple(dict.fromkeys(before.law + words))
        rows[tax.rate, nature] = replace(before, base=before.base + tax.base, tax=before.tax + tax.tax, law=law)
    return rows.values()
