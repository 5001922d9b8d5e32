"""All words of the papers, in Italian, German and English.

Titles: DPR 633/72 art. 21 and 26 (nota di credito), UStG 14 (a Stornorechnung is never called "Gutschrift": since 2013
that word means a self-billed invoice, UStG 14 (4) no. 10), VAT Directive art. 226 and 219.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from partnershop.documents.paper import PaperKind

FALLBACK = "en"


@dataclass(frozen=True)
class Wording:
    """The words of one language. Sentences hold `{names}` in braces, to be filled by `str.format`."""

    language: str
    titles: Mapping[PaperKind, str]
    page: str  # before the page number
    page_of: str  # between page number and number of pages
    number: str
    issue_date: str
    order: str
    order_date: str
    customer_number: str
    supply_date: str
    delivery_follows: str
    supply_see_order: str
    vat_id: str
    tax_code: str
    buyer_vat_id: str
    buyer_tax_code: str
    position: str
    description: str
    quantity: str
    unit_price: str
    vat: str
    net: str
    reduction: str
    net_reduced: str
    vat_rate: str
    vat_base: str
    vat_amount: str
    total_net: str
    total_vat: str
    total_gross: str
    total_reversed: str
    prepaid: str
    amount_due: str
    payment_method: str
    methods: Mapping[str, str]
    transfer: str
    transfer_to: str
    nothing_due: str
    takes_back: str
    replaces: str
    replaces_reversed: str
    reason: str
    money_back: Mapping[str, str]
    money_back_otherwise: str
    categories: Mapping[str, str]


ITALIAN = Wording(
    language="it",
    titles={
        PaperKind.INVOICE: "Fattura",
        PaperKind.REVERSAL: "Nota di credito (storno)",
        PaperKind.REDUCED_INVOICE: "Fattura con importo ridotto",
    },
    page="Pagina",
    page_of="di",
    number="Numero",
    issue_date="Data",
    order="Ordine",
    order_date="Data dell'ordine",
    customer_number="Cliente n.",
    supply_date="Data di consegna",
    delivery_follows="La consegna seguirà; per la data dell'operazione vale l'ordine.",
    supply_see_order="Per la data dell'operazione vale l'ordine.",
    vat_id="Partita IVA",
    tax_code="Codice fiscale",
    buyer_vat_id="Vostra partita IVA",
    buyer_tax_code="Vostro codice fiscale",
    position="Pos.",
    description="Descrizione",
    quantity="Quantità",
    unit_price="Prezzo unitario",
    vat="IVA",
    net="Imponibile {currency}",
    reduction="Riduzione, reclamo {complaint}: {reason}",
    net_reduced="Imponibile dopo la riduzione",
    vat_rate="Aliquota IVA",
    vat_base="Imponibile",
    vat_amount="Imposta",
    total_net="Totale imponibile",
    total_vat="Totale IVA",
    total_gross="Totale fattura",
    total_reversed="Totale stornato",
    prepaid="Già pagato",
    amount_due="Importo da pagare",
    payment_method="Modalità di pagamento",
    methods={
        "card": "Carta di pagamento",
        "paypal": "PayPal",
        "advance": "Bonifico anticipato",
        "invoice": "Bonifico su fattura",
    },
    transfer="Vi preghiamo di versare {amount} indicando il numero {number}.",
    transfer_to="Vi preghiamo di versare {amount} sul conto {iban} ({holder}), indicando il numero {number}.",
    nothing_due="L'importo è già stato pagato: non resta nulla da pagare.",
    takes_back="Storno, per le posizioni e gli importi qui elencati, della fattura {number} del {date}.",
    replaces="Sostituisce la fattura {number} del {date}.",
    replaces_reversed=(
        "Sostituisce la fattura {number} del {date}, stornata con la nota di credito {reversal} del {reversal_date}."
    ),
    reason="Motivo",
    money_back={
        "card": "Quanto risulta pagato in eccesso viene rimborsato sulla carta usata per il pagamento.",
        "paypal": "Quanto risulta pagato in eccesso viene rimborsato sul conto PayPal usato per il pagamento.",
        "advance": "Quanto risulta pagato in eccesso viene rimborsato con bonifico.",
        "invoice": "L'importo stornato non è più dovuto; quanto già pagato in eccesso viene rimborsato con bonifico.",
    },
    money_back_otherwise="Quanto risulta pagato in eccesso viene rimborsato con lo stesso mezzo di pagamento.",
    categories={
        "Z": "Aliquota zero",
        "E": "Operazione esente",
        "AE": "Inversione contabile",
        "K": "Cessione intracomunitaria non imponibile",
        "G": "Esportazione non imponibile",
        "O": "Fuori campo IVA",
    },
)

GERMAN = Wording(
    language="de",
    titles={
        PaperKind.INVOICE: "Rechnung",
        PaperKind.REVERSAL: "Stornorechnung",
        PaperKind.REDUCED_INVOICE: "Reduzierte Rechnung",
    },
    page="Seite",
    page_of="von",
    number="Nummer",
    issue_date="Datum",
    order="Auftrag",
    order_date="Auftragsdatum",
    customer_number="Kundennummer",
    supply_date="Lieferdatum",
    delivery_follows="Die Lieferung folgt; Leistungszeitpunkt gemäß Auftrag.",
    supply_see_order="Leistungszeitpunkt gemäß Auftrag.",
    vat_id="USt-IdNr.",
    tax_code="Steuernummer",
    buyer_vat_id="Ihre USt-IdNr.",
    buyer_tax_code="Ihre Steuernummer",
    position="Pos.",
    description="Beschreibung",
    quantity="Menge",
    unit_price="Einzelpreis",
    vat="USt",
    net="Netto {currency}",
    reduction="Minderung, Reklamation {complaint}: {reason}",
    net_reduced="Netto nach Minderung",
    vat_rate="USt-Satz",
    vat_base="Nettobetrag",
    vat_amount="USt-Betrag",
    total_net="Summe netto",
    total_vat="Summe USt",
    total_gross="Rechnungsbetrag",
    total_reversed="Stornierter Betrag",
    prepaid="Bereits bezahlt",
    amount_due="Zu zahlen",
    payment_method="Zahlungsart",
    methods={
        "card": "Kartenzahlung",
        "paypal": "PayPal",
        "advance": "Vorkasse",
        "invoice": "Kauf auf Rechnung",
    },
    transfer="Bitte überweisen Sie {amount} unter Angabe der Nummer {number}.",
    transfer_to="Bitte überweisen Sie {amount} auf das Konto {iban} ({holder}) unter Angabe der Nummer {number}.",
    nothing_due="Der Betrag ist bereits bezahlt; es ist nichts mehr zu zahlen.",
    takes_back="Storniert werden die hier aufgeführten Positionen und Beträge der Rechnung {number} vom {date}.",
    replaces="Ersetzt die Rechnung {number} vom {date}.",
    replaces_reversed=(
        "Ersetzt die Rechnung {number} vom {date}, storniert mit der Stornorechnung {reversal} vom {reversal_date}."
    ),
    reason="Grund",
    money_back={
        "card": "Was dadurch zu viel bezahlt ist, wird auf die verwendete Karte zurückerstattet.",
        "paypal": "Was dadurch zu viel bezahlt ist, wird auf das verwendete PayPal-Konto zurückerstattet.",
        "advance": "Was dadurch zu viel bezahlt ist, wird durch Überweisung zurückerstattet.",
        "invoice": (
            "Der stornierte Betrag ist nicht mehr zu zahlen; was schon zu viel bezahlt ist, "
            "wird durch Überweisung zurückerstattet."
        ),
    },
    money_back_otherwise="Was dadurch zu viel bezahlt ist, wird auf demselben Zahlungsweg zurückerstattet.",
    categories={
        "Z": "Nullsatz",
        "E": "Steuerfrei",
        "AE": "Steuerschuldnerschaft des Leistungsempfängers",
        "K": "Steuerfreie innergemeinschaftliche Lieferung",
        "G": "Steuerfreie Ausfuhrlieferung",
        "O": "Nicht steuerbar",
    },
)

ENGLISH = Wording(
    language="en",
    titles={
        PaperKind.INVOICE: "Invoice",
        PaperKind.REVERSAL: "Reversal invoice (credit note)",
        PaperKind.REDUCED_INVOICE: "Reduced invoice",
    },
    page="Page",
    page_of="of",
    number="Number",
    issue_date="Date",
    order="Order",
    order_date="Order date",
    customer_number="Customer no.",
    supply_date="Date of supply",
    delivery_follows="Delivery follows; for the date of supply see the order.",
    supply_see_order="For the date of supply see the order.",
    vat_id="VAT ID",
    tax_code="Tax number",
    buyer_vat_id="Your VAT ID",
    buyer_tax_code="Your tax number",
    position="Item",
    description="Description",
    quantity="Quantity",
    unit_price="Unit price",
    vat="VAT",
    net="Net {currency}",
    reduction="Reduction, complaint {complaint}: {reason}",
    net_reduced="Net after reduction",
    vat_rate="VAT rate",
    vat_base="Net amount",
    vat_amount="VAT amount",
    total_net="Total net",
    total_vat="Total VAT",
    total_gross="Total",
    total_reversed="Total taken back",
    prepaid="Already paid",
    amount_due="Amount due",
    payment_method="Payment method",
    methods={
        "card": "Card",
        "paypal": "PayPal",
        "advance": "Payment in advance",
        "invoice": "Payment on invoice",
    },
    transfer="Please transfer {amount}, quoting number {number}.",
    transfer_to="Please transfer {amount} to account {iban} ({holder}), quoting number {number}.",
    nothing_due="The amount has been paid; nothing is due.",
    takes_back="This takes back the lines and amounts listed here of invoice {number} of {date}.",
    replaces="Replaces invoice {number} of {date}.",
    replaces_reversed=(
        "Replaces invoice {number} of {date}, taken back with reversal invoice {reversal} of {reversal_date}."
    ),
    reason="Reason",
    money_back={
        "card": "Whatever has been overpaid goes back to the card used for the payment.",
        "paypal": "Whatever has been overpaid goes back to the PayPal account used for the payment.",
        "advance": "Whatever has been overpaid is refunded by bank transfer.",
        "invoice": (
            "The amount taken back is no longer due; whatever has been overpaid already is refunded by bank transfer."
        ),
    },
    money_back_otherwise="Whatever has been overpaid is refunded by the same means of payment.",
    categories={
        "Z": "Zero rated",
        "E": "Exempt from VAT",
        "AE": "Reverse charge",
        "K": "Intra-Community supply, exempt from VAT",
        "G": "Export outside the EU, exempt from VAT",
        "O": "Outside the scope of VAT",
    },
)

WORDINGS: Mapping[str, Wording] = {wording.language: wording for wording in (ITALIAN, GERMAN, ENGLISH)}


def supported(language: str) -> str:
    """The two-letter code to print in: the language's own ("de-AT" is de), English for one without a wording."""
    code = language.replace("_", "-").partition("-")[0].lower()
    return code if code in WORDINGS else FALLBACK


def wording(language: str) -> Wording:
    """The words for a language code, in English when the papers do not speak it."""
    return WORDINGS[supported(language)]
