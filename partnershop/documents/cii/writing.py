"""A paper as an e-invoice: EN 16931 in the CII syntax, profile EN 16931 of Factur-X.

Written as the paper says, nothing calculated beyond sums: whether it conforms is asked afterwards, of others.
"""

from partnershop.documents.cii import codes
from partnershop.documents.cii.writing_elements import Element, group, part, root, say, say_day, written
from partnershop.documents.cii.writing_lines import write_lines
from partnershop.documents.cii.writing_parties import write_buyer, write_deliver_to, write_seller
from partnershop.documents.cii.writing_settlement import write_settlement
from partnershop.documents.paper import Paper
from partnershop.documents.words.notes import notes


def write(paper: Paper) -> bytes:
    """The XML of a paper, UTF-8. The same paper gives the same bytes, whichever process, day or time zone writes it.

    Raises nothing on purpose: text that cannot be printed is left out as on the page, and what is absent is absent, so
    that a paper that lacks something is found by the schema and the rules.
    """
    invoice = root()
    context = group(part(invoice, "ExchangedDocumentContext"), "GuidelineSpecifiedDocumentContextParameter")
    say(context, "ID", codes.PROFILE)
    _document(part(invoice, "ExchangedDocument"), paper)
    transaction = part(invoice, "SupplyChainTradeTransaction")
    write_lines(transaction, paper)
    _agreement(group(transaction, "ApplicableHeaderTradeAgreement"), paper)
    delivery = group(transaction, "ApplicableHeaderTradeDelivery")
    write_deliver_to(delivery, paper.buyer)
    say_day(group(delivery, "ActualDeliverySupplyChainEvent"), "OccurrenceDateTime", paper.delivery_date)
    write_settlement(group(transaction, "ApplicableHeaderTradeSettlement"), paper)
    return written(invoice)


def _document(document: Element, paper: Paper) -> None:
    """Number (BT-1), kind (BT-3), date (BT-2) and notes (BT-22)."""
    say(document, "ID", paper.number)
    say(document, "TypeCode", codes.TYPE[paper.kind])
    say_day(document, "IssueDateTime", paper.issue_date)
    for sentence in notes(paper):
        say(group(document, "IncludedNote"), "Content", sentence)


def _agreement(agreement: Element, paper: Paper) -> None:
    """Customer number (BT-10), seller, buyer and order (BT-13)."""
    taxable = all(tax.category != codes.NOT_SUBJECT_TO_VAT for tax in paper.taxes)
    say(agreement, "BuyerReference", paper.buyer.number)
    write_seller(agreement, paper.seller, taxable=taxable)
    write_buyer(agreement, paper.buyer, taxable=taxable)
    say(group(agreement, "BuyerOrderReferencedDocument"), "IssuerAssignedID", paper.order)
