"""Who must change what, that a refused paper may be issued; chosen by the rules that it breaks."""

import shlex
from collections.abc import Iterable, Mapping
from enum import StrEnum

from partnershop.documents.breach import Breach
from partnershop.rules.late_reversals import RULE as LATE_REVERSAL


class Remedy(StrEnum):
    """What lets a refused paper go on. Of a correction only the settings can change: all else is its original's."""

    BUYER = "buyer"
    SHOP = "shop"
    BUYER_OR_SHOP = "buyer_or_shop"
    LINE = "line"
    ORDER = "order"
    PROGRAM = "program"
    CORRECTION = "correction"
    FIXED = "fixed"
    LATE = "late"


# Whom a rule concerns, by its id, else by what the id begins with. Not listed: the place it names says it, else it is
# buyer or shop.
_CONCERNS: Mapping[str, Remedy] = {
    **dict.fromkeys(
        ("P-PARTY-3", "P-CAT-5", "P-CAT-6", "P-CAT-8", "00305", "00306", "00417", "00426", "00427",
         "P-IT-RECIPIENT", "P-IT-PEC"),
        Remedy.BUYER,
    ),
    **dict.fromkeys(
        ("P-PARTY-1", "P-PARTY-2", "P-PARTY-4", "P-CAT-12", "P-PAY-", "P-DATE-3", "P-FORM-5", "P-FORM-7", "00301",
         "00302", "00400", "00425", "00429", "00445", "P-IT-NUMBER", "P-IT-IBAN", "P-IT-REGIME", "P-IT-NATURE",
         "P-IT-CURRENCY"),
        Remedy.SHOP,
    ),
    **dict.fromkeys(
        ("P-LINE-", "P-CAT-", "P-DATE-", "P-REF-5", "P-REF-6", "P-PAY-5", "00401", "00430", "00443", "00444",
         "P-IT-LINES", "P-IT-RATE", "P-IT-AMOUNT"),
        Remedy.ORDER,
    ),
    **dict.fromkeys(
        ("P-FORM-", "P-REF-", "P-SUM-", "P-VAT-", "P-SAME-", "00418", "00421", "00422", "00423", "00438", "P-IT-XML",
         "P-IT-STRUCTURE", "P-IT-FILE", "P-IT-REFERENCE", "P-IT-DISCOUNT", "P-IT-BASE", "P-IT-TOTAL", "P-IT-SIGN",
         "P-IT-PAYMENT", "P-IT-DATE", "P-IT-CODE"),
        Remedy.PROGRAM,
    ),
    "P-CAT-7": Remedy.BUYER_OR_SHOP,
    LATE_REVERSAL: Remedy.LATE,
}  # fmt: skip
# Whom a rule concerns that is about either of them: the places it names.
_PLACES: Mapping[Remedy, tuple[str, ...]] = {
    Remedy.SHOP: ("CedentePrestatore", "seller", "BT-27", "BT-29", "BT-30", "BT-35", "BT-37", "BT-38", "BT-40"),
    Remedy.BUYER: (
        "CessionarioCommittente", "buyer", "BT-44", "BT-46", "BT-47", "BT-50", "BT-52", "BT-53", "BT-55", "BT-80",
    ),
    Remedy.LINE: ("DettaglioLinee", "lines"),
}  # fmt: skip


def remedy(breaches: Iterable[Breach], *, is_correction: bool) -> Remedy:
    """What lets a paper go on that breaks these rules: all of them must be mended, so the hardest one says it."""
    wanted = {_concerned(breach) for breach in breaches}
    if Remedy.LATE in wanted:
        return Remedy.LATE
    if is_correction:
        return Remedy.CORRECTION if wanted == {Remedy.SHOP} else Remedy.FIXED
    for hard in (Remedy.ORDER, Remedy.PROGRAM):
        if hard in wanted:
            return hard
    if len(wanted) > 1:
        wanted.discard(Remedy.LINE)  # the line's sentence says it, the next refusal names what is left
    return wanted.pop() if len(wanted) == 1 else Remedy.BUYER_OR_SHOP


def _concerned(breach: Breach) -> Remedy:
    if breach.rule in _CONCERNS:
        return _CONCERNS[breach.rule]
    for begin, concerned in _CONCERNS.items():
        if begin.endswith("-") and breach.rule.startswith(begin):
            return concerned
    for concerned, places in _PLACES.items():
        if any(place in breach.where for place in places):
            return concerned
    return Remedy.BUYER_OR_SHOP


def to_do(
    breaches: Iterable[Breach], language: str, *, shop: str, order: str, case: int | None
) -> str:
    """What an operator must do about a refused paper, with the command to type; in English for unknown languages."""
    words = WORDS[remedy(breaches, is_correction=case is not None)]
    values = {"shop": shlex.quote(shop), "order": shlex.quote(order), "case_id": str(case)}
    return words.get(language, words["en"]).format_map(values)


