"""What a producer needs to know of an order item: no prices, no customer data beyond what production needs."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Feature:
    """One attribute of the product and its chosen option: keys for machines, words (the shop's language) for people."""

    attribute: str
    option: str
    attribute_name: str
    option_name: str


@dataclass(frozen=True)
class Ticket:
    """One order item as it is handed to a producer.

    `key` identifies the hand-over for ever (it is also the file name and Unitedprint's orderName): the same key twice
    is the same hand-over. It holds only letters, digits, dot, dash and underscore. `copies` is the line's quantity, the
    print run is the feature `quantity`. `address` is the item's address in the product (for the QR code).
    """

    key: str
    shop: str
    shop_name: str
    language: str
    order: str
    item: str
    product: str
    product_name: str
    description: str
    copies: int
    features: tuple[Feature, ...]
    due_date: date
    address: str
