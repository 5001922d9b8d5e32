"""Text for FatturaPA, which takes Latin-1 only: other letters are written in Latin ones, what has none as "?".

Whatever a customer wrote gives one line that the schema takes, never an error and never nothing.
"""

import re
import unicodedata

from partnershop.documents.printable import printable

UNKNOWN = "?"
_SIGN = "\x00"  # stands for one that has no counterpart; no text has it
# Latin-1 without its controls, its blanks other than the space, and the soft hyphen.
_PLAIN = re.compile("[\x20-\x7e\xa1-\xac\xae-\xff]*")
_BLANKS_AND_HYPHENS = {
    **dict.fromkeys("‐‑‒–—―−⁃﹘﹣－", "-"),
    **dict.fromkeys("‘’‚‛′ʹʼʻˈ`", "'"),
    **dict.fromkeys("“”„‟″", '"'),
    "‹": "<",
    "›": ">",
    "•": "-",
    "⁄": "/",
    "…": "...",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "≈": "~",
    "→": "->",
    "←": "<-",
}
_LETTERS = {
    "€": "EUR", "₤": "GBP", "₽": "RUB", "₹": "INR", "₺": "TRY", "₴": "UAH", "₪": "ILS",
    "₩": "KRW", "₫": "VND", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ħ": "h", "Ħ": "H", "ı": "i", "ĸ": "k",
    "ŋ": "ng", "Ŋ": "NG", "œ": "oe", "Œ": "OE", "ŧ": "t", "Ŧ": "T", "ẞ": "SS", "ſ": "s", "ƒ": "f", "ə": "e", "Ə": "E",
    "ɐ": "a", "ɓ": "b", "ɗ": "d", "ɛ": "e", "ɔ": "o", "Ɔ": "O", "ƙ": "k", "ơ": "o", "ư": "u", "Ơ": "O", "Ư": "U",
}  # fmt: skip
# Capitals are made of these. Greek as in ISO 843, Cyrillic as in passports (ICAO 9303), where one sign is one sign.
_GREEK = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
    "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f",
    "χ": "ch", "ψ": "ps", "ω": "o",
}  # fmt: skip
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "i", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh",
    "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "ie", "ы": "y", "ь": "", "э": "e", "ю": "iu", "я": "ia",
    "ё": "e", "є": "ie", "і": "i", "ї": "i", "ґ": "g", "ђ": "dj", "ѓ": "g", "љ": "lj", "њ": "nj", "ћ": "c", "ќ": "k",
    "ў": "u", "џ": "dz", "ј": "j", "ѕ": "dz",
}  # fmt: skip
_SMALL = _GREEK | _CYRILLIC


def latin(text: str, limit: int) -> str:
    """`text` in one line of at most `limit` characters of Latin-1, cut between words where that loses little.

    Accents that Latin-1 lacks are dropped (Łódź -> Lódz), signs are spelt (€ -> EUR), Greek and Cyrillic written in
    Latin letters; every letter of another script becomes "?", and so does a text of which nothing is left. Emoji and
    other signs are left out where letters or digits remain.
    """
    return _cut(_line(text), limit) or UNKNOWN


def latin_parts(text: str, limit: int) -> list[str]:
    """The whole of `text` as `latin` writes it, in parts of at most `limit` characters; none of no text at all."""
    rest = _line(text)
    parts = []
    while rest:
        part = _cut(rest, limit)
        parts.append(part)
        rest = rest[len(part) :].lstrip(" ")
    return parts


def basic(text: str) -> str:
    """`text` in one line of Basic Latin (ASCII), not cut; empty where nothing is left."""
    letters = unicodedata.normalize("NFKD", _line(text)).replace("ß", "ss").replace("\u2044", "/")
    return _one_line("".join(letter for letter in letters if letter.isascii()))


def xml_safe(text: str) -> str:
    """`text` without what no XML 1.0 document can carry."""
    return text if _PLAIN.fullmatch(text) else printable(text)


def _line(text: str) -> str:
    if not _PLAIN.fullmatch(text):
        text = "".join(_letter(letter) for letter in printable(text))
        text = text.replace(_SIGN, " " if is_legible(text) else UNKNOWN)
    return _one_line(text)


def is_legible(text: str) -> bool:
    """Whether a text as `latin` writes it has a letter or digit, not question marks and punctuation alone."""
    return any(letter.isalnum() for letter in text)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _letter(letter: str) -> str:
    """One character in Latin-1; empty for a mark that only goes with a letter before it, `_SIGN` for a lone sign."""
    if _PLAIN.fullmatch(letter):
        return letter
    given = _BLANKS_AND_HYPHENS.get(letter) or _LETTERS.get(letter)
    if given is not None:
        return given
    small = letter.lower()
    if small in _SMALL:
        return _SMALL[small] if small == letter else _SMALL[small].capitalize()
    return _taken_apart(letter)


def _taken_apart(letter: str) -> str:
    """What is left of a letter without its accents, or of a sign in its plain form (№ -> No)."""
    if unicodedata.category(letter).startswith(("M", "Z", "C")):
        return " " if unicodedata.category(letter).startswith("Z") else ""
    parts = [part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part)]
    if not parts or parts == [letter]:
        return _SIGN if unicodedata.category(letter).startswith("S") else UNKNOWN
    return "".join(_letter(part) for part in parts)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    end = text.rfind(" ", limit // 2, limit + 1)
    return text[: end if end > 0 else limit].rstrip(" ")
