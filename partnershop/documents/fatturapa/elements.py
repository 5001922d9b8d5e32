"""Elements and figures in the form that the schema of FatturaPA wants."""

from datetime import date
from decimal import Decimal

from lxml import etree

from partnershop.documents.fatturapa.text import xml_safe
from partnershop.rules.money import to_text

NAMESPACE = "http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2"
CURRENCY = "EUR"
MOST_PLACES = 8


def put(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    """A new last child; without `text` it is there to hold others."""
    child = etree.SubElement(parent, name)
    if text is not None:
        child.text = xml_safe(text)
    return child


def amount(minor: int, currency: str = CURRENCY) -> str:
    """Minor units with two decimals, which every amount of a paper has."""
    return to_text(minor, currency)


def decimals(value: Decimal) -> str:
    """A price, discount or rate with the decimals it needs, at least two: 0.0475, 49.90, 22.00."""
    places = -int(value.normalize().as_tuple().exponent)
    return f"{value:.{max(2, places)}f}"


def day(value: date) -> str:
    """A day as XML has it."""
    return value.isoformat()
