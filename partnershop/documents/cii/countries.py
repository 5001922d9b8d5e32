"""Where a country lies for VAT, and whether a VAT id can be one."""

import re

import stdnum
import stdnum.gb.vat
from stdnum.eu import vat as eu_vat

# ISO 3166-1; stdnum counts Northern Ireland (XI) with them, which is no country and supplies goods as one.
MEMBER_STATES = frozenset(state.upper() for state in eu_vat.MEMBER_STATES) - {"XI"}
_NORTHERN_IRELAND, _GREECE = "XI", "EL"
_FORM = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,13}")


def vat_state(vat_id: str | None) -> str:
    """The country of a VAT id, by ISO 3166-1 (EL is GR), XI for Northern Ireland; empty where there is none."""
    prefix = (vat_id or "")[:2]
    return "GR" if prefix == _GREECE else prefix


def trades_as_member(state: str) -> bool:
    """Whether goods from and to there are intra-Community: a member state of the EU, or Northern Ireland."""
    return state in MEMBER_STATES or state == _NORTHERN_IRELAND


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
    # Some of these modules know the country's letters, others only what follows them.
    return bool(module.is_valid(vat_id) or module.is_valid(vat_id[2:]))
