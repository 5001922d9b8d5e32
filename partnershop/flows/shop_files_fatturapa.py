"""The `fatturapa` member of a shop's YAML file, and what a seller in Italy needs so that the SdI takes its papers."""

import re
from collections.abc import Mapping
from typing import Any

from partnershop.documents.fatturapa import fiscal_code
from partnershop.documents.fatturapa.forms import TAX_REGIMES
from partnershop.documents.fatturapa.names import ITALY, is_fiscal_code, is_partita_iva
from partnershop.documents.fatturapa.natures import ALLOWED, DEFAULTS
from partnershop.flows.yaml_files import Findings, join, shown

_PATH = "fatturapa"
_MEMBERS = ("natures", "stamp_duty")
_CURRENCY = "EUR"


def fatturapa_settings(
    findings: Findings, given: object, seller: Mapping[str, Any], currency: str
) -> dict[str, Any]:
    """The `fatturapa` column of the settings: {"natures": {VAT category: Natura}, "stamp_duty"}; empty outside Italy.

    What the file leaves out is filled in, so the column says all. A seller in Italy is checked too: the SdI would
    refuse each of its papers.
    """
    if seller.get("country") != ITALY:
        if given is not None:
            findings.note(_PATH, f"is for sellers in Italy only: take it away, or set seller.country to {ITALY}")
        return {}
    _check_seller(findings, seller)
    if currency and currency != _CURRENCY:
        findings.note("currency", f"must be {_CURRENCY} for a seller in Italy, whose papers go to the SdI")
    members = {} if given is None else findings.mapping(given, _PATH, _MEMBERS)
    return {
        "natures": {**DEFAULTS, **_natures(findings, members.get("natures"))},
        "stamp_duty": findings.flag(members, "stamp_duty", _PATH, default=True),
    }


def _natures(findings: Findings, given: object) -> dict[str, str]:
    """The Natura of each category that the file names, each fitting its category."""
    if given is None:
        return {}
    path = join(_PATH, "natures")
    natures: dict[str, str] = {}
    for category, nature in findings.mapping(given, path).items():
        at = join(path, category)
        fitting = ALLOWED.get(category)
        if category == "Z":
            findings.note(at, "cannot be set: Italy has no rate of zero, so a paper of category Z is refused")
        elif fitting is None:
            findings.note(at, f"is no category without VAT; known are {', '.join(ALLOWED)}")
        elif nature not in fitting:
            findings.note(at, f"must be {' or '.join(fitting)} (it is {shown(nature)})")
        else:
            natures[category] = str(nature)
    return natures


def _check_seller(findings: Findings, seller: Mapping[str, Any]) -> None:
    """Each member that the SdI needs; what is missing or wrong for any seller was said already."""
    _check_fiscal_codes(findings, seller)
    if seller.get("postcode") and not re.fullmatch("[0-9]{5}", seller["postcode"]):
        findings.note("seller.postcode", f"must be five digits in Italy (it is {shown(seller['postcode'])})")
    if not re.fullmatch("[A-Z]{2}", seller.get("province", "")):
        findings.note(
            "seller.province",
            f"must be the two capital letters of the province, such as BO (it is {shown(seller.get('province'))})",
        )
    if seller.get("tax_regime") not in TAX_REGIMES:
        findings.note(
            "seller.tax_regime",
            f"must be the code of the tax regime, {TAX_REGIMES[0]} to {TAX_REGIMES[-1]} except RF03; the ordinary one"
            f" is {TAX_REGIMES[0]} (it is {shown(seller.get('tax_regime'))})",
        )


def _check_fiscal_codes(findings: Findings, seller: Mapping[str, Any]) -> None:
    """The codice fiscale names the seller and its files; without a VAT id its eleven digits stand in for that."""
    vat_id, tax_code = seller.get("vat_id"), seller.get("tax_code")
    if vat_id and not vat_id.startswith(ITALY):
        findings.note("seller.vat_id", f"must begin with {ITALY} for a seller in Italy (it is {shown(vat_id)})")
    if tax_code and not is_fiscal_code(fiscal_code(tax_code, None)):
        findings.note("seller.tax_code", f"is not a valid codice fiscale: check it (it is {shown(tax_code)})")
    elif tax_code and not vat_id and not is_partita_iva(fiscal_code(tax_code, None)):
        findings.note("seller.vat_id", "is missing: a seller in Italy needs it beside a personal codice fiscale")
