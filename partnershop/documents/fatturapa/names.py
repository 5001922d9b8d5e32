"""What the Sistema di Interscambio (SdI) knows things by: files, sellers, recipients, countries of VAT ids."""

import re

import stdnum.it.codicefiscale
import stdnum.it.iva
from stdnum.exceptions import ValidationError

from partnershop.documents.fatturapa.forms import FORMS
from partnershop.documents.fatturapa.text import basic
from partnershop.documents.vat_ids import normal, without_italy

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PROGRESSIVE_LENGTH = 5
NO_CODE = "0000000"
ABROAD = "XXXXXXX"
ITALY = "IT"


def file_name(fiscal_code: str, document_id: int) -> str:
    """The file's name without its ending, such as IT98765430214_0000A: the id in five digits of base 36.

    Ids are unique in the database, so no name is used twice. From 36**5 on the digits are more than the SdI takes, and
    the rules refuse the paper (P-IT-FILE).
    """
    digits = ""
    while document_id:
        document_id, last = divmod(document_id, len(DIGITS))
        digits = DIGITS[last] + digits
    return f"{ITALY}{fiscal_code}_{digits.zfill(PROGRESSIVE_LENGTH)}"


def progressive(name: str) -> str:
    """What stands behind the "_" of a file's name (ProgressivoInvio)."""
    return name.rpartition("_")[2]


def recipient(buyer_country: str, code: str | None, pec: str | None) -> tuple[str, str | None]:
    """CodiceDestinatario and PECDestinatario of a buyer.

    The buyer's own code comes first. Without it Italians have seven zeros, with the certified mail address (PEC) where
    one is known; buyers abroad have seven X.
    """
    own = _compact(code)
    if own and own not in (NO_CODE, ABROAD):
        return own, None
    if buyer_country != ITALY:
        return ABROAD, None
    address = (pec or "").strip()
    # What is no address ("-", "nessuna") is not worth a refusal.
    return NO_CODE, address if FORMS["PECDestinatario"].fits(address) else None


def fiscal_code(tax_code: str | None, vat_id: str | None) -> str:
    """The codice fiscale of an Italian seller: its tax code, else the digits of its VAT id; "" where it has neither."""
    return without_italy(_compact(tax_code)) or _compact(vat_id).removeprefix(ITALY)


def is_fiscal_code(value: str) -> bool:
    """Whether this is a codice fiscale by form and check digit, of a person (16) or a company (11)."""
    return value == _compact(value) and stdnum.it.codicefiscale.is_valid(value)


def is_partita_iva(value: str) -> bool:
    """Whether these are the eleven digits of an Italian VAT id, with a right check digit."""
    return re.fullmatch("[0-9]{11}", value, re.ASCII) is not None and stdnum.it.iva.is_valid(value)


def vat_parts(vat_id: str, country: str) -> tuple[str, str]:
    """IdPaese and IdCodice of a VAT id: the letters of its country apart, else the country of the address."""
    written = normal(vat_id, country)
    return written[:2], written[2:]


def split_name(name: str, tax_code: str) -> tuple[str, str] | None:
    """First and last names (Nome, Cognome), told apart by the letters of them that a codice fiscale begins with.

    None where `tax_code` is not a person's or is not made of this name: what is which would be a guess.
    """
    try:
        letters = stdnum.it.codicefiscale.validate(tax_code)[:6]
    except ValidationError:
        return None
    words = name.split()
    for at in range(1, len(words)):
        for first, last in ((words[:at], words[at:]), (words[at:], words[:at])):
            if letters == _last_name_letters("".join(last)) + _first_name_letters("".join(first)):
                return " ".join(first), " ".join(last)
    return None


def _last_name_letters(name: str) -> str:
    consonants, vowels = _letters(name)
    return (consonants + vowels + "XXX")[:3]


def _first_name_letters(name: str) -> str:
    """Of four and more consonants the second is passed over."""
    consonants, vowels = _letters(name)
    if len(consonants) > 3:
        consonants = consonants[0] + consonants[2:4]
    return (consonants + vowels + "XXX")[:3]


def _letters(name: str) -> tuple[str, str]:
    letters = [letter for letter in basic(name).upper() if "A" <= letter <= "Z"]
    return (
        "".join(letter for letter in letters if letter not in "AEIOU"),
        "".join(letter for letter in letters if letter in "AEIOU"),
    )


def _compact(value: str | None) -> str:
    """Letters and digits only, in capitals: the form of all identifiers here."""
    return re.sub(r"[^A-Z0-9]", "", (value or "").upper())
