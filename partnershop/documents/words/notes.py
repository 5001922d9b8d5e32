"""The sentences that a paper says beside its figures, the same in the e-invoice and on the page.

What it takes back or replaces, why, when the goods come, where the invoice is before them, why no VAT is charged, how
and until when to pay or how the money comes back.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from partnershop.documents.formats import Formats, formats
from partnershop.documents.paper import Allowance, Paper, PaperKind, PaperLine, Reference
from partnershop.documents.printable import printable
from partnershop.documents.words.categories import begins_with, says_more
from partnershop.documents.words.law import of_prepayment
from partnershop.documents.words.reasons import in_words
from partnershop.documents.words.wording import wording

_ITALY = "IT"
_TRANSFERS = frozenset({"advance", "invoice"})
_TAXED = frozenset({"S", "Z"})


@dataclass(frozen=True)
class _Words:
    """The words of one language that only these sentences need; `{names}` in braces are filled by `str.format`."""

    takes_back: str
    takes_back_by_law: str  # in Italy, with the article that a nota di credito rests on
    origin: str
    delivery_expected: str
    delivery_prepaid: str  # `law` is empty or " (…)"
    delivery_prepaid_expected: str
    delivery_follows: str
    taken_back_before: str  # on a reversal, of an invoice that came before the goods
    taken_back_before_expected: str
    nothing_due: str
    nothing_to_pay: str  # nor was anything paid
    stamp_duty: str
    transfer_until: str
    transfer_now: str
    pay_until: str
    pay_now: str


_WORDS: Mapping[str, _Words] = {
    "it": _Words(
        takes_back="Nota di credito a storno della fattura n. {number} del {date}, per le posizioni qui elencate.",
        takes_back_by_law=(
            "Nota di credito (art. 26 DPR 633/72) a storno della fattura n. {number} del {date}, "
            "per le posizioni qui elencate."
        ),
        origin="Posizione {position} della fattura n. {number}",
        delivery_expected="Fattura emessa prima della consegna, prevista per il {date}.",
        delivery_prepaid="Fattura per un pagamento anticipato{law}; la consegna seguirà.",
        delivery_prepaid_expected="Fattura per un pagamento anticipato{law}; consegna prevista per il {date}.",
        delivery_follows="Fattura emessa prima della consegna, che seguirà.",
        taken_back_before="La fattura n. {number} è stata emessa prima della consegna.",
        taken_back_before_expected=(
            "La fattura n. {number} è stata emessa prima della consegna, prevista per il {date}."
        ),
        nothing_due="L'importo è già stato pagato: non resta nulla da pagare.",
        nothing_to_pay="Non c'è nulla da pagare.",
        stamp_duty="Imposta di bollo assolta in modo virtuale (art. 6, comma 2, DM 17 giugno 2014).",
        transfer_until="Da versare con bonifico entro il {date}, indicando il numero {number}.",
        transfer_now="Da versare subito con bonifico, indicando il numero {number}.",
        pay_until="Da pagare entro il {date}: {method}.",
        pay_now="Da pagare subito: {method}.",
    ),
    "de": _Words(
        takes_back="Stornorechnung zu Rechnung {number} vom {date} über die hier aufgeführten Positionen.",
        takes_back_by_law=(
            "Stornorechnung (art. 26 DPR 633/72) zu Rechnung {number} vom {date} über die hier aufgeführten Positionen."
        ),
        origin="Position {position} der Rechnung {number}",
        delivery_expected="Rechnung vor der Lieferung; voraussichtlicher Liefertermin: {date}.",
        delivery_prepaid="Rechnung über eine Vorauszahlung{law}; die Lieferung folgt.",
        delivery_prepaid_expected="Rechnung über eine Vorauszahlung{law}; voraussichtlicher Liefertermin: {date}.",
        delivery_follows="Rechnung vor der Lieferung; die Lieferung folgt.",
        taken_back_before="Bei Ausstellung der Rechnung {number} war noch nicht geliefert.",
        taken_back_before_expected=(
            "Bei Ausstellung der Rechnung {number} war noch nicht geliefert; voraussichtlicher Liefertermin war {date}."
        ),
        nothing_due="Der Betrag ist bereits bezahlt; es ist nichts mehr zu zahlen.",
        nothing_to_pay="Es ist nichts zu zahlen.",
        stamp_duty="Italienische Stempelsteuer virtuell entrichtet (Art. 6 Abs. 2 DM vom 17. Juni 2014).",
        transfer_until="Zahlbar bis {date} durch Überweisung unter Angabe der Nummer {number}.",
        transfer_now="Zahlbar sofort durch Überweisung unter Angabe der Nummer {number}.",
        pay_until="Zahlbar bis {date}: {method}.",
        pay_now="Zahlbar sofort: {method}.",
    ),
    "en": _Words(
        takes_back="Reversal invoice (credit note) for invoice {number} of {date}, over the lines listed here.",
        takes_back_by_law=(
            "Reversal invoice (credit note, art. 26 DPR 633/72) for invoice {number} of {date}, "
            "over the lines listed here."
        ),
        origin="Line {position} of invoice {number}",
        delivery_expected="Invoice before delivery; delivery is expected on {date}.",
        delivery_prepaid="Invoice for a payment in advance{law}; delivery follows.",
        delivery_prepaid_expected="Invoice for a payment in advance{law}; delivery is expected on {date}.",
        delivery_follows="Invoice before delivery; delivery follows.",
        taken_back_before="When invoice {number} was issued, nothing had been delivered yet.",
        taken_back_before_expected=(
            "When invoice {number} was issued, nothing had been delivered yet; delivery was expected on {date}."
        ),
        nothing_due="The amount has been paid; nothing is due.",
        nothing_to_pay="There is nothing to pay.",
        stamp_duty="Italian stamp duty paid virtually (art. 6 (2) of the decree of 17 June 2014).",
        transfer_until="To be paid by bank transfer by {date}, quoting number {number}.",
        transfer_now="To be paid by bank transfer at once, quoting number {number}.",
        pay_until="To be paid by {date}: {method}.",
        pay_now="To be paid at once: {method}.",
    ),
}


def notes(paper: Paper) -> tuple[str, ...]:
    """The notes of a paper (BT-22), a sentence each, in its language: correction, reason, delivery, stamp duty."""
    sentences = (correction(paper), reason(paper), before_delivery(paper), stamp_duty(paper))
    return tuple(sentence for sentence in sentences if sentence)


def correction(paper: Paper) -> str | None:
    """Which invoice a reversal takes back, or a reduced invoice replaces and what took that one back."""
    if paper.refers_to is None:
        return None
    named = _named(paper.refers_to, paper)
    words = wording(paper.language)
    if paper.kind is PaperKind.REVERSAL:
        own = _words(paper)
        sentence = own.takes_back_by_law if paper.seller.country.upper() == _ITALY else own.takes_back
        return sentence.format(**named)
    if paper.reversed_by is None:
        return words.replaces.format(**named)
    reversal = _named(paper.reversed_by, paper)
    return words.replaces_reversed.format(**named, reversal=reversal["number"], reversal_date=reversal["date"])


def reason(paper: Paper) -> str | None:
    """Why a correction was issued, in the words of the operator or customer, or those of their machine's code."""
    words = wording(paper.language)
    said = in_words(paper.reason or "", words.language)
    return f"{words.reason}: {said}" if said else None


