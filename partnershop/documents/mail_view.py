"""Mails to customers in words: what is in frozen papers and rows, turned into letters. Nothing is calculated here.

The one subtraction is what a reduction comes to with its VAT: the old total less the new one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from partnershop.documents.formats import formats
from partnershop.documents.mail_letter import Block, Entry, Letter
from partnershop.documents.paper import Paper, Party
from partnershop.documents.printable import printable
from partnershop.documents.view import view
from partnershop.documents.view_parties import legal
from partnershop.documents.words.mail_wording import MAIL_WORDINGS, MailWording
from partnershop.documents.words.reasons import in_words
from partnershop.documents.words.wording import supported, wording

_MOST_LINES = 40
_LONGEST_NAME = 80
# A name like this is a message of its own: whoever orders in another's name must not have us send it.
_NO_NAME = re.compile(r"[@/\\<>]|www\.|https?:", re.IGNORECASE)


@dataclass(frozen=True)
class Addressed:
    """Whose order a mail is about: the language, the seller who writes, the customer's name and the order's number."""

    language: str
    seller: Party
    customer: str
    order: str


@dataclass(frozen=True)
class Settled:
    """What a case means for the customer's money, minor units.

    `refunded` goes back because of it; `owed` is what the order comes to after it, `paid` what has been received.
    """

    refunded: int
    owed: int
    paid: int


@dataclass(frozen=True)
class Complained:
    """A complaint: its number, the item it is about, and the customer's reason."""

    complaint: str
    item: str
    reason: str


@dataclass(frozen=True)
class Parcel:
    """An item that has left: what it is, who carries it, and its number there where there is one."""

    item: str
    quantity: int
    carrier: str | None
    tracking: str | None


def invoice(paper: Paper) -> Letter:
    """The letter that an invoice goes with: what it comes to, and what is due or that it is paid."""
    words = _words(paper.language)
    said = _Said(paper)
    rows = (said.printed.grand_total, *said.printed.settlement)
    return said.letter(
        words.subject_paper.format(title=said.printed.title, number=said.number, order=said.order),
        Block(sentences=(words.invoice.format(number=said.number, date=said.date, order=said.order),)),
        Block(rows=rows),
        Block(sentences=said.printed.closing),
    )


def reversal(paper: Paper, settled: Settled) -> Letter:
    """The letter that a reversal goes with: what was taken back, why, what comes back and how."""
    words = _words(paper.language)
    said = _Said(paper)
    replaced = printable(paper.refers_to.number) if paper.refers_to else ""
    intro = words.reversal.format(replaced=replaced, order=said.order, number=said.number, date=said.date)
    more = len(paper.lines) - _MOST_LINES
    why = ((said.papers.reason, in_words(paper.reason, words.language)),) if paper.reason else ()
    return said.letter(
        words.subject_paper.format(title=said.printed.title, number=said.number, order=said.order),
        Block(sentences=(intro,)),
        Block(
            heading=words.taken_back,
            entries=said.lines()[:_MOST_LINES],
            more=words.more_lines.format(count=more) if more > 0 else "",
        ),
        Block(rows=(said.printed.grand_total, *why)),
        Block(heading=words.money, sentences=_money_back(said, settled)),
    )


def reduced_invoice(taken_back: Paper, paper: Paper, complained: Complained, settled: Settled) -> Letter:
    """The letter that a reduced invoice goes with, and the reversal issued with it."""
    words = _words(paper.language)
    said = _Said(paper)
    replaced = printable(paper.refers_to.number) if paper.refers_to else ""
    complaint = printable(complained.complaint)
    intro = words.reduced.format(
        complaint=complaint, replaced=replaced, order=said.order, reversal=printable(taken_back.number),
        number=said.number, date=said.date,
    )  # fmt: skip
    rows = (
        (words.about, printable(complained.item)),
        (said.papers.reason, in_words(complained.reason, words.language)),
        (words.old_total, said.money(taken_back.gross)),
        (words.reduction, said.money(taken_back.gross - paper.gross)),
        (words.new_total, said.money(paper.gross)),
    )
    return said.letter(
        words.subject_reduced.format(
            title=said.printed.title, number=said.number, replaced=replaced, order=said.order
        ),
        Block(sentences=(intro, words.reduced_valid.format(number=said.number))),
        Block(rows=rows),
        Block(heading=words.money, sentences=_money_back(said, settled)),
    )


