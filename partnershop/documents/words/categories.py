"""What the VAT categories without VAT are called, and whether a shop's reason says more than that."""

import re
from collections.abc import Mapping

from partnershop.documents.words.wording import WORDINGS

# Beside what the papers call them: how shops write the same, by category (UNTDID 5305). Longer ones first.
_ALSO: Mapping[str, tuple[str, ...]] = {
    "E": (
        "tax exempt", "vat exempt", "exempt from tax", "exempt", "umsatzsteuerfrei", "steuerbefreit", "esente da iva",
        "esente iva", "esente",
    ),
    "AE": (
        "reverse charge", "reverse-charge-verfahren", "steuerschuldnerschaft des leistungsempfängers",
        "steuerschuldnerschaft", "umkehr der steuerschuld", "inversione contabile",
    ),
    "K": (
        "intra-community supply of goods", "intra-community supply", "intra-community delivery",
        "innergemeinschaftliche lieferung", "steuerfreie ig lieferung", "cessione intracomunitaria",
        "cessione intra-ue",
    ),
    "G": (
        "export outside the eu", "export outside the union", "export", "steuerfreie ausfuhrlieferung",
        "ausfuhrlieferung", "ausfuhr", "cessione all'esportazione", "esportazione",
    ),
    "O": (
        "not subject to vat", "services outside scope of tax", "outside scope of tax", "outside the scope of vat",
        "outside the scope", "out of scope", "nicht steuerbar", "non soggetto a iva", "non soggetta a iva",
        "fuori campo iva", "fuori campo",
    ),
}  # fmt: skip
_SIGNS = r"[\W_]"
_SEPARATORS = " \u00a0,:;./–—-"


def says_more(category: str, frozen: str) -> str:
    """What the words `frozen` with a line say beside what `category` is called in any of our languages.

    "" where they only repeat it: in other capitals, with other punctuation, in another of the languages.
    """
    rest = frozen.strip()
    while (repeated := _beginning(category, rest)) is not None:
        rest = rest[repeated:].lstrip(_SEPARATORS) if re.search(r"\w", rest[repeated:]) else ""
    return _unwrapped(rest)


def begins_with(words: str, text: str) -> int | None:
    """Where `words` end in a `text` that begins with them, whatever its capitals and punctuation; None if it does not.

    "Exempt" does not begin with "ex": words are whole ones.
    """
    pieces = [re.escape(piece) for piece in re.findall(r"\w+", words)]
    found = re.match(f"{_SIGNS}*" + f"{_SIGNS}*".join(pieces) + r"(?!\w)", text, re.IGNORECASE) if pieces else None
    return found.end() if found else None


def _beginning(category: str, text: str) -> int | None:
    """Where in `text` the longest of the category's names ends that it begins with."""
    names = [words.categories[category] for words in WORDINGS.values() if category in words.categories]
    ends = (begins_with(name, text) for name in (*names, *_ALSO.get(category, ())))
    return max((end for end in ends if end is not None), default=None)


def _unwrapped(text: str) -> str:
    """Without brackets around the whole."""
    found = re.fullmatch(r"\(([^()]*)\)(\W*)", text)
    return (found[1] if found else text).strip()
