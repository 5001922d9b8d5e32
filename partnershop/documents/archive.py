"""What makes a PDF fit to be archived and read aloud: PDF/A-3b (ISO 19005-3), PDF/UA-1 (ISO 14289-1), Factur-X.

WeasyPrint writes the tags, the colour profile and the identifier. Here are the metadata of both standards, the files
that travel inside, and what the standards forbid and WeasyPrint lets through.
"""

import io
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any, BinaryIO

import pydyf  # type: ignore[import-untyped]  # publishes no types; nor does WeasyPrint
from weasyprint import Attachment, Document  # type: ignore[import-untyped]
from weasyprint.pdf.metadata import DocumentMetadata  # type: ignore[import-untyped]

FACTUR_X = "factur-x.xml"
OPTIONS: Mapping[str, Any] = {"pdf_variant": "pdf/a-3b", "pdf_tags": True}
"""What WeasyPrint must be told when it lays the document out; `write` tells it again."""

_EXTENSIONS = """\
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag>{schemas}</rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""
_SCHEMA = """
<rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>{name}</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{namespace}</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>{prefix}</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property>
</rdf:li>"""
_PROPERTY = """
<rdf:li rdf:parseType="Resource">
<pdfaProperty:name>{name}</pdfaProperty:name>
<pdfaProperty:valueType>{type}</pdfaProperty:valueType>
<pdfaProperty:category>{category}</pdfaProperty:category>
<pdfaProperty:description>{description}</pdfaProperty:description>
</rdf:li>"""
_VALUES = '<rdf:Description rdf:about="" xmlns:{prefix}="{namespace}">{values}</rdf:Description>\n'
_END = b"</rdf:RDF>"


@dataclass(frozen=True)
class _Property:
    """A property of XMP that PDF/A does not know by itself, and its value here."""

    name: str
    value: str
    description: str
    type: str = "Text"
    category: str = "external"


@dataclass(frozen=True)
class _Schema:
    """A schema of XMP that PDF/A does not know by itself."""

    name: str
    namespace: str
    prefix: str
    properties: tuple[_Property, ...]

    @property
    def described(self) -> str:
        """As PDF/A wants it described (ISO 19005-3, 6.6.2.3.3)."""
        properties = "".join(
            _PROPERTY.format(name=p.name, type=p.type, category=p.category, description=p.description)
            for p in self.properties
        )
        return _SCHEMA.format(name=self.name, namespace=self.namespace, prefix=self.prefix, properties=properties)

    @property
    def values(self) -> str:
        """The values themselves."""
        values = "".join(f"<{self.prefix}:{p.name}>{p.value}</{self.prefix}:{p.name}>" for p in self.properties)
        return _VALUES.format(prefix=self.prefix, namespace=self.namespace, values=values)


_ACCESSIBLE = _Schema(
    "PDF/UA Universal Accessibility Schema",
    "http://www.aiim.org/pdfua/ns/id/",
    "pdfuaid",
    (_Property("part", "1", "Indicates which part of ISO 14289 is followed", "Integer", "internal"),),
)
_INVOICE = _Schema(
    "Factur-X PDFA Extension Schema",
    "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#",
    "fx",
    (
        _Property("DocumentFileName", FACTUR_X, "The name of the embedded XML document"),
        _Property("DocumentType", "INVOICE", "The type of the hybrid document in capital letters"),
        _Property("Version", "1.0", "The version of the standard that the embedded XML document follows"),
        _Property("ConformanceLevel", "EN 16931", "The conformance level of the embedded XML document"),
    ),
)


@dataclass(frozen=True)
class Attached:
    """An XML file inside a PDF; `relationship` is its AFRelationship, such as Alternative or Source."""

    name: str
    content: bytes
    description: str
    relationship: str


@dataclass(frozen=True)
class Archive:
    """What a paper's PDF holds beside its pages. Every date in it is midnight, UTC, of the day of issue."""

    issued: date
    attached: Sequence[Attached]

    @property
    def moment(self) -> datetime:
        """The one moment that this PDF knows."""
        return datetime.combine(self.issued, time(), UTC)


