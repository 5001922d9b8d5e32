"""Looking at a PDF or XML file: which invoices are in it, what they say, and the rules of all kinds that they break."""

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from partnershop.documents import fatturapa, safe_xml
from partnershop.documents.attachments import Embedded, embedded
from partnershop.documents.breach import Breach
from partnershop.documents.cii import reading, rules, schema
from partnershop.documents.cii.elements import ROOT as CII_ROOT
from partnershop.documents.cii.invoice import Invoice
from partnershop.documents.fatturapa.grammar import ROOT_TAG as FATTURAPA_ROOT
from partnershop.documents.unreadable import Unreadable
from partnershop.documents.verifying.said import cii_said, fatturapa_said
from partnershop.documents.verifying.verdict import FileKind, Said, Verdict
from partnershop.documents.verifying.xmp import Claims, claims_of

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_NO_INVOICE, _NO_ARCHIVE, _NO_DESCRIPTION, _TWO_STORIES = "P-FILE-1", "P-FILE-2", "P-FILE-3", "P-FILE-4"
_SAME_NAME = "P-FILE-5"
# How XMP calls the profiles of BT-24 (Factur-X 1.09, table of conformance levels).
_LEVELS = {
    "urn:factur-x.eu:1p0:minimum": "MINIMUM",
    "urn:factur-x.eu:1p0:basicwl": "BASIC WL",
    "urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic": "BASIC",
    "urn:cen.eu:en16931:2017": "EN 16931",
    "urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended": "EXTENDED",
}


def examine(content: bytes) -> Verdict:
    """What this file is, what it says, and which rules it breaks. For files of our own: see `verify.verify`.

    Raises `Unreadable` where it is neither a PDF nor an invoice in XML; of a damaged PDF, whatever its reader raises.
    """
    start = content[:1024]
    if not content.strip():
        raise Unreadable("empty")
    if b"%PDF-" in start:
        return _pdf(content)
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or start.startswith(_UTF_16):
        said = _said(None, content)
        return Verdict(said.format, invoices=(said,))
    # A signed FatturaPA is DER: a sequence with its length in two or more bytes.
    raise Unreadable("signed" if start[0] == 0x30 and start[1:2] >= b"\x80" else "neither")


def _pdf(content: bytes) -> Verdict:
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise Unreadable("encrypted")
        claims = claims_of(reader)
        files = embedded(content)
    except PyPdfError as problem:
        raise Unreadable("pdf", problem=type(problem).__name__) from None
    found = (_said(file.name, file.content) for file in files if _is_invoice(file.content))
    invoices = tuple(sorted(found, key=lambda said: said.format is not FileKind.CII))
    breaches = [
        *_without_invoice(invoices), *_wrongly_described(claims, invoices), *_two_stories(invoices), *_same_name(files),
    ]  # fmt: skip
    return Verdict(FileKind.PDF, tuple(claims.words), tuple(file.name for file in files), invoices, tuple(breaches))


def _is_invoice(content: bytes) -> bool:
    """Whether a file inside a PDF is one to look at; a broken factur-x.xml is, so that it is said to be broken."""
    try:
        return safe_xml.parse(content).tag in (CII_ROOT, FATTURAPA_ROOT)
    except Unreadable:
        return b"CrossIndustryInvoice" in content[:4096] or b"FatturaElettronica" in content[:4096]


def _said(name: str | None, content: bytes) -> Said:
    root = safe_xml.parse(content)
    xml = safe_xml.serialised(root)
    if root.tag == CII_ROOT:
        return _cii(replace(cii_said(root), name=name), xml)
    if root.tag == FATTURAPA_ROOT:
        return replace(fatturapa_said(root), name=name, breaches=tuple(fatturapa.breaches(xml)))
    raise Unreadable("root", root=etree.QName(root).localname[:80])


def _cii(said: Said, xml: bytes) -> Said:
    standard, ours = schema.validate(xml), rules.breaches(_invoice(xml))
    broken = [breach for breach in ours if breach.rule not in rules.HOUSE]
    stricter = [breach for breach in ours if breach.rule in rules.HOUSE]
    return replace(said, breaches=(*broken, *standard.breaches), warnings=(*stricter, *standard.warnings))


def _invoice(xml: bytes) -> Invoice:
    try:
        return reading.read(xml)
    except reading.Unreadable as problem:
        raise Unreadable("invoice", problem=str(problem)) from None


def _without_invoice(invoices: tuple[Said, ...]) -> Iterator[Breach]:
    if not any(said.format is FileKind.CII for said in invoices):
        yield Breach(_NO_INVOICE, "PDF")


def _wrongly_described(claims: Claims, invoices: tuple[Said, ...]) -> Iterator[Breach]:
    """A PDF/A-3 that says in its XMP which file is the invoice and of what level (Factur-X 1.09, 6.2)."""
    if not (claims.archive or "").startswith("PDF/A-3"):
        yield Breach(_NO_ARCHIVE, "XMP", {"claim": claims.archive or "-"})
    for said in invoices:
        level = _LEVELS.get(said.profile, said.profile)
        if said.format is FileKind.CII and (claims.file, claims.level) != (said.name, level):
            written = {"file": claims.file or "-", "level": claims.level or "-"}
            yield Breach(_NO_DESCRIPTION, "XMP", {**written, "name": said.name or "-", "profile": level})


def _two_stories(invoices: tuple[Said, ...]) -> Iterator[Breach]:
    """The XMLs in one PDF are one invoice: the same number, date, currency and gross."""
    for said in invoices[1:]:
        if _story(said) != _story(invoices[0]):
            yield Breach(_TWO_STORIES, said.name or "", {"first": _story(invoices[0]), "other": _story(said)})


def _same_name(files: list[Embedded]) -> Iterator[Breach]:
    """Of two files of one name, each program takes the one it likes."""
    for name, count in Counter(name for file in files for name in file.names).items():
        if count > 1:
            yield Breach(_SAME_NAME, name, {"name": name, "count": str(count)})


def _story(said: Said) -> str:
    return f"{said.number}, {said.date}, {said.currency} {said.gross}"
