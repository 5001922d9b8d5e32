"""Whether XML is built as FatturaPA 1.2.3 lays down; what the official schema refuses is refused here too."""

from collections.abc import Iterator

from lxml import etree

from partnershop.documents.breach import Breach
from partnershop.documents.fatturapa.forms import FORMS
from partnershop.documents.fatturapa.grammar import ROOT, ROOT_TAG, SEQUENCES

_VERSION = "versione"
_ROOT_ATTRIBUTES = {_VERSION: "FormatoTrasmissione", "SistemaEmittente": "Basic10"}
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
_OF_SCHEMAS = "{http://www.w3.org/2001/XMLSchema-instance}"
_OWNERS = ("DettaglioLinee", "DatiRiepilogo", "DatiFattureCollegate", "CedentePrestatore", "CessionarioCommittente")


def breaches(root: etree._Element) -> list[Breach]:
    """What in this tree is not as the schema wants it, in the order of the document."""
    if root.tag != ROOT_TAG:
        return [Breach("P-IT-STRUCTURE", ROOT, {"found": str(root.tag)})]
    return [*_attributes(root, _ROOT_ATTRIBUTES), *_versionless(root), *_below(root, ROOT, ROOT)]


def _versionless(root: etree._Element) -> Iterator[Breach]:
    if root.get(_VERSION) is None:
        yield Breach("P-IT-STRUCTURE", f"{ROOT} @{_VERSION}", {"found": "-"})


def _below(element: etree._Element, kind: str, path: str) -> Iterator[Breach]:
    """Breaches of an element that holds others, and of all it holds."""
    sequence = SEQUENCES[kind]
    children = [child for child in element if isinstance(child.tag, str)]
    names = [_name(child) for child in children]
    if not sequence.pattern.fullmatch("".join(f"{name} " for name in names)) or _has_words(element):
        yield Breach("P-IT-STRUCTURE", path, {"found": " ".join(names) or (element.text or "").strip() or "-"})
    for child, name in zip(children, names, strict=True):
        below = sequence.types.get(name)
        if below is None or child.tag == _SIGNATURE:
            continue
        yield from _attributes(child, {})
        yield from _below(child, below, name) if below in SEQUENCES else _text(child, below, name)


def _name(child: etree._Element) -> str:
    """The name in the sequence; those of another namespace with it, so that they fit nowhere (but a signature)."""
    return "Signature" if child.tag == _SIGNATURE else str(child.tag)


def _has_words(element: etree._Element) -> bool:
    texts = [element.text, *(child.tail for child in element)]
    return any(text and text.strip(" \t\r\n") for text in texts)


def _text(element: etree._Element, kind: str, name: str) -> Iterator[Breach]:
    form = FORMS[kind]
    text = (element.text or "") + "".join(child.tail or "" for child in element)
    if any(isinstance(child.tag, str) for child in element) or not form.fits(text):
        yield Breach(form.rule, _place(element, name), {"element": name, "value": text})


def _place(element: etree._Element, name: str) -> str:
    """The element with the line, the party or the part of the file that it belongs to."""
    for owner in element.iterancestors(*_OWNERS):
        number = owner.findtext("NumeroLinea")
        return " ".join(word for word in (str(owner.tag), number, name) if word)
    return name


def _attributes(element: etree._Element, known: dict[str, str]) -> Iterator[Breach]:
    for attribute, value in element.attrib.items():
        name = str(attribute)
        if name.startswith(_OF_SCHEMAS):
            continue
        if name not in known:
            yield Breach("P-IT-STRUCTURE", f"{_name(element)} @{name}", {"found": f"@{name}"})
        elif not FORMS[known[name]].fits(str(value)):
            yield Breach("P-IT-CODE", f"@{name}", {"element": f"@{name}", "value": str(value)})

