"""The sentences of FatturaPA's rules, for the operator: what is wrong, and what to change."""

from collections.abc import Mapping

from partnershop.documents.fatturapa import words_sdi

WORDS: Mapping[str, Mapping[str, str]] = {
    **words_sdi.WORDS,
    "P-IT-XML": {
        "en": "the FatturaPA cannot be read: {problem}",
        "de": "die FatturaPA ist nicht lesbar: {problem}",
        "it": "la FatturaPA non è leggibile: {problem}",
    },
    "P-IT-STRUCTURE": {
        "en": "{where}: elements are missing, unknown or in another order than the schema of FatturaPA 1.2.3 wants:"
        " {found}",
        "de": "{where}: Elemente fehlen, sind unbekannt oder in anderer Reihenfolge als im Schema der FatturaPA"
        " 1.2.3: {found}",
        "it": "{where}: elementi mancanti, sconosciuti o in un ordine diverso dallo schema FatturaPA 1.2.3: {found}",
    },
    "P-IT-FORM": {
        "en": "{where} is not of the form or length that the schema wants: {value}",
        "de": "{where} hat nicht die Form oder Länge, die das Schema verlangt: {value}",
        "it": "{where} non ha la forma o la lunghezza richiesta dallo schema: {value}",
    },
    "P-IT-LATIN": {
        "en": "{where} is empty, too long, or has other letters than Latin-1: {value}",
        "de": "{where} ist leer, zu lang oder hat andere Buchstaben als Latin-1: {value}",
        "it": "{where} è vuoto, troppo lungo o contiene caratteri fuori da Latin-1: {value}",
    },
    "P-IT-NUMBER": {
        "en": "the number {value} must have 1 to 20 plain characters: shorten the series in the shop's file",
        "de": "die Nummer {value} muss 1 bis 20 einfache Zeichen haben: den Nummernkreis in der Datei des Shops kürzen",
        "it": "il numero {value} deve avere da 1 a 20 caratteri semplici: abbreviare la serie nel file del negozio",
    },
    "P-IT-ID": {
        "en": "{where} is not of the form of a fiscal identifier: correct {value}",
        "de": "{where} hat nicht die Form eines steuerlichen Kennzeichens: {value} berichtigen",
        "it": "{where} non ha la forma di un identificativo fiscale: correggere {value}",
    },
    "P-IT-RECIPIENT": {
        "en": "the recipient's code {value} must have seven capital letters and digits: correct it",
        "de": "der Empfängercode {value} muss aus sieben Großbuchstaben und Ziffern bestehen: bitte berichtigen",
        "it": "il codice destinatario {value} deve avere sette lettere maiuscole e cifre: correggerlo",
    },
    "P-IT-PEC": {
        "en": "the certified mail address (PEC) {value} is no mail address: correct it",
        "de": "die zertifizierte Mailadresse (PEC) {value} ist keine Mailadresse: bitte berichtigen",
        "it": "la PEC {value} non è un indirizzo di posta: correggerla",
    },
    "P-IT-CAP": {
        "en": "{where}: the postcode {value} must have five digits in Italy: correct the address",
        "de": "{where}: die Postleitzahl {value} muss in Italien fünf Ziffern haben: die Adresse berichtigen",
        "it": "{where}: il CAP {value} deve avere cinque cifre: correggere l'indirizzo",
    },
    "P-IT-PROVINCE": {
        "en": "the province {value} must be its two capital letters, such as BO",
        "de": "die Provinz {value} muss aus ihren zwei Großbuchstaben bestehen, etwa BO",
        "it": "la provincia {value} deve essere la sigla di due lettere maiuscole, come BO",
    },
    "P-IT-COUNTRY": {
        "en": "the country {value} must be two capital letters, such as IT",
        "de": "das Land {value} muss aus zwei Großbuchstaben bestehen, etwa IT",
        "it": "il paese {value} deve essere di due lettere maiuscole, come IT",
    },
    "P-IT-IBAN": {
        "en": "the IBAN {value} is not valid: correct it in the shop's file",
        "de": "die IBAN {value} ist nicht gültig: in der Datei des Shops berichtigen",
        "it": "l'IBAN {value} non è valido: correggerlo nel file del negozio",
    },
    "P-IT-AMOUNT": {
        "en": "{where} is no amount that FatturaPA takes (11 digits before the point, 2 to 8 after it):"
        " {value}",
        "de": "{where} ist kein Betrag, den die FatturaPA zulässt (11 Stellen vor, 2 bis 8 nach dem"
        " Punkt): {value}",
        "it": "{where} non è un importo ammesso (11 cifre prima del punto, da 2 a 8 dopo): {value}",
    },
    "P-IT-RATE": {
        "en": "{where}: the rate {value} must be from 0.00 to 100.00 with two decimals",
        "de": "{where}: der Satz {value} muss von 0.00 bis 100.00 gehen und zwei Nachkommastellen haben",
        "it": "{where}: l'aliquota {value} deve andare da 0.00 a 100.00 con due decimali",
    },
    "P-IT-LINES": {
        "en": "{element} must be a number from 1 to 9999, a paper cannot have more lines: {value}",
        "de": "{element} muss eine Zahl von 1 bis 9999 sein, mehr Zeilen kann ein Beleg nicht haben: {value}",
        "it": "{element} deve essere un numero da 1 a 9999, un documento non può avere più linee: {value}",
    },
    "P-IT-DATE": {
        "en": "{element} is no day of the calendar from 1970 on: {value}",
        "de": "{element} ist kein Kalendertag ab 1970: {value}",
        "it": "{element} non è un giorno del calendario dal 1970 in poi: {value}",
    },
    "P-IT-CODE": {
        "en": "{element} is none of the codes of FatturaPA: {value}",
        "de": "{element} ist keiner der Codes der FatturaPA: {value}",
        "it": "{element} non è uno dei codici della FatturaPA: {value}",
    },
    "P-IT-REGIME": {
        "en": "the tax regime {value} is not known: set seller.tax_regime in the shop's file to one of RF01 to RF20,"
        " but not RF03",
        "de": "das Steuerregime {value} ist unbekannt: seller.tax_regime in der Datei des Shops auf einen Code von"
        " RF01 bis RF20 setzen, nur nicht RF03",
        "it": "il regime fiscale {value} non è noto: indicare seller.tax_regime nel file del negozio, da RF01 a RF20"
        " tranne RF03",
    },
    "P-IT-NATURE": {
        "en": "the Natura {value} is not known: correct fatturapa.natures in the shop's file",
        "de": "die Natura {value} ist unbekannt: fatturapa.natures in der Datei des Shops berichtigen",
        "it": "la Natura {value} non è nota: correggere fatturapa.natures nel file del negozio",
    },
    "P-IT-TEXT": {
        "en": "{where}: nothing of this text can be written in Latin letters, which FatturaPA wants: give it in Latin"
        " letters; a buyer's with `partnershop order correct-buyer ORDER --shop SHOP --name TEXT` (or --company,"
        " --street, --city)",
        "de": "{where}: nichts von diesem Text ist in lateinischen Buchstaben schreibbar, wie sie die FatturaPA"
        " verlangt: ihn in lateinischen Buchstaben angeben; den des Käufers mit `partnershop order correct-buyer ORDER"
        " --shop SHOP --name TEXT` (oder --company, --street, --city)",
        "it": "{where}: nulla di questo testo si può scrivere in lettere latine, come vuole la FatturaPA: fornirlo in"
        " lettere latine; per l'acquirente `partnershop order correct-buyer ORDER --shop SHOP --name TEXT` (o"
        " --company, --street, --city)",
    },
    "P-IT-FILE": {
        "en": "the file's number {value} must have at most five letters and digits: this database has issued too many"
        " papers for it",
        "de": "die Dateinummer {value} darf höchstens fünf Buchstaben und Ziffern haben: diese Datenbank hat dafür zu"
        " viele Belege ausgestellt",
        "it": "il progressivo {value} deve avere al massimo cinque lettere e cifre: questa banca dati ha emesso"
        " troppi documenti",
    },
    "P-IT-CURRENCY": {
        "en": "the currency {value} is not EUR, in which papers for the SdI must be made out",
        "de": "die Währung {value} ist nicht EUR, in dem Belege für das SdI ausgestellt werden müssen",
        "it": "la valuta {value} non è EUR, in cui vanno emessi i documenti per lo SdI",
    },
    "P-IT-REFERENCE": {
        "en": "a credit note (TD04) must name number and date of the invoice that it takes back",
        "de": "eine Stornorechnung (TD04) muss Nummer und Datum der Rechnung nennen, die sie zurücknimmt",
        "it": "una nota di credito (TD04) deve indicare numero e data della fattura che storna",
    },
    "P-IT-DISCOUNT": {
        "en": "{where}: the discount per unit is {found}; it must be above zero",
        "de": "{where}: der Nachlass je Einheit ist {found}; er muss über null liegen",
        "it": "{where}: lo sconto unitario è {found}; deve essere maggiore di zero",
    },
    "P-IT-BASE": {
        "en": "{where}: the taxable amount is {found}, but the lines of this rate add up to {expected}",
        "de": "{where}: die Bemessungsgrundlage ist {found}, die Zeilen dieses Satzes ergeben aber {expected}",
        "it": "{where}: l'imponibile è {found}, ma le linee di questa aliquota sommano a {expected}",
    },
    "P-IT-TOTAL": {
        "en": "the total is {found}, but bases and VAT add up to {expected}",
        "de": "der Gesamtbetrag ist {found}, Bemessungsgrundlagen und Umsatzsteuer ergeben aber {expected}",
        "it": "il totale è {found}, ma imponibili e IVA sommano a {expected}",
    },
    "P-IT-SIGN": {
        "en": "{where}: the amount {found} is negative; also on a credit note amounts are positive",
        "de": "{where}: der Betrag {found} ist negativ; auch auf einer Stornorechnung sind Beträge positiv",
        "it": "{where}: l'importo {found} è negativo; anche nelle note di credito gli importi sono positivi",
    },
    "P-IT-PAYMENT": {
        "en": "the payments add up to {found}, more than the total of {expected}",
        "de": "die Zahlungen ergeben {found}, mehr als den Gesamtbetrag von {expected}",
        "it": "i pagamenti sommano a {found}, più del totale di {expected}",
    },
}
