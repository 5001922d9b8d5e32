"""Seller (BG-4), buyer (BG-7) and where the goods go (BG-13) in a CII invoice."""

from partnershop.documents.cii import codes
from partnershop.documents.cii.writing_elements import Element, group, say
from partnershop.documents.paper import Identifier, Party
from partnershop.documents.printable import printable


def write_seller(agreement: Element, seller: Party, *, taxable: bool) -> None:
    """BG-4. Not `taxable` (category O): without its VAT identifier (BR-O-02)."""
    party = group(agreement, "SellerTradeParty")
    _identifier(party, codes.seller_identifier(seller))
    say(party, "Name", seller.name)
    organisation = group(party, "SpecifiedLegalOrganization")
    _registration(organisation, seller)
    if seller.company and seller.company != seller.name:
        say(organisation, "TradingBusinessName", seller.company)
    _address(party, seller)
    _electronic_address(party, seller)
    _vat_id(party, seller, taxable=taxable)
    say(group(party, "SpecifiedTaxRegistration"), "ID", codes.tax_code(seller), schemeID=codes.TAX_OFFICE_SCHEME)


def write_buyer(agreement: Element, buyer: Party, *, taxable: bool) -> None:
    """BG-7: a company is the buyer (BT-44) and the person its contact (BT-56), else the person is the buyer."""
    party = group(agreement, "BuyerTradeParty")
    _identifier(party, codes.buyer_identifier(buyer))
    name = _name(buyer)
    say(party, "Name", name)
    _registration(group(party, "SpecifiedLegalOrganization"), buyer)
    if name != buyer.name:
        say(group(party, "DefinedTradeContact"), "PersonName", buyer.name)
    _address(party, buyer)
    _electronic_address(party, buyer)
    _vat_id(party, buyer, taxable=taxable)


def write_deliver_to(delivery: Element, buyer: Party) -> None:
    """BG-13 and BG-15: the goods go to the buyer's address."""
    party = group(delivery, "ShipToTradeParty")
    say(party, "Name", _name(buyer))
    _address(party, buyer)


def _name(buyer: Party) -> str:
    company = printable(buyer.company or "").strip()
    return company or buyer.name


def _identifier(party: Element, identifier: Identifier | None) -> None:
    if identifier and identifier.scheme:
        say(party, "GlobalID", identifier.value, schemeID=identifier.scheme)
    elif identifier:
        say(party, "ID", identifier.value)


def _registration(organisation: Element, party: Party) -> None:
    """BT-30 or BT-47."""
    registration = party.registration
    if registration and registration.scheme:
        say(organisation, "ID", registration.value, schemeID=registration.scheme)
    elif registration:
        say(organisation, "ID", registration.value)


def _address(party: Element, of: Party) -> None:
    """BG-5, BG-8 or BG-15."""
    address = group(party, "PostalTradeAddress")
    say(address, "PostcodeCode", of.postcode)
    say(address, "LineOne", of.street)
    say(address, "CityName", of.city)
    say(address, "CountryID", of.country.upper())
    say(address, "CountrySubDivisionName", of.province)


def _electronic_address(party: Element, of: Party) -> None:
    """BT-34 or BT-49."""
    say(group(party, "URIUniversalCommunication"), "URIID", of.email, schemeID=codes.ELECTRONIC_MAIL)


def _vat_id(party: Element, of: Party, *, taxable: bool) -> None:
    """BT-31 or BT-48."""
    if taxable:
        say(group(party, "SpecifiedTaxRegistration"), "ID", codes.vat_id(of), schemeID=codes.VAT_SCHEME)
