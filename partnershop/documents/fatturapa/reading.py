"""A FatturaPA read: who bills whom, the lines, the VAT, the totals. Amounts are Decimals in the file's currency."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lxml import etree

from partnershop.documents.fatturapa.grammar import ROOT_TAG
from partnershop.documents.safe_xml import parse
from partnershop.documents.unreadable import Unreadable

_FIGURE = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?")
_DISCOUNT = "SC"


@dataclass(frozen=True)
class FatturaParty:
    """Seller (CedentePrestatore) or buyer (CessionarioCommittente)."""

    name: str
    street: str
    city: str
    country: str
    vat_country: str | None
    vat_code: str | None
    tax_code: str | None


@dataclass(frozen=True)
class Discount:
    """ScontoMaggiorazione: per unit, or in percent of the price; `sign` is -1 where it is taken off, 1 on top."""

    sign: int
    amount: Decimal | None
    percent: Decimal | None


@dataclass(frozen=True)
class FatturaLine:
    """DettaglioLinee; `kind` is TipoCessionePrestazione, a missing quantity is one."""

    number: str
    kind: str | None
    description: str
    quantity: Decimal
    unit_price: Decimal
    discounts: tuple[Discount, ...]
    total: Decimal
    rate: Decimal
    nature: str | None


@dataclass(frozen=True)
class FatturaTax:
    """DatiRiepilogo; `rounding` and `expenses` are Arrotondamento and SpeseAccessorie, mostly 0."""

    rate: Decimal
    nature: str | None
    base: Decimal
    tax: Decimal
    rounding: Decimal
    expenses: Decimal


@dataclass(frozen=True)
class Linked:
    """DatiFattureCollegate: another invoice, by number and date."""

    number: str
    issue_date: date | None


@dataclass(frozen=True)
class Fattura:
    """One invoice or credit note out of a file. `kind` is TipoDocumento, `total` ImportoTotaleDocumento.

    `funds` tells that it has contributions to pension funds, which enter bases and totals.
    """

    kind: str
    number: str
    issue_date: date
    currency: str
    total: Decimal | None
    seller: FatturaParty
    buyer: FatturaParty
    lines: tuple[FatturaLine, ...]
    taxes: tuple[FatturaTax, ...]
    linked: tuple[Linked, ...]
    payments: tuple[Decimal, ...]
    ibans: tuple[str, ...]
    funds: bool
    stamp_duty: Decimal | None
    transmission: str
    recipient_code: str
    pec: str | None
    progressive: str

    @property
    def net(self) -> Decimal:
        """The sum of the bases."""
        return sum((row.base for row in self.taxes), Decimal(0))

    @property
    def tax(self) -> Decimal:
        """The sum of the VAT."""
        return sum((row.tax for row in self.taxes), Decimal(0))


def read(xml: bytes) -> Fattura:
    """What a FatturaPA says. Raises `Unreadable` where it is none, holds several invoices, or a figure is no figure."""
    return read_root(parse(xml))


def read_root(root: etree._Element) -> Fattura:
    """The same of XML that is parsed already."""
    if root.tag != ROOT_TAG:
        raise Unreadable("root", root=str(root.tag)[:100])
    bodies = root.findall("FatturaElettronicaBody")
    header = root.find("FatturaElettronicaHeader")
    if header is None or len(bodies) != 1:
        raise Unreadable("invoice", problem=f"FatturaElettronicaBody: {len(bodies)}")
    body, general = bodies[0], "DatiGenerali/DatiGeneraliDocumento"
    return Fattura(
        kind=_needed(body, f"{general}/TipoDocumento"),
        number=_needed(body, f"{general}/Numero"),
        issue_date=_day(body, f"{general}/Data"),
        currency=_needed(body, f"{general}/Divisa"),
        total=_figure_or_none(body, f"{general}/ImportoTotaleDocumento"),
        seller=_party(header, "CedentePrestatore"),
        buyer=_party(header, "CessionarioCommittente"),
        lines=tuple(_line(line) for line in body.iterfind("DatiBeniServizi/DettaglioLinee")),
        taxes=tuple(_tax(row) for row in body.iterfind("DatiBeniServizi/DatiRiepilogo")),
        linked=tuple(_linked(body)),
        payments=tuple(
            _figure(row, "ImportoPagamento") for row in body.iterfind("DatiPagamento/DettaglioPagamento")
        ),
        ibans=tuple(row.text or "" for row in body.iterfind("DatiPagamento/DettaglioPagamento/IBAN")),
        funds=body.find(f"{general}/DatiCassaPrevidenziale") is not None,
        stamp_duty=_figure_or_none(body, f"{general}/DatiBollo/ImportoBollo"),
        transmission=_needed(header, "DatiTrasmissione/FormatoTrasmissione"),
        recipient_code=_needed(header, "DatiTrasmissione/CodiceDestinatario"),
        pec=_text(header, "DatiTrasmissione/PECDestinatario"),
        progressive=_needed(header, "DatiTrasmissione/ProgressivoInvio"),
    )  # fmt: skip


def _party(header: etree._Element, name: str) -> FatturaParty:
    data = f"{name}/DatiAnagrafici"
    names = [_text(header, f"{data}/Anagrafica/{part}") for part in ("Denominazione", "Nome", "Cognome")]
    return FatturaParty(
        name=" ".join(part for part in names if part),
        street=_text(header, f"{name}/Sede/Indirizzo") or "",
        city=_text(header, f"{name}/Sede/Comune") or "",
        country=_text(header, f"{name}/Sede/Nazione") or "",
        vat_country=_text(header, f"{data}/IdFiscaleIVA/IdPaese"),
        vat_code=_text(header, f"{data}/IdFiscaleIVA/IdCodice"),
        tax_code=_text(header, f"{data}/CodiceFiscale"),
    )


def _line(line: etree._Element) -> FatturaLine:
    return FatturaLine(
        number=_needed(line, "NumeroLinea"),
        kind=_text(line, "TipoCessionePrestazione"),
        description=_text(line, "Descrizione") or "",
        quantity=Decimal(1) if line.find("Quantita") is None else _figure(line, "Quantita"),
        unit_price=_figure(line, "PrezzoUnitario"),
        discounts=tuple(_discount(row) for row in line.iterfind("ScontoMaggiorazione")),
        total=_figure(line, "PrezzoTotale"),
        rate=_figure(line, "AliquotaIVA"),
        nature=_text(line, "Natura"),
    )


def _discount(row: etree._Element) -> Discount:
    sign = -1 if _text(row, "Tipo") == _DISCOUNT else 1
    return Discount(sign, _figure_or_none(row, "Importo"), _figure_or_none(row, "Percentuale"))


def _tax(row: etree._Element) -> FatturaTax:
    return FatturaTax(
        rate=_figure(row, "AliquotaIVA"),
        nature=_text(row, "Natura"),
        base=_figure(row, "ImponibileImporto"),
        tax=_figure(row, "Imposta"),
        rounding=_figure_or_none(row, "Arrotondamento") or Decimal(0),
        expenses=_figure_or_none(row, "SpeseAccessorie") or Decimal(0),
    )


def _linked(body: etree._Element) -> Iterator[Linked]:
    for row in body.iterfind("DatiGenerali/DatiFattureCollegate"):
        yield Linked(_needed(row, "IdDocumento"), None if row.find("Data") is None else _day(row, "Data"))


def _text(element: etree._Element, path: str) -> str | None:
    found = element.find(path)
    return None if found is None else (found.text or "").strip()


def _needed(element: etree._Element, path: str) -> str:
    text = _text(element, path)
    if text is None:
        raise Unreadable("invoice", problem=path.rpartition("/")[2])
    return text


def _figure(element: etree._Element, path: str) -> Decimal:
    """A plain decimal of a size that is quickly added up: strangers write 1e999999999 as well."""
    text = _needed(element, path)
    if not _FIGURE.fullmatch(text):
        raise Unreadable("invoice", problem=path.rpartition("/")[2])
    return Decimal(text)


def _figure_or_none(element: etree._Element, path: str) -> Decimal | None:
    return None if element.find(path) is None else _figure(element, path)


def _day(element: etree._Element, path: str) -> date:
    try:
        return date.fromisoformat(_needed(element, path)[:10])
    except ValueError:
        raise Unreadable("invoice", problem=path.rpartition("/")[2]) from None
