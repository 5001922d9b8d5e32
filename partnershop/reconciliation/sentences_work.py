"""What findings about work and unknown outcomes say, in three languages."""

from collections.abc import Mapping

from partnershop.reconciliation.sentences_audit import BREACH
from partnershop.reconciliation.sentences_papers import SENTENCES as PAPERS
from partnershop.reconciliation.wording import Said, Words
from partnershop.rules.reconciliation import FindingKind

_STANDING = Words(
    en=Said(
        "Work of the stage {stage} stands still: {count} due that nobody has taken, the oldest since {since}.",
        "Does a worker take that queue? `partnershop status` and Flower say so; start one, or more where all are busy.",
    ),
    de=Said(
        "Arbeit der Stufe {stage} steht still: {count} fällig und von niemandem genommen, die älteste seit {since}.",
        "Arbeitet jemand diese Warteschlange ab? `partnershop status` und Flower sagen es; einen Worker starten, oder "
        "mehr davon, wenn alle beschäftigt sind.",
    ),
    it=Said(
        "Il lavoro della fase {stage} è fermo: {count} in scadenza che nessuno ha preso, il più vecchio dal {since}.",
        "C'è un worker su quella coda? Lo dicono `partnershop status` e Flower; avviarne uno, o altri se sono tutti "
        "occupati.",
    ),
)

_PARKED = Words(
    en=Said(
        "Event {event} ({type}) has waited for more than a day for {waits_for} {which}.",
        "It goes on by itself when that comes. If it never will, ask the shop: `partnershop event park list --shop "
        "{shop}`.",
    ),
    de=Said(
        "Ereignis {event} ({type}) wartet seit mehr als einem Tag auf {waits_for} {which}.",
        "Es geht von selbst weiter, sobald das kommt. Kommt es nie, den Shop fragen: `partnershop event park list "
        "--shop {shop}`.",
    ),
    it=Said(
        "L'evento {event} ({type}) attende da più di un giorno {waits_for} {which}.",
        "Prosegue da solo quando arriva. Se non arriverà mai, chiedere al negozio: `partnershop event park list --shop "
        "{shop}`.",
    ),
)

_QUARANTINED = Words(
    en=Said(
        "Event {event} is in quarantine as {name}: {why}.",
        "Have the shop send it corrected, or mend the cause here and `partnershop event quarantine retry {name} --shop "
        "{shop}`; else `partnershop finding accept {finding} --reason TEXT`.",
    ),
    de=Said(
        "Ereignis {event} liegt als {name} in Quarantäne: {why}.",
        "Den Shop ein berichtigtes senden lassen, oder hier die Ursache beheben und `partnershop event quarantine "
        "retry {name} --shop {shop}`; sonst `partnershop finding accept {finding} --reason TEXT`.",
    ),
    it=Said(
        "L'evento {event} è in quarantena come {name}: {why}.",
        "Far inviare al negozio l'evento corretto, oppure rimuovere qui la causa e `partnershop event quarantine retry "
        "{name} --shop {shop}`; altrimenti `partnershop finding accept {finding} --reason TEXT`.",
    ),
)

_HELD = Words(
    en=Said(
        "Item {item} of {order} has been held for more than a day: {why}.",
        "Put right what the reason names; a new catalogue or new settings release it by themselves, anything else "
        "`partnershop item release {order} {item} --shop {shop} --reason TEXT`, or `partnershop item cancel {order} "
        "{item} --shop {shop} --reason TEXT`.",
    ),
    de=Said(
        "Position {item} von {order} ist seit mehr als einem Tag angehalten: {why}.",
        "In Ordnung bringen, was der Grund nennt; ein neuer Katalog oder neue Einstellungen geben sie von selbst frei, "
        "alles andere `partnershop item release {order} {item} --shop {shop} --reason TEXT`, oder `partnershop item "
        "cancel {order} {item} --shop {shop} --reason TEXT`.",
    ),
    it=Said(
        "La posizione {item} di {order} è trattenuta da più di un giorno: {why}.",
        "Sistemare ciò che il motivo indica; un nuovo catalogo o nuove impostazioni la liberano da sole, per il resto "
        "`partnershop item release {order} {item} --shop {shop} --reason TEXT`, oppure `partnershop item cancel "
        "{order} {item} --shop {shop} --reason TEXT`.",
    ),
)

