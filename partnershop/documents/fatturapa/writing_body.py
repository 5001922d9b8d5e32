"""The body of a FatturaPA: what the paper is and refers to, its lines, its VAT, and how it is paid."""

from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from partnershop.documents.fatturapa.elements import amount, day, put
from partnershop.documents.fatturapa.text import basic, latin_parts
from partnershop.documents.fatturapa.writing_lines import put_lines
from partnershop.documents.fatturapa.writing_taxes import put_taxes
from partnershop.documents.formats import formats
from partnershop.documents.paper import ForSdi, Paper, PaperKind, PaperLine, Reference
from partnershop.documents.words.notes import notes

_TYPES = {PaperKind.INVOICE: "TD01", PaperKind.REDUCED_INVOICE: "TD01", PaperKind.REVERSAL: "TD04"}
_LANGUAGE = "it"
_NUMBER_LENGTH = 20
_CAUSE_LENGTH = 200
_BANK_TRANSFER = "MP05"
# There is no code of its own for PayPal; like a card it pays at once by a third party.
_PAYMENT = {"card": "MP08", "paypal": "MP08"}
_IN_FULL = "TP02"


def put_body(root: etree._Element, paper: Paper, sdi: ForSdi) -> None:
    """FatturaElettronicaBody."""
    body = put(root, "FatturaElettronicaBody")
    general = put(body, "DatiGenerali")
    _put_document(general, paper, sdi)
    _put_order(general, paper)
    if paper.refers_to is not None:
        _put_references(general, paper, paper.refers_to)
    goods = put(body, "DatiBeniServizi")
    put_lines(goods, paper.lines, sdi.natures)
    put_taxes(goods, paper.taxes, sdi)
    if paper.kind is not PaperKind.REVERSAL and paper.gross:
        _put_payment(body, paper)


def _put_document(general: etree._Element, paper: Paper, sdi: ForSdi) -> None:
    document = put(general, "DatiGeneraliDocumento")
    put(document, "TipoDocumento", _TYPES[paper.kind])
    put(document, "Divisa", paper.currency)
    put(document, "Data", day(paper.issue_date))
    put(document, "Numero", paper.number)
    if sdi.stamp_duty:
        stamp = put(document, "DatiBollo")
        put(stamp, "BolloVirtuale", "SI")
        put(stamp, "ImportoBollo", amount(sdi.stamp_duty))
    put(document, "ImportoTotaleDocumento", amount(paper.gross, paper.currency))
    for sentence in _causes(paper):
        for part in latin_parts(sentence, _CAUSE_LENGTH):
            put(document, "Causale", part)


def _causes(paper: Paper) -> Iterator[str]:
    """Causale: the sentences of the paper in Italian, whatever its language, and what is paid already."""
    yield from notes(replace(paper, language=_LANGUAGE))
    if 0 < paper.prepaid < paper.gross:
        yield f"Già pagato: {formats(_LANGUAGE).money(paper.prepaid, paper.currency)}"


def _put_order(general: etree._Element, paper: Paper) -> None:
    """DatiOrdineAcquisto, unless the order's number is longer than fits: cut, it would be another order's."""
    number = basic(paper.order)
    if 0 < len(number) <= _NUMBER_LENGTH:
        order = put(general, "DatiOrdineAcquisto")
        put(order, "IdDocumento", number)
        put(order, "Data", day(paper.order_date))


def _put_references(general: etree._Element, paper: Paper, invoice: Reference) -> None:
    """DatiFattureCollegate: the invoice taken back, line by line where that is known, or replaced as a whole.

    RiferimentoNumeroLinea is a line of this paper; the line of the invoice that it takes back is NumItem.
    """
    lines = [line for line in paper.lines if line.origin_position is not None]
    for line in lines:
        _put_reference(general, invoice, line)
    if not lines:
        _put_reference(general, invoice, None)


def _put_reference(general: etree._Element, invoice: Reference, line: PaperLine | None) -> None:
    reference = put(general, "DatiFattureCollegate")
    if line is not None:
        put(reference, "RiferimentoNumeroLinea", str(line.position))
    put(reference, "IdDocumento", invoice.number)
    put(reference, "Data", day(invoice.issue_date))
    if line is not None:
        put(reference, "NumItem", str(line.origin_position))


def _put_payment(body: etree._Element, paper: Paper) -> None:
    """DatiPagamento: what is due, and where to; of a paid paper what was paid and how."""
    due = paper.gross - paper.prepaid
    means = _PAYMENT.get(paper.payment_method, _BANK_TRANSFER)
    payment = put(body, "DatiPagamento")
    put(payment, "CondizioniPagamento", _IN_FULL)
    detail = put(payment, "DettaglioPagamento")
    put(detail, "ModalitaPagamento", means)
    if due > 0 and paper.due_date:
        put(detail, "DataScadenzaPagamento", day(paper.due_date))
    put(detail, "ImportoPagamento", amount(due if due > 0 else paper.gross, paper.currency))
    if due > 0 and means == _BANK_TRANSFER and paper.seller.iban:
        put(detail, "IBAN", paper.seller.iban.replace(" ", ""))
