"""Unitedprint's createOrder request, made from one of our tickets. Field names are the published ones."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from partnershop.gateways.ticket import Ticket

PLACE, CHECK_ONLY = 0, 1
_RUN = "quantity"
_RUN_OPTION = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True)
class Account:
    """Who orders, and where Unitedprint fetches the print data. Passwords are kept out of `repr`, so out of logs.

    `data_source_*` is the server from which Unitedprint fetches the files, `data_transmission` how they are sent,
    `message_level` how much the answer tells.
    """

    customer_number: str
    password: str = field(repr=False)
    environment: str = "test"
    portal_name: str = "partnershop"
    country_code: str = "DE"
    party_group_name: str = "partnershop"
    shipping_type: str = "standard"
    data_source_host: str = "127.0.0.1"
    data_source_user: str = "partnershop"
    data_source_password: str = field(default="partnershop", repr=False)
    data_source_port: int = 22
    data_transmission: str = "sftp"
    message_level: int = 1


TEST_ACCOUNT = Account(customer_number="10000", password="test")
"""An account for the simulator. Its environment is `test`, so that nothing would be made of an order that strays."""


def account_from(environment: Mapping[str, str]) -> Account:
    """The account that the variables UNITEDPRINT_CUSTOMER_NUMBER, UNITEDPRINT_PASSWORD, ... describe.

    Each field of `Account` has its variable: UNITEDPRINT_ and the field's name in capitals. Without a customer number
    it is `TEST_ACCOUNT`. Raises `KeyError` naming UNITEDPRINT_PASSWORD when only that is missing, and `ValueError` if a
    port or message level is not a whole number.
    """

    def said(name: str, default: str) -> str:
        return environment.get(f"UNITEDPRINT_{name.upper()}") or default

    if not environment.get("UNITEDPRINT_CUSTOMER_NUMBER"):
        return TEST_ACCOUNT
    return Account(
        customer_number=environment["UNITEDPRINT_CUSTOMER_NUMBER"],
        password=environment["UNITEDPRINT_PASSWORD"],
        environment=said("environment", TEST_ACCOUNT.environment),
        portal_name=said("portal_name", TEST_ACCOUNT.portal_name),
        country_code=said("country_code", TEST_ACCOUNT.country_code),
        party_group_name=said("party_group_name", TEST_ACCOUNT.party_group_name),
        shipping_type=said("shipping_type", TEST_ACCOUNT.shipping_type),
        data_source_host=said("data_source_host", TEST_ACCOUNT.data_source_host),
        data_source_user=said("data_source_user", TEST_ACCOUNT.data_source_user),
        data_source_password=said("data_source_password", TEST_ACCOUNT.data_source_password),
        data_source_port=int(said("data_source_port", str(TEST_ACCOUNT.data_source_port))),
        data_transmission=said("data_transmission", TEST_ACCOUNT.data_transmission),
        message_level=int(said("message_level", str(TEST_ACCOUNT.message_level))),
    )


def customer_product_id(ticket: Ticket) -> str:
    """The configured product: its key and every option but the print run: `flyer:format=a6,paper=gloss-135`.

    Sorted by attribute, so that one configuration has one id.
    """
    options = sorted((feature.attribute, feature.option) for feature in ticket.features)
    chosen = ",".join(f"{attribute}={option}" for attribute, option in options if not _is_run(attribute, option))
    return f"{ticket.product}:{chosen}" if chosen else ticket.product


def order_quantity(ticket: Ticket) -> int:
    """Pieces to be printed: copies of the line times the print run; just the copies where the run is no number."""
    for feature in ticket.features:
        if _is_run(feature.attribute, feature.option):
            return ticket.copies * int(feature.option)
    return ticket.copies


def create_order(ticket: Ticket, account: Account, validate: int = PLACE) -> dict[str, object]:
    """The body of a createOrder call with one position; our key goes into orderName, there is no other place for it.

    `validate`: `PLACE` orders, `CHECK_ONLY` asks for delivery date and price and orders nothing.
    """
    return {
        "environment": account.environment,
        "portalName": account.portal_name,
        "countryCode": account.country_code,
        "languageCode": ticket.language,
        "partyGroupName": account.party_group_name,
        "validate": validate,
        "accountInformation": {"customerNumber": account.customer_number, "password": account.password},
        "orderPositions": [
            {
                "orderInformation": {
                    "customerProductId": customer_product_id(ticket),
                    "orderQuantity": order_quantity(ticket),
                    "shippingType": account.shipping_type,
                    "orderName": ticket.key,
                }
            }
        ],
        "dataSourceHost": account.data_source_host,
        "dataSourceUser": account.data_source_user,
        "dataSourcePassword": account.data_source_password,
        "dataSourcePort": account.data_source_port,
        "dataTransmission": account.data_transmission,
        "messageLevel": account.message_level,
    }


def _is_run(attribute: str, option: str) -> bool:
    """A whole number of at most nine digits; anything longer is no print run (and Python refuses to read it)."""
    return attribute == _RUN and _RUN_OPTION.fullmatch(option) is not None
