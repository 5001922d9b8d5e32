"""P-PARTY: the identifiers of seller and buyer, as far as their own check digits tell."""

import re
from collections.abc import Callable

import stdnum.ean
import stdnum.it.codicefiscale
import stdnum.it.iva
import stdnum.lei
from babel import Locale

from partnershop.documents.cii.countries import is_vat_id
from partnershop.documents.cii.invoice import Invoice, Trader
from partnershop.documents.cii.rule import Broken, Theme

THEME = Theme()
_COMPACT = re.compile("[0-9A-Z]+")


def _is_codice_fiscale(value: str) -> bool:
    return bool(_COMPACT.fullmatch(value)) and bool(stdnum.it.codicefiscale.is_valid(value))


def _is_partita_iva(value: str) -> bool:
    return bool(_COMPACT.fullmatch(value)) and bool(stdnum.it.iva.is_valid(value))


# ISO/IEC 6523 schemes whose identifiers carry check digits; those of Italy have no blanks.
_CHECKS: dict[str, Callable[[str], bool]] = {
    "0088": stdnum.ean.is_valid,
    "0199": stdnum.lei.is_valid,
    "0210": _is_codice_fiscale,
    "0211": _is_partita_iva,
}
_ITALY = "IT"


@THEME("P-PARTY-1")
def seller_vat_id_valid(invoice: Invoice) -> Broken:
    """The seller's VAT id has its prefix (EL in Greece, XI in Northern Ireland) and valid check digits (BR-CO-09)."""
    return _wrong_vat_id(invoice.seller, "BT-31")


@THEME("P-PARTY-2")
def seller_is_known_to_the_tax_office(invoice: Invoice) -> Broken:
    """The seller's VAT id or tax code is there (art. 226 (3) VAT Directive, § 14 (4) no. 2 UStG); not where VAT is out.

    A paper of category O names the seller by other identifiers: P-CAT-12.
    """
    seller = invoice.seller
    out_of_scope = any(row.category == "O" for row in invoice.taxes)
    if not out_of_scope and not seller.vat_id and not seller.tax_code:
        yield "BT-31", {}


@THEME("P-PARTY-3")
def buyer_vat_id_valid(invoice: Invoice) -> Broken:
    """The buyer's VAT id, where there is one, has its prefix and valid check digits (BR-CO-09)."""
    return _wrong_vat_id(invoice.buyer, "BT-48")


@THEME("P-PARTY-4")
def italian_tax_code_valid(invoice: Invoice) -> Broken:
    """The tax code of a seller in Italy is a codice fiscale, or the digits of the partita IVA (DPR 605/73)."""
    code = invoice.seller.tax_code
    if invoice.seller.country == _ITALY and code and not _is_codice_fiscale(code):
        yield "BT-32", {"id": code}


@THEME("P-PARTY-5")
def identifiers_valid(invoice: Invoice) -> Broken:
    """An identifier of a scheme with check digits has the right ones (GLN, LEI, codice fiscale, partita IVA)."""
    for trader, id_term, registration_term in ((invoice.seller, "BT-29", "BT-30"), (invoice.buyer, "BT-46", "BT-47")):
        found = [(id_term, each) for each in trader.ids] + [(registration_term, trader.registration)]
        for term, each in found:
            check = _CHECKS.get(each.scheme or "") if each else None
            if each and check and not check(each.value):
                yield term, {"id": each.value, "scheme": each.scheme or ""}


@THEME("P-PARTY-6")
def names_and_countries(invoice: Invoice) -> Broken:
    """Seller and buyer have a name and a country of ISO 3166-1 (BR-06, BR-07, BR-09, BR-11, BR-CL-14)."""
    countries = Locale("en").territories
    parties = ((invoice.seller, "BT-27", "BT-40"), (invoice.buyer, "BT-44", "BT-55"))
    for trader, name_term, country_term in parties:
        if not trader.name:
            yield name_term, {"said": "–"}
        if not _is_country(trader.country, countries):
            yield country_term, {"said": trader.country or "–"}
    if invoice.deliver_to and not _is_country(invoice.deliver_to.country, countries):
        yield "BT-80", {"said": invoice.deliver_to.country or "–"}


def _is_country(code: str | None, countries: object) -> bool:
    return bool(code) and len(code or "") == 2 and str(code).isalpha() and code in countries  # type: ignore[operator]


def _wrong_vat_id(trader: Trader, term: str) -> Broken:
    return [(term, {"id": trader.vat_id})] if trader.vat_id and not is_vat_id(trader.vat_id) else []
