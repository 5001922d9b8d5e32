"""The files of the hot folder, as the print works' machines read them: a stable interface with a version.

`KEY.json`, schema `partnershop.ticket`, version 1:

| member | content |
|---|---|
| schema, version | `"partnershop.ticket"`, `1`; the version rises when a member changes its meaning or goes away |
| key | identifies the ticket for ever; also the file name |
| shop, shop_name, language | the shop's key and name; the language (ISO 639-1) of all words in the ticket |
| order, item, address | order number, item number within it, the item's address (URL) in the product |
| product, product_name, description | the product's key and name, and the line's own text |
| copies | the line's quantity, a whole number; the print run is the feature `quantity` |
| features | list of {attribute, option, attribute_name, option_name}, in the product's order |
| due_date | ISO 8601 day |
| page | name of the PDF for people, published before this file |

`KEY.withdrawn.json`, schema `partnershop.withdrawal`, version 1: schema, version, key, reason (a sentence),
withdrawn_at (ISO 8601 with offset). Do not produce that ticket, or stop.

Members may be added within a version; readers ignore those they do not know. UTF-8, keys sorted.
"""

from datetime import datetime

from partnershop.gateways.files import machine_json
from partnershop.gateways.ticket import Ticket

SCHEMA_VERSION = 1
WITHDRAWN = ".withdrawn"


def page_name(key: str) -> str:
    """The name of the ticket's PDF."""
    return f"{key}.pdf"


def ticket_name(key: str) -> str:
    """The name of the ticket's JSON."""
    return f"{key}.json"


def withdrawal_name(key: str) -> str:
    """The name of the file that takes the ticket back."""
    return f"{key}{WITHDRAWN}.json"


def ticket_json(ticket: Ticket) -> bytes:
    """The ticket for machines, as described above. Raises `UnicodeEncodeError` for text that is not Unicode."""
    return machine_json(
        {
            "schema": "partnershop.ticket",
            "version": SCHEMA_VERSION,
            "key": ticket.key,
            "shop": ticket.shop,
            "shop_name": ticket.shop_name,
            "language": ticket.language,
            "order": ticket.order,
            "item": ticket.item,
            "address": ticket.address,
            "product": ticket.product,
            "product_name": ticket.product_name,
            "description": ticket.description,
            "copies": ticket.copies,
            "features": [
                {
                    "attribute": feature.attribute,
                    "option": feature.option,
                    "attribute_name": feature.attribute_name,
                    "option_name": feature.option_name,
                }
                for feature in ticket.features
            ],
            "due_date": ticket.due_date.isoformat(),
            "page": page_name(ticket.key),
        }
    )


def withdrawal_json(key: str, reason: str, withdrawn_at: datetime) -> bytes:
    """The withdrawal, as described above. Raises `UnicodeEncodeError` for text that is not Unicode."""
    return machine_json(
        {
            "schema": "partnershop.withdrawal",
            "version": SCHEMA_VERSION,
            "key": key,
            "reason": reason,
            "withdrawn_at": withdrawn_at.isoformat(),
        }
    )
