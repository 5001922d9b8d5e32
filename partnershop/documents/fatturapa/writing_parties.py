"""Seller and buyer in FatturaPA: CedentePrestatore, CessionarioCommittente."""

import re

from lxml import etree

from partnershop.documents.fatturapa.elements import put
from partnershop.documents.fatturapa.names import ITALY, fiscal_code, split_name, vat_parts
from partnershop.documents.fatturapa.text import is_legible, latin
from partnershop.documents.paper import Party
from partnershop.documents.vat_ids import codice_fiscale, normal, prefix_of

_ABROAD_POSTCODE = "00000"
# Outside Italy the SdI does not look at IdCodice, but wants one. These two values are those agreed on by the trade
# (Agenzia delle Entrate, guide to e-invoices; Assosoftware, answer of 7 May 2019): a firm, and a private person.
_FIRM_WITHOUT_VAT_ID = "OO99999999999"
_PERSON_WITHOUT_VAT_ID = "0000000"


def put_seller(header: etree._Element, seller: Party, regime: str) -> None:
    """CedentePrestatore; `regime` is the RegimeFiscale."""
    party = put(header, "CedentePrestatore")
    data = put(party, "DatiAnagrafici")
    code = fiscal_code(seller.tax_code, seller.vat_id)
    _put_vat_id(data, *vat_parts(seller.vat_id or code, ITALY))
    put(data, "CodiceFiscale", code)
    put(put(data, "Anagrafica"), "Denominazione", latin(seller.name, 80))
    put(data, "RegimeFiscale", regime)
    _put_address(party, seller)


def put_buyer(header: etree._Element, buyer: Party) -> None:
    """CessionarioCommittente."""
    party = put(header, "CessionarioCommittente")
    data = put(party, "DatiAnagrafici")
    tax_code = codice_fiscale(buyer.tax_code)
    if normal(buyer.vat_id, buyer.country):
        _put_vat_id(data, *vat_parts(buyer.vat_id or "", buyer.country))
    elif buyer.country != ITALY:
        _put_vat_id(data, prefix_of(buyer.country), _without_vat_id(buyer))
    if buyer.country == ITALY and tax_code:
        put(data, "CodiceFiscale", tax_code)
    _put_name(put(data, "Anagrafica"), buyer, tax_code)
    _put_address(party, buyer)


def _without_vat_id(buyer: Party) -> str:
    return _FIRM_WITHOUT_VAT_ID if buyer.company else _PERSON_WITHOUT_VAT_ID


def _put_vat_id(data: etree._Element, country: str, code: str) -> None:
    vat_id = put(data, "IdFiscaleIVA")
    put(vat_id, "IdPaese", country)
    put(vat_id, "IdCodice", code)


def _put_name(data: etree._Element, buyer: Party, tax_code: str) -> None:
    """First and last name where the tax code tells them apart, else the name as it is."""
    parts = None if buyer.company else split_name(latin(buyer.name, 300), tax_code)
    if parts is None:
        put(data, "Denominazione", _denomination(buyer))
        return
    first, last = parts
    put(data, "Nome", latin(first, 60))
    put(data, "Cognome", latin(last, 60))


def _denomination(buyer: Party) -> str:
    """The company; abroad its person, where only that name has Latin letters. A firm in Italy is registered in such."""
    company, person = latin(buyer.company or buyer.name, 80), latin(buyer.name, 80)
    return person if buyer.country != ITALY and not is_legible(company) else company


def _put_address(party: etree._Element, of: Party) -> None:
    address = put(party, "Sede")
    put(address, "Indirizzo", latin(of.street, 60))
    put(address, "CAP", _postcode(of.postcode) if of.country == ITALY else _ABROAD_POSTCODE)
    put(address, "Comune", latin(of.city, 60))
    province = (of.province or "").strip().upper()
    # Customers write what they like here, and the SdI does not need it.
    if of.country == ITALY and re.fullmatch("[A-Z]{2}", province):
        put(address, "Provincia", province)
    put(address, "Nazione", of.country)


def _postcode(written: str) -> str:
    """The five digits of a CAP, also of "I-20122"; what has more or less stays as it is, for the rule to refuse."""
    digits = re.sub("[^0-9]", "", written)
    return digits if len(digits) == 5 else written.strip()
