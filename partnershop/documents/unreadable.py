"""A file that cannot be verified, and why, in three languages."""

from collections.abc import Mapping
from typing import Any

from partnershop.errors import Refused

_WORDS: dict[str, dict[str, str]] = {
    "large": {
        "en": "it is too large: at most {most} are looked at",
        "de": "sie ist zu groß: angesehen werden höchstens {most}",
        "it": "è troppo grande: se ne esaminano al massimo {most}",
    },
    "heavy": {
        "en": "looking at it took too much time or memory, so it was given up; no honest invoice is like that",
        "de": "sie brauchte zu viel Zeit oder Speicher und wurde aufgegeben; keine ehrliche Rechnung ist so",
        "it": "richiedeva troppo tempo o troppa memoria e si è rinunciato; nessuna fattura onesta è così",
    },
    "missing": {
        "en": "it cannot be opened ({problem}); for a paper's number name its shop with --shop",
        "de": "sie lässt sich nicht öffnen ({problem}); zur Nummer eines Belegs gehört der Shop mit --shop",
        "it": "non si può aprire ({problem}); per il numero di un documento indicare il negozio con --shop",
    },
    "special": {
        "en": "it is no regular file but a pipe, a socket or a device; save it as a file first",
        "de": "sie ist keine gewöhnliche Datei, sondern eine Pipe, ein Socket oder ein Gerät; bitte zuerst als Datei "
        "speichern",
        "it": "non è un file normale ma una pipe, un socket o un dispositivo; prima salvarlo come file",
    },
    "empty": {
        "en": "it is empty",
        "de": "sie ist leer",
        "it": "è vuoto",
    },
    "neither": {
        "en": "it is neither a PDF nor XML",
        "de": "sie ist weder ein PDF noch XML",
        "it": "non è né un PDF né XML",
    },
    "signed": {
        "en": "it is a signed envelope (.p7m); take the XML out of it first",
        "de": "sie ist ein signierter Umschlag (.p7m); bitte zuerst das XML herausnehmen",
        "it": "è una busta firmata (.p7m); prima estrarne l'XML",
    },
    "encrypted": {
        "en": "the PDF is encrypted; save it without a password first (PDF/A allows none)",
        "de": "das PDF ist verschlüsselt; bitte zuerst ohne Kennwort speichern (PDF/A erlaubt keines)",
        "it": "il PDF è cifrato; prima salvarlo senza password (il PDF/A non ne ammette)",
    },
    "pdf": {
        "en": "the PDF is damaged ({problem})",
        "de": "das PDF ist beschädigt ({problem})",
        "it": "il PDF è danneggiato ({problem})",
    },
    "xml": {
        "en": "the XML is not well-formed ({problem})",
        "de": "das XML ist nicht wohlgeformt ({problem})",
        "it": "l'XML non è ben formato ({problem})",
    },
    "doctype": {
        "en": "the XML has a document type declaration (DOCTYPE); e-invoices have none, and entities are not expanded "
        "here",
        "de": "das XML hat eine Dokumenttyp-Deklaration (DOCTYPE); E-Rechnungen haben keine, und Entitäten werden "
        "nicht aufgelöst",
        "it": "l'XML ha una dichiarazione di tipo di documento (DOCTYPE); le fatture elettroniche non ne hanno, e le "
        "entità non vengono espanse",
    },
    "root": {
        "en": "the XML is no invoice that is known here: its root is {root}; known are CII (Factur-X, ZUGFeRD) and "
        "FatturaPA",
        "de": "das XML ist keine hier bekannte Rechnung: seine Wurzel ist {root}; bekannt sind CII (Factur-X, ZUGFeRD) "
        "und FatturaPA",
        "it": "l'XML non è una fattura nota qui: la sua radice è {root}; note sono CII (Factur-X, ZUGFeRD) e FatturaPA",
    },
    "invoice": {
        "en": "the invoice cannot be read: {problem}",
        "de": "die Rechnung ist nicht lesbar: {problem}",
        "it": "la fattura non è leggibile: {problem}",
    },
    "broken": {
        "en": "it cannot be read ({problem})",
        "de": "sie ist nicht lesbar ({problem})",
        "it": "non è leggibile ({problem})",
    },
}  # fmt: skip
REASONS = tuple(_WORDS)


class Unreadable(Refused):
    """A file that cannot be verified; `reason` is one of `REASONS`."""

    def __init__(self, reason: str, **values: str) -> None:
        self.reason = reason
        self.values = values
        super().__init__(self.sentence("en"))

    def sentence(self, language: str) -> str:
        """Why, without the file's name, in it, de or en."""
        return _WORDS[self.reason][language].format(**self.values)

    def stored(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"reason": self.reason, "values": self.values}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Unreadable":
        """What `stored()` made."""
        return cls(stored["reason"], **stored["values"])
