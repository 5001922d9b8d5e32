"""The words of the papers in German.

A Stornorechnung is never called "Gutschrift": since 2013 that word means a self-billed invoice (UStG 14 (4) no. 10).
"""

from partnershop.documents.paper import PaperKind
from partnershop.documents.words.wording_members import Wording

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
    due_date="Zahlbar bis",
    vat_id="USt-IdNr.",
    tax_code="Steuernummer",
    registration="Registereintrag",
    identifier="Kennung",
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
    transfer="Bitte überweisen Sie {amount}{by} unter Angabe der Nummer {number}.",
    transfer_to="Bitte überweisen Sie {amount}{by} auf das Konto {iban} ({holder}) unter Angabe der Nummer {number}.",
    transfer_by=" bis zum {date}",
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
    not_taxed="–",
    courtesy=(
        "Kopie ohne steuerliche Geltung (copia di cortesia): maßgeblich ist die elektronische Rechnung im Format XML "
        "(Datei {file}), zu übermitteln über das italienische System SdI."
    ),
    vat_directive="Richtlinie 2006/112/EG",
)
