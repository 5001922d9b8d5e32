"""Changes of good XML in one place, each with the rule that must see it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from conforming import find, leaf_texts
from lxml import etree

from partnershop.documents.cii.elements import RAM

Change = Callable[[etree._Element], object]


def says(path: str, text: str) -> Change:
    """The first element there says something else."""

    def change(root: etree._Element) -> None:
        find(root, path)[0].text = text

    return change


def lacks(path: str) -> Change:
    """All elements there are gone."""

    def change(root: etree._Element) -> None:
        for element in find(root, path):
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)

    return change


def has(path: str, name: str, text: str) -> Change:
    """The first element there has one more child, the last one."""

    def change(root: etree._Element) -> None:
        etree.SubElement(find(root, path)[0], f"{{{RAM}}}{name}").text = text

    return change


def attribute(path: str, name: str, value: str) -> Change:
    """The first element there has another attribute."""

    def change(root: etree._Element) -> None:
        find(root, path)[0].set(name, value)

    return change


def twice(path: str) -> Change:
    """The first element there is repeated."""

    def change(root: etree._Element) -> None:
        element = find(root, path)[0]
        element.addnext(etree.fromstring(etree.tostring(element)))

    return change


def all_of(*changes: Change) -> Change:
    """One after the other."""
    return lambda root: [change(root) for change in changes]


def by(path: str, amount: str) -> Change:
    """The first amount there is off by so much."""

    def change(root: etree._Element) -> None:
        element = find(root, path)[0]
        element.text = str(Decimal(element.text or "") + Decimal(amount))

    return change


def negative(root: etree._Element) -> None:
    """Every amount and quantity has the other sign, but for the prices: a credit note as many systems write it."""
    for element in leaf_texts(root):
        if re.search("(?<!Charge)Amount$|Quantity$", etree.QName(element).localname):
            element.text = f"-{element.text}"


def vat_off_by(amount: str) -> Change:
    """The VAT of the first rate is off by so much, and so are all sums with it."""
    sums = (f"{SUMS}/ram:{name}" for name in ("TaxTotalAmount", "GrandTotalAmount", "DuePayableAmount"))
    return all_of(*(by(path, amount) for path in (f"{ROW}/ram:CalculatedAmount", *sums)))


NUMBER = "//rsm:ExchangedDocument/ram:ID"
LINE = "//ram:IncludedSupplyChainTradeLineItem"
ALLOWANCE = f"{LINE}//ram:SpecifiedTradeAllowanceCharge"
SETTLEMENT = "//ram:ApplicableHeaderTradeSettlement"
CHARGE = f"{SETTLEMENT}/ram:SpecifiedTradeAllowanceCharge"
ROW = f"{SETTLEMENT}/ram:ApplicableTradeTax"
SUMS = "//ram:SpecifiedTradeSettlementHeaderMonetarySummation"
EARLIER = "//ram:InvoiceReferencedDocument"
MEANS = "//ram:SpecifiedTradeSettlementPaymentMeans"
SELLER, BUYER, DELIVER_TO = "//ram:SellerTradeParty", "//ram:BuyerTradeParty", "//ram:ShipToTradeParty"
VAT_ID = "/ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']"
COUNTRY = "/ram:PostalTradeAddress/ram:CountryID"


@dataclass(frozen=True)
class Mutation:
    """A change of the XML of a good paper, and the rule that must see it."""

    paper: str
    change: Change
    rule: str


MUTATIONS = {
    # Figures.
    "line net a cent up": Mutation("transfer", by(f"{LINE}//ram:LineTotalAmount", "0.01"), "P-LINE-2"),
    "quantity": Mutation("transfer", says("//ram:BilledQuantity", "2"), "P-LINE-2"),
    "unit price": Mutation("transfer", by("//ram:NetPriceProductTradePrice/ram:ChargeAmount", "0.01"), "P-LINE-2"),
    "price per ten": Mutation("transfer", has("//ram:NetPriceProductTradePrice", "BasisQuantity", "10"), "P-LINE-2"),
    "total of lines": Mutation("transfer", by(f"{SUMS}/ram:LineTotalAmount", "0.01"), "P-SUM-2"),
    "total of charges": Mutation("transfer", by(f"{SUMS}/ram:ChargeTotalAmount", "-0.01"), "P-SUM-4"),
    "no total of charges": Mutation("transfer", lacks(f"{SUMS}/ram:ChargeTotalAmount"), "P-SUM-4"),
    "an allowance of the whole that is not there": Mutation(
        "transfer", has(SUMS, "AllowanceTotalAmount", "1.00"), "P-SUM-3"
    ),
    "net": Mutation("transfer", by(f"{SUMS}/ram:TaxBasisTotalAmount", "0.01"), "P-SUM-5"),
    "VAT in total": Mutation("transfer", by(f"{SUMS}/ram:TaxTotalAmount", "0.01"), "P-SUM-6"),
    "no VAT in total": Mutation("transfer", lacks(f"{SUMS}/ram:TaxTotalAmount"), "P-SUM-6"),
    "gross": Mutation("transfer", by(f"{SUMS}/ram:GrandTotalAmount", "0.01"), "P-SUM-7"),
    "paid before": Mutation("part paid", by(f"{SUMS}/ram:TotalPrepaidAmount", "0.01"), "P-SUM-8"),
    "due": Mutation("transfer", by(f"{SUMS}/ram:DuePayableAmount", "-0.01"), "P-SUM-8"),
    "rounded": Mutation("transfer", has(SUMS, "RoundingAmount", "0.01"), "P-SUM-8"),
    "a negative 381": Mutation("reversal", negative, "P-SUM-1"),
    "a negative charge": Mutation("transfer", says(f"{CHARGE}/ram:ActualAmount", "-7.90"), "P-SUM-1"),
    "a charge changed": Mutation("transfer", by(f"{CHARGE}/ram:ActualAmount", "0.01"), "P-SUM-4"),
    "an allowance made negative": Mutation("defect", says(f"{ALLOWANCE}/ram:ActualAmount", "-9.98"), "P-LINE-3"),
    "an allowance lacks its amount": Mutation("defect", lacks(f"{ALLOWANCE}/ram:ActualAmount"), "P-LINE-3"),
    "an allowance above the price": Mutation("defect", says(f"{ALLOWANCE}/ram:ActualAmount", "49.91"), "P-LINE-4"),
    "an allowance changed": Mutation("reduced", by(f"{ALLOWANCE}/ram:ActualAmount", "0.01"), "P-LINE-2"),
    "an allowance turned into a charge": Mutation("reduced", says(f"{ALLOWANCE}//udt:Indicator", "true"), "P-LINE-2"),
    "a wrong percentage": Mutation("defect", says(f"{ALLOWANCE}/ram:CalculationPercent", "21"), "P-LINE-5"),
    "a wrong base": Mutation("defect", says(f"{ALLOWANCE}/ram:BasisAmount", "50.00"), "P-LINE-5"),
    "a percentage of nothing": Mutation("defect", lacks(f"{ALLOWANCE}/ram:BasisAmount"), "P-LINE-5"),
    "a gross price that does not fit": Mutation(
        "transfer",
        lambda root: find(root, "//ram:NetPriceProductTradePrice")[0].addprevious(
            etree.fromstring(
                f'<r:GrossPriceProductTradePrice xmlns:r="{RAM}"><r:ChargeAmount>60</r:ChargeAmount>'
                "</r:GrossPriceProductTradePrice>"
            )
        ),
        "P-LINE-11",
    ),
    "VAT of one rate": Mutation("transfer", by(f"{ROW}/ram:CalculatedAmount", "0.99"), "P-SUM-6"),
    "VAT off by 0.99": Mutation("transfer", vat_off_by("0.99"), "P-VAT-1"),
    "VAT off by 0.01": Mutation("transfer", vat_off_by("0.01"), "P-VAT-1"),
    "VAT of a reversal off by 0.02": Mutation("reversal", vat_off_by("0.02"), "P-VAT-2"),
    "VAT of a reversal off by 0.99": Mutation("reversal", vat_off_by("-0.99"), "P-VAT-2"),
    "base of a rate": Mutation("transfer", by(f"{ROW}/ram:BasisAmount", "0.01"), "P-VAT-4"),
    "a rate twice": Mutation("transfer", twice(ROW), "P-VAT-5"),
    "a rate without its row": Mutation("rates", lacks(f"{ROW}[2]"), "P-VAT-5"),
    "the rate of the breakdown": Mutation("transfer", says(f"{ROW}/ram:RateApplicablePercent", "21"), "P-VAT-5"),
    "the rate of a line": Mutation("transfer", says(f"{LINE}//ram:RateApplicablePercent", "10"), "P-VAT-5"),
    # References, dates, form.
    "a 381 without BG-3": Mutation("reversal", lacks(EARLIER), "P-REF-1"),
    "a 381 without the number": Mutation("reversal", lacks(f"{EARLIER}/ram:IssuerAssignedID"), "P-REF-1"),
    "a 381 without the date": Mutation("reversal", lacks(f"{EARLIER}/ram:FormattedIssueDateTime"), "P-REF-2"),
    "a reduced invoice without date": Mutation("reduced", lacks(f"{EARLIER}/ram:FormattedIssueDateTime"), "P-REF-3"),
    "a reduced invoice without BG-3": Mutation("reduced", lacks(EARLIER), "P-REF-7"),
    "it refers to itself": Mutation("reversal", says(f"{EARLIER}/ram:IssuerAssignedID", "ST-2026-000003"), "P-REF-4"),
    "no buyer reference": Mutation("transfer", lacks("//ram:BuyerReference"), "P-REF-5"),
    "no order": Mutation("transfer", lacks("//ram:BuyerOrderReferencedDocument"), "P-REF-6"),
    "20261332": Mutation("transfer", says("//ram:IssueDateTime/udt:DateTimeString", "20261332"), "P-DATE-1"),
    "no date": Mutation("transfer", lacks("//ram:IssueDateTime"), "P-DATE-1"),
    "another date format": Mutation("transfer", attribute("//ram:IssueDateTime/*", "format", "610"), "P-DATE-1"),
    "the earlier one on 20260230": Mutation("reversal", says(f"{EARLIER}//qdt:DateTimeString", "20260230"), "P-DATE-1"),
    "it corrects a younger one": Mutation("reversal", says(f"{EARLIER}//qdt:DateTimeString", "20260313"), "P-DATE-2"),
    "due before it was issued": Mutation("transfer", says("//ram:DueDateDateTime/*", "20260308"), "P-DATE-3"),
    "no delivery at all": Mutation(
        "transfer", all_of(lacks(DELIVER_TO), lacks("//ram:ActualDeliverySupplyChainEvent")), "P-DATE-4"
    ),
    "delivered two days after it was issued": Mutation(
        "transfer", says("//ram:OccurrenceDateTime/udt:DateTimeString", "20260311"), "P-DATE-5"
    ),
    "no number": Mutation("transfer", says(f"{SUMS}/ram:GrandTotalAmount", "70,52"), "P-FORM-1"),
    "an amount by exponent": Mutation("transfer", says(f"{SUMS}/ram:GrandTotalAmount", "7.052E1"), "P-FORM-1"),
    "an empty element": Mutation(
        "transfer", has(f"{BUYER}/ram:PostalTradeAddress", "CountrySubDivisionName", ""), "P-FORM-2"
    ),
    "another profile": Mutation(
        "transfer", says("//ram:GuidelineSpecifiedDocumentContextParameter/ram:ID", "urn:factur-x.eu:1p0:basic"),
        "P-FORM-3",
    ),
    "another type": Mutation("transfer", says("//rsm:ExchangedDocument/ram:TypeCode", "384"), "P-FORM-4"),
    "an invoice turned into a reversal": Mutation(
        "transfer", says("//rsm:ExchangedDocument/ram:TypeCode", "381"), "P-REF-1"
    ),
    "no such currency": Mutation("transfer", says("//ram:InvoiceCurrencyCode", "EUX"), "P-FORM-5"),
    "a tenth of a cent": Mutation("transfer", says(f"{SUMS}/ram:GrandTotalAmount", "70.520"), "P-FORM-6"),
    "yen with decimals": Mutation("yen", says(f"{SUMS}/ram:GrandTotalAmount", "1376.0"), "P-FORM-6"),
    "a number too long": Mutation("transfer", says(NUMBER, "FT-2026-0000000000012"), "P-FORM-7"),
    "a number without a digit": Mutation("transfer", says(NUMBER, "FT-"), "P-FORM-7"),
    "a number of other letters": Mutation("transfer", says(NUMBER, "Nº 12"), "P-FORM-7"),
    "VAT in another currency": Mutation(
        "transfer", attribute(f"{SUMS}/ram:TaxTotalAmount", "currencyID", "USD"), "P-FORM-8"
    ),
    "the invoice in another currency": Mutation("transfer", says("//ram:InvoiceCurrencyCode", "USD"), "P-FORM-8"),
    # Lines and charges.
    "no line": Mutation("transfer", lacks(LINE), "P-LINE-1"),
    "another unit": Mutation("transfer", attribute("//ram:BilledQuantity", "unitCode", "KGM"), "P-LINE-7"),
    "another allowance code": Mutation("defect", says(f"{ALLOWANCE}/ram:ReasonCode", "100"), "P-LINE-6"),
    "an allowance without reason": Mutation("reduced", lacks(f"{ALLOWANCE}/ram:Reason"), "P-LINE-6"),
    "another charge code": Mutation("transfer", says(f"{CHARGE}/ram:ReasonCode", "ABL"), "P-LINE-8"),
    "a charge without reason": Mutation("transfer", lacks(f"{CHARGE}/ram:Reason"), "P-LINE-8"),
    "a line twice": Mutation("transfer", twice(LINE), "P-LINE-9"),
    "priced for no piece": Mutation(
        "transfer", has("//ram:NetPriceProductTradePrice", "BasisQuantity", "0"), "P-LINE-10"
    ),
    "priced for fewer than none": Mutation(
        "transfer", has("//ram:NetPriceProductTradePrice", "BasisQuantity", "-1"), "P-LINE-10"
    ),
    "nothing sold": Mutation("transfer", says("//ram:BilledQuantity", "0"), "P-LINE-10"),
    # Parties.
    "a seller's VAT id, a digit wrong": Mutation("transfer", says(f"{SELLER}{VAT_ID}", "IT98765430215"), "P-PARTY-1"),
    "a seller's VAT id without prefix": Mutation("transfer", says(f"{SELLER}{VAT_ID}", "98765430214"), "P-PARTY-1"),
    "a seller nobody knows": Mutation("transfer", lacks(f"{SELLER}/ram:SpecifiedTaxRegistration"), "P-PARTY-2"),
    "a buyer's VAT id with a wrong digit": Mutation("transfer", says(f"{BUYER}{VAT_ID}", "IT12345670018"), "P-PARTY-3"),
    "Greece by its country": Mutation("K to Greece", says(f"{BUYER}{VAT_ID}", "GR094259216"), "P-PARTY-3"),
    "a wrong codice fiscale": Mutation(
        "transfer", says(f"{SELLER}/ram:SpecifiedTaxRegistration/ram:ID[@schemeID='FC']", "98765430215"), "P-PARTY-4"
    ),
    "a buyer's wrong codice fiscale": Mutation("transfer", says(f"{BUYER}/ram:GlobalID", "12345670018"), "P-PARTY-5"),
    "a seller without name": Mutation("transfer", lacks(f"{SELLER}/ram:Name"), "P-PARTY-6"),
    "no such country": Mutation("transfer", says(f"{BUYER}{COUNTRY}", "XX"), "P-PARTY-6"),
    # Payment.
    "cash": Mutation("transfer", says(f"{MEANS}/ram:TypeCode", "10"), "P-PAY-1"),
    "a reversal by transfer": Mutation("reversal", says(f"{MEANS}/ram:TypeCode", "30"), "P-PAY-1"),
    "a broken IBAN": Mutation("transfer", says("//ram:IBANID", "IT60X0542811101000000123457"), "P-PAY-2"),
    "no IBAN": Mutation("transfer", lacks("//ram:PayeePartyCreditorFinancialAccount"), "P-PAY-2"),
    "a reversal with an IBAN": Mutation(
        "reversal",
        lambda root: find(root, MEANS)[0].append(
            etree.fromstring(
                f'<r:PayeePartyCreditorFinancialAccount xmlns:r="{RAM}"><r:IBANID>DE89370400440532013000</r:IBANID>'
                "</r:PayeePartyCreditorFinancialAccount>"
            )
        ),
        "P-PAY-3",
    ),
    "no terms": Mutation("transfer", lacks("//ram:SpecifiedTradePaymentTerms"), "P-PAY-4"),
    "no means": Mutation("transfer", lacks(MEANS), "P-PAY-5"),
    "SEPA in pounds": Mutation("in English", says(f"{MEANS}/ram:TypeCode", "58"), "P-PAY-6"),
    "a transfer called a card": Mutation("transfer", says(f"{MEANS}/ram:TypeCode", "48"), "P-PAY-7"),
    # VAT categories.
    "S with a reason": Mutation("transfer", has(ROW, "ExemptionReasonCode", "VATEX-EU-AE"), "P-CAT-1"),
    "E without reason": Mutation("E", lacks(f"{ROW}/ram:ExemptionReason"), "P-CAT-2"),
    "AE with VATEX-EU-IC": Mutation("AE", says(f"{ROW}/ram:ExemptionReasonCode", "VATEX-EU-IC"), "P-CAT-3"),
    "K with VATEX-EU-AE": Mutation("K", says(f"{ROW}/ram:ExemptionReasonCode", "VATEX-EU-AE"), "P-CAT-3"),
    "AE as an intra-Community supply": Mutation(
        "AE", says(f"{ROW}/ram:ExemptionReason", "Innergemeinschaftliche Lieferung"), "P-CAT-4"
    ),
    "E as a supply to another member state": Mutation(
        "E", says(f"{ROW}/ram:ExemptionReason", "Steuerfreie innergemeinschaftliche Lieferung"), "P-CAT-4"
    ),
    "K without the buyer's VAT id": Mutation("K", lacks(f"{BUYER}/ram:SpecifiedTaxRegistration"), "P-CAT-5"),
    "K within a country": Mutation("K", says(f"{BUYER}{VAT_ID}", "DE136695976"), "P-CAT-5"),
    "K delivered at home": Mutation("K", says(f"{DELIVER_TO}{COUNTRY}", "DE"), "P-CAT-6"),
    "K delivered outside the EU": Mutation("K", says(f"{DELIVER_TO}{COUNTRY}", "CH"), "P-CAT-6"),
    "K not delivered yet": Mutation("K", lacks("//ram:ActualDeliverySupplyChainEvent"), "P-CAT-6"),
    "AE without the buyer's VAT id": Mutation("AE", lacks(f"{BUYER}/ram:SpecifiedTaxRegistration"), "P-CAT-7"),
    "G within the EU": Mutation("G", says(f"{BUYER}{COUNTRY}", "AT"), "P-CAT-8"),
    "G delivered within the EU": Mutation("G", says(f"{DELIVER_TO}{COUNTRY}", "AT"), "P-CAT-8"),
    "O with another": Mutation("O", says(f"{LINE}//ram:CategoryCode", "E"), "P-CAT-9"),
    "O with a VAT id": Mutation(
        "O",
        lambda root: find(root, SELLER)[0].append(
            etree.fromstring(
                f'<r:SpecifiedTaxRegistration xmlns:r="{RAM}"><r:ID schemeID="VA">DE136695976</r:ID>'
                "</r:SpecifiedTaxRegistration>"
            )
        ),
        "P-CAT-10",
    ),
    "O with a rate": Mutation("O", has(ROW, "RateApplicablePercent", "0"), "P-CAT-11"),
    "O of an unnamed seller": Mutation("O", lacks(f"{SELLER}/ram:SpecifiedLegalOrganization"), "P-CAT-12"),
    "S at nought": Mutation("transfer", says(f"{ROW}/ram:RateApplicablePercent", "0"), "P-CAT-13"),
    "E at a rate": Mutation("E", says(f"{ROW}/ram:RateApplicablePercent", "22"), "P-CAT-13"),
    "a category nobody knows": Mutation("transfer", says(f"{ROW}/ram:CategoryCode", "B"), "P-CAT-14"),
    "E with VAT": Mutation("E", says(f"{ROW}/ram:CalculatedAmount", "1.00"), "P-CAT-15"),
}  # fmt: skip
