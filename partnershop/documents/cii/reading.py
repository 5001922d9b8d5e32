"""A second pair of eyes: reading any CII invoice into `Invoice`, without a line of the code that writes ours."""

from partnershop.documents.cii.elements import QDT, RSM, Findings, Group, Unreadable, parsed
from partnershop.documents.cii.invoice import (
    Adjustment,
    Identified,
    Invoice,
    InvoiceLine,
    Means,
    Preceding,
    TaxRow,
    Totals,
    Trader,
    Unit,
)

__all__ = ["Unreadable", "read"]

_VAT_SCHEME, _TAX_SCHEME = "VA", "FC"


def read(xml: bytes) -> Invoice:
    """What this CII invoice says. Raises `Unreadable` where it is none: no XML, another root, a DOCTYPE, too large."""
    root = parsed(xml)
    findings = Findings()
    whole = Group(root, findings)
    context = whole.group("ExchangedDocumentContext", namespace=RSM)
    head = whole.group("ExchangedDocument", namespace=RSM)
    trade = whole.group("SupplyChainTradeTransaction", namespace=RSM)
    agreement = trade.group("ApplicableHeaderTradeAgreement")
    delivery = trade.group("ApplicableHeaderTradeDelivery")
    settlement = trade.group("ApplicableHeaderTradeSettlement")
    terms = settlement.group("SpecifiedTradePaymentTerms")
    return Invoice(
        profile=context.text("GuidelineSpecifiedDocumentContextParameter", "ID"),
        number=head.text("ID"),
        type_code=head.text("TypeCode"),
        issue_date=head.day("IssueDateTime", "BT-2"),
        currency=(currency := settlement.text("InvoiceCurrencyCode")),
        notes=tuple(note.text("Content") or "" for note in head.groups("IncludedNote")),
        buyer_reference=agreement.text("BuyerReference"),
        order=agreement.text("BuyerOrderReferencedDocument", "IssuerAssignedID"),
        seller=_trader(agreement.group("SellerTradeParty")),
        buyer=_trader(agreement.group("BuyerTradeParty")),
        deliver_to=_trader(delivery.group("ShipToTradeParty")) if delivery.has("ShipToTradeParty") else None,
        delivery_date=delivery.group("ActualDeliverySupplyChainEvent").day("OccurrenceDateTime", "BT-72"),
        means=tuple(_means(means) for means in settlement.groups("SpecifiedTradeSettlementPaymentMeans")),
        terms=terms.text("Description"),
        due_date=terms.day("DueDateDateTime", "BT-9"),
        preceding=tuple(_preceding(earlier) for earlier in settlement.groups("InvoiceReferencedDocument")),
        lines=tuple(_line(line, place) for place, line in enumerate(_lines(trade), 1)),
        adjustments=_adjustments(settlement, ("BT-92", "BT-99"), ""),
        taxes=tuple(_tax(row) for row in settlement.groups("ApplicableTradeTax")),
        totals=_totals(settlement.group("SpecifiedTradeSettlementHeaderMonetarySummation"), currency),
        figures=tuple(findings.figures),
        not_numbers=tuple(findings.not_numbers),
        not_dates=tuple(findings.not_dates),
        empty=findings.empty(root),
        unread=findings.unread(root),
    )


def _lines(trade: Group) -> list[Group]:
    return trade.groups("IncludedSupplyChainTradeLineItem")


def _identified(group: Group) -> Identified | None:
    value, scheme = group.own_text(), group.attribute("schemeID")
    return None if value is None else Identified(value, scheme)


def _trader(party: Group) -> Trader:
    organisation = party.group("SpecifiedLegalOrganization")
    contact = party.group("DefinedTradeContact")
    address = party.group("PostalTradeAddress")
    taxes = [_identified(registration.group("ID")) for registration in party.groups("SpecifiedTaxRegistration")]
    by_scheme = {tax.scheme: tax.value for tax in reversed(taxes) if tax is not None}
    ids = [_identified(group) for group in (*party.groups("ID"), *party.groups("GlobalID"))]
    rows = (address.text(name) for name in ("LineOne", "LineTwo", "LineThree"))
    return Trader(
        name=party.text("Name"),
        trading_name=organisation.text("TradingBusinessName"),
        ids=tuple(found for found in ids if found is not None),
        registration=_identified(organisation.group("ID")),
        vat_id=by_scheme.get(_VAT_SCHEME),
        tax_code=by_scheme.get(_TAX_SCHEME),
        address=tuple(row for row in rows if row is not None),
        postcode=address.text("PostcodeCode"),
        city=address.text("CityName"),
        province=address.text("CountrySubDivisionName"),
        country=address.text("CountryID"),
        electronic=_identified(party.group("URIUniversalCommunication", "URIID")),
        contact=contact.text("PersonName"),
        email=contact.text("EmailURIUniversalCommunication", "URIID"),
    )


