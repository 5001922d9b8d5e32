"""The contract of an event by tables: what is valid, and which sentence names which member when it is not."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from knocking import AURORA, VALID_DATA, changed, errors_of, event, order, payment

from partnershop.contract import (
    TYPES,
    Envelope,
    OrderPlaced,
    ShopIdentity,
    SourceRule,
    data_of,
    parse,
)
from partnershop.errors import Defect


def test_the_table_covers_every_type() -> None:
    assert VALID_DATA.keys() == TYPES.keys()


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_is_taken_and_read_again(kind: str) -> None:
    raw = event(kind, VALID_DATA[kind])
    result = parse(raw, AURORA, SourceRule.SHOP | SourceRule.OPERATORS)
    assert isinstance(result, Envelope), result
    assert result.type == kind
    assert type(result.data) is TYPES[kind]
    assert data_of(kind, raw) == result.data
    assert result.order_number == raw["data"].get("order")


@pytest.mark.parametrize("kind", TYPES)
def test_every_required_member_is_missed_by_name(kind: str) -> None:
    sources = SourceRule.SHOP | SourceRule.OPERATORS
    for name, field in TYPES[kind].model_fields.items():
        without = {key: value for key, value in VALID_DATA[kind].items() if key != name}
        result = parse(event(kind, without), AURORA, sources)
        if field.is_required() or name == "reduction":
            assert result == [f"data.{name} is missing: add it"]
        else:
            assert isinstance(result, Envelope)


def test_defaults_and_figures_of_an_order() -> None:
    raw = changed("data.charges", None, changed("data.internal", None))
    raw["data"]["customer"] = {
        key: raw["data"]["customer"][key]
        for key in ("number", "name", "street", "postcode", "city", "country", "email")
    }
    result = parse(raw, AURORA)
    assert isinstance(result, Envelope)
    data = result.data
    assert isinstance(data, OrderPlaced)
    assert (data.internal, data.charges) == (False, [])
    assert {key for key, value in data.customer.items() if value is None} == {
        "company",
        "vat_id",
        "tax_code",
        "language",
    }
    assert data.items[0].unit_price == Decimal("49.90")
    assert (data.items[0].net_minor("EUR"), data.items[0].vat_category) == (4990, "S")
    assert data.placed_at == datetime(2026, 3, 2, 9, 14, tzinfo=UTC)


AMOUNTS = [
    "49,90",
    "-1",
    "+1",
    "1e3",
    " 1",
    "1 ",
    "",
    "NaN",
    "Infinity",
    "١",
    "1_0",
    ".5",
    "5.",
    "0x1",
    "9" * 13,
    "1.00000",
]


@pytest.mark.parametrize("amount", [*AMOUNTS, 1, 1.5, None, True, ["1"], {"a": 1}])
@pytest.mark.parametrize("path", ["data.items.0.unit_price", "data.charges.0.amount"])
def test_amounts_are_plain_decimals_in_strings(path: str, amount: object) -> None:
    [error] = errors_of(changed(path, amount))
    assert error.startswith(path.replace(".0.", "[0]."))


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("specversion", "0.3", "specversion must be"),
        ("id", "", "id is empty"),
        ("id", "x" * 101, "id is longer than 100"),
        ("id", "a\nb", "id must have"),
        ("id", " ", "id must have"),
        ("id", 7, "id must be a JSON string"),
        ("time", "2026-03-02T09:14:00", "time must be a moment"),
        ("time", "2026-02-30T09:14:00Z", "time is not a day"),
        ("time", "2026-03-02T09:14:60Z", "time must be a moment"),
        ("type", "partnershop.order.eaten", "known types: partnershop.order.placed"),
        ("type", "order.placed", "type is not known"),
        ("type", "partnershop.item.redirected", "only be sent by operators"),
        ("source", "/shops/other", 'source must be "/shops/aurora"'),
        ("source", "/operators/anna", 'source must be "/shops/aurora"'),
        ("subject", "A-1002", "subject must be the order number"),
        ("datacontenttype", "application/xml", "datacontenttype must be application/json"),
        ("data", "-", "data is missing"),
        ("data", [], "data must be a JSON object"),
        ("data_base64", "e30=", "data_base64 is not taken"),
        ("data.order", "A" * 101, "data.order is longer than 100"),
        ("data.currency", "USD", 'data.currency must be the shop\'s, "EUR"'),
        ("data.currency", "eur", "data.currency must be the three capital"),
        ("data.payment_method", "cash", 'data.payment_method must be "card"'),
        ("data.internal", 0, "data.internal must be true or false"),
        ("data.customer", [], "data.customer must be"),
        ("data.customer.city", "", "data.customer.city is empty"),
        ("data.customer.country", "it", "data.customer.country must be the two capital"),
        ("data.customer.language", "ita", "data.customer.language must be the two small"),
        ("data.customer.email", "nobody", "data.customer.email must be one mail address"),
        ("data.customer.email", "a@b.it, c@d.it", "data.customer.email must be one mail address"),
        ("data.customer.name", "x" * 301, "data.customer.name is longer than 300"),
        ("data.customer.name", "a\x07b", "data.customer.name has a control character"),
        ("data.items", [], "data.items must have at least 1"),
        ("data.items", [{}] * 5001, "data.items has more than 5000"),
        ("data.items.0.options", {"paper": 135}, "data.items[0].options.paper must be a JSON string"),
        ("data.items.0.options", {"": "x"}, 'the name data.items[0].options[""] is empty'),
        ("data.items.0.quantity", 0, "data.items[0].quantity must be at least 1"),
        ("data.items.0.quantity", 10**9 + 1, "data.items[0].quantity must be at most"),
        ("data.items.0.quantity", 1.0, "data.items[0].quantity must be a whole JSON number"),
        ("data.items.0.quantity", "1", "data.items[0].quantity must be a whole JSON number"),
        ("data.items.0.quantity", True, "data.items[0].quantity must be a whole JSON number"),
        ("data.items.0.vat_rate", "100.5", "data.items[0].vat_rate must be a percentage"),
        ("data.items.0.vat_rate", "0", "data.items[0].vat_category must say why"),
        ("data.items.0.vat_category", "E", 'data.items[0].vat_category must be "S" or left out'),
        ("data.items.0.vat_category", "X", 'data.items[0].vat_category must be "S"'),
        ("data.items.0.vat_exemption", "Art. 15", "data.items[0].vat_exemption must be left out"),
        ("data.charges.0.amount", "7.905", "data.charges[0].amount has more decimals than EUR allows, which is 2"),
    ],
)
def test_what_is_wrong_is_said_by_name(path: str, value: object, words: str) -> None:
    errors = errors_of(changed(path, value))
    assert any(words in error for error in errors), errors


@pytest.mark.parametrize(
    ("rate", "category", "exemption", "valid"),
    [
        ("0", "Z", None, True),
        ("0.00", "E", "esente art. 10", True),
        ("0", "AE", "reverse charge", True),
        ("0", "E", None, False),
        ("0", "S", None, False),
        ("0", "Z", "words", False),
        ("22", "S", None, True),
        ("22", None, None, True),
        ("22", "Z", None, False),
    ],
)
def test_rate_zero_says_why(rate: str, category: str | None, exemption: str | None, valid: bool) -> None:
    for path in ("data.items.0", "data.charges.0"):
        raw = changed(f"{path}.vat_rate", rate)
        raw = changed(f"{path}.vat_category", category, raw)
        raw = changed(f"{path}.vat_exemption", exemption, raw)
        assert (errors_of(raw) == []) is valid


def test_the_currency_says_how_many_decimals() -> None:
    yen = ShopIdentity("aurora", "JPY")
    assert errors_of(payment(currency="JPY", amount="70"), yen) == []
    assert "which is 0" in errors_of(payment(currency="JPY", amount="70.5"), yen)[0]
    dinar = ShopIdentity("aurora", "KWD")
    assert errors_of(payment(currency="KWD", amount="70.525"), dinar) == []


def test_a_line_below_ten_to_the_thirteenth_and_no_more() -> None:
    raw = changed("data.items.0.unit_price", "99.9999")
    assert errors_of(changed("data.items.0.quantity", 10**9, raw)) == []
    raw = changed("data.items.0.unit_price", "100")
    assert "below 100000000000.00 EUR" in errors_of(changed("data.items.0.quantity", 10**9, raw))[0]


def test_keys_within_an_order_differ() -> None:
    raw = order()
    raw["data"]["items"] *= 2
    raw["data"]["charges"] *= 2
    assert [error.split(" ")[0] for error in errors_of(raw)] == ["data.items[1].item", "data.charges[1].charge"]


@pytest.mark.parametrize(
    ("reduction", "valid"),
    [
        ({"net": "12.00"}, True),
        ({"percent": "20"}, True),
        ({"percent": "100", "net": None}, True),
        ({}, False),
        ({"net": "1", "percent": "1"}, False),
        ({"net": "0.00"}, False),
        ({"percent": "0"}, False),
        ({"percent": "101"}, False),
        ({"net": "1.005"}, False),
    ],
)
def test_a_reduction_is_one_of_two_and_not_nothing(reduction: dict[str, Any], valid: bool) -> None:
    raw = event("complaint.accepted", VALID_DATA["complaint.accepted"] | {"reduction": reduction})
    assert (errors_of(raw) == []) is valid


def test_unknown_members_are_kept_and_ignored() -> None:
    raw = changed("data.items.0.colour", {"any": ["thing"]}) | {"traceparent": "00-1"}
    result = parse(raw, AURORA)
    assert isinstance(result, Envelope)
    assert result.body is raw
    assert json.loads(result.canonical) == raw


def test_the_digest_sees_content_and_not_its_order() -> None:
    one, two, three = (
        parse(order(), AURORA),
        parse(dict(reversed(order().items())), AURORA),
        parse(order(number="B"), AURORA),
    )
    assert isinstance(one, Envelope)
    assert isinstance(two, Envelope)
    assert isinstance(three, Envelope)
    assert one.digest == two.digest != three.digest


def test_an_event_is_at_most_32_levels_deep() -> None:
    def nested(levels: int) -> dict[str, Any]:
        value: Any = "x"
        for _ in range(levels - 1):
            value = [value]
        return order() | {"extra": value}

    assert errors_of(nested(32)) == []
    assert "32 levels" in errors_of(nested(33))[0]
    assert "32 levels" in errors_of(nested(20_000))[0]


@pytest.mark.parametrize("raw", [None, 1, "x", [], [order()], {}, {"data": None}])
def test_anything_else_has_its_errors_too(raw: object) -> None:
    assert errors_of(raw)


def test_thousands_of_errors_are_cut_short() -> None:
    raw = order()
    raw["data"]["items"] = [{"item": str(n)} for n in range(500)]
    errors = errors_of(raw)
    assert len(errors) == 21
    assert errors[-1].startswith("and 2")


def test_no_error_repeats_what_the_customer_is_called() -> None:
    raw = changed("data.customer.email", "chiara.conti")
    raw["data"]["customer"]["country"] = "Italia"
    assert not [error for error in errors_of(raw) if "conti" in error or "Italia" in error]


def test_a_stored_event_that_breaks_the_contract_is_a_defect() -> None:
    with pytest.raises(Defect):
        data_of("item.cancelled", {"data": {}})
    with pytest.raises(Defect):
        data_of("nothing", {"data": {}})
