"""What the rules on lines and totals say to operators and accountants: what is wrong, and what to change."""

from collections.abc import Mapping

_SUM: Mapping[str, str] = {
    "en": "{where} is {said}, but {what} make {should}. Correct the one or the other.",
    "de": "{where} ist {said}, aber {what} ergeben {should}. Das eine oder das andere berichtigen.",
    "it": "{where} è {said}, ma {what} danno {should}. Correggere l'uno o l'altro dato.",
}


def _sum_of(en: str, de: str, it: str) -> Mapping[str, str]:
    """The sentence of a total, with what it must be the sum of."""
    return {language: _SUM[language].replace("{what}", what) for language, what in (("en", en), ("de", de), ("it", it))}


WORDS: Mapping[str, Mapping[str, str]] = {
    "P-LINE-1": {
        "en": "The paper has no line (BG-25). Charges alone cannot be invoiced: add an item.",
        "de": "Der Beleg hat keine Position (BG-25). Zuschläge allein lassen sich nicht berechnen: eine Position "
        "ergänzen.",
        "it": "Il documento non ha righe (BG-25). Le sole spese non si possono fatturare: aggiungere una posizione.",
    },
    "P-LINE-2": _sum_of(
        "quantity × unit price, rounded half up, less the allowances",
        "Menge × Einzelpreis, kaufmännisch gerundet, abzüglich der Nachlässe",
        "quantità × prezzo unitario, con arrotondamento commerciale, meno gli sconti",
    ),
    "P-LINE-3": {
        "en": "{where} is {said}. Write it as a positive amount.",
        "de": "{where} ist {said}. Ihn als positiven Betrag schreiben.",
        "it": "{where} è {said}. Scriverlo come importo positivo.",
    },
    "P-LINE-4": {
        "en": "{where} are {said}, more than the price of {should}. Lower the reduction.",
        "de": "{where} betragen {said}, mehr als der Preis von {should}. Den Nachlass senken.",
        "it": "{where} sono {said}, più del prezzo di {should}. Diminuire la riduzione.",
    },
    "P-LINE-5": {
        "en": "{where} is {said}, but the percentage of the base makes {should}. Correct percentage, base or amount.",
        "de": "{where} ist {said}, aber der Prozentsatz der Basis ergibt {should}. Prozentsatz, Basis oder Betrag "
        "berichtigen.",
        "it": "{where} è {said}, ma la percentuale della base dà {should}. Correggere percentuale, base o importo.",
    },
    "P-LINE-6": {
        "en": "{where} needs a reason and the code 65 (defect) or 95 (other); it has {code}, "
        "{reason}.",
        "de": "{where} braucht einen Grund und den Code 65 (Mangel) oder 95 (sonstiges); er hat "
        "{code}, {reason}.",
        "it": "{where} richiede un motivo e il codice 65 (difetto) o 95 (altro); ha {code}, {reason}.",
    },
    "P-LINE-7": {
        "en": "{where} is {code}; it must be {should} (piece).",
        "de": "{where} ist {code}; sie muss {should} (Stück) sein.",
        "it": "{where} è {code}; deve essere {should} (pezzo).",
    },
    "P-LINE-8": {
        "en": "{where} needs a reason and the code FC (freight) or SAA (shipping and handling); it has "
        "{code}, {reason}.",
        "de": "{where} braucht einen Grund und den Code FC (Fracht) oder SAA (Versand und "
        "Verpackung); er hat {code}, {reason}.",
        "it": "{where} richiede un motivo e il codice FC (trasporto) o SAA (spedizione e imballo); ha "
        "{code}, {reason}.",
    },
    "P-LINE-9": {
        "en": "The line number {line} (BT-126) is missing or there twice. Every line needs one of its own.",
        "de": "Die Positionsnummer {line} (BT-126) fehlt oder kommt zweimal vor. Jede Position braucht eine eigene.",
        "it": "Il numero di riga {line} (BT-126) manca o si ripete. Ogni riga deve averne uno proprio.",
    },
    "P-LINE-10": {
        "en": "{where} is wrong: the quantity is {quantity}, the unit price {price}. Give both, every quantity above "
        "0.",
        "de": "{where} ist falsch: die Menge ist {quantity}, der Einzelpreis {price}. Beides angeben, die Menge über "
        "0.",
        "it": "{where} non va bene: la quantità è {quantity}, il prezzo unitario {price}. Indicare entrambi, la "
        "quantità maggiore di 0.",
    },
    "P-LINE-11": _sum_of(
        "the price before discount and its discount",
        "Bruttopreis und Preisnachlass",
        "prezzo lordo e sconto sul prezzo",
    ),
    "P-SUM-1": {
        "en": "{where} is {said}. No figure may be negative: a reversal takes back by its type (381), not by its "
        "signs.",
        "de": "{where} ist {said}. Keine Zahl darf negativ sein: ein Storno nimmt durch seine Art (381) zurück, nicht "
        "durch Vorzeichen. Das Vorzeichen berichtigen.",
        "it": "{where} è {said}. Nessun importo può essere negativo: lo storno toglie con il suo tipo (381), non con "
        "il segno. Correggere il segno.",
    },
    "P-SUM-2": _sum_of("the nets of the lines", "die Nettobeträge der Positionen", "gli imponibili delle righe"),
    "P-SUM-3": _sum_of("the allowances", "die Nachlässe", "gli sconti"),
    "P-SUM-4": _sum_of("the charges", "die Zuschläge", "le spese"),
    "P-SUM-5": _sum_of(
        "lines and charges less allowances", "Positionen und Zuschläge abzüglich der Nachlässe",
        "righe e spese meno gli sconti",
    ),
    "P-SUM-6": _sum_of("the VAT amounts of the rates", "die Steuerbeträge der Sätze", "le imposte delle aliquote"),
    "P-SUM-7": _sum_of("net and VAT", "Netto und Umsatzsteuer", "imponibile e IVA"),
    "P-SUM-8": _sum_of(
        "the total with VAT and what was paid before", "Gesamtbetrag und Vorauszahlung", "totale e importo già pagato"
    ),
    "P-VAT-1": _sum_of(
        "the base and its rate, rounded half up,", "Bemessungsgrundlage und Steuersatz, kaufmännisch gerundet,",
        "imponibile e aliquota, con arrotondamento commerciale,",
    ),
    "P-VAT-2": {
        "en": "{where} is {said}, more than the smallest unit off {should}, the base times its rate. Correct the VAT.",
        "de": "{where} ist {said}, mehr als die kleinste Einheit entfernt von {should}, der Bemessungsgrundlage mal "
        "Steuersatz. Die Umsatzsteuer berichtigen.",
        "it": "{where} è {said}, a più dell'unità minima da {should}, imponibile per aliquota. Correggere l'IVA.",
    },
    "P-VAT-3": {
        "en": "{where} is {said}, but what is left to take back is {should}. Correct the reversal.",
        "de": "{where} ist {said}, zurückzunehmen bleibt aber {should}. Die Stornorechnung berichtigen.",
        "it": "{where} è {said}, ma resta da stornare {should}. Correggere lo storno.",
    },
    "P-VAT-4": _sum_of(
        "its lines and charges", "die zugehörigen Positionen und Zuschläge", "le righe e spese corrispondenti"
    ),
    "P-VAT-5": {
        "en": "{where} has {rows} rows of this kind; each category and rate of the lines needs exactly one.",
        "de": "{where} hat {rows} Zeilen dieser Art; jede Kategorie und jeder Satz der Positionen "
        "braucht genau eine.",
        "it": "{where} ha {rows} righe di questo tipo; ogni categoria e aliquota delle righe ne richiede una sola.",
    },
    "P-VAT-6": {
        "en": "The reversal takes back more than is left of the invoice. Take back no more than its remaining lines.",
        "de": "Die Stornorechnung nimmt mehr zurück, als von der Rechnung übrig ist. Höchstens die verbliebenen "
        "Positionen zurücknehmen.",
        "it": "Lo storno toglie più di quanto resta della fattura. Stornare al massimo le righe rimaste.",
    },
}
