"""Our own rules of an e-invoice, beside XSD and Schematron, which let much through that is wrong.

Every rule has an id (P-…) and its sentence in three languages (documents/breach_words). Arithmetic is exact; nothing is
tolerated but, on a reversal, one minor unit of VAT per rate, which `telescoped` then pins down.
"""

from collections.abc import Mapping
from decimal import localcontext

from partnershop.documents.breach import Breach
from partnershop.documents.cii import (
    rules_amounts,
    rules_categories,
    rules_form,
    rules_lines,
    rules_parties,
    rules_payment,
    rules_references,
    rules_vat,
)
from partnershop.documents.cii.invoice import Invoice
from partnershop.documents.cii.rule import Rule, broken

RULES: Mapping[str, Rule] = {
    **rules_form.THEME.rules,
    **rules_references.THEME.rules,
    **rules_parties.THEME.rules,
    **rules_lines.THEME.rules,
    **rules_amounts.THEME.rules,
    **rules_vat.THEME.rules,
    **rules_categories.THEME.rules,
    **rules_payment.THEME.rules,
}
HOUSE = frozenset({
    "P-FORM-4", "P-FORM-7", "P-REF-5", "P-REF-6", "P-LINE-6", "P-LINE-7", "P-LINE-8", "P-PAY-1", "P-PAY-5", "P-CAT-14",
    "P-DATE-5",
})  # fmt: skip
"""Rules that only our own papers must keep, for EN 16931 leaves more open than we use: warnings for other people's."""

# Sums of figures as long as the reading admits stay exact.
_DIGITS = 200


def breaches(invoice: Invoice) -> list[Breach]:
    """Every rule of ours that this invoice breaks, with its places; none where it conforms."""
    with localcontext(prec=_DIGITS):
        return broken(RULES, invoice)