_AGAIN = {
    "en": " After anything else: `partnershop retry --shop {shop}`.",
    "de": " Nach allem anderen: `partnershop retry --shop {shop}`.",
    "it": " Dopo qualsiasi altra correzione: `partnershop retry --shop {shop}`.",
}
_DROP = "`partnershop order drop-case {order} --shop {shop} --case {case_id} --reason "
_BUYER = "`partnershop order correct-buyer {order} --shop {shop} --reason "
_CANCEL = "order cancel {order} --shop {shop} --reason "
_ITEM = "`partnershop item cancel {order} "
_LINE = "`partnershop order correct-line {order} "
WORDS: Mapping[Remedy, Mapping[str, str]] = {
    Remedy.BUYER: {
        "en": f"Correct the buyer ({_BUYER}TEXT`, with what was wrong); it is tried again by itself.",
        "de": f"Den Käufer berichtigen ({_BUYER}TEXT`, mit dem, was falsch war); es wird von selbst wieder versucht.",
        "it": f"Correggere l'acquirente ({_BUYER}TESTO`, con ciò che era sbagliato); si riprova da sé.",
    },
    Remedy.SHOP: {
        "en": "Correct the shop's file and save it (`partnershop shop add FILE`); it is tried again by itself.",
        "de": "Die Datei des Shops berichtigen und speichern (`partnershop shop add DATEI`); es wird von selbst wieder"
        " versucht.",
        "it": "Correggere il file del negozio e salvarlo (`partnershop shop add FILE`); si riprova da sé.",
    },
    Remedy.BUYER_OR_SHOP: {
        "en": f"Correct the buyer ({_BUYER}TEXT`, with what was wrong) or the shop's file (`partnershop shop add"
        f" FILE`); it is tried again by itself.{_AGAIN['en']}",
        "de": f"Den Käufer berichtigen ({_BUYER}TEXT`, mit dem, was falsch war) oder die Datei des Shops (`partnershop"
        f" shop add DATEI`); es wird von selbst wieder versucht.{_AGAIN['de']}",
        "it": f"Correggere l'acquirente ({_BUYER}TESTO`, con ciò che era sbagliato) o il file del negozio"
        f" (`partnershop shop add FILE`); si riprova da sé.{_AGAIN['it']}",
    },
    Remedy.LINE: {
        "en": f"Describe the line anew ({_LINE}ITEM --description TEXT --shop {{shop}} --reason TEXT`); it is tried"
        " again by itself.",
        "de": f"Die Position anders beschreiben ({_LINE}ARTIKEL --description TEXT --shop {{shop}} --reason TEXT`); es"
        " wird von selbst wieder versucht.",
        "it": f"Descrivere di nuovo la riga ({_LINE}ARTICOLO --description TESTO --shop {{shop}} --reason TESTO`); si"
        " riprova da sé.",
    },
    Remedy.ORDER: {
        "en": f"Nothing changes what was ordered: cancel the order (`partnershop {_CANCEL}TEXT`) or the item"
        f" ({_ITEM}ITEM --shop {{shop}} --reason TEXT`) and have it placed again, put right, under another number.",
        "de": f"Was bestellt wurde, ändert sich nicht: den Auftrag stornieren (`partnershop {_CANCEL}TEXT`) oder den"
        f" Artikel ({_ITEM}ARTIKEL --shop {{shop}} --reason TEXT`) und ihn richtig unter einer anderen Nummer neu"
        " bestellen lassen.",
        "it": f"Ciò che fu ordinato non cambia: annullare l'ordine (`partnershop {_CANCEL}TESTO`) o l'articolo"
        f" ({_ITEM}ARTICOLO --shop {{shop}} --reason TESTO`) e farlo rifare corretto con un altro numero.",
    },
    Remedy.PROGRAM: {
        "en": "Nobody's data are wrong: tell those who look after this program; after it is mended: `partnershop retry"
        " --shop {shop}`.",
        "de": "Niemandes Daten sind falsch: denen sagen, die dieses Programm betreuen; ist es in Ordnung gebracht:"
        " `partnershop retry --shop {shop}`.",
        "it": "I dati non sono sbagliati: dirlo a chi cura questo programma; dopo la correzione: `partnershop retry"
        " --shop {shop}`.",
    },
    Remedy.CORRECTION: {
        "en": "Correct the shop's file and save it (`partnershop shop add FILE`); it is tried again by itself. What the"
        f" original says stays. If it is not wanted any more: {_DROP}TEXT`.",
        "de": "Die Datei des Shops berichtigen und speichern (`partnershop shop add DATEI`); es wird von selbst wieder"
        f" versucht. Was das Original sagt, bleibt. Ist er nicht mehr gewollt: {_DROP}TEXT`.",
        "it": "Correggere il file del negozio e salvarlo (`partnershop shop add FILE`); si riprova da sé. Ciò che dice"
        f" l'originale resta. Se non la si vuole più: {_DROP}TESTO`.",
    },
    Remedy.FIXED: {
        "en": "A correction says what its original says, which never changes: tell those who look after this program"
        " which rule is in the way, and after it is mended `partnershop retry --shop {shop}`. If it is not wanted any"
        f" more: {_DROP}TEXT`.",
        "de": "Eine Korrektur sagt, was ihr Original sagt, und das ändert sich nie: denen, die dieses Programm"
        " betreuen, sagen, welche Regel im Weg steht, danach `partnershop retry --shop {shop}`. Ist er nicht mehr"
        f" gewollt: {_DROP}TEXT`.",
        "it": "Una correzione dice ciò che dice il suo originale, che non cambia mai: dire a chi cura questo programma"
        " quale regola lo impedisce, poi `partnershop retry --shop {shop}`. Se non la si vuole più:"
        f" {_DROP}TESTO`.",
    },
    Remedy.LATE: {
        "en": "Where the law allows the reversal: `partnershop order confirm-reversal {order} --shop {shop} --case"
        f" {{case_id}} --reason TEXT`. Otherwise: {_DROP}TEXT`.",
        "de": "Erlaubt das Gesetz das Storno: `partnershop order confirm-reversal {order} --shop {shop} --case"
        f" {{case_id}} --reason TEXT`. Sonst: {_DROP}TEXT`.",
        "it": "Se la legge ammette lo storno: `partnershop order confirm-reversal {order} --shop {shop} --case"
        f" {{case_id}} --reason TESTO`. Altrimenti: {_DROP}TESTO`.",
    },
}