class _Metadata(DocumentMetadata):  # type: ignore[misc]  # an untyped base class
    """Metadata with the descriptions of PDF/UA and Factur-X in the one rdf:RDF, readable without decompressing."""

    def generate_rdf_metadata(self, variant: str, version: int, conformance: str | None) -> bytes:
        """The rdf:RDF element."""
        written: bytes = super().generate_rdf_metadata(variant, version, conformance)
        schemas = (_ACCESSIBLE, _INVOICE)
        ours = _EXTENSIONS.format(schemas="".join(schema.described for schema in schemas))
        ours += "".join(schema.values for schema in schemas)
        return written.removesuffix(_END) + ours.encode() + _END

    def include_in_pdf(
        self, pdf: pydyf.PDF, variant: str, version: int, conformance: str | None, compress: bool
    ) -> None:
        """Write the XMP stream."""
        super().include_in_pdf(pdf, variant, version, conformance, compress=False)


def write(document: Document, archive: Archive) -> bytes:
    """The PDF of a laid-out document."""
    moment = archive.moment
    written = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    given = document.metadata
    document.metadata = _Metadata(
        title=given.title, authors=given.authors, lang=given.lang, created=written, modified=written,
        attachments=[_attachment(file, moment) for file in sorted(archive.attached, key=lambda file: file.name)],
    )  # fmt: skip
    made: bytes = document.write_pdf(finisher=_finish, **OPTIONS)
    return made


def _attachment(file: Attached, moment: datetime) -> Attachment:
    return Attachment(
        file_obj=io.BytesIO(file.content), name=file.name, description=file.description,
        created=moment, modified=moment, relationship=file.relationship,
    )  # fmt: skip


def _finish(_document: Document, pdf: pydyf.PDF) -> None:
    """The finisher of `write_pdf`: what is left to do when all objects are there and none is written."""
    if "AF" in pdf.catalog:  # each file comes twice: as a name, and as an object
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))
    for written in pdf.objects:
        if isinstance(written, pydyf.Stream) and "Interpolate" in written.extra:
            written.extra["Interpolate"] = "false"  # ISO 19005-3, 6.2.8
        elif isinstance(written, pydyf.Dictionary) and "ToUnicode" in written:
            _name_every_glyph(pdf.objects[int(written["ToUnicode"].split()[0])])
    for written in pdf.objects:
        if isinstance(written, pydyf.Stream) and written.compress:
            _compress(written)
    pdf.write_line = partial(_write_line, pdf.write_line)


def _name_every_glyph(to_unicode: pydyf.Stream) -> None:
    """Let the glyphs that only go with another (a Devanagari vowel that moved) stand for a zero-width space.

    WeasyPrint lets them stand for nothing, which PDF/UA does not allow (ISO 14289-1, 7.21.7).
    """
    to_unicode.stream = [line.replace(b" <>", b" <200b>") for line in to_unicode.stream]


def _compress(stream: pydyf.Stream) -> None:
    """Compress a stream, once: left to itself pydyf does it twice, the second time to make the file's identifier."""
    stream.stream = [zlib.compress(b"\n".join(map(pydyf._to_bytes, stream.stream)))]
    stream.extra["Filter"] = "/FlateDecode"
    stream.compress = False


def _write_line(write: Callable[[bytes, BinaryIO], None], content: bytes, output: BinaryIO) -> None:
    """Write an object, and after a stream that ends in a carriage return (one of 256) a line end of two bytes.

    Else its last byte and the line feed that pydyf writes are taken for the line end, and the stream is a byte shorter
    than it says (ISO 19005-3, 6.1.7.1).
    """
    write(content.replace(b"\r\nendstream\nendobj", b"\r\r\nendstream\nendobj"), output)
