"""The words of the papers in Italian.

Titles as DPR 633/72 art. 21 (fattura) and art. 26 (nota di credito) have them.
"""

from partnershop.documents.paper import PaperKind
from partnershop.documents.words.wording_members import Wording

ITALIAN = Wording(
    language="it",
    titles={
        PaperKind.INVOICE: "Fattura",
        PaperKind.REVERSAL: "Nota di credito",
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
    due_date="Scadenza",
    vat_id="Partita IVA",
    tax_code="Codice fiscale",
    registration="Registro delle imprese",
    identifier="Identificativo",
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
    transfer="Vi preghiamo di versare {amount}{by} indicando il numero {number}.",
    transfer_to="Vi preghiamo di versare {amount}{by} sul conto {iban} ({holder}), indicando il numero {number}.",
    transfer_by=" entro il {date}",
    replaces="Sostituisce la fattura n. {number} del {date}.",
    replaces_reversed=(
        "Sostituisce la fattura n. {number} del {date}, stornata con la nota di credito n. {reversal} "
        "del {reversal_date}."
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
        "G": "Cessione all'esportazione non imponibile",
        "O": "Operazione non soggetta a IVA",
    },
    not_taxed="–",
    courtesy=(
        "Copia di cortesia, priva di valore fiscale: fa fede la fattura elettronica in formato XML (file {file}), "
        "che si trasmette tramite il Sistema di Interscambio (SdI)."
    ),
    vat_directive="direttiva 2006/112/CE",
)
