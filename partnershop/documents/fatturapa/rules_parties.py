"""Checks on who sells, who buys, where the file goes, and what the paper is called and refers to."""

import re
from collections.abc import Callable, Iterator

import stdnum.iban

from partnershop.documents.breach import Breach
from partnershop.documents.fatturapa.names import ITALY, NO_CODE, PROGRESSIVE_LENGTH, is_fiscal_code, is_partita_iva
from partnershop.documents.fatturapa.reading import Fattura, FatturaParty
from partnershop.documents.fatturapa.text import UNKNOWN, is_legible

_CREDIT_NOTE = "TD04"
_CURRENCY = "EUR"
_CODE_LENGTHS = {"FPA12": 6, "FPR12": 7}


def _buyer_is_named(fattura: Fattura) -> Iterator[Breach]:
    if not fattura.buyer.vat_code and not fattura.buyer.tax_code:
        yield Breach("00417", "CessionarioCommittente", {"name": fattura.buyer.name})


def _ids_are_right(fattura: Fattura) -> Iterator[Breach]:
    """Form and check digit; whether they exist only the SdI knows."""
    for party, where, vat_rule, tax_rule in (
        (fattura.seller, "CedentePrestatore", "00301", "00302"),
        (fattura.buyer, "CessionarioCommittente", "00305", "00306"),
    ):
        if party.vat_country == ITALY and not is_partita_iva(party.vat_code or ""):
            yield Breach(vat_rule, f"{where} IdFiscaleIVA", {"value": party.vat_code or ""})
        if party.tax_code and not is_fiscal_code(party.tax_code):
            yield Breach(tax_rule, f"{where} CodiceFiscale", {"value": party.tax_code})


def _ibans_are_right(fattura: Fattura) -> Iterator[Breach]:
    for iban in fattura.ibans:
        if not stdnum.iban.is_valid(iban):
            yield Breach("P-IT-IBAN", "IBAN", {"element": "IBAN", "value": iban})


def _words_are_legible(fattura: Fattura) -> Iterator[Breach]:
    """Of names in a script without Latin counterparts only question marks are left."""
    places = [
        *_places(fattura.seller, "CedentePrestatore"),
        *_places(fattura.buyer, "CessionarioCommittente"),
        *((line.description, f"DettaglioLinee {line.number} Descrizione") for line in fattura.lines),
    ]
    for text, where in places:
        if UNKNOWN in text and not is_legible(text):
            yield Breach("P-IT-TEXT", where, {"value": text})


def _places(party: FatturaParty, where: str) -> Iterator[tuple[str, str]]:
    yield party.name, f"{where} Anagrafica"
    yield party.street, f"{where} Indirizzo"
    yield party.city, f"{where} Comune"


def _recipient_fits(fattura: Fattura) -> Iterator[Breach]:
    length = _CODE_LENGTHS.get(fattura.transmission, len(fattura.recipient_code))
    if len(fattura.recipient_code) != length:
        yield Breach("00427", "CodiceDestinatario", {"value": fattura.recipient_code, "length": str(length)})
    if fattura.pec and fattura.recipient_code != NO_CODE:
        yield Breach("00426", "PECDestinatario", {"value": fattura.pec, "code": fattura.recipient_code})


def _file_is_numbered(fattura: Fattura) -> Iterator[Breach]:
    if not re.fullmatch(f"[0-9A-Z]{{1,{PROGRESSIVE_LENGTH}}}", fattura.progressive):
        yield Breach("P-IT-FILE", "ProgressivoInvio", {"value": fattura.progressive})


def _number_has_a_digit(fattura: Fattura) -> Iterator[Breach]:
    if not re.search("[0-9]", fattura.number):
        yield Breach("00425", "Numero", {"value": fattura.number})


def _currency_is_euro(fattura: Fattura) -> Iterator[Breach]:
    if fattura.currency != _CURRENCY:
        yield Breach("P-IT-CURRENCY", "Divisa", {"value": fattura.currency})


def _references_are_earlier(fattura: Fattura) -> Iterator[Breach]:
    if fattura.kind == _CREDIT_NOTE and not any(linked.issue_date for linked in fattura.linked):
        yield Breach("P-IT-REFERENCE", "DatiFattureCollegate")
    for linked in fattura.linked:
        if linked.issue_date and linked.issue_date > fattura.issue_date:
            values = {"day": fattura.issue_date.isoformat(), "number": linked.number}
            yield Breach("00418", "Data", {**values, "other_day": linked.issue_date.isoformat()})
            return


CHECKS: tuple[Callable[[Fattura], Iterator[Breach]], ...] = (
    _buyer_is_named,
    _ids_are_right,
    _ibans_are_right,
    _words_are_legible,
    _recipient_fits,
    _file_is_numbered,
    _number_has_a_digit,
    _currency_is_euro,
    _references_are_earlier,
)
