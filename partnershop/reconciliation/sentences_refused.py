"""What findings about refused papers say, in three languages; what to do is chosen by the rules that are broken."""

from collections.abc import Mapping

from partnershop.documents.words.remedies import WORDS, Remedy
from partnershop.reconciliation.wording import Said, Words
from partnershop.rules.reconciliation import FindingKind

_INVOICE = {
    "en": "The invoice of order {order} is refused and has no number: {why}.",
    "de": "Die Rechnung zu Auftrag {order} ist abgelehnt und hat keine Nummer: {why}.",
    "it": "La fattura dell'ordine {order} è rifiutata e non ha numero: {why}.",
}
_OF_A_CASE = {
    "en": "Case {case_id} of order {order} is parked, its paper is refused and has no number: {why}.",
    "de": "Fall {case_id} von Auftrag {order} ist geparkt, sein Beleg ist abgelehnt und hat keine Nummer: {why}.",
    "it": "La pratica {case_id} dell'ordine {order} è sospesa, il suo documento è rifiutato e non ha numero: {why}.",
}
_LATE = {
    "en": "Case {case_id} of order {order} waits for somebody's word: {why}.",
    "de": "Fall {case_id} von Auftrag {order} wartet auf eine Entscheidung: {why}.",
    "it": "La pratica {case_id} dell'ordine {order} attende una decisione: {why}.",
}
_WHAT = {Remedy.CORRECTION: _OF_A_CASE, Remedy.FIXED: _OF_A_CASE, Remedy.LATE: _LATE}


def _words(remedy: Remedy, cases: Mapping[str, Words]) -> Words:
    what, to_do = _WHAT.get(remedy, _INVOICE), WORDS[remedy]
    en, de, it = (Said(what[language], to_do[language]) for language in ("en", "de", "it"))
    return Words(en, de, it, cases)


_CASES = {remedy.value: _words(remedy, {}) for remedy in Remedy}
# Findings of an earlier version name no case where an invoice is refused.
SENTENCES: Mapping[FindingKind, Words] = {
    FindingKind.PAPER_REFUSED: _words(Remedy.BUYER_OR_SHOP, _CASES)
}