def complaint_rejected(addressed: Addressed, complained: Complained, decision: str) -> Letter:
    """The letter that says why a complaint was rejected."""
    words = _words(addressed.language)
    order, complaint = printable(addressed.order), printable(complained.complaint)
    rows = (
        (words.about, printable(complained.item)),
        (words.complaint, in_words(complained.reason, words.language)),
        (words.decision, in_words(decision, words.language)),
    )
    return _letter(
        addressed,
        words.subject_rejected.format(complaint=complaint, order=order),
        words.rejected_title.format(complaint=complaint),
        Block(sentences=(words.rejected.format(complaint=complaint, order=order),)),
        Block(rows=rows),
        Block(sentences=(words.rejected_unchanged,)),
    )


def shipped(addressed: Addressed, parcels: Sequence[Parcel], *, more_follow: bool) -> Letter:
    """The letter that says which items are on their way, by whom, under which number."""
    words = _words(addressed.language)
    order = printable(addressed.order)
    entries = tuple(_parcel(parcel, words) for parcel in parcels)
    return _letter(
        addressed,
        words.subject_shipped.format(order=order),
        words.shipped_title.format(order=order),
        Block(sentences=(words.shipped.format(order=order),)),
        Block(entries=entries),
        Block(sentences=(words.rest_follows,) if more_follow else ()),
    )


class _Said:
    """What a paper's own page says, for the letter that it goes with."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self.printed = view(paper)
        self.papers = wording(paper.language)
        self._figures = formats(self.papers.language)
        self.number, self.order = self.printed.number, printable(paper.order)
        self.date = self._figures.day(paper.issue_date)
        self.payment_method = paper.payment_method

    def money(self, minor: int) -> str:
        return self._figures.money(minor, self._paper.currency)

    def lines(self) -> tuple[Entry, ...]:
        """The lines, net as on the paper."""
        net = self.papers.vat_base
        return tuple(
            Entry(
                said.description if line.is_charge else f"{said.quantity} × {said.description}",
                (f"{net} {self.money(line.net)}", *(reduction.text for reduction in said.reductions)),
            )
            for line, said in zip(self._paper.lines, self.printed.lines, strict=True)
        )

    def letter(self, subject: str, *blocks: Block) -> Letter:
        """The letter in the paper's language, from its seller to its buyer."""
        paper = self._paper
        addressed = Addressed(paper.language, paper.seller, paper.buyer.name, paper.order)
        return _letter(addressed, subject, f"{self.printed.title} {self.number}", *blocks)


def _words(language: str) -> MailWording:
    return MAIL_WORDINGS[supported(language)]


def _letter(addressed: Addressed, subject: str, title: str, *blocks: Block) -> Letter:
    words = _words(addressed.language)
    name = printable(addressed.customer).strip()
    nameless = not name or len(name) > _LONGEST_NAME or _NO_NAME.search(name)
    questions = Block(sentences=(words.questions.format(order=printable(addressed.order)),))
    return Letter(
        language=words.language,
        subject=subject,
        title=title,
        greeting=words.greeting_nameless if nameless else words.greeting.format(name=name),
        blocks=tuple(block for block in (*blocks, questions) if block != Block()),
        closing=(words.regards, printable(addressed.seller.name)),
        imprint=_imprint(addressed.seller, words.language),
    )


def _imprint(seller: Party, language: str) -> tuple[str, ...]:
    """Who writes, as business letters must say it: each column of the paper's foot in a line."""
    columns = legal(seller, wording(language), formats(language))
    return tuple(" · ".join(column) for column in columns)


def _parcel(parcel: Parcel, words: MailWording) -> Entry:
    quantity = formats(words.language).quantity(parcel.quantity)
    carrier = words.carrier.format(carrier=printable(parcel.carrier)) if parcel.carrier else ""
    tracking = words.tracking.format(tracking=printable(parcel.tracking)) if parcel.tracking else ""
    return Entry(f"{quantity} × {printable(parcel.item)}", tuple(line for line in (carrier, tracking) if line))


def _money_back(said: _Said, settled: Settled) -> tuple[str, ...]:
    words, papers, method = _words(said.papers.language), said.papers, said.payment_method
    owed, paid = said.money(settled.owed), said.money(settled.paid)
    if settled.refunded:
        refund = words.refund.get(method, words.refund_otherwise)
        first = refund.format(amount=said.money(settled.refunded))
    elif not settled.paid:
        first = words.nothing_paid
    elif settled.paid <= settled.owed:
        first = words.paid_not_more.format(paid=paid)
    else:
        # Money beyond what this case takes off is another matter; the paper's own words hold for it.
        first = papers.money_back.get(method, papers.money_back_otherwise)
    if not settled.owed:
        return first, words.nothing_owed
    if settled.paid < settled.owed:
        return first, words.still_open.format(owed=owed, amount=said.money(settled.owed - settled.paid))
    return first, words.all_paid.format(owed=owed)
