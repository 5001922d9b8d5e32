"""The typefaces of `templates/documents/fonts/`, and which characters they print.

Open Sans prints nearly every paper. What it lacks comes from the fallback typefaces, which only such papers load.
"""

from functools import lru_cache

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # publishes no types

from partnershop.paths import TEMPLATES

_FOLDER = TEMPLATES / "documents" / "fonts"
ORDINARY = ("OpenSans-Regular.ttf", "OpenSans-Semibold.ttf")
FALLBACK = (
    "DejaVuSans.ttf",
    "NotoSansThai-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "DroidSansFallback.ttf",
    "NotoEmoji-Regular.ttf",
)


def content(file: str) -> bytes:
    """The bytes of a font file."""
    return (_FOLDER / file).read_bytes()


def needs_fallback(text: str) -> bool:
    """Whether Open Sans lacks a character of `text`. Line feeds, which lay out the markup, do not count."""
    return not text.isascii() and not set(text) <= ordinary()


def uncovered(text: str) -> str:
    """The characters of `text` that no typeface prints, each once, in the order of their code points."""
    if text.isascii() or not (strange := set(text) - ordinary()):
        return ""
    return "".join(sorted(strange - fallback()))


@lru_cache(maxsize=1)
def ordinary() -> frozenset[str]:
    """The characters that Open Sans has in both weights, and the line feed."""
    return frozenset.intersection(*(_characters(file) for file in ORDINARY)) | {"\n"}


@lru_cache(maxsize=1)
def fallback() -> frozenset[str]:
    """The characters that a fallback typeface has."""
    return frozenset.union(*(_characters(file) for file in FALLBACK))


def _characters(file: str) -> frozenset[str]:
    with TTFont(_FOLDER / file, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))
