"""All words of the mails to customers, in Italian, German and English; those of the papers are in wording.py."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class MailWording:
    """The words of one language. Sentences hold `{names}` in braces, to be filled by `str.format`."""

    language: str
    greeting: str
    greeting_nameless: str
    regards: str
    questions: str
    subject_paper: str
    subject_reduced: str
    subject_rejected: str
    subject_shipped: str
    invoice: str
    reversal: str
    taken_back: str
    more_lines: str
    money: str
    refund: Mapping[str, str]
    refund_otherwise: str
    nothing_paid: str
    paid_not_more: str
    nothing_owed: str
    still_open: str
    all_paid: str
    reduced: str
    reduced_valid: str
    old_total: str
    reduction: str
    new_total: str
    rejected_title: str
    rejected: str
    rejected_unchanged: str
    complaint: str
    about: str
    decision: str
    shipped_title: str
    shipped: str
    carrier: str
    tracking: str
    rest_follows: str


ITALIAN = MailWording(
    language="it",
    greeting="Buongiorno {name},",
    greeting_nameless="Buongiorno,",
    regards="Cordiali saluti",
    questions="Per qualsiasi domanda rispondete a questa mail, indicando l'ordine {order}.",
    subject_paper="{title} {number} – ordine {order}",
    subject_reduced="{title} {number} – sostituisce {replaced} – ordine {order}",
    subject_rejected="Reclamo {complaint} – ordine {order}",
    subject_shipped="Merce spedita – ordine {order}",
    invoice="in allegato trovate la fattura {number} del {date} per l'ordine {order}.",
    reversal=(
        "abbiamo stornato le posizioni qui elencate della fattura {replaced} per l'ordine {order}. "
        "In allegato trovate la nota di credito {number} del {date}."
    ),
    taken_back="Che cosa è stato stornato",
    more_lines="E altre posizioni ({count}): l'elenco completo è nell'allegato.",
    money="Che cosa vi torna",
    refund={
        "card": "Vi rimborsiamo {amount} sulla carta usata per il pagamento.",
        "paypal": "Vi rimborsiamo {amount} sul conto PayPal usato per il pagamento.",
        "advance": "Vi rimborsiamo {amount} con bonifico.",
        "invoice": "Vi rimborsiamo {amount} con bonifico.",
    },
    refund_otherwise="Vi rimborsiamo {amount} con lo stesso mezzo di pagamento.",
    nothing_paid="Per l'ordine non risulta pagato nulla: non c'è nulla da rimborsare.",
    paid_not_more="Per l'ordine risultano pagati {paid}, non più di quanto è dovuto: non c'è nulla da rimborsare.",
    nothing_owed="Per l'ordine non è più dovuto nulla.",
    still_open="L'ordine ammonta ora a {owed}; restano da pagare {amount}.",
    all_paid="L'ordine ammonta ora a {owed}, già pagati.",
    reduced=(
        "abbiamo accolto il vostro reclamo {complaint}. La fattura {replaced} per l'ordine {order} è stornata con la "
        "nota di credito {reversal} e sostituita dalla fattura con importo ridotto {number} del {date}."
    ),
    reduced_valid="In allegato trovate entrambi i documenti; d'ora in poi vale la fattura {number}.",
    old_total="Totale finora",
    reduction="Riduzione, IVA inclusa",
    new_total="Nuovo totale",
    rejected_title="Il vostro reclamo {complaint}",
    rejected="abbiamo esaminato il vostro reclamo {complaint} sull'ordine {order}. Purtroppo non possiamo accoglierlo.",
    rejected_unchanged="Documenti e importi dell'ordine restano invariati.",
    complaint="Il vostro reclamo",
    about="Riguarda",
    decision="Motivo della nostra decisione",
    shipped_title="Il vostro ordine {order} è in viaggio",
    shipped="abbiamo spedito questi articoli dell'ordine {order}:",
    carrier="Corriere: {carrier}",
    tracking="Numero di spedizione: {tracking}",
    rest_follows="Gli altri articoli dell'ordine seguono con un'altra spedizione.",
)

GERMAN = MailWording(
    language="de",
    greeting="Guten Tag {name},",
    greeting_nameless="Guten Tag,",
    regards="Mit freundlichen Grüßen",
    questions="Bei Fragen antworten Sie bitte auf diese E-Mail und nennen den Auftrag {order}.",
    subject_paper="{title} {number} – Auftrag {order}",
    subject_reduced="{title} {number} – ersetzt {replaced} – Auftrag {order}",
    subject_rejected="Reklamation {complaint} – Auftrag {order}",
    subject_shipped="Ware versandt – Auftrag {order}",
    invoice="im Anhang finden Sie die Rechnung {number} vom {date} zum Auftrag {order}.",
    reversal=(
        "wir haben die hier aufgeführten Positionen der Rechnung {replaced} zum Auftrag {order} storniert. "
        "Im Anhang finden Sie die Stornorechnung {number} vom {date}."
    ),
    taken_back="Was storniert ist",
    more_lines="Und weitere Positionen ({count}): die vollständige Liste ist im Anhang.",
    money="Was Sie zurückbekommen",
    refund={
        "card": "Wir erstatten {amount} auf die verwendete Karte.",
        "paypal": "Wir erstatten {amount} auf das verwendete PayPal-Konto.",
        "advance": "Wir erstatten {amount} durch Überweisung.",
        "invoice": "Wir erstatten {amount} durch Überweisung.",
    },
    refund_otherwise="Wir erstatten {amount} auf demselben Zahlungsweg.",
    nothing_paid="Zum Auftrag ist noch nichts bezahlt: zu erstatten ist nichts.",
    paid_not_more="Zum Auftrag sind {paid} bezahlt, nicht mehr als zu zahlen ist: zu erstatten ist nichts.",
    nothing_owed="Zum Auftrag ist nichts mehr zu zahlen.",
    still_open="Der Auftrag beläuft sich jetzt auf {owed}; zu zahlen sind noch {amount}.",
    all_paid="Der Auftrag beläuft sich jetzt auf {owed}; dieser Betrag ist bezahlt.",
    reduced=(
        "wir haben Ihre Reklamation {complaint} anerkannt. Die Rechnung {replaced} zum Auftrag {order} ist mit der "
        "Stornorechnung {reversal} storniert und durch die reduzierte Rechnung {number} vom {date} ersetzt."
    ),
    reduced_valid="Im Anhang finden Sie beide Belege; von nun an gilt die Rechnung {number}.",
    old_total="Gesamtbetrag bisher",
    reduction="Minderung einschließlich USt",
    new_total="Neuer Gesamtbetrag",
    rejected_title="Ihre Reklamation {complaint}",
    rejected=(
        "wir haben Ihre Reklamation {complaint} zum Auftrag {order} geprüft. Leider können wir sie nicht anerkennen."
    ),
    rejected_unchanged="Belege und Beträge des Auftrags bleiben, wie sie sind.",
    complaint="Ihre Reklamation",
    about="Betrifft",
    decision="Grund unserer Entscheidung",
    shipped_title="Ihr Auftrag {order} ist unterwegs",
    shipped="wir haben diese Artikel des Auftrags {order} versandt:",
    carrier="Versand mit: {carrier}",
    tracking="Sendungsnummer: {tracking}",
    rest_follows="Die übrigen Artikel des Auftrags folgen mit einer weiteren Sendung.",
)

ENGLISH = MailWording(
    language="en",
    greeting="Dear {name},",
    greeting_nameless="Good day,",
    regards="Kind regards",
    questions="If you have any questions, please reply to this mail and quote order {order}.",
    subject_paper="{title} {number} – order {order}",
    subject_reduced="{title} {number} – replaces {replaced} – order {order}",
    subject_rejected="Complaint {complaint} – order {order}",
    subject_shipped="Shipped – order {order}",
    invoice="Please find attached invoice {number} of {date} for order {order}.",
    reversal=(
        "We have taken back the lines listed here of invoice {replaced} for order {order}. "
        "Please find attached reversal invoice {number} of {date}."
    ),
    taken_back="What was taken back",
    more_lines="And more lines ({count}): the complete list is attached.",
    money="What comes back to you",
    refund={
        "card": "We refund {amount} to the card used for the payment.",
        "paypal": "We refund {amount} to the PayPal account used for the payment.",
        "advance": "We refund {amount} by bank transfer.",
        "invoice": "We refund {amount} by bank transfer.",
    },
    refund_otherwise="We refund {amount} by the same means of payment.",
    nothing_paid="Nothing has been paid for the order: there is nothing to refund.",
    paid_not_more="{paid} has been paid for the order, no more than what is owed: there is nothing to refund.",
    nothing_owed="Nothing is owed for the order any more.",
    still_open="The order now comes to {owed}; {amount} is still to be paid.",
    all_paid="The order now comes to {owed}, which has been paid.",
    reduced=(
        "We have accepted your complaint {complaint}. Invoice {replaced} for order {order} is taken back with reversal "
        "invoice {reversal} and replaced by the reduced invoice {number} of {date}."
    ),
    reduced_valid="Please find both papers attached; from now on invoice {number} is the valid one.",
    old_total="Total so far",
    reduction="Reduction, VAT included",
    new_total="New total",
    rejected_title="Your complaint {complaint}",
    rejected="We have looked into your complaint {complaint} about order {order}. Unfortunately we cannot accept it.",
    rejected_unchanged="The papers and amounts of the order stay as they are.",
    complaint="Your complaint",
    about="About",
    decision="Reason for our decision",
    shipped_title="Your order {order} is on its way",
    shipped="We have shipped these items of order {order}:",
    carrier="Carrier: {carrier}",
    tracking="Tracking number: {tracking}",
    rest_follows="The other items of the order follow in another consignment.",
)

MAIL_WORDINGS: Mapping[str, MailWording] = {words.language: words for words in (ITALIAN, GERMAN, ENGLISH)}
