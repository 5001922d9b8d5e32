"""What a paper says in sentences: why it is there, above its lines, and what becomes of the money, below its totals."""

from partnershop.documents.formats import Formats
from partnershop.documents.paper import Paper, PaperKind, PaperTax
from partnershop.documents.printable import printable
from partnershop.documents.words import law, notes
from partnershop.documents.words.categories import says_more
from partnershop.documents.words.wording import Wording

_ZERO_RATE = "Z"
_TRANSFER_METHODS = {"advance", "invoice"}


def due(paper: Paper) -> int:
    """What is left to pay (EN 16931 BT-115 = BT-112 - BT-113), minor units; nothing on a reversal."""
    return 0 if paper.kind is PaperKind.REVERSAL else paper.gross - paper.prepaid


def intro(paper: Paper) -> tuple[str, ...]:
    """Which invoice a correction concerns (VAT Directive art. 219), why, and what stands for a missing supply date."""
    sentences = (notes.correction(paper), notes.reason(paper), notes.before_delivery(paper))
    return tuple(sentence for sentence in sentences if sentence)


def closing(paper: Paper, words: Wording, figures: Formats) -> tuple[str, ...]:
    """What is left to do for the customer, or how money comes back."""
    reversal = paper.kind is PaperKind.REVERSAL
    sentence = notes.money_back(paper) if reversal else _payment(paper, words, figures)
    return (sentence,) if sentence else ()


def notices(paper: Paper, words: Wording) -> tuple[str, ...]:
    """What Italian sellers must say besides: that stamp duty is paid, that this is a copy of the electronic invoice."""
    copy = words.courtesy.format(file=f"{printable(paper.sdi.file_name)}.xml") if paper.sdi else None
    return tuple(sentence for sentence in (notes.stamp_duty(paper), copy) if sentence)


def _payment(paper: Paper, words: Wording, figures: Formats) -> str:
    """What is to be transferred, by when. An account is named only where money is to be transferred to it."""
    if due(paper) <= 0:
        return notes.payment_terms(paper)
    if paper.payment_method not in _TRANSFER_METHODS:
        return ""
    filled = {
        "amount": figures.money(due(paper), paper.currency),
        "number": printable(paper.number),
        "by": words.transfer_by.format(date=figures.day(paper.due_date)) if paper.due_date else "",
    }
    if not paper.seller.iban:
        return words.transfer.format(**filled)
    return words.transfer_to.format(iban=_iban(paper.seller.iban), holder=printable(paper.seller.name), **filled)


def _iban(iban: str) -> str:
    """An IBAN in groups of four (ISO 13616), which do not break across lines."""
    packed = "".join(printable(iban).split()).upper()
    return "\u00a0".join(packed[start : start + 4] for start in range(0, len(packed), 4))


def exemption(tax: PaperTax, seller_country: str, words: Wording) -> str:
    """Why no VAT is charged (VAT Directive art. 226 nos. 11 and 11a); where the paper names no law, the seller's.

    The zero rate is said here too; in the e-invoice the rate alone says it, and a reason is forbidden (BR-Z-10).
    """
    if tax.category == _ZERO_RATE:
        return words.categories[_ZERO_RATE]
    sentence = notes.exemption(tax.category, tax.exemption, words.language) or ""
    says_law = says_more(tax.category, printable(tax.exemption or ""))
    named = "" if says_law else law.of_exemption(seller_country, tax.category, words.vat_directive)
    return f"{sentence} ({named})" if sentence and named else sentence