def _means(means: Group) -> Means:
    account = means.group("PayeePartyCreditorFinancialAccount")
    return Means(
        code=means.text("TypeCode"),
        text=means.text("Information"),
        account=account.text("IBANID") or account.text("ProprietaryID"),
        account_name=account.text("AccountName"),
        bic=means.text("PayeeSpecifiedCreditorFinancialInstitution", "BICID"),
    )


def _preceding(earlier: Group) -> Preceding:
    return Preceding(earlier.text("IssuerAssignedID"), earlier.day("FormattedIssueDateTime", "BT-26", namespace=QDT))


def _line(line: Group, place: int) -> InvoiceLine:
    document = line.group("AssociatedDocumentLineDocument")
    about = f", line {document.text('LineID') or place}"
    product = line.group("SpecifiedTradeProduct")
    agreement = line.group("SpecifiedLineTradeAgreement")
    price = agreement.group("NetPriceProductTradePrice").called(about)
    gross = agreement.group("GrossPriceProductTradePrice").called(about)
    delivered = line.group("SpecifiedLineTradeDelivery").called(about)
    settlement = line.group("SpecifiedLineTradeSettlement").called(about)
    tax = settlement.group("ApplicableTradeTax")
    tax.expect("TypeCode", "VAT")
    discount = gross.group("AppliedTradeAllowanceCharge")
    discount.flag("ChargeIndicator")
    return InvoiceLine(
        id=document.text("LineID"),
        name=product.text("Name"),
        description=product.text("Description"),
        attributes=tuple(
            (feature.text("Description") or "", feature.text("Value") or "")
            for feature in product.groups("ApplicableProductCharacteristic")
        ),
        note=document.text("IncludedNote", "Content"),
        seller_item=product.text("SellerAssignedID"),
        quantity=delivered.number("BilledQuantity", "BT-129", Unit.QUANTITY),
        unit=delivered.group("BilledQuantity").attribute("unitCode"),
        price=price.number("ChargeAmount", "BT-146", Unit.PRICE),
        price_quantity=price.number("BasisQuantity", "BT-149", Unit.QUANTITY),
        gross_price=gross.number("ChargeAmount", "BT-148", Unit.PRICE),
        price_discount=discount.number("ActualAmount", "BT-147", Unit.PRICE),
        net=settlement.group("SpecifiedTradeSettlementLineMonetarySummation").number("LineTotalAmount", "BT-131"),
        category=tax.text("CategoryCode"),
        rate=tax.number("RateApplicablePercent", "BT-152", Unit.PERCENT),
        adjustments=_adjustments(settlement, ("BT-136", "BT-141"), about),
    )


def _adjustments(settlement: Group, terms: tuple[str, str], about: str) -> tuple[Adjustment, ...]:
    """The allowances and charges of a line or of the whole; `terms` are the amounts of the one and of the other."""
    found = []
    for count, group in enumerate(settlement.groups("SpecifiedTradeAllowanceCharge"), 1):
        is_charge = group.flag("ChargeIndicator")
        group.called(f"{about}, {'charge' if is_charge else 'allowance'} {count}")
        tax = group.group("CategoryTradeTax")
        tax.expect("TypeCode", "VAT")
        found.append(
            Adjustment(
                where=group.place(terms[is_charge]),
                is_charge=is_charge,
                amount=group.number("ActualAmount", terms[is_charge]),
                base=group.number("BasisAmount", "base"),
                percent=group.number("CalculationPercent", "percent", Unit.PERCENT),
                code=group.text("ReasonCode"),
                reason=group.text("Reason"),
                category=tax.text("CategoryCode"),
                rate=tax.number("RateApplicablePercent", "rate", Unit.PERCENT),
            )
        )
    return tuple(found)


def _tax(row: Group) -> TaxRow:
    category, rate = row.text("CategoryCode"), row.text("RateApplicablePercent")
    row.called(f", {category or '?'} {rate or ''}".rstrip())
    row.expect("TypeCode", "VAT")
    return TaxRow(
        category=category,
        rate=row.number("RateApplicablePercent", "BT-119", Unit.PERCENT),
        base=row.number("BasisAmount", "BT-116"),
        tax=row.number("CalculatedAmount", "BT-117"),
        reason=row.text("ExemptionReason"),
        reason_code=row.text("ExemptionReasonCode"),
    )


def _totals(totals: Group, currency: str | None) -> Totals:
    tax_currency = totals.group("TaxTotalAmount").attribute("currencyID")
    return Totals(
        lines=totals.number("LineTotalAmount", "BT-106"),
        allowances=totals.number("AllowanceTotalAmount", "BT-107"),
        charges=totals.number("ChargeTotalAmount", "BT-108"),
        net=totals.number("TaxBasisTotalAmount", "BT-109"),
        tax=totals.number("TaxTotalAmount", "BT-110"),
        tax_currency=tax_currency or currency,
        gross=totals.number("GrandTotalAmount", "BT-112"),
        prepaid=totals.number("TotalPrepaidAmount", "BT-113"),
        rounding=totals.number("RoundingAmount", "BT-114"),
        due=totals.number("DuePayableAmount", "BT-115"),
    )
