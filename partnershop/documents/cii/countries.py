"""Where a country lies for VAT, and whether a VAT id can be one."""

import re

import stdnum
import stdnum.gb.vat
from stdnum.eu import vat as eu_vat

# ISO 3166-1; stdnum counts Northern Ireland (XI) with them, which is no country and supplies goods as one.
MEMBER_STATES = frozenset(state.upper() for state in eu_vat.MEMBER_STATES) - {"XI"}
NORTHERN_IRELAND = "XI"
_GREECE = "EL"
# Parts of member states to which the VAT Directive does not apply (art. 6), by how their postcodes begin: the Canary
# Islands, Ceuta, Melilla; Büsingen, Helgoland; Livigno, Campione d'Italia; Mount Athos; Åland; the French overseas
# departments and territories, but not 980, which is Monaco.
_OUTSIDE = {
    "ES": ("35", "38", "51", "52"),
    "DE": ("78266", "27498"),
    "IT": ("23041", "22061"),
    "GR": ("63086",),
    "FI": ("22",),
    "FR": ("97", *(f"98{digit}" for digit in range(1, 10))),
}
_PART_OF = {"MC": "FR"}  # art. 7
_GREAT_BRITAIN = re.compile(r"(?!BT)[A-Z]{1,2}[0-9]")
_SUFFIXES = {"CH": "MWST", "NO": "MVA"}
_FORM = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,13}")


def vat_state(vat_id: str | None) -> str:
    """The country of a VAT id, by ISO 3166-1 (EL is GR), XI for Northern Ireland; empty where there is none."""
    prefix = (vat_id or "")[:2]
    return "GR" if prefix == _GREECE else prefix


def trades_as_member(state: str) -> bool:
    """Whether goods from and to there are intra-Community: a member state of the EU, or Northern Ireland."""
    return state in MEMBER_STATES or state == NORTHERN_IRELAND


def vat_territory(country: str | None, postcode: str | None, vat_id: str | None = None) -> str:
    """The state as which goods at an address count (VAT Directive, art. 5 to 8; Windsor Framework, art. 8).

    A member state, XI for Northern Ireland, "" outside. Northern Ireland is told by its postcodes (BT), or by the VAT
    id where the postcode is none of Great Britain.
    """
    state = _PART_OF.get(country or "", country or "")
    code = re.sub("[^0-9A-Z]", "", (postcode or "").upper())
    if state == "GB":
        by_id = vat_state(vat_id) == NORTHERN_IRELAND and not _GREAT_BRITAIN.match(code)
        return NORTHERN_IRELAND if by_id or re.match("BT[0-9]", code) else ""
    digits = re.sub("[^0-9]", "", code)
    if state not in MEMBER_STATES or digits.startswith(_OUTSIDE.get(state, ())):
        return ""
    return state


def is_vat_id(vat_id: str) -> bool:
    """Whether form and check digits are those of a VAT id with its prefix; nobody is asked whether it exists."""
    prefix = vat_id[:2]
    if prefix == _GREECE or (trades_as_member(prefix) and prefix != "GR"):
        return bool(_FORM.fullmatch(vat_id)) and bool(eu_vat.is_valid(vat_id))
    if prefix == "GB":
        return bool(_FORM.fullmatch(vat_id)) and bool(stdnum.gb.vat.is_valid(vat_id))
    # Greece writes EL (EN 16931 BR-CO-09).
    if not re.fullmatch("[A-Z]{2}", prefix) or prefix == "GR":
        return False
    module = stdnum.get_cc_module(prefix.lower(), "vat")
    if module is None:
        return len(vat_id) > len(prefix)
    # Some of these modules know the country's letters, others only what follows them; many firms leave out the suffix.
    suffix = _SUFFIXES.get(prefix, "")
    return any(module.is_valid(form) for form in (vat_id, vat_id[2:], vat_id + suffix))
