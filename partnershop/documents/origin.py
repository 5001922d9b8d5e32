"""What a paper's bytes depend on besides the paper: other people's versions, and our own templates and code."""

import hashlib
import zlib
from functools import lru_cache
from importlib.metadata import version

from weasyprint.pdf.fonts import harfbuzz_subset  # type: ignore[import-untyped]  # publishes no types
from weasyprint.text.ffi import ffi, harfbuzz, pango  # type: ignore[import-untyped]

from partnershop.paths import ROOT, TEMPLATES

# WeasyPrint declares only the functions it calls. Declaring one of the same libraries again changes nothing.
ffi.cdef("const char *hb_version_string (void); const char *pango_version_string (void);")


@lru_cache(maxsize=1)
def renderer() -> str:
    """The versions and the digest that are recorded with the bytes: the same paper gives the same bytes under the same.

    `ours` is over everything in `templates/documents/` and `partnershop/documents/`.
    """
    subsetter = [] if harfbuzz_subset else ["fonttools"]
    packages = ["weasyprint", "pydyf", *subsetter, "pillow", "babel", "lxml"]
    return ", ".join([
        *(f"{package} {version(package)}" for package in packages),
        f"pango {_said(pango.pango_version_string())}",
        f"harfbuzz {_said(harfbuzz.hb_version_string())}",
        f"zlib {zlib.ZLIB_RUNTIME_VERSION}",
        f"ours {_digest()[:12]}",
    ])  # fmt: skip


def _said(text: object) -> str:
    written: bytes = ffi.string(text)
    return written.decode()


def _digest() -> str:
    folders = (TEMPLATES / "documents", ROOT / "partnershop" / "documents")
    files = sorted(file for folder in folders for file in folder.rglob("*") if file.suffix in _MAKES_BYTES)
    digests = (f"{file.relative_to(ROOT).as_posix()} {hashlib.sha256(file.read_bytes()).hexdigest()}" for file in files)
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


_MAKES_BYTES = {".py", ".html", ".css", ".conf", ".ttf"}
