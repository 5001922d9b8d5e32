"""P-FORM: what every value must look like before it can be true."""

import re

import babel.numbers

from partnershop.documents.cii.invoice import Figure, Invoice, Unit
from partnershop.documents.cii.rule import Broken, Theme, plain
from partnershop.rules.money import UNIT_PRICE_PLACES, exponent

THEME = Theme()
PROFILE = "urn:cen.eu:en16931:2017"
INVOICE_CODE, REVERSAL_CODE = "380", "381"
_LONGEST_NUMBER = 20


@THEME("P-FORM-1")
def numbers_are_numbers(invoice: Invoice) -> Broken:
    """Every amount, price, quantity and percentage is a plain decimal number (EN 16931 6.5, xs:decimal)."""
    return [(oddity.where, {"text": oddity.text}) for oddity in invoice.not_numbers]


@THEME("P-FORM-2")
def no_empty_element(invoice: Invoice) -> Broken:
    """No element is empty (Factur-X 1.09: what is absent is left out; also Peppol and XRechnung)."""
    return [(where, {}) for where in invoice.empty]


@THEME("P-FORM-3")
def profile_exact(invoice: Invoice) -> Broken:
    """BT-24 is exactly the identifier of EN 16931 (Factur-X 1.09, profile EN 16931)."""
    if invoice.profile != PROFILE:
        yield "BT-24", {"text": invoice.profile or "–", "should": PROFILE}


@THEME("P-FORM-4")
def known_type(invoice: Invoice) -> Broken:
    """BT-3 is 380 (invoice) or 381 (reversal), of UNTDID 1001; our papers have no other kind (BR-04)."""
    if invoice.type_code not in {INVOICE_CODE, REVERSAL_CODE}:
        yield "BT-3", {"code": invoice.type_code or "–"}


@THEME("P-FORM-5")
def currency_known(invoice: Invoice) -> Broken:
    """BT-5 is a currency of ISO 4217 (BR-05, BR-CL-04)."""
    if not re.fullmatch("[A-Z]{3}", invoice.currency or "") or not babel.numbers.is_currency(invoice.currency or ""):
        yield "BT-5", {"code": invoice.currency or "–"}


@THEME("P-FORM-6")
def decimals_of_the_currency(invoice: Invoice) -> Broken:
    """Amounts have no more decimals than their currency, unit prices at most four (ISO 4217; BR-DEC-01 to -28)."""
    for figure in invoice.figures:
        most = _most_places(figure, invoice.currency or "")
        if most is not None and -int(figure.value.as_tuple().exponent) > most:
            yield figure.where, {"said": plain(figure.value), "places": str(most)}


def _most_places(figure: Figure, currency: str) -> int | None:
    if figure.unit is Unit.AMOUNT:
        return exponent(currency)
    return UNIT_PRICE_PLACES if figure.unit is Unit.PRICE else None


@THEME("P-FORM-7")
def number_fits(invoice: Invoice) -> Broken:
    """BT-1 has at most 20 characters of basic Latin, one of them a digit (FatturaPA 2.1.1.4, SdI 00425; for all)."""
    number = invoice.number or ""
    printable = number.isascii() and number.isprintable()
    if not printable or len(number) > _LONGEST_NUMBER or not re.search("[0-9]", number):
        yield "BT-1", {"number": number or "–"}


@THEME("P-FORM-8")
def one_currency(invoice: Invoice) -> Broken:
    """The total VAT (BT-110) is said to be in the currency of the invoice (BT-5)."""
    if invoice.totals.tax is not None and invoice.totals.tax_currency != invoice.currency:
        yield "BT-110", {"code": invoice.totals.tax_currency or "–", "should": invoice.currency or "–"}
