"""What we print: frozen document -> HTML -> PDF. Nothing here decides, rounds or adds up.

Importing this sets what Pango, fontconfig and fontTools read from the environment, so that equal papers are equal bytes
on every machine: it runs before anything of theirs is loaded, and over whatever the machine had set.
"""

import os
import warnings

from partnershop.paths import TEMPLATES

# fontTools stamps the fonts it writes with the present second unless told otherwise; any constant keeps equal papers
# equal, byte for byte. 2026-01-01T00:00:00Z.
os.environ["SOURCE_DATE_EPOCH"] = "1767225600"
# No font of the machine: a paper looks the same wherever it is printed.
os.environ["FONTCONFIG_FILE"] = str(TEMPLATES / "documents" / "fonts" / "fonts.conf")
# Pango shapes text of another script than the page's in the user's language when that is written in it (Serbian
# Cyrillic in a worker whose LANGUAGE is sr), so the machine's language would show on paper.
os.environ["PANGO_LANGUAGE"] = "en"
# It has none on purpose: they are added through @font-face.
warnings.filterwarnings("ignore", message="No fonts configured in FontConfig")


def __getattr__(name: str) -> str:
    """`RENDERER`, made on first use: it loads WeasyPrint, which those who only need a `Paper` are spared."""
    if name == "RENDERER":
        from partnershop.documents.origin import renderer  # noqa: PLC0415  (see above)

        return renderer()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
