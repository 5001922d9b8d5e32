"""Decisions in words: the sentence an operator reads, in Italian, German and English."""

from collections.abc import Sequence

from partnershop.rules.eligibility import Verdict

REDIRECTED = "redirected"

_SENTENCES: dict[str, dict[str, str]] = {
    Verdict.MATCHES: {
        "it": "in proprio: ogni attributo corrisponde al luogo di produzione",
        "de": "im Haus: jedes Merkmal entspricht dem Produktionsort",
        "en": "in house: every attribute matches the place of production",
    },
    Verdict.NOT_TICKED: {
        "it": "a Unitedprint: non è spuntato {about}",
        "de": "an Unitedprint: nicht angehakt ist {about}",
        "en": "to Unitedprint: not ticked is {about}",
    },
    Verdict.ALL_AT_UNITEDPRINT: {
        "it": "a Unitedprint: il negozio fa produrre tutto lì",
        "de": "an Unitedprint: der Shop lässt alles dort herstellen",
        "en": "to Unitedprint: the shop has everything made there",
    },
    Verdict.PRODUCT_NOT_SET_UP: {
        "it": "a Unitedprint: il prodotto {about} non è impostato per la produzione propria",
        "de": "an Unitedprint: das Produkt {about} ist nicht für die eigene Produktion eingerichtet",
        "en": "to Unitedprint: the product {about} is not set up for the shop's own production",
    },
    Verdict.INCOMPLETE_SETTINGS: {
        "it": "a Unitedprint: impostazioni incomplete, nessuna opzione spuntata per {about}",
        "de": "an Unitedprint: Einstellungen unvollständig, keine Option angehakt bei {about}",
        "en": "to Unitedprint: incomplete settings, no option is ticked for {about}",
    },
    "held_" + Verdict.INCOMPLETE_SETTINGS: {
        "it": "impostazioni incomplete: nessuna opzione spuntata per {about}",
        "de": "Einstellungen unvollständig: keine Option angehakt bei {about}",
        "en": "incomplete settings: no option is ticked for {about}",
    },
    Verdict.UNKNOWN_PRODUCT: {
        "it": "il catalogo non conosce il prodotto {about}",
        "de": "der Katalog kennt das Produkt {about} nicht",
        "en": "the catalogue does not know the product {about}",
    },
    Verdict.UNKNOWN_ATTRIBUTE: {
        "it": "il catalogo non conosce l'attributo {about}",
        "de": "der Katalog kennt das Merkmal {about} nicht",
        "en": "the catalogue does not know the attribute {about}",
    },
    Verdict.UNKNOWN_OPTION: {
        "it": "il catalogo non conosce l'opzione {about}",
        "de": "der Katalog kennt die Option {about} nicht",
        "en": "the catalogue does not know the option {about}",
    },
    Verdict.MISSING_ATTRIBUTE: {
        "it": "manca la scelta per {about}",
        "de": "es fehlt die Auswahl für {about}",
        "en": "the choice for {about} is missing",
    },
    REDIRECTED: {
        "it": "a Unitedprint per decisione di un operatore: {about}",
        "de": "an Unitedprint auf Entscheidung eines Bedieners: {about}",
        "en": "to Unitedprint by an operator's decision: {about}",
    },
}


def sentence(verdict: str, about: Sequence[str], language: str = "en", *, held: bool = False) -> str:
    """One sentence why an item was routed, or `held`, as it was; English for a language we do not speak."""
    words = _SENTENCES["held_" + verdict if held and verdict == Verdict.INCOMPLETE_SETTINGS else verdict]
    return words.get(language, words["en"]).format(about=", ".join(about))
