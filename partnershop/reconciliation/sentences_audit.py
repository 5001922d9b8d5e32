"""What the audit's breaches say, in three languages: the invariants by their numbers."""

from collections.abc import Mapping

from partnershop.reconciliation.wording import Said, Words

_TO_DO = (
    "Issue no papers for {shop} until the cause is found; `partnershop audit --shop {shop}` names the first of them.",
    "Keine Belege für {shop} ausstellen, ehe die Ursache klar ist; `partnershop audit --shop {shop}` nennt die ersten.",
    "Non emettere documenti per {shop} prima di trovare la causa; `partnershop audit --shop {shop}` elenca le prime.",
)
# Number of the invariant: what must hold, in English, German and Italian.
INVARIANTS: Mapping[str, tuple[str, str, str]] = {
    "1": (
        "every accepted event is handled, parked or quarantined with the reason",
        "jedes angenommene Ereignis ist verarbeitet, wartet oder liegt mit Begründung in Quarantäne",
        "ogni evento accettato è elaborato, in attesa o in quarantena con il motivo",
    ),
    "2": (
        "every item is held with a reason or routed by one decision that its trace reproduces",
        "jede Position ist mit Begründung angehalten oder durch genau eine nachvollziehbare Entscheidung zugeteilt",
        "ogni posizione è trattenuta con il motivo o assegnata da una sola decisione che la sua traccia riproduce",
    ),
    "3": (
        "no item is at two producers, and none that was cancelled before its hand-over is at any",
        "keine Position liegt bei zwei Herstellern, und keine vor der Übergabe stornierte liegt bei einem",
        "nessuna posizione è presso due produttori, e nessuna annullata prima della consegna è presso uno",
    ),
    "4": ("every paper adds up", "jeder Beleg geht rechnerisch auf", "ogni documento torna nei conti"),
    "5": (
        "corrections take back no more than was invoiced",
        "Korrekturen nehmen nicht mehr zurück, als berechnet wurde",
        "le rettifiche non riprendono più di quanto fatturato",
    ),
    "6": (
        "numbers per series and year are 1 to n, dates do not run backwards, and every paper is as it was issued",
        "Nummern je Kreis und Jahr sind 1 bis n, Daten laufen nicht rückwärts, jeder Beleg ist wie ausgestellt",
        "i numeri per serie e anno vanno da 1 a n, le date non tornano indietro, ogni documento è come fu emesso",
    ),
    "7": (
        "a cancelled item that was invoiced has exactly one live reversal",
        "eine berechnete und stornierte Position hat genau eine gültige Stornorechnung",
        "una posizione fatturata e annullata ha esattamente uno storno valido",
    ),
    "8": (
        "an accepted complaint on an invoiced order has its reversal and its reduced invoice",
        "eine angenommene Reklamation zu einem berechneten Auftrag hat Stornorechnung und reduzierte Rechnung",
        "un reclamo accettato su un ordine fatturato ha lo storno e la fattura con importo ridotto",
    ),
    "9": (
        "refund requests equal the rule, and never exceed what was paid",
        "Rückerstattungen entsprechen der Regel und übersteigen nie, was bezahlt wurde",
        "le richieste di rimborso seguono la regola e non superano mai quanto pagato",
    ),
    "10": (
        "commission bases equal the original net sale price",
        "die Grundlage der Provision ist der ursprüngliche Nettoverkaufspreis",
        "la base della provvigione è il prezzo netto di vendita originario",
    ),
    "11": (
        "the stored bytes of every rendered paper match their SHA-256",
        "die gespeicherten Bytes jedes erzeugten Belegs entsprechen ihrer SHA-256",
        "i byte conservati di ogni documento generato corrispondono al loro SHA-256",
    ),
    "12": (
        "the same events end in the same books",
        "dieselben Ereignisse führen zu denselben Büchern",
        "gli stessi eventi portano agli stessi libri",
    ),
}


def _words(english: str, german: str, italian: str) -> Words:
    return Words(
        en=Said(f"It no longer holds that {english}: {{count}} against it, the first: {{first}}.", _TO_DO[0]),
        de=Said(f"Verletzt ist: {german} ({{count}} Verstöße, der erste: {{first}}).", _TO_DO[1]),
        it=Said(f"Non vale più che {italian} ({{count}} violazioni, la prima: {{first}}).", _TO_DO[2]),
    )


_ANY = (
    "invariant {number} is kept",
    "Invariante {number} der Prüfung",
    "l'invariante {number} della verifica sia rispettata",
)
_PLAIN = _words(*_ANY)
BREACH = Words(
    _PLAIN.en, _PLAIN.de, _PLAIN.it, {number: _words(*sentences) for number, sentences in INVARIANTS.items()}
)
