"""Lines (BG-25) with their allowances (BG-27), and charges of the whole order (BG-21), in a CII invoice."""

from decimal import Decimal

from partnershop.documents.cii import codes
from partnershop.documents.cii.writing_elements import Element, group, percent, say, say_whether
from partnershop.documents.paper import Allowance, Paper, PaperLine
from partnershop.documents.words import notes
from partnershop.rules.money import price_text, to_text


def write_lines(transaction: Element, paper: Paper) -> None:
    """BG-25 for every line that is no charge."""
    for line in paper.lines:
        if not line.is_charge:
            _line(group(transaction, "IncludedSupplyChainTradeLineItem"), line, paper)


def write_charges(settlement: Element, paper: Paper) -> None:
    """BG-21 for every charge: what it is for in words and as a code, and its VAT."""
    for line in paper.lines:
        if line.is_charge:
            charge = group(settlement, "SpecifiedTradeAllowanceCharge")
            say_whether(charge, "ChargeIndicator", yes=True)
            say(charge, "ActualAmount", to_text(line.net, paper.currency))
            say(charge, "ReasonCode", codes.charge_reason(line.key))
            say(charge, "Reason", line.description)
            _vat(group(charge, "CategoryTradeTax"), line.vat_category, line.vat_rate)


def _line(item: Element, line: PaperLine, paper: Paper) -> None:
    document = group(item, "AssociatedDocumentLineDocument")
    say(document, "LineID", str(line.position))
    say(group(document, "IncludedNote"), "Content", notes.origin(line, paper))
    product = group(item, "SpecifiedTradeProduct")
    say(product, "Name", line.description)
    say(product, "Description", " · ".join(line.details))
    price = group(item, "SpecifiedLineTradeAgreement", "NetPriceProductTradePrice")
    say(price, "ChargeAmount", price_text(line.unit_price, paper.currency))
    delivery = group(item, "SpecifiedLineTradeDelivery")
    say(delivery, "BilledQuantity", str(line.quantity), unitCode=codes.PIECE)
    settlement = group(item, "SpecifiedLineTradeSettlement")
    _vat(group(settlement, "ApplicableTradeTax"), line.vat_category, line.vat_rate)
    for allowance in line.allowances:
        _allowance(group(settlement, "SpecifiedTradeAllowanceCharge"), allowance, paper)
    totals = group(settlement, "SpecifiedTradeSettlementLineMonetarySummation")
    say(totals, "LineTotalAmount", to_text(line.net, paper.currency))


def _allowance(element: Element, allowance: Allowance, paper: Paper) -> None:
    """BG-27: base and percentage only together, as they explain the amount together."""
    say_whether(element, "ChargeIndicator", yes=False)
    if allowance.percent is not None and allowance.base is not None:
        say(element, "CalculationPercent", percent(allowance.percent))
        say(element, "BasisAmount", to_text(allowance.base, paper.currency))
    say(element, "ActualAmount", to_text(allowance.amount, paper.currency))
    say(element, "ReasonCode", allowance.code)
    say(element, "Reason", notes.allowed_for(allowance, paper))


def _vat(element: Element, category: str, rate: Decimal) -> None:
    """Category and rate; what is not subject to VAT has no rate (BR-O-05, BR-O-07)."""
    say(element, "TypeCode", codes.VAT)
    say(element, "CategoryCode", category)
    if category != codes.NOT_SUBJECT_TO_VAT:
        say(element, "RateApplicablePercent", percent(rate))
