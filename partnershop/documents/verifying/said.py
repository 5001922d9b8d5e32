"""The head and the totals of an invoice in XML, read leniently: whatever is missing or wrong there is said as it is.

The rules read the same XML strictly, by readers of their own; here it is only shown.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from lxml import etree

from partnershop.documents.cii.elements import RAM, RSM, UDT
from partnershop.documents.verifying.verdict import FileKind, RateTotal, Said

_NAMES = {"rsm": RSM, "ram": RAM, "udt": UDT}
_LONGEST = 200


def cii_said(root: etree._Element) -> Said:
    """Of a CII (EN 16931 BT-1, 2, 3, 5, 24, 27, 44, 109, 110, 112 and BG-23)."""
    document, context = "rsm:ExchangedDocument", "rsm:ExchangedDocumentContext"
    trade = "rsm:SupplyChainTradeTransaction"
    agreement = f"{trade}/ram:ApplicableHeaderTradeAgreement"
    settlement = f"{trade}/ram:ApplicableHeaderTradeSettlement"
    sums = f"{settlement}/ram:SpecifiedTradeSettlementHeaderMonetarySummation"
    return Said(
        name=None,
        format=FileKind.CII,
        profile=_text(root, f"{context}/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID"),
        kind=_text(root, f"{document}/ram:TypeCode"),
        number=_text(root, f"{document}/ram:ID"),
        date=_day(_text(root, f"{document}/ram:IssueDateTime/udt:DateTimeString")),
        currency=_text(root, f"{settlement}/ram:InvoiceCurrencyCode"),
        seller=_text(root, f"{agreement}/ram:SellerTradeParty/ram:Name"),
        buyer=_text(root, f"{agreement}/ram:BuyerTradeParty/ram:Name"),
        taxes=tuple(
            RateTotal(
                _text(row, "ram:CategoryCode"),
                _text(row, "ram:RateApplicablePercent"),
                _text(row, "ram:BasisAmount"),
                _text(row, "ram:CalculatedAmount"),
            )
            for row in root.iterfind(f"{settlement}/ram:ApplicableTradeTax", _NAMES)
        ),
        net=_text(root, f"{sums}/ram:TaxBasisTotalAmount"),
        tax=_text(root, f"{sums}/ram:TaxTotalAmount"),
        gross=_text(root, f"{sums}/ram:GrandTotalAmount"),
    )


def fatturapa_said(root: etree._Element) -> Said:
    """Of the first invoice of a FatturaPA, which has no totals but the gross: the others are those of its rates."""
    head, body = "FatturaElettronicaHeader", "FatturaElettronicaBody"
    document = f"{body}/DatiGenerali/DatiGeneraliDocumento"
    rows = root.find(body)
    taxes = () if rows is None else tuple(_rate(row) for row in rows.iterfind("DatiBeniServizi/DatiRiepilogo"))
    return Said(
        name=None,
        format=FileKind.FATTURAPA,
        profile=_text(root, f"{head}/DatiTrasmissione/FormatoTrasmissione"),
        kind=_text(root, f"{document}/TipoDocumento"),
        number=_text(root, f"{document}/Numero"),
        date=_text(root, f"{document}/Data"),
        currency=_text(root, f"{document}/Divisa"),
        seller=_name(root, f"{head}/CedentePrestatore/DatiAnagrafici/Anagrafica"),
        buyer=_name(root, f"{head}/CessionarioCommittente/DatiAnagrafici/Anagrafica"),
        taxes=taxes,
        net=_sum([row.base for row in taxes]),
        tax=_sum([row.tax for row in taxes]),
        gross=_text(root, f"{document}/ImportoTotaleDocumento"),
    )


def _rate(row: etree._Element) -> RateTotal:
    return RateTotal(
        _text(row, "Natura") or "S", _text(row, "AliquotaIVA"), _text(row, "ImponibileImporto"), _text(row, "Imposta")
    )


def _name(root: etree._Element, path: str) -> str:
    person = " ".join(filter(None, (_text(root, f"{path}/Nome"), _text(root, f"{path}/Cognome"))))
    return _text(root, f"{path}/Denominazione") or person


def _text(element: etree._Element, path: str, names: Mapping[str, str] = _NAMES) -> str:
    return (element.findtext(path, "", names) or "").strip()[:_LONGEST]


def _day(text: str) -> str:
    """A date of CII's format 102 as ISO 8601 writes it, whether or not there is such a day."""
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text.isdigit() else text


def _sum(amounts: list[str]) -> str:
    """The sum of amounts, "" where one is no number."""
    try:
        return str(sum((Decimal(amount) for amount in amounts), Decimal(0)))
    except InvalidOperation:
        return ""
