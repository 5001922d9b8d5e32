"""How to pay (BG-16, BT-9, BT-20), VAT breakdown (BG-23), totals (BG-22) and the invoice referred to (BG-3)."""

from partnershop.documents.cii import codes
from partnershop.documents.cii.writing_elements import Element, group, percent, say, say_day, say_day_of_paper
from partnershop.documents.cii.writing_lines import write_charges
from partnershop.documents.paper import Paper, PaperKind, PaperTax
from partnershop.documents.words import notes
from partnershop.rules.money import to_text


def write_settlement(settlement: Element, paper: Paper) -> None:
    """The whole group, in the order of the schema."""
    say(settlement, "InvoiceCurrencyCode", paper.currency)
    _payment_means(settlement, paper)
    for tax in _breakdown(paper):
        _tax(group(settlement, "ApplicableTradeTax"), tax, paper)
    write_charges(settlement, paper)
    _payment_terms(settlement, paper)
    _totals(group(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation"), paper)
    if paper.refers_to:
        earlier = group(settlement, "InvoiceReferencedDocument")
        say(earlier, "IssuerAssignedID", paper.refers_to.number)
        say_day_of_paper(earlier, "FormattedIssueDateTime", paper.refers_to.issue_date)


def _payment_means(settlement: Element, paper: Paper) -> None:
    """BG-16."""
    means = group(settlement, "SpecifiedTradeSettlementPaymentMeans")
    say(means, "TypeCode", codes.payment_means(paper))
    say(means, "Information", notes.payment_method(paper))
    iban = codes.account(paper)
    if iban:
        account = group(means, "PayeePartyCreditorFinancialAccount")
        say(account, "IBANID", iban)
        say(account, "AccountName", paper.seller.name)


def _breakdown(paper: Paper) -> list[PaperTax]:
    """A row for each category and rate (BR-E-01 and its like): rows that differ in their words alone become one."""
    rows: dict[tuple[str, str], PaperTax] = {}
    for tax in paper.taxes:
        key = (tax.category, percent(tax.rate))
        known = rows.get(key)
        if known:
            words = "; ".join(dict.fromkeys(text for text in (known.exemption, tax.exemption) if text))
            tax = PaperTax(tax.category, tax.rate, known.base + tax.base, known.tax + tax.tax, words or None)  # noqa: PLW2901
        rows[key] = tax
    return list(rows.values())


def _tax(row: Element, tax: PaperTax, paper: Paper) -> None:
    """A row of BG-23. S and Z have no reason (BR-S-10, BR-Z-10), all others do; O has no rate (BR-48)."""
    say(row, "CalculatedAmount", to_text(tax.tax, paper.currency))
    say(row, "TypeCode", codes.VAT)
    say(row, "ExemptionReason", notes.exemption(tax.category, tax.exemption, paper.language))
    say(row, "BasisAmount", to_text(tax.base, paper.currency))
    say(row, "CategoryCode", tax.category)
    say(row, "ExemptionReasonCode", codes.EXEMPTION.get(tax.category))
    if tax.category != codes.NOT_SUBJECT_TO_VAT:
        say(row, "RateApplicablePercent", percent(tax.rate))


def _payment_terms(settlement: Element, paper: Paper) -> None:
    """BT-20 and BT-9: until when to pay, or how the money comes back (BR-CO-25)."""
    terms = group(settlement, "SpecifiedTradePaymentTerms")
    say(terms, "Description", notes.payment_terms(paper))
    if paper.kind is not PaperKind.REVERSAL and paper.gross > paper.prepaid:
        say_day(terms, "DueDateDateTime", paper.due_date)


def _totals(totals: Element, paper: Paper) -> None:
    """BG-22, in the order of the schema; amounts of a reversal are positive as well."""
    charges = [line.net for line in paper.lines if line.is_charge]
    say(totals, "LineTotalAmount", _amount(paper, sum(line.net for line in paper.lines if not line.is_charge)))
    if charges:
        say(totals, "ChargeTotalAmount", _amount(paper, sum(charges)))
    say(totals, "TaxBasisTotalAmount", _amount(paper, paper.net))
    say(totals, "TaxTotalAmount", _amount(paper, paper.tax), currencyID=paper.currency)
    say(totals, "GrandTotalAmount", _amount(paper, paper.gross))
    if paper.prepaid:
        say(totals, "TotalPrepaidAmount", _amount(paper, paper.prepaid))
    say(totals, "DuePayableAmount", _amount(paper, paper.gross - paper.prepaid))


def _amount(paper: Paper, minor: int) -> str:
    return to_text(minor, paper.currency)
