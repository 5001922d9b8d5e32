"""The words of the papers in English; also for customers of any other language."""

from partnershop.documents.paper import PaperKind
from partnershop.documents.words.wording_members import Wording

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
    due_date="Due by",
    vat_id="VAT ID",
    tax_code="Tax number",
    registration="Registered as",
    identifier="Identifier",
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
    transfer="Please transfer {amount}{by}, quoting number {number}.",
    transfer_to="Please transfer {amount}{by} to account {iban} ({holder}), quoting number {number}.",
    transfer_by=" by {date}",
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
    not_taxed="–",
    courtesy=(
        "Courtesy copy without fiscal value: what counts is the electronic invoice in XML (file {file}), to be "
        "transmitted through the Italian exchange system SdI."
    ),
    vat_directive="Directive 2006/112/EC",
)