_SETTLE = (
    "`partnershop item settle-dispatch {order} {item} --shop {shop} --hand-over {name} --accepted --reason TEXT`",
    "`partnershop item settle-dispatch {order} {item} --shop {shop} --hand-over {name} --not-accepted --reason TEXT`",
)
_UNKNOWN = Words(
    en=Said(
        "Nobody knows whether {producer} has item {item} of {order}, called {name} there: {why}.",
        f"Ask there for {{name}}; it is never sent again by itself. If they have it: {_SETTLE[0]}; if not: "
        f"{_SETTLE[1]}.",
    ),
    de=Said(
        "Niemand weiß, ob {producer} Position {item} von {order} hat, dort {name} genannt: {why}.",
        f"Dort nach {{name}} fragen; von selbst wird nie noch einmal gesendet. Liegt sie dort: {_SETTLE[0]}; wenn "
        f"nicht: {_SETTLE[1]}.",
    ),
    it=Said(
        "Nessuno sa se {producer} ha la posizione {item} di {order}, lì chiamata {name}: {why}.",
        f"Chiedere lì di {{name}}; da sola non viene mai inviata di nuovo. Se ce l'hanno: {_SETTLE[0]}; se no: "
        f"{_SETTLE[1]}.",
    ),
)

_UNACKNOWLEDGED = Words(
    en=Said(
        "{producer} has had item {item} of {order} as {name} since {since} and has not said a word about it.",
        "Ask there whether {name} is being made; the shop's report that it is printed or shipped closes this. If it "
        "never arrived, `partnershop item cancel {order} {item} --shop {shop} --reason TEXT` and order it anew.",
    ),
    de=Said(
        "{producer} hat Position {item} von {order} als {name} seit {since} und hat sich dazu nie gemeldet.",
        "Dort fragen, ob {name} hergestellt wird; die Meldung des Shops, dass gedruckt oder versandt ist, schließt "
        "dies. Kam sie nie an: `partnershop item cancel {order} {item} --shop {shop} --reason TEXT` und neu bestellen.",
    ),
    it=Said(
        "{producer} ha la posizione {item} di {order} come {name} dal {since} e non ne ha mai dato notizia.",
        "Chiedere lì se {name} è in lavorazione; la notizia del negozio che è stampata o spedita chiude questo caso. "
        "Se non è mai arrivata: `partnershop item cancel {order} {item} --shop {shop} --reason TEXT` e riordinare.",
    ),
)

# What a field's value is called, in English, German and Italian.
TERMS: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "waits_for": {
        "order": ("order", "Auftrag", "l'ordine"),
        "item": ("item", "Position", "la posizione"),
        "complaint": ("complaint", "Reklamation", "il reclamo"),
        "case": ("case", "Fall", "il caso"),
        "refund": ("refund request", "Rückerstattung", "la richiesta di rimborso"),
        "hand_over": ("the hand-over of item", "die Übergabe von Position", "la consegna della posizione"),
    },
    "producer": {
        "in_house": ("the shop's own print works", "die eigene Druckerei", "la tipografia propria"),
        "unitedprint": ("Unitedprint", "Unitedprint", "Unitedprint"),
    },
    "mail_about": {
        "shipped": ("shipping", "den Versand", "la spedizione"),
        "complaint_rejected": ("a rejected complaint", "eine abgelehnte Reklamation", "un reclamo respinto"),
        "digest": ("what needs operators", "das, was Bearbeiter braucht", "ciò che richiede gli operatori"),
    },
}

SENTENCES: Mapping[FindingKind, Words] = {
    FindingKind.WORK_STANDING_STILL: _STANDING,
    FindingKind.EVENT_PARKED: _PARKED,
    FindingKind.EVENT_QUARANTINED: _QUARANTINED,
    FindingKind.ITEM_HELD: _HELD,
    FindingKind.DISPATCH_UNKNOWN: _UNKNOWN,
    FindingKind.DISPATCH_UNACKNOWLEDGED: _UNACKNOWLEDGED,
    FindingKind.AUDIT_BREACH: BREACH,
    **PAPERS,
}
