"""P-REF and P-DATE: what an invoice refers to, and when things happened."""

from datetime import timedelta

from partnershop.documents.cii.invoice import Invoice
from partnershop.documents.cii.rule import Broken, Theme

THEME = Theme()
_ANOTHER_ZONE = timedelta(days=1)


@THEME("P-REF-1")
def reversal_names_its_invoice(invoice: Invoice) -> Broken:
    """A 381 names the number of the invoice that it takes back (BT-25; art. 219 VAT Directive, § 31 (5) UStDV)."""
    if invoice.is_reversal and not any(earlier.number for earlier in invoice.preceding):
        yield "BT-25", {}


@THEME("P-REF-2")
def reversal_names_its_invoices_date(invoice: Invoice) -> Broken:
    """A 381 names the date of the invoice that it takes back (BT-26)."""
    if invoice.is_reversal and not any(earlier.issue_date for earlier in invoice.preceding):
        yield "BT-26", {}


@THEME("P-REF-3")
def references_are_complete(invoice: Invoice) -> Broken:
    """A preceding invoice (BG-3), also of a reduced invoice, has its number and its date (BR-55, and ours)."""
    for earlier in invoice.preceding:
        if not earlier.number or earlier.issue_date is None:
            yield "BG-3", {"number": earlier.number or "–"}


@THEME("P-REF-4")
def refers_to_another(invoice: Invoice) -> Broken:
    """No invoice refers to itself."""
    if any(earlier.number == invoice.number for earlier in invoice.preceding):
        yield "BT-25", {"number": invoice.number or "–"}


@THEME("P-REF-5")
def buyer_reference_present(invoice: Invoice) -> Broken:
    """The buyer's reference is there (BT-10): our customer number."""
    if not invoice.buyer_reference:
        yield "BT-10", {}


@THEME("P-REF-6")
def order_present(invoice: Invoice) -> Broken:
    """The number of the order is there (BT-13)."""
    if not invoice.order:
        yield "BT-13", {}


@THEME("P-DATE-1")
def dates_are_real(invoice: Invoice) -> Broken:
    """Every date is a day of the calendar, written CCYYMMDD with format 102 (EN 16931 6.5.2, BR-03 for BT-2)."""
    for oddity in invoice.not_dates:
        yield oddity.where, {"text": oddity.text}
    if invoice.issue_date is None and all(oddity.where != "BT-2" for oddity in invoice.not_dates):
        yield "BT-2", {"text": "–"}


@THEME("P-DATE-2")
def corrects_what_came_before(invoice: Invoice) -> Broken:
    """The invoice that is referred to is not younger than this one (BT-26 not after BT-2)."""
    for earlier in invoice.preceding:
        if earlier.issue_date and invoice.issue_date and earlier.issue_date > invoice.issue_date:
            yield "BT-26", {"said": earlier.issue_date.isoformat(), "issued": invoice.issue_date.isoformat()}


@THEME("P-DATE-3")
def due_after_issue(invoice: Invoice) -> Broken:
    """Nothing is due before it was invoiced (BT-9 not before BT-2)."""
    if invoice.due_date and invoice.issue_date and invoice.due_date < invoice.issue_date:
        yield "BT-9", {"said": invoice.due_date.isoformat(), "issued": invoice.issue_date.isoformat()}


@THEME("P-DATE-4")
def delivery_is_told(invoice: Invoice) -> Broken:
    """BT-72 says when it was delivered or BT-80 where to (art. 226 (7) VAT Directive, § 14 (4) no. 6 UStG)."""
    if invoice.delivery_date is None and (invoice.deliver_to is None or not invoice.deliver_to.country):
        yield "BT-72", {}


@THEME("P-DATE-5")
def delivered_before_issue(invoice: Invoice) -> Broken:
    """BT-72 is a delivery that has been: at most a day after BT-2, for it may be told in another time zone (ours)."""
    delivered, issued = invoice.delivery_date, invoice.issue_date
    if delivered and issued and delivered - issued > _ANOTHER_ZONE:
        yield "BT-72", {"said": delivered.isoformat(), "issued": issued.isoformat()}
