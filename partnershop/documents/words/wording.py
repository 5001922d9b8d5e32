"""All words of the papers, in Italian, German and English: which language prints which."""

from collections.abc import Mapping

from partnershop.documents.words.wording_de import GERMAN
from partnershop.documents.words.wording_en import ENGLISH
from partnershop.documents.words.wording_it import ITALIAN
from partnershop.documents.words.wording_members import Wording

__all__ = ["ENGLISH", "FALLBACK", "GERMAN", "ITALIAN", "WORDINGS", "Wording", "supported", "wording"]

FALLBACK = "en"
WORDINGS: Mapping[str, Wording] = {wording.language: wording for wording in (ITALIAN, GERMAN, ENGLISH)}


def supported(language: str) -> str:
    """The two-letter code to print in: the language's own ("de-AT" is de), English for one without a wording."""
    code = language.replace("_", "-").partition("-")[0].lower()
    return code if code in WORDINGS else FALLBACK


def wording(language: str) -> Wording:
    """The words for a language code, in English when the papers do not speak it."""
    return WORDINGS[supported(language)]
