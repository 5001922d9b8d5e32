"""The request that is sent: the published fields, filled from a ticket."""

from dataclasses import replace

import pytest
from counterparts import TICKET

from partnershop.gateways.ticket import Feature
from partnershop.gateways.unitedprint_order import (
    CHECK_ONLY,
    TEST_ACCOUNT,
    Account,
    account_from,
    create_order,
    customer_product_id,
    order_quantity,
)


def test_the_request_has_the_published_fields() -> None:
    assert create_order(TICKET, TEST_ACCOUNT) == {
        "environment": "test",
        "portalName": "partnershop",
        "countryCode": "DE",
        "languageCode": "it",
        "partyGroupName": "partnershop",
        "validate": 0,
        "accountInformation": {"customerNumber": "10000", "password": "test"},
        "orderPositions": [
            {
                "orderInformation": {
                    "customerProductId": "flyer:format=a6,paper=gloss-135",
                    "orderQuantity": 2000,
                    "shippingType": "standard",
                    "orderName": "aurora-A-1001-1",
                }
            }
        ],
        "dataSourceHost": "127.0.0.1",
        "dataSourceUser": "partnershop",
        "dataSourcePassword": "partnershop",
        "dataSourcePort": 22,
        "dataTransmission": "sftp",
        "messageLevel": 1,
    }
    assert create_order(TICKET, TEST_ACCOUNT, CHECK_ONLY)["validate"] == 1


def test_a_product_without_options_is_its_key() -> None:
    assert customer_product_id(replace(TICKET, features=())) == "flyer"


@pytest.mark.parametrize("run", ["one-roll", "0", "²", "-5", "", "9" * 5000])
def test_a_run_that_is_no_number_is_an_option_like_any_other(run: str) -> None:
    odd = replace(TICKET, features=(Feature("quantity", run, "Tiratura", run),))
    assert customer_product_id(odd) == f"flyer:quantity={run}"
    assert order_quantity(odd) == TICKET.copies


def test_passwords_are_not_shown() -> None:
    shown = repr(Account(customer_number="1", password="s3cret", data_source_password="s3cret2"))
    assert "s3cret" not in shown


def test_the_account_comes_from_the_environment() -> None:
    account = account_from(
        {
            "UNITEDPRINT_CUSTOMER_NUMBER": "4711",
            "UNITEDPRINT_PASSWORD": "pass",
            "UNITEDPRINT_ENVIRONMENT": "live",
            "UNITEDPRINT_DATA_SOURCE_PORT": "2222",
        }
    )
    assert account == replace(
        TEST_ACCOUNT, customer_number="4711", password="pass", environment="live", data_source_port=2222
    )
    assert account_from({}) == TEST_ACCOUNT
    with pytest.raises(KeyError, match="UNITEDPRINT_PASSWORD"):
        account_from({"UNITEDPRINT_CUSTOMER_NUMBER": "4711"})
