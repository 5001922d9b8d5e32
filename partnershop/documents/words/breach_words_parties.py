"""What the rules on parties, payment and the paper itself say: what is wrong, and what to change."""

from collections.abc import Mapping

_SAME: Mapping[str, str] = {
    "en": "In the XML {where} is {said}, in the paper {paper}. They must say the same; tell those who look after this "
    "program.",
    "de": "Im XML ist {where} {said}, im Beleg {paper}. Beide müssen dasselbe sagen; bitte denen melden, die "
    "dieses Programm betreuen.",
    "it": "Nell'XML {where} è {said}, nel documento {paper}. Devono coincidere; segnalarlo a chi cura questo "
    "programma.",
}

WORDS: Mapping[str, Mapping[str, str]] = {
    "P-PARTY-1": {
        "en": "The seller's VAT id {id} (BT-31) is not valid. Correct it in the shop's file; Greece writes EL.",
        "de": "Die USt-IdNr. {id} des Verkäufers (BT-31) ist nicht gültig. In der Datei des Shops berichtigen; "
        "Griechenland schreibt EL.",
        "it": "La partita IVA {id} del venditore (BT-31) non è valida. Correggerla nel file del negozio; la Grecia "
        "scrive EL.",
    },
    "P-PARTY-2": {
        "en": "The seller has neither a VAT id (BT-31) nor a tax code (BT-32). Add one to the shop's file.",
        "de": "Der Verkäufer hat weder USt-IdNr. (BT-31) noch Steuernummer (BT-32). Eine davon in der Datei des Shops "
        "ergänzen.",
        "it": "Il venditore non ha né partita IVA (BT-31) né codice fiscale (BT-32). Aggiungerne uno nel file del "
        "negozio.",
    },
    "P-PARTY-3": {
        "en": "The buyer's VAT id {id} (BT-48) is not valid. Correct it with the buyer, or take it out of the order.",
        "de": "Die USt-IdNr. {id} des Käufers (BT-48) ist nicht gültig. Beim Käufer klären und berichtigen, oder aus "
        "dem Auftrag nehmen.",
        "it": "La partita IVA {id} dell'acquirente (BT-48) non è valida. Correggerla con l'acquirente o toglierla "
        "dall'ordine.",
    },
    "P-PARTY-4": {
        "en": "The seller's tax code {id} (BT-32) is no codice fiscale. Correct it in the shop's file.",
        "de": "Die Steuernummer {id} des Verkäufers (BT-32) ist kein codice fiscale. In der Datei des Shops "
        "berichtigen.",
        "it": "Il codice fiscale {id} del venditore (BT-32) non è valido. Correggerlo nel file del negozio.",
    },
    "P-PARTY-5": {
        "en": "{id}, {where}, is not valid in its scheme {scheme}. Correct it, or its scheme.",
        "de": "{id}, {where}, ist in ihrem Schema {scheme} nicht gültig. Sie oder das Schema "
        "berichtigen.",
        "it": "{id}, {where}, non è valido nel suo schema {scheme}. Correggere l'uno o l'altro.",
    },
    "P-PARTY-6": {
        "en": "{where} is missing or not known: {said}. Correct the address; countries are two capital letters, such "
        "as IT.",
        "de": "{where} fehlt oder ist nicht bekannt: {said}. Die Anschrift berichtigen; Länder sind zwei "
        "Großbuchstaben, etwa IT.",
        "it": "Manca o non è noto: {where}, {said}. Correggere l'indirizzo; i paesi sono due lettere maiuscole, per "
        "esempio IT.",
    },
    "P-PAY-1": {
        "en": "The means of payment (BT-81) is {code}; it must be one of {should}. For transfers, the shop's file "
        "needs the seller's IBAN.",
        "de": "Die Zahlungsart (BT-81) ist {code}; sie muss eine von {should} sein. Für Überweisungen braucht die "
        "Datei des Shops die IBAN des Verkäufers.",
        "it": "Il mezzo di pagamento (BT-81) è {code}; deve essere uno di {should}. Per i bonifici il file del negozio "
        "deve avere l'IBAN del venditore.",
    },
    "P-PAY-2": {
        "en": "The IBAN {iban} (BT-84) is not valid. Correct it in the shop's file.",
        "de": "Die IBAN {iban} (BT-84) ist nicht gültig. In der Datei des Shops berichtigen.",
        "it": "L'IBAN {iban} (BT-84) non è valido. Correggerlo nel file del negozio.",
    },
    "P-PAY-3": {
        "en": "A reversal names the account {iban} (BT-84), but nobody is to pay it. Leave the account out.",
        "de": "Eine Stornorechnung nennt das Konto {iban} (BT-84), aber niemand soll sie bezahlen. Das Konto "
        "weglassen.",
        "it": "Lo storno indica il conto {iban} (BT-84), ma nessuno deve pagarlo. Omettere il conto.",
    },
    "P-PAY-4": {
        "en": "Something is due, but neither until when (BT-9) nor on what terms (BT-20) is said. Set payment_days in "
        "the shop's file.",
        "de": "Etwas ist zu zahlen, aber weder die Fälligkeit (BT-9) noch Bedingungen (BT-20) sind genannt. In der "
        "Datei des Shops payment_days setzen.",
        "it": "C'è un importo da pagare, ma mancano scadenza (BT-9) e condizioni (BT-20). Impostare payment_days nel "
        "file del negozio.",
    },
    "P-PAY-5": {
        "en": "How it is paid (BG-16) is not said. Give the order its payment method.",
        "de": "Wie bezahlt wird (BG-16), ist nicht gesagt. Dem Auftrag seine Zahlungsart geben.",
        "it": "Non è indicato come si paga (BG-16). Indicare nell'ordine il metodo di pagamento.",
    },
    "P-PAY-6": {
        "en": "A SEPA transfer ({code}) is in euros, the invoice in {currency}. Use code 30.",
        "de": "Eine SEPA-Überweisung ({code}) lautet auf Euro, die Rechnung auf {currency}. Code 30 verwenden.",
        "it": "Un bonifico SEPA ({code}) è in euro, la fattura in {currency}. Usare il codice 30.",
    },
    "P-PAY-7": {
        "en": "The account {iban} (BT-84) stands beside the means of payment {code}, which is no transfer. Leave it "
        "out.",
        "de": "Das Konto {iban} (BT-84) steht bei der Zahlungsart {code}, die keine Überweisung ist. Es weglassen.",
        "it": "Il conto {iban} (BT-84) è indicato con il mezzo di pagamento {code}, che non è un bonifico. Ometterlo.",
    },
    **{f"P-SAME-{number}": _SAME for number in range(1, 9)},
    "P-SAME-9": {
        "en": "In the XML {where} is {said}, of which the paper says nothing; tell those who look after this "
        "program.",
        "de": "Im XML ist {where} {said}, wovon der Beleg nichts sagt; bitte denen melden, die dieses Programm "
        "betreuen.",
        "it": "Nell'XML {where} è {said}, di cui il documento non dice nulla; segnalarlo a chi cura questo "
        "programma.",
    },
}
