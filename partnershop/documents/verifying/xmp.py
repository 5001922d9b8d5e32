"""What a PDF says of itself in its XMP metadata: which profiles it keeps, and which file in it is the invoice."""

from dataclasses import dataclass

from lxml import etree
from pypdf import PdfReader

from partnershop.documents import safe_xml
from partnershop.documents.unreadable import Unreadable

_ARCHIVE = "http://www.aiim.org/pdfa/ns/id/"
_ACCESSIBLE = "http://www.aiim.org/pdfua/ns/id/"
# Factur-X 1.0 and later, which ZUGFeRD 2.1 shares; and ZUGFeRD 2.0 before it.
_INVOICE = (
    "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#",
    "urn:zugferd:pdfa:CrossIndustryDocument:invoice:2p0#",
)
_LONGEST = 80


@dataclass(frozen=True)
class Claims:
    """What is claimed, None where nothing is: `archive` "PDF/A-3B", `accessible` "PDF/UA-1"; `file` and `level`."""

    archive: str | None = None
    accessible: str | None = None
    file: str | None = None
    level: str | None = None

    @property
    def words(self) -> list[str]:
        """For people."""
        invoice = f"Factur-X {self.level}" if self.level else None
        return [word for word in (self.archive, self.accessible, invoice) if word]


def claims_of(reader: PdfReader) -> Claims:
    """What this PDF claims; nothing where its metadata are missing or no XML."""
    stream = reader.root_object.get("/Metadata")
    if stream is None:
        return Claims()
    try:
        root = safe_xml.parse(stream.get_object().get_data())
    except Unreadable:
        return Claims()
    part, conformance = _property(root, _ARCHIVE, "part"), _property(root, _ARCHIVE, "conformance")
    accessible = _property(root, _ACCESSIBLE, "part")
    return Claims(
        f"PDF/A-{part}{conformance or ''}" if part else None,
        f"PDF/UA-{accessible}" if accessible else None,
        *(_of_invoice(root, name) for name in ("DocumentFileName", "ConformanceLevel")),
    )


def _of_invoice(root: etree._Element, name: str) -> str | None:
    return next((value for space in _INVOICE if (value := _property(root, space, name))), None)


def _property(root: etree._Element, namespace: str, name: str) -> str | None:
    """A property of XMP, which may be an element or an attribute."""
    tag = f"{{{namespace}}}{name}"
    for element in root.iter(etree.Element):
        value = element.text if element.tag == tag else element.get(tag)
        if value and value.strip():
            return value.strip()[:_LONGEST]
    return None
