"""Whether a complaint is about how a thing was made: UNTDID 5189 has a code of its own for that.

Shops and operators give the reason in their own words. It is a defect of production where it names what went wrong in
print, cutting, folding or finishing, in Italian, German or English; or a part of the product that is complained about
("Papier zu dünn", "colours are off"), unless it is late or lost. The codes of machines ("print_defect",
"colour-deviation") are read as their words. Everything else (late, too many, goodwill) is no defect.
"""

import re
import unicodedata

DEFECT_REDUCTION, OTHER_REDUCTION = "65", "95"
"""UNTDID 5189: a discount for an error of production, and any other discount."""

# Beginnings of words, without accents: "ä" is "a" and "ß" is "ss". What went wrong:
_FAULTS = (
    "defect", "defekt", "difett", "mangelhaft", "faulty", "misprint", "fehldruck", "produktionsfehler", "druckfehler",
    "smudg", "verschmier", "verwisch", "sbavat", "macchia", "macchie", "stain", "fleck", "streif", "streak",
    "strisci", "banding", "unscharf", "sfocat", "blurr", "sgranat", "pixel", "verpixel", "blass", "faded", "sbiadit",
    "ghosting", "moire", "misregist", "schief", "storto", "storta", "storti", "crooked",
    "skewed", "miscut", "beschnitt", "falschschnitt", "rifil", "falz", "gefalzt", "piegatur", "creas", "knick",
    "zerknick", "wrinkl", "stropicc", "gewellt", "verzogen", "kratz", "zerkratz", "scratch", "graffi", "incollatur",
    "klebung", "heftung", "geheftet", "rilegatur", "bindung", "cordonatur", "fustell", "stanz", "perforat", "perforier",
)  # fmt: skip
# The thing that is complained about:
_PARTS = (
    "color", "farb", "tonalit", "inchiostr", "toner", "print", "stampa", "stampe", "stampat", "druck", "gedruckt",
    "schnitt", "schneid", "cutting", "trimm", "fold", "pieg", "binding", "papier", "paper", "grammat", "grammag",
    "gsm", "material", "laminat", "laminier", "kaschier", "plastific", "folie", "foil", "lackier", "varnish", "vernic",
    "qualit", "staple", "pagin",
)  # fmt: skip
# Whole words, since longer ones that begin like them mean something else ("inkl.", "Palette").
_WORDS = frozenset(
    {
        "ink", "cut", "cuts", "fold", "folds", "pale", "spot", "spots", "carta", "taglio", "tagli", "tagliato",
        "tagliata", "tagliati", "tagliate", "colour", "colours", "tinta", "tinte", "seite", "seiten", "page", "pages",
        "passer", "registro",
    }
)  # fmt: skip
_NOT_THESE = ("druckdat", "printdat", "paperwork", "papierkram", "folder", "stampante", "printer", "drucker")
_LATE = ("spat", "verspat", "late", "delay", "ritard", "tardi", "lost", "verloren", "smarrit", "perso", "persa")
_TOKEN = re.compile(r"[a-z0-9]+")


def is_defect(reason: str) -> bool:
    """Whether these words, or this code of a machine, name a defect of production."""
    words = [word for word in _TOKEN.findall(_plain(reason)) if not word.startswith(_NOT_THESE)]
    if any(word.startswith(_FAULTS) for word in words):
        return True
    is_late = any(word.startswith(_LATE) for word in words)
    return not is_late and any(word.startswith(_PARTS) or word in _WORDS for word in words)


def reduction_code(reason: str) -> str:
    """The code of UNTDID 5189 for a reduction with this reason."""
    return DEFECT_REDUCTION if is_defect(reason) else OTHER_REDUCTION


def _plain(text: str) -> str:
    """Small letters without accents; what joins the words of a code becomes a blank."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).replace("_", " ")
