"""The elements of a CII invoice: made by name, never empty, with amounts, dates and percentages as its XML has them."""

from datetime import date
from decimal import Decimal

from lxml import etree

from partnershop.documents.cii.codes import CALENDAR_DAY
from partnershop.documents.printable import printable

Element = etree._Element
_STANDARD = "urn:un:unece:uncefact:data:standard:"
_NAMESPACES = {
    "rsm": f"{_STANDARD}CrossIndustryInvoice:100",
    "ram": f"{_STANDARD}ReusableAggregateBusinessInformationEntity:100",
    "qdt": f"{_STANDARD}QualifiedDataType:100",
    "udt": f"{_STANDARD}UnqualifiedDataType:100",
}
_RSM, _RAM, _QDT, _UDT = (f"{{{_NAMESPACES[prefix]}}}" for prefix in ("rsm", "ram", "qdt", "udt"))


def root() -> Element:
    """The empty invoice."""
    return etree.Element(f"{_RSM}CrossIndustryInvoice", nsmap=_NAMESPACES)


def part(parent: Element, name: str) -> Element:
    """One of the three parts of the invoice itself (namespace rsm)."""
    return etree.SubElement(parent, _RSM + name)


def group(parent: Element, *names: str) -> Element:
    """A new element in `parent`, in it one of the next name, and so on; the innermost."""
    for name in names:
        parent = etree.SubElement(parent, _RAM + name)
    return parent


def say(parent: Element, name: str, text: str | None, **attributes: str) -> None:
    """An element with this text as it can be printed; none where there is nothing to say."""
    said = printable(text or "").strip()
    if said:
        clean = {key: printable(value) for key, value in attributes.items()}
        etree.SubElement(parent, _RAM + name, clean).text = said


def say_day(parent: Element, name: str, day: date | None) -> None:
    """A calendar day; none where it is not known."""
    if day is not None:
        _day(etree.SubElement(parent, _RAM + name), _UDT, day)


def say_day_of_paper(parent: Element, name: str, day: date) -> None:
    """The issue date of another paper, which CII puts into a namespace of its own."""
    _day(etree.SubElement(parent, _RAM + name), _QDT, day)


def _day(parent: Element, namespace: str, day: date) -> None:
    etree.SubElement(parent, f"{namespace}DateTimeString", format=CALENDAR_DAY).text = f"{day:%Y%m%d}"


def say_whether(parent: Element, name: str, *, yes: bool) -> None:
    """An indicator."""
    etree.SubElement(etree.SubElement(parent, _RAM + name), f"{_UDT}Indicator").text = "true" if yes else "false"


def percent(rate: Decimal) -> str:
    """A percentage with the decimals it needs: Decimal("22.00") -> "22"."""
    # normalize() alone would turn 20 into 2E+1.
    return f"{rate.normalize():f}"


def written(invoice: Element) -> bytes:
    """The invoice as UTF-8, its elements on lines of their own; a group that got nothing to say is left out."""
    for element in reversed(list(invoice.iter())):
        parent = element.getparent()
        if parent is not None and not len(element) and not element.text:
            parent.remove(element)
    return etree.tostring(invoice, encoding="UTF-8", xml_declaration=True, pretty_print=True)
