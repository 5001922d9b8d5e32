"""A frozen paper as FatturaPA 1.2.3 (FPR12): what is transmitted, who sells and who buys; the body is beside it."""

from lxml import etree

from partnershop.documents.fatturapa.elements import NAMESPACE, put
from partnershop.documents.fatturapa.names import ITALY, fiscal_code, progressive
from partnershop.documents.fatturapa.writing_body import put_body
from partnershop.documents.fatturapa.writing_parties import put_buyer, put_seller
from partnershop.documents.paper import ForSdi, Paper
from partnershop.errors import Defect

VERSION = "FPR12"


def write(paper: Paper) -> bytes:
    """The XML of an Italian seller's paper, always the same bytes for the same paper.

    What the schema or the SdI would refuse is written as it is: the rules name it. Raises `Defect` for a paper that
    has nothing for the SdI.
    """
    if paper.sdi is None:
        raise Defect(f"the paper {paper.number} has nothing for the SdI: its seller is not in Italy")
    root = etree.Element(f"{{{NAMESPACE}}}FatturaElettronica", nsmap={"p": NAMESPACE}, versione=VERSION)
    header = put(root, "FatturaElettronicaHeader")
    _put_transmission(header, paper, paper.sdi)
    put_seller(header, paper.seller, paper.sdi.regime)
    put_buyer(header, paper.buyer)
    put_body(root, paper, paper.sdi)
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return written


def _put_transmission(header: etree._Element, paper: Paper, sdi: ForSdi) -> None:
    """DatiTrasmissione: the seller transmits its papers itself."""
    data = put(header, "DatiTrasmissione")
    sender = put(data, "IdTrasmittente")
    put(sender, "IdPaese", ITALY)
    put(sender, "IdCodice", fiscal_code(paper.seller.tax_code, paper.seller.vat_id))
    put(data, "ProgressivoInvio", progressive(sdi.file_name))
    put(data, "FormatoTrasmissione", VERSION)
    put(data, "CodiceDestinatario", sdi.recipient_code)
    if sdi.pec:
        put(data, "PECDestinatario", sdi.pec)
