"""P-PAY: how it is paid, into which account, and until when."""

import stdnum.iban

from partnershop.documents.cii.invoice import Invoice
from partnershop.documents.cii.rule import Broken, Theme

THEME = Theme()
CREDIT_TRANSFER, SEPA_TRANSFER, CARD, PAYPAL = "30", "58", "48", "68"
TRANSFERS = frozenset({CREDIT_TRANSFER, SEPA_TRANSFER})
OF_INVOICES = frozenset({CREDIT_TRANSFER, SEPA_TRANSFER, CARD, PAYPAL})
# How money goes back: never by a transfer to the seller; 1 is "instrument not defined", 97 clearing between partners.
OF_REVERSALS = frozenset({"1", "97", "ZZZ", CARD, PAYPAL})


@THEME("P-PAY-1")
def means_are_ours(invoice: Invoice) -> Broken:
    """BT-81 is 30 or 58 (transfer), 48 (card) or 68 (PayPal), of UNTDID 4461; on a 381 none that pays the seller."""
    allowed = OF_REVERSALS if invoice.is_reversal else OF_INVOICES
    for means in invoice.means:
        if means.code not in allowed:
            yield "BT-81", {"code": means.code or "–", "should": ", ".join(sorted(allowed))}


@THEME("P-PAY-2")
def iban_valid(invoice: Invoice) -> Broken:
    """A transfer names a valid IBAN (BT-84; BR-50, BR-61; ISO 13616 check digits modulo 97)."""
    for means in invoice.means:
        if means.code in TRANSFERS and not (means.account and stdnum.iban.is_valid(means.account)):
            yield "BT-84", {"iban": means.account or "–"}


@THEME("P-PAY-3")
def no_account_on_a_reversal(invoice: Invoice) -> Broken:
    """A reversal names no account: nobody is to pay its amount to the seller."""
    for means in invoice.means:
        if invoice.is_reversal and means.account:
            yield "BT-84", {"iban": means.account}


@THEME("P-PAY-4")
def due_date_or_terms(invoice: Invoice) -> Broken:
    """Where something is due, it says until when (BT-9) or on what terms (BT-20); BR-CO-25."""
    due = invoice.totals.due
    if due is not None and due > 0 and invoice.due_date is None and not invoice.terms:
        yield "BT-9", {}


@THEME("P-PAY-5")
def means_are_told(invoice: Invoice) -> Broken:
    """It is told how it is or was paid (BG-16)."""
    if not invoice.means:
        yield "BG-16", {}


@THEME("P-PAY-6")
def sepa_is_euro(invoice: Invoice) -> Broken:
    """A SEPA transfer (58) is in euros (EPC Rulebook)."""
    if invoice.currency != "EUR" and any(means.code == SEPA_TRANSFER for means in invoice.means):
        yield "BT-81", {"code": SEPA_TRANSFER, "currency": invoice.currency or "–"}


@THEME("P-PAY-7")
def account_only_for_transfers(invoice: Invoice) -> Broken:
    """An account stands only where money is to be transferred to it."""
    for means in invoice.means:
        if means.account and means.code not in TRANSFERS and not invoice.is_reversal:
            yield "BT-84", {"iban": means.account, "code": means.code or "–"}
