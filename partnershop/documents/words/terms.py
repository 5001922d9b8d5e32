"""What the terms of EN 16931 are called, so that a sentence is about "the buyer's country" and not about "BT-55"."""

import re
from collections.abc import Mapping

# English, German, Italian.
_NAMES: Mapping[str, tuple[str, str, str]] = {
    "BT-1": ("the number", "die Nummer", "il numero"),
    "BT-2": ("the date", "das Datum", "la data"),
    "BT-3": ("the type of the paper", "die Art des Belegs", "il tipo di documento"),
    "BT-5": ("the currency", "die Währung", "la valuta"),
    "BT-9": ("the due date", "die Fälligkeit", "la scadenza"),
    "BT-10": ("the buyer's reference", "die Referenz des Käufers", "il riferimento dell'acquirente"),
    "BT-13": ("the number of the order", "die Nummer des Auftrags", "il numero dell'ordine"),
    "BT-20": ("the terms of payment", "die Zahlungsbedingungen", "le condizioni di pagamento"),
    "BT-22": ("the note", "die Bemerkung", "la nota"),
    "BT-24": ("the profile", "das Profil", "il profilo"),
    "BT-25": (
        "the number of the preceding invoice", "die Nummer der früheren Rechnung", "il numero della fattura precedente",
    ),
    "BT-26": (
        "the date of the preceding invoice", "das Datum der früheren Rechnung", "la data della fattura precedente",
    ),
    "BT-27": ("the seller's name", "der Name des Verkäufers", "il nome del venditore"),
    "BT-29": ("the seller's identifier", "die Kennung des Verkäufers", "l'identificativo del venditore"),
    "BT-30": (
        "the seller's register entry", "der Registereintrag des Verkäufers", "l'iscrizione del venditore al registro",
    ),
    "BT-31": ("the seller's VAT id", "die USt-IdNr. des Verkäufers", "la partita IVA del venditore"),
    "BT-32": ("the seller's tax code", "die Steuernummer des Verkäufers", "il codice fiscale del venditore"),
    "BT-40": ("the seller's country", "das Land des Verkäufers", "il paese del venditore"),
    "BT-44": ("the buyer's name", "der Name des Käufers", "il nome dell'acquirente"),
    "BT-46": ("the buyer's identifier", "die Kennung des Käufers", "l'identificativo dell'acquirente"),
    "BT-47": (
        "the buyer's register entry", "der Registereintrag des Käufers", "l'iscrizione dell'acquirente al registro",
    ),
    "BT-48": ("the buyer's VAT id", "die USt-IdNr. des Käufers", "la partita IVA dell'acquirente"),
    "BT-55": ("the buyer's country", "das Land des Käufers", "il paese dell'acquirente"),
    "BT-72": ("the day of delivery", "der Liefertag", "il giorno della consegna"),
    "BT-80": ("the country of delivery", "das Zielland der Lieferung", "il paese di consegna"),
    "BT-81": ("the means of payment", "die Zahlungsart", "il mezzo di pagamento"),
    "BT-84": ("the account", "das Konto", "il conto"),
    "BT-92": ("the allowance on the whole", "der Nachlass auf das Ganze", "lo sconto sul totale"),
    "BT-99": ("the charge on the whole", "der Zuschlag auf das Ganze", "la spesa sul totale"),
    "BT-106": ("the sum of the lines", "die Summe der Positionen", "il totale delle righe"),
    "BT-107": ("the sum of the allowances", "die Summe der Nachlässe", "il totale degli sconti"),
    "BT-108": ("the sum of the charges", "die Summe der Zuschläge", "il totale delle spese"),
    "BT-109": ("the total without VAT", "der Gesamtbetrag ohne Umsatzsteuer", "il totale senza IVA"),
    "BT-110": ("the total VAT", "die Summe der Umsatzsteuer", "l'IVA totale"),
    "BT-112": ("the total with VAT", "der Gesamtbetrag mit Umsatzsteuer", "il totale con IVA"),
    "BT-113": ("the amount paid before", "der Betrag der Vorauszahlung", "l'importo già pagato"),
    "BT-114": ("the rounding", "der Rundungsbetrag", "l'arrotondamento"),
    "BT-115": ("the amount due", "der zu zahlende Betrag", "l'importo da pagare"),
    "BT-116": ("the base of the VAT", "die Bemessungsgrundlage", "l'imponibile"),
    "BT-117": ("the VAT", "die Umsatzsteuer", "l'imposta"),
    "BT-118": ("the VAT category", "die Steuerkategorie", "la categoria IVA"),
    "BT-119": ("the VAT rate", "der Steuersatz", "l'aliquota"),
    "BT-120": ("the reason for no VAT", "der Befreiungsgrund", "il motivo di esenzione"),
    "BT-121": ("the code for no VAT", "der Code der Befreiung", "il codice di esenzione"),
    "BT-126": ("the number of the line", "die Positionsnummer", "il numero di riga"),
    "BT-127": ("the note of the line", "die Bemerkung der Position", "la nota della riga"),
    "BT-129": ("the quantity", "die Menge", "la quantità"),
    "BT-130": ("the unit", "die Einheit", "l'unità di misura"),
    "BT-131": ("the net of the line", "das Netto der Position", "l'imponibile della riga"),
    "BT-136": ("the allowance", "der Nachlass", "lo sconto"),
    "BT-141": ("the charge", "der Zuschlag", "la maggiorazione"),
    "BT-146": ("the unit price", "der Einzelpreis", "il prezzo unitario"),
    "BT-147": ("the discount on the price", "der Preisnachlass", "lo sconto sul prezzo"),
    "BT-148": ("the price before discount", "der Bruttopreis", "il prezzo lordo"),
    "BT-149": (
        "the number of pieces of the price", "die Menge, für die der Preis gilt,", "la quantità cui vale il prezzo",
    ),
    "BT-151": ("the VAT category of the line", "die Steuerkategorie der Position", "la categoria IVA della riga"),
    "BT-152": ("the VAT rate of the line", "der Steuersatz der Position", "l'aliquota della riga"),
    "BT-153": ("the description of the line", "die Bezeichnung der Position", "la descrizione della riga"),
    "BT-154": ("the details of the line", "die Einzelheiten der Position", "i dettagli della riga"),
    "BG-3": ("the preceding invoice", "die frühere Rechnung", "la fattura precedente"),
    "BG-4": ("the seller", "der Verkäufer", "il venditore"),
    "BG-7": ("the buyer", "der Käufer", "l'acquirente"),
    "BG-13": ("the delivery", "die Lieferung", "la consegna"),
    "BG-16": ("the payment", "die Zahlung", "il pagamento"),
    "BG-21": ("the charges", "die Zuschläge", "le spese"),
    "BG-23": ("the VAT breakdown", "die Steueraufschlüsselung", "il riepilogo IVA"),
    "BG-25": ("the lines", "die Positionen", "le righe"),
    "BG-27": ("the allowances", "die Nachlässe", "gli sconti"),
    "BG-32": ("the attributes of the line", "die Merkmale der Position", "gli attributi della riga"),
}  # fmt: skip
# The elements of FatturaPA that its rules name.
_ELEMENTS: Mapping[str, tuple[str, str, str]] = {
    "CedentePrestatore": ("the seller", "der Verkäufer", "il cedente"),
    "CessionarioCommittente": ("the buyer", "der Käufer", "il cessionario"),
    "DatiGeneraliDocumento": ("the head of the FatturaPA", "der Kopf der FatturaPA", "la testata della fattura"),
    "DatiPagamento": ("the payment", "die Zahlung", "il pagamento"),
    "DatiRiepilogo": ("the VAT summary", "die Steuerübersicht", "il riepilogo IVA"),
    "DettaglioLinee": ("a line", "eine Position", "una riga"),
}  # fmt: skip
_LANGUAGES = ("en", "de", "it")
_TERM = re.compile(r"B[TG]-[0-9]+\b")
# The places that rules name beside the standard's terms, in the other languages.
_PLACES: Mapping[str, tuple[str, str]] = {
    "line": ("Position", "riga"),
    "allowance": ("Nachlass", "sconto"),
    "charge": ("Zuschlag", "spesa"),
}
# What a place is called that is none of the standard's terms: somewhere in the XML.
_ELSEWHERE = ("a part of the e-invoice", "ein Teil der E-Rechnung", "una parte della fattura elettronica")


def named(where: str, language: str) -> str:
    """A place in words, with the standard's term in brackets: "the net of the line (BT-131, line 3)".

    `language` is en, de or it. What is neither a term nor an element of FatturaPA that rules name ("PaymentMeans/ID")
    is a part of the e-invoice; "" stays "".
    """
    if not where:
        return ""
    which = _LANGUAGES.index(language)
    term = _TERM.match(where)
    known = _NAMES.get(term[0]) if term else _ELEMENTS.get(where.partition(" ")[0])
    name = (known or _ELSEWHERE)[which]
    if which:
        where = re.sub(r"(?<=, )(line|allowance|charge)\b", lambda found: _PLACES[found[1]][which - 1], where)
    return f"{name} ({where})"
