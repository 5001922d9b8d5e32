"""The sentences of the SdI's own checks, for the operator: what is wrong, and what to change."""

from collections.abc import Mapping


def _without_nature(en: str, de: str, it: str) -> Mapping[str, str]:
    """Only AE and Z can lack one, and no setting gives one to Z."""
    return {
        "en": f"{{where}}: without VAT {en} needs a Natura. For category AE set it under fatturapa.natures in the"
        " shop's file; category Z has none in Italy: cancel the order and have it placed again with a rate, or as E,"
        " K, G or O",
        "de": f"{{where}}: ohne Umsatzsteuer braucht {de} eine Natura. Für Kategorie AE sie unter fatturapa.natures"
        " in der Datei des Shops setzen; Kategorie Z hat in Italien keine: den Auftrag stornieren und mit einem"
        " Steuersatz oder als E, K, G oder O neu aufgeben lassen",
        "it": f"{{where}}: senza IVA {it} richiede la Natura. Per la categoria AE indicarla in fatturapa.natures nel"
        " file del negozio; la categoria Z in Italia non ne ha: annullare l'ordine e farlo inserire di nuovo con"
        " un'aliquota, o come E, K, G o O",
    }


WORDS: Mapping[str, Mapping[str, str]] = {
    "00301": {
        "en": "the seller's VAT id {value} is not valid: correct seller.vat_id in the shop's file",
        "de": "die USt-IdNr. {value} des Verkäufers ist nicht gültig: seller.vat_id in der Datei des Shops berichtigen",
        "it": "la partita IVA {value} del cedente non è valida: correggere seller.vat_id nel file del negozio",
    },
    "00302": {
        "en": "the seller's tax code {value} is not valid: correct seller.tax_code in the shop's file",
        "de": "der Codice fiscale {value} des Verkäufers ist nicht gültig: seller.tax_code in der Datei des Shops"
        " berichtigen",
        "it": "il codice fiscale {value} del cedente non è valido: correggere seller.tax_code nel file del negozio",
    },
    "00305": {
        "en": "the buyer's Italian VAT id {value} is not valid: correct the customer's data",
        "de": "die italienische USt-IdNr. {value} des Käufers ist nicht gültig: die Daten des Kunden berichtigen",
        "it": "la partita IVA {value} del cessionario non è valida: correggere i dati del cliente",
    },
    "00306": {
        "en": "the buyer's tax code {value} is not valid: correct the customer's data",
        "de": "der Codice fiscale {value} des Käufers ist nicht gültig: die Daten des Kunden berichtigen",
        "it": "il codice fiscale {value} del cessionario non è valido: correggere i dati del cliente",
    },
    "00400": _without_nature("a line", "eine Zeile", "una linea"),
    "00401": {
        "en": "{where}: the Natura {nature} cannot stand on a line with {rate} % VAT",
        "de": "{where}: die Natura {nature} kann nicht auf einer Zeile mit {rate} % Umsatzsteuer stehen",
        "it": "{where}: la Natura {nature} non può stare su una linea con IVA al {rate} %",
    },
    "00417": {
        "en": "a buyer in Italy needs a VAT id or a valid tax code: add one to the data of {name}",
        "de": "ein Käufer in Italien braucht eine USt-IdNr. oder einen gültigen Codice fiscale: in den Daten von"
        " {name} ergänzen",
        "it": "un cessionario in Italia deve avere la partita IVA o un codice fiscale valido: aggiungerlo ai dati di"
        " {name}",
    },
    "00418": {
        "en": "the paper of {day} is dated before {number} of {other_day}, to which it refers",
        "de": "der Beleg vom {day} trägt ein früheres Datum als {number} vom {other_day}, auf den er sich bezieht",
        "it": "il documento del {day} ha una data anteriore a {number} del {other_day}, cui si riferisce",
    },
    "00421": {
        "en": "{where}: the VAT is {found}, but base times rate gives {expected}",
        "de": "{where}: die Umsatzsteuer ist {found}, Bemessungsgrundlage mal Satz ergibt aber {expected}",
        "it": "{where}: l'imposta è {found}, ma imponibile per aliquota dà {expected}",
    },
    "00422": {
        "en": "{where}: the taxable amount is {found}, but the lines of this rate add up to {expected}",
        "de": "{where}: die Bemessungsgrundlage ist {found}, die Zeilen dieses Satzes ergeben aber {expected}",
        "it": "{where}: l'imponibile è {found}, ma le linee di questa aliquota sommano a {expected}",
    },
    "00423": {
        "en": "{where}: the line's total is {found}, but quantity, price and discounts give {expected}",
        "de": "{where}: der Gesamtpreis der Zeile ist {found}, Menge, Preis und Nachlässe ergeben aber {expected}",
        "it": "{where}: il prezzo totale della linea è {found}, ma quantità, prezzo e sconti danno {expected}",
    },
    "00425": {
        "en": "the number {value} has no digit",
        "de": "die Nummer {value} enthält keine Ziffer",
        "it": "il numero {value} non contiene cifre",
    },
    "00426": {
        "en": "the certified mail address {value} needs the recipient's code 0000000, but it is {code}",
        "de": "die zertifizierte Mailadresse {value} verlangt den Empfängercode 0000000, er ist aber {code}",
        "it": "la PEC {value} richiede il codice destinatario 0000000, ma è {code}",
    },
    "00427": {
        "en": "the recipient's code {value} must have {length} characters: correct the customer's data",
        "de": "der Empfängercode {value} muss {length} Zeichen haben: die Daten des Kunden berichtigen",
        "it": "il codice destinatario {value} deve avere {length} caratteri: correggere i dati del cliente",
    },
    "00429": _without_nature("the summary", "die Aufstellung", "il riepilogo"),
    "00430": {
        "en": "{where}: the Natura {nature} cannot stand in the summary of {rate} % VAT",
        "de": "{where}: die Natura {nature} kann nicht in der Aufstellung zu {rate} % Umsatzsteuer stehen",
        "it": "{where}: la Natura {nature} non può stare nel riepilogo dell'IVA al {rate} %",
    },
    "00438": {
        "en": "{where}: a discount has neither an amount nor a percentage",
        "de": "{where}: ein Nachlass hat weder Betrag noch Prozentsatz",
        "it": "{where}: uno sconto non ha né importo né percentuale",
    },
    "00443": {
        "en": "the rate {rate} stands in the lines or in the summary, but not in both",
        "de": "der Satz {rate} steht in den Zeilen oder in der Aufstellung, aber nicht in beiden",
        "it": "l'aliquota {rate} è nelle linee o nel riepilogo, ma non in entrambi",
    },
    "00444": {
        "en": "the Natura {nature} stands in the lines or in the summary, but not in both",
        "de": "die Natura {nature} steht in den Zeilen oder in der Aufstellung, aber nicht in beiden",
        "it": "la Natura {nature} è nelle linee o nel riepilogo, ma non in entrambi",
    },
    "00445": {
        "en": "the Natura {nature} is no longer taken: choose a part of it, such as {nature}.1, in fatturapa.natures",
        "de": "die Natura {nature} wird nicht mehr angenommen: in fatturapa.natures eine Unterart wählen, etwa"
        " {nature}.1",
        "it": "la Natura {nature} non è più ammessa: scegliere in fatturapa.natures una voce come {nature}.1",
    },
}
