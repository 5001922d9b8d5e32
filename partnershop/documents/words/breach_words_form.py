"""What the rules on form, references and dates say to operators and accountants: what is wrong, and what to change."""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "P-FORM-1": {
        "en": "{where} is no number: {text}. Correct that value in the order.",
        "de": "{where} ist keine Zahl: {text}. Diesen Wert im Auftrag berichtigen.",
        "it": "{where} non è un numero: {text}. Correggere il valore nell'ordine.",
    },
    "P-FORM-2": {
        "en": "{where} is empty. Fill in what belongs there, or leave it out.",
        "de": "{where} ist leer. Ausfüllen, was dorthin gehört, oder es weglassen.",
        "it": "È senza contenuto: {where}. Completare il dato oppure ometterlo.",
    },
    "P-FORM-3": {
        "en": "The profile (BT-24) is {text}; it must be exactly {should}.",
        "de": "Das Profil (BT-24) ist {text}; es muss genau {should} sein.",
        "it": "Il profilo (BT-24) è {text}; deve essere esattamente {should}.",
    },
    "P-FORM-4": {
        "en": "The type of the paper (BT-3) is {code}; it must be 380 (invoice) or 381 (reversal).",
        "de": "Die Art des Belegs (BT-3) ist {code}; sie muss 380 (Rechnung) oder 381 (Storno) sein.",
        "it": "Il tipo di documento (BT-3) è {code}; deve essere 380 (fattura) o 381 (storno).",
    },
    "P-FORM-5": {
        "en": "{code} is no currency of ISO 4217 (BT-5). Set the shop's currency to one, such as EUR.",
        "de": "{code} ist keine Währung nach ISO 4217 (BT-5). Beim Shop eine solche einstellen, etwa EUR.",
        "it": "{code} non è una valuta ISO 4217 (BT-5). Impostarne una nel negozio, per esempio EUR.",
    },
    "P-FORM-6": {
        "en": "{where} is {said}, but may have at most {places} decimals. Correct that amount, or the shop's currency.",
        "de": "{where} ist {said}, darf aber höchstens {places} Nachkommastellen haben. Diesen Betrag oder die Währung "
        "des Shops berichtigen.",
        "it": "{where} è {said}, ma può avere al massimo {places} decimali. Correggere l'importo o la valuta del "
        "negozio.",
    },
    "P-FORM-7": {
        "en": "The number {number} (BT-1) must have at most 20 characters, only plain Latin ones, and a digit. Shorten "
        "the series in the shop's file.",
        "de": "Die Nummer {number} (BT-1) darf höchstens 20 Zeichen haben, nur einfache lateinische, davon eine "
        "Ziffer. Den Nummernkreis in der Datei des Shops kürzen.",
        "it": "Il numero {number} (BT-1) può avere al massimo 20 caratteri, solo latini di base, con almeno una cifra. "
        "Abbreviare la serie nel file del negozio.",
    },
    "P-FORM-8": {
        "en": "The total VAT (BT-110) is in {code}, the invoice in {should}. Both must be the same currency.",
        "de": "Die Summe der Umsatzsteuer (BT-110) lautet auf {code}, die Rechnung auf {should}. Beides muss dieselbe "
        "Währung sein.",
        "it": "L'IVA totale (BT-110) è in {code}, la fattura in {should}. La valuta deve essere la stessa.",
    },
    "P-FORM-9": {
        "en": "The XML cannot be read as an e-invoice: {text} Have the paper written again from its order.",
        "de": "Das XML ist nicht als E-Rechnung lesbar: {text} Den Beleg neu aus seinem Auftrag schreiben lassen.",
        "it": "L'XML non è leggibile come fattura elettronica: {text} Far riscrivere il documento dal suo ordine.",
    },
    "P-REF-1": {
        "en": "The reversal does not name the number of the invoice that it takes back (BT-25). Name it.",
        "de": "Die Stornorechnung nennt nicht die Nummer der Rechnung, die sie zurücknimmt (BT-25). Sie ergänzen.",
        "it": "Lo storno non indica il numero della fattura stornata (BT-25). Indicarlo.",
    },
    "P-REF-2": {
        "en": "The reversal does not name the date of the invoice that it takes back (BT-26). Name it.",
        "de": "Die Stornorechnung nennt nicht das Datum der Rechnung, die sie zurücknimmt (BT-26). Es ergänzen.",
        "it": "Lo storno non indica la data della fattura stornata (BT-26). Indicarla.",
    },
    "P-REF-3": {
        "en": "The preceding invoice {number} (BG-3) must be named with its number and its date. Complete it.",
        "de": "Die vorausgegangene Rechnung {number} (BG-3) muss mit Nummer und Datum genannt sein. Sie "
        "vervollständigen.",
        "it": "La fattura precedente {number} (BG-3) va indicata con numero e data. Completarla.",
    },
    "P-REF-4": {
        "en": "The paper {number} refers to itself (BT-25). Name the invoice that it corrects.",
        "de": "Der Beleg {number} bezieht sich auf sich selbst (BT-25). Die Rechnung nennen, die er berichtigt.",
        "it": "Il documento {number} fa riferimento a se stesso (BT-25). Indicare la fattura che rettifica.",
    },
    "P-REF-5": {
        "en": "The buyer's reference (BT-10) is missing. Give the customer a number.",
        "de": "Die Referenz des Käufers (BT-10) fehlt. Dem Kunden eine Nummer geben.",
        "it": "Manca il riferimento dell'acquirente (BT-10). Assegnare al cliente un numero.",
    },
    "P-REF-6": {
        "en": "The number of the order (BT-13) is missing. Give the order a number.",
        "de": "Die Nummer des Auftrags (BT-13) fehlt. Dem Auftrag eine Nummer geben.",
        "it": "Manca il numero dell'ordine (BT-13). Assegnare all'ordine un numero.",
    },
    "P-REF-7": {
        "en": "The reduced invoice does not name the invoice that it replaces (BG-3). Name its number and date.",
        "de": "Die reduzierte Rechnung nennt nicht die Rechnung, die sie ersetzt (BG-3). Deren Nummer und Datum "
        "nennen.",
        "it": "La fattura ridotta non indica la fattura che sostituisce (BG-3). Indicarne numero e data.",
    },
    "P-DATE-1": {
        "en": "{where} is no day of the calendar, written CCYYMMDD: {text}. Correct that date.",
        "de": "{where} ist kein Tag des Kalenders in der Form JJJJMMTT: {text}. Dieses Datum berichtigen.",
        "it": "{where} non è un giorno del calendario nella forma AAAAMMGG: {text}. Correggere la data.",
    },
    "P-DATE-2": {
        "en": "The invoice referred to is of {said} (BT-26), later than this paper of {issued}. Correct the reference.",
        "de": "Die genannte Rechnung ist vom {said} (BT-26), jünger als dieser Beleg vom {issued}. Den Bezug "
        "berichtigen.",
        "it": "La fattura richiamata è del {said} (BT-26), posteriore a questo documento del {issued}. Correggere il "
        "riferimento.",
    },
    "P-DATE-3": {
        "en": "Payment is due on {said} (BT-9), before the paper of {issued} was issued. Correct the days of payment.",
        "de": "Fällig ist am {said} (BT-9), vor der Ausstellung am {issued}. Das Zahlungsziel berichtigen.",
        "it": "La scadenza è il {said} (BT-9), prima dell'emissione del {issued}. Correggere i giorni di pagamento.",
    },
    "P-DATE-4": {
        "en": "Neither a delivery date (BT-72) nor a country to deliver to (BT-80) is there. Give the order one of "
        "them.",
        "de": "Weder ein Lieferdatum (BT-72) noch ein Zielland (BT-80) ist angegeben. Eines davon im Auftrag ergänzen.",
        "it": "Mancano sia la data di consegna (BT-72) sia il paese di consegna (BT-80). Indicare nell'ordine almeno "
        "uno dei due.",
    },
    "P-DATE-5": {
        "en": "It was delivered on {said} (BT-72), but the paper is of {issued}. If the shop sent a wrong day of "
        "shipping, cancel the order and have it placed again.",
        "de": "Geliefert wurde am {said} (BT-72), der Beleg ist aber vom {issued}. Hat der Shop einen falschen "
        "Versandtag gesendet: den Auftrag stornieren und neu aufgeben lassen.",
        "it": "La consegna è del {said} (BT-72), ma il documento è del {issued}. Se il negozio ha inviato una data di "
        "spedizione errata, annullare l'ordine e farlo inserire di nuovo.",
    },
    "P-TEXT-1": {
        "en": "{field} has characters that no font of ours can print: {characters}. Write it with other letters.",
        "de": "{field} enthält Zeichen, die keine unserer Schriften drucken kann: {characters}. Mit anderen Buchstaben "
        "schreiben.",
        "it": "{field} contiene caratteri che nessuno dei nostri font può stampare: {characters}. Scriverlo con altre "
        "lettere.",
    },
}
