"""The code lists that our papers use, each value where its list says so (EN 16931-1, Factur-X 1.09)."""

import re
from collections.abc import Mapping

from partnershop.documents.paper import Paper, PaperKind, Party

PROFILE = "urn:cen.eu:en16931:2017"  # BT-24, the profile EN 16931 of Factur-X
CALENDAR_DAY = "102"  # UNTDID 2379: YYYYMMDD
VAT = "VAT"  # UNTDID 5153
PIECE = "H87"  # UN/ECE Recommendation 20
ELECTRONIC_MAIL = "EM"  # Electronic Address Scheme
VAT_SCHEME, TAX_OFFICE_SCHEME = "VA", "FC"  # UNTDID 1153
# ISO/IEC 6523. The Italian specification of EN 16931 expects a buyer's codice fiscale in BT-46 (BR-IT-160).
CODICE_FISCALE = "0210"
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
# The one prefix that is not the country's own code (VAT Directive, art. 215).
_PREFIXES: Mapping[str, str] = {"GR": "EL"}


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
    packed = "".join((party.vat_id or "").split()).upper()
    if not packed:
        return None
    if packed[:2] in _PREFIXES:
        return _PREFIXES[packed[:2]] + packed[2:]
    if packed[:2].isalpha():
        return packed
    country = party.country.upper()
    return _PREFIXES.get(country, country) + packed