def allowed_for(allowance: Allowance, paper: Paper) -> str:
    """Why a line is reduced (BT-139)."""
    return in_words(allowance.reason, wording(paper.language).language)


def before_delivery(paper: Paper) -> str | None:
    """On an invoice that comes before the goods: when they are expected, or that it is for a payment in advance.

    On the reversal of such an invoice: that it came before them, and when they were expected.
    """
    if paper.delivery_date is not None:
        return None
    if paper.kind is PaperKind.REVERSAL:
        return _taken_back_before(paper)
    words, prepaid = _words(paper), paper.prepaid > 0
    law = of_prepayment(paper.seller.country)
    filled = {"law": f" ({law})" if law else "", "date": ""}
    if paper.expected_delivery is None:
        return (words.delivery_prepaid if prepaid else words.delivery_follows).format(**filled)
    filled["date"] = _figures(paper).day(paper.expected_delivery)
    return (words.delivery_prepaid_expected if prepaid else words.delivery_expected).format(**filled)


def _taken_back_before(paper: Paper) -> str | None:
    if paper.refers_to is None:
        return None
    words, number = _words(paper), printable(paper.refers_to.number)
    if paper.expected_delivery is None:
        return words.taken_back_before.format(number=number)
    return words.taken_back_before_expected.format(number=number, date=_figures(paper).day(paper.expected_delivery))


def stamp_duty(paper: Paper) -> str | None:
    """That Italian stamp duty was paid, where it is due."""
    return _words(paper).stamp_duty if paper.sdi is not None and paper.sdi.stamp_duty > 0 else None


def origin(line: PaperLine, paper: Paper) -> str | None:
    """Which line of the invoice a line of a reversal takes back (BT-127)."""
    if paper.kind is not PaperKind.REVERSAL or paper.refers_to is None or line.origin_position is None:
        return None
    return _words(paper).origin.format(position=line.origin_position, number=printable(paper.refers_to.number))


def exemption(category: str, frozen: str | None, language: str) -> str | None:
    """Why no VAT is charged (BT-120): what the law calls it, and the words `frozen` with the lines. None for S and Z.

    Where the frozen words begin with the law's, they alone are enough; where they say the same otherwise, the law's.
    """
    if category in _TAXED:
        return None
    law, own = wording(language).categories.get(category, ""), printable(frozen or "").strip()
    more = says_more(category, own)
    if more and begins_with(law, own) is not None:
        return own
    return ": ".join(filter(None, (law, more))) or None


def payment_terms(paper: Paper) -> str:
    """How and until when to pay (BT-20); that there is nothing to pay; on a reversal, how the money comes back."""
    if paper.kind is PaperKind.REVERSAL:
        return money_back(paper)
    words = _words(paper)
    if paper.gross <= paper.prepaid:
        return words.nothing_due if paper.prepaid > 0 else words.nothing_to_pay
    if paper.payment_method in _TRANSFERS:
        sentence = words.transfer_until if paper.due_date else words.transfer_now
    else:
        sentence = words.pay_until if paper.due_date else words.pay_now
    return sentence.format(
        date=_figures(paper).day(paper.due_date) if paper.due_date else "",
        number=printable(paper.number),
        method=payment_method(paper),
    )


def money_back(paper: Paper) -> str:
    """How the money of a reversal comes back."""
    words = wording(paper.language)
    return words.money_back.get(paper.payment_method, words.money_back_otherwise)


def payment_method(paper: Paper) -> str:
    """The payment method in the paper's language (BT-82)."""
    return wording(paper.language).methods.get(paper.payment_method, paper.payment_method)


def _words(paper: Paper) -> _Words:
    return _WORDS[wording(paper.language).language]


def _figures(paper: Paper) -> Formats:
    return formats(wording(paper.language).language)


def _named(reference: Reference, paper: Paper) -> dict[str, str]:
    return {"number": printable(reference.number), "date": _figures(paper).day(reference.issue_date)}
