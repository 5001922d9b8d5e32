"""The code lists that our papers use, each value where its list says so (EN 16931-1, Factur-X 1.09)."""

import re
from collections.abc import Mapping

from partnershop.documents import vat_ids
from partnershop.documents.paper import Identifier, Paper, PaperKind, Party
from partnershop.documents.vat_ids import codice_fiscale

PROFILE = "urn:cen.eu:en16931:2017"  # BT-24, the profile EN 16931 of Factur-X
CALENDAR_DAY = "102"  # UNTDID 2379: YYYYMMDD
VAT = "VAT"  # UNTDID 5153
PIECE = "H87"  # UN/ECE Recommendation 20
ELECTRONIC_MAIL = "EM"  # Electronic Address Scheme
VAT_SCHEME, TAX_OFFICE_SCHEME = "VA", "FC"  # UNTDID 1153
# ISO/IEC 6523. The Italian specification of EN 16931 expects a buyer's codice fiscale in BT-46 (BR-IT-160).
CODICE_FISCALE = "0210"
_ITALY = "IT"
NOT_SUBJECT_TO_VAT = "O"  # UNTDID 5305

TYPE: Mapping[PaperKind, str] = {  # UNTDID 1001
    PaperKind.INVOICE: "380",
    PaperKind.REDUCED_INVOICE: "380",
    PaperKind.REVERSAL: "381",
}
EXEMPTION: Mapping[str, str] = {  # VATEX; E has too many reasons to have one code, its words say which
    "AE": "VATEX-EU-AE",
    "K": "VATEX-EU-IC",
    "G": "VATEX-EU-G",
    "O": "VATEX-EU-O",
}

_SEPA_TRANSFER, _TRANSFER, _NOT_DEFINED = "58", "30", "1"  # UNTDID 4461
_MEANS: Mapping[str, str] = {"card": "48", "paypal": "68"}
_FREIGHT, _SHIPPING_AND_HANDLING = "FC", "SAA"  # UNTDID 7161
_FREIGHT_WORDS = re.compile(
    r"ship|freight|deliver|postage|courier|versand|fracht|liefer|porto|sped|consegna|trasport|corriere", re.IGNORECASE
)


def payment_means(paper: Paper) -> str:
    """BT-81. A transfer needs an account (BR-61): a reversal names none of ours, so its transfer is "not defined"."""
    if paper.payment_method in _MEANS:
        return _MEANS[paper.payment_method]
    if account(paper) is None:
        return _NOT_DEFINED
    return _SEPA_TRANSFER if paper.currency == "EUR" else _TRANSFER


def account(paper: Paper) -> str | None:
    """BT-84: the seller's IBAN where money is to be transferred to it, without blanks."""
    if paper.kind is PaperKind.REVERSAL or paper.payment_method in _MEANS or not paper.seller.iban:
        return None
    return "".join(paper.seller.iban.split()).upper()


def charge_reason(key: str) -> str:
    """BT-105: freight where the charge's key speaks of shipping, else shipping and handling."""
    return _FREIGHT if _FREIGHT_WORDS.search(key) else _SHIPPING_AND_HANDLING


def vat_id(party: Party) -> str | None:
    """BT-31 or BT-48 with its country's prefix, which for Greece is EL; None where the party has none."""
    return vat_ids.normal(party.vat_id, party.country) or None


def tax_code(seller: Party) -> str | None:
    """BT-32; a codice fiscale in its compact form."""
    return (codice_fiscale(seller.tax_code) if seller.country.upper() == _ITALY else "") or seller.tax_code


def seller_identifier(seller: Party) -> Identifier | None:
    """BT-29; of a seller with neither that, BT-30 nor a VAT id, its tax code: one of them must be there (BR-CO-26)."""
    if seller.identifier or seller.registration or vat_id(seller):
        return seller.identifier
    code = tax_code(seller)
    return Identifier(code) if code else None


def buyer_identifier(buyer: Party) -> Identifier | None:
    """BT-46, of which there is one: its own, an Italian codice fiscale, or else the customer number (BT-10 too).

    What an Italian buyer wrote that is no codice fiscale is no identifier, and not worth a refusal.
    """
    if buyer.identifier:
        return buyer.identifier
    code = codice_fiscale(buyer.tax_code) if buyer.country.upper() == _ITALY else ""
    if code:
        return Identifier(code, CODICE_FISCALE)
    return Identifier(buyer.number) if buyer.number else None
