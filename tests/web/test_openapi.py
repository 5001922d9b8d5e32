"""What /openapi.json says is what the door does."""

from typing import Any

import pytest
from knocking import BATCH, SINGLE, Knocker, payment

from partnershop.contract import SHOP_TYPES, Envelope, ShopIdentity, parse
from partnershop.web.pace import Pace


@pytest.fixture
def described(door: Knocker) -> Any:
    return door.client.get(f"{door.url}/openapi.json").json()


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*[references(value) for value in node.values()])
    return set().union(*[references(value) for value in node]) if isinstance(node, list) else set()


def test_every_status_of_the_table_has_its_schema(described: Any) -> None:
    answers = described["paths"]["/shops/{shop}/events"]["post"]["responses"]
    assert set(answers) == {"202", "400", "401", "404", "408", "409", "413", "415", "422", "429", "503"}
    for status, answer in answers.items():
        [(media_type, content)] = answer["content"].items()
        assert media_type == ("application/json" if status == "202" else "application/problem+json")
        assert content["schema"]["$ref"]


def test_every_reference_leads_somewhere(described: Any) -> None:
    for reference in references(described):
        node = described
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_the_examples_are_accepted(described: Any, door: Knocker) -> None:
    body = described["paths"]["/shops/{shop}/events"]["post"]["requestBody"]["content"]
    assert set(body) == {SINGLE, BATCH, "application/json"}
    batch = body[BATCH]["example"]
    assert body[SINGLE]["example"] == batch[0]
    assert all(isinstance(parse(one, ShopIdentity("aurora", "EUR")), Envelope) for one in batch)
    assert door.post(*batch).json()["accepted"] == len(batch)


def test_every_type_a_shop_may_send_is_described(described: Any) -> None:
    events = described["components"]["schemas"]["Event"]["oneOf"]
    assert [event["properties"]["type"]["const"] for event in events] == [f"partnershop.{name}" for name in SHOP_TYPES]
    customer = described["components"]["schemas"]["CustomerMembers"]
    assert set(customer["required"]) == {"number", "name", "street", "postcode", "city", "country", "email"}


def test_answers_have_the_members_that_the_schema_requires(described: Any, door: Knocker) -> None:
    schemas = described["components"]["schemas"]
    assert set(schemas["Receipt"]["required"]) == set(door.post(payment()).json())
    refused = door.post(payment(amount="x")).json()
    assert set(refused) == set(schemas["Problem"]["required"]) | set(schemas["Receipt"]["required"])


def test_no_page_of_the_door_points_outside(door: Knocker) -> None:
    for path in ("/docs", "/redoc"):
        assert door.client.get(f"{door.url}{path}").status_code == 404


def test_pace_fills_up_again_and_shops_do_not_share() -> None:
    moment = 0.0
    pace = Pace(6, lambda: moment)
    assert [pace.seconds_to_wait(1) for _ in range(7)] == [0] * 6 + [10]
    assert pace.seconds_to_wait(2) == 0
    moment = 9.0
    assert pace.seconds_to_wait(1) == 1
    moment = 10.0
    assert pace.seconds_to_wait(1) == 0
    moment = 10_000.0
    assert [pace.seconds_to_wait(1) for _ in range(7)] == [0] * 6 + [10], "never more than a minute's worth"


def test_pace_zero_is_no_limit() -> None:
    assert {Pace(0).seconds_to_wait(1) for _ in range(100)} == {0}
