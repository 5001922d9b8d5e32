"""VAT ids and codici fiscali as page, e-invoice and FatturaPA write them: people punctuate them as they like."""

import re

import stdnum.it.codicefiscale
from stdnum.eu.vat import MEMBER_STATES

from partnershop.documents.printable import printable

# Prefixes that are not the country's own code (VAT Directive, art. 215); Monaco is part of France for VAT, the Isle of
# Man of the United Kingdom.
_PREFIXES = {"GR": "EL", "MC": "FR", "IM": "GB"}
# Of these a VAT id begins with the letters, whatever the country of the address.
_KNOWN = {state.upper() for state in MEMBER_STATES} | {"EL", "XI", "GB"}
_OTHERS = re.compile(r"(CHE|[A-Z]{2})[0-9]")
_PUNCTUATION = re.compile(r"[\s.,:;/_'’·()‐‑‒–—−-]+")


def normal(vat_id: str | None, country: str) -> str:
    """`vat_id` in capitals, without blanks and punctuation, with its prefix: EL in Greece, else that of `country`.

    "" where it has no digit: "n/a" is no VAT id, and none has letters only. Whether it is valid is not looked at.
    """
    packed = _PUNCTUATION.sub("", printable(vat_id or "")).upper()
    if not re.search("[0-9]", packed):
        return ""
    own = country.strip().upper()
    prefix = packed[:2]
    if prefix in _KNOWN or prefix == own or _OTHERS.match(packed):
        return _PREFIXES.get(prefix, prefix) + packed[2:]
    return prefix_of(own) + packed


def prefix_of(country: str) -> str:
    """The letters that VAT ids of a country (ISO 3166) begin with."""
    return _PREFIXES.get(country, country)


def codice_fiscale(tax_code: str | None) -> str:
    """The codice fiscale that was meant: capitals and digits only, 16 or 11, without "IT"; "" where it is none."""
    code = without_italy(_PUNCTUATION.sub("", printable(tax_code or "")).upper())
    return code if re.fullmatch("[0-9A-Z]+", code) and stdnum.it.codicefiscale.is_valid(code) else ""


def without_italy(code: str) -> str:
    """The digits of a partita IVA that was written with its prefix; every other `code` as it is."""
    return code[2:] if re.fullmatch("IT[0-9]{11}", code) else code
