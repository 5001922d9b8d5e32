"""What papers must name of the law: that of the seller's country, whatever language the paper is in."""

from collections.abc import Mapping

from stdnum.eu.vat import MEMBER_STATES

# By country and VAT category (UNTDID 5305): why no VAT is charged.
_EXEMPTIONS: Mapping[str, Mapping[str, str]] = {
    "IT": {
        "E": "art. 10 DPR 633/72",
        "AE": "art. 17 DPR 633/72",
        "K": "art. 41 DL 331/93",
        "G": "art. 8 DPR 633/72",
        "O": "artt. 7-7-septies DPR 633/72",
    },
    "DE": {
        "E": "§ 4 UStG",
        "AE": "§ 13b UStG",
        "K": "§ 4 Nr. 1 Buchst. b, § 6a UStG",
        "G": "§ 4 Nr. 1 Buchst. a, § 6 UStG",
        "O": "§ 3a UStG",
    },
}
# The articles of the VAT Directive for the other member states; none says what lies outside of it.
_DIRECTIVE = {"E": "132", "AE": "196", "K": "138", "G": "146"}
_PREPAYMENTS = {"IT": "art. 6 DPR 633/72", "DE": "§ 14 Abs. 5 UStG"}


def of_exemption(country: str, category: str, directive: str) -> str:
    """The law by which a seller of `country` charges no VAT in `category`; "" where we know none.

    `directive` is what the paper's language calls the VAT Directive.
    """
    known = _EXEMPTIONS.get(country, {}).get(category)
    if known:
        return known
    article = _DIRECTIVE.get(category) if country.lower() in MEMBER_STATES else None
    return f"art. {article} {directive}" if article else ""


def of_prepayment(country: str) -> str:
    """The law by which a seller of `country` invoices what is paid before the supply; "" where we know none."""
    return _PREPAYMENTS.get(country, "")
