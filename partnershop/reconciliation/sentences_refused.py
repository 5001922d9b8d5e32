"""What findings about refused papers say, in three languages."""

from collections.abc import Mapping

from partnershop.reconciliation.checks.refused import CORRECTION, LATE
from partnershop.reconciliation.wording import Said, Words
from partnershop.rules.reconciliation import FindingKind

_INVOICE = Words(
    en=Said(
        "The invoice of order {order} is refused and has no number: {why}.",
        "Correct the buyer (`partnershop order correct-buyer {order} --shop {shop} --reason TEXT`, with what was wrong)"
        " or the settings of the shop (`partnershop shop add FILE`); it is tried again by itself. After anything else:"
        " `partnershop retry --shop {shop}`.",
    ),
    de=Said(
        "Die Rechnung zu Auftrag {order} ist abgelehnt und hat keine Nummer: {why}.",
        "Den Käufer berichtigen (`partnershop order correct-buyer {order} --shop {shop} --reason TEXT`, mit dem, was"
        " falsch war) oder die Einstellungen des Shops (`partnershop shop add DATEI`); sie wird von selbst wieder"
        " versucht. Nach allem anderen: `partnershop retry --shop {shop}`.",
    ),
    it=Said(
        "La fattura dell'ordine {order} è rifiutata e non ha numero: {why}.",
        "Correggere l'acquirente (`partnershop order correct-buyer {order} --shop {shop} --reason TESTO`, con ciò che"
        " era sbagliato) o le impostazioni del negozio (`partnershop shop add FILE`); si riprova da sé. Dopo"
        " qualsiasi altra correzione: `partnershop retry --shop {shop}`.",
    ),
)
_OF_A_CASE = Words(
    en=Said(
        "Case {case_id} of order {order} is parked, its paper is refused and has no number: {why}.",
        "Correct the settings of the shop (`partnershop shop add FILE`); it is tried again by itself, and after"
        " anything else by `partnershop retry --shop {shop}`. If it is not wanted any more: `partnershop order"
        " drop-case {order} --shop {shop} --case {case_id} --reason TEXT`.",
    ),
    de=Said(
        "Fall {case_id} von Auftrag {order} ist geparkt, sein Beleg ist abgelehnt und hat keine Nummer: {why}.",
        "Die Einstellungen des Shops berichtigen (`partnershop shop add DATEI`); er wird von selbst wieder versucht,"
        " nach allem anderen mit `partnershop retry --shop {shop}`. Ist er nicht mehr gewollt: `partnershop order"
        " drop-case {order} --shop {shop} --case {case_id} --reason TEXT`.",
    ),
    it=Said(
        "La pratica {case_id} dell'ordine {order} è sospesa, il suo documento è rifiutato e non ha numero: {why}.",
        "Correggere le impostazioni del negozio (`partnershop shop add FILE`); si riprova da sé, e dopo qualsiasi"
        " altra correzione con `partnershop retry --shop {shop}`. Se non la si vuole più: `partnershop order drop-case"
        " {order} --shop {shop} --case {case_id} --reason TESTO`.",
    ),
)
_LATE = Words(
    en=Said(
        "Case {case_id} of order {order} waits for somebody's word: {why}.",
        "Where the law allows the reversal: `partnershop order confirm-reversal {order} --shop {shop} --case {case_id}"
        " --reason TEXT`. Otherwise: `partnershop order drop-case {order} --shop {shop} --case {case_id} --reason"
        " TEXT`.",
    ),
    de=Said(
        "Fall {case_id} von Auftrag {order} wartet auf eine Entscheidung: {why}.",
        "Erlaubt das Gesetz das Storno: `partnershop order confirm-reversal {order} --shop {shop} --case {case_id}"
        " --reason TEXT`. Sonst: `partnershop order drop-case {order} --shop {shop} --case {case_id} --reason TEXT`.",
    ),
    it=Said(
        "La pratica {case_id} dell'ordine {order} attende una decisione: {why}.",
        "Se la legge ammette lo storno: `partnershop order confirm-reversal {order} --shop {shop} --case {case_id}"
        " --reason TESTO`. Altrimenti: `partnershop order drop-case {order} --shop {shop} --case {case_id} --reason"
        " TESTO`.",
    ),
)

SENTENCES: Mapping[FindingKind, Words] = {
    FindingKind.PAPER_REFUSED: Words(
        en=_INVOICE.en, de=_INVOICE.de, it=_INVOICE.it, cases={CORRECTION: _OF_A_CASE, LATE: _LATE}
    ),
}
