"""Operators' actions: events with their source, by the same rules, and the outcome on the screen."""

import json
import time
from typing import Any

import pipeline
import psycopg
import pytest
from commanding import Run

from partnershop.cli.operators import operator_source
from partnershop.stages import Stage

STAGES = pipeline.ALL - {Stage.DOCUMENTS, Stage.DISPATCH}


def placed(number: str = "R-1", **more: Any) -> dict[str, Any]:
    """An order of retail (invoice at once, GBP) over two flyers, 50.00 and 30.00 net at 20 %."""
    options = {"format": "a6", "paper": "gloss-135", "colours": "4-4", "finishing": "none", "quantity": "500"}
    line = {"product": "flyer", "options": options, "description": "Flyers", "quantity": 1, "vat_rate": "20"}
    customer = {
        "number": "1", "name": "Ada Example", "street": "1 Lane", "postcode": "M1", "city": "Manchester",
        "country": "GB", "email": "ada@customers.example",
    }  # fmt: skip
    data = {
        "order": number, "currency": "GBP", "placed_at": "2026-03-02T09:14:00Z", "payment_method": "card",
        "customer": customer,
        "items": [line | {"item": "1", "unit_price": "50.00"}, line | {"item": "2", "unit_price": "30.00"}],
        **more,
    }  # fmt: skip
    return pipeline.event("order.placed", data, "retail")


@pytest.fixture
def order(shops: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """An invoiced and paid order; and workers that work whenever a command waits."""
    payment = {
        "order": "R-1", "payment": "P-1", "amount": "96.00", "currency": "GBP", "method": "card",
        "received_at": "2026-03-02T09:20:00Z",
    }  # fmt: skip
    pipeline.knock("retail", [placed(), pipeline.event("payment.received", payment, "retail")])
    pipeline.run(STAGES)
    monkeypatch.setattr(time, "sleep", lambda _: pipeline.run(STAGES))


@pytest.mark.usefixtures("order")
def test_cancelling_an_item_says_which_papers_and_which_refund(run: Run, database: str) -> None:
    result = run(
        "item", "cancel", "R-1", "2", "--shop", "retail", "--reason", "no longer needed", "--as", "Anna Weber!"
    )
    assert result.code == 0
    assert "CRN-" in result.out
    assert "takes back GBP 36.00 of INV-" in result.out
    assert "refund request R-1 over GBP 36.00" in result.out
    with psycopg.connect(database) as connection:
        sources = connection.execute("SELECT source FROM event WHERE type = 'item.cancelled'").fetchall()
    assert sources == [("/operators/Anna-Weber",)]
    again = run("item", "cancel", "R-1", "2", "--shop", "retail", "--reason", "once more", "--json")
    assert again.code == 0
    assert json.loads(again.out)["sentence"] == "item 2 of R-1 has been cancelled already"


@pytest.mark.usefixtures("order")
def test_cancelling_an_order_takes_everything_back(run: Run) -> None:
    result = run("order", "cancel", "R-1", "--shop", "retail", "--reason", "event called off", "--json")
    assert result.code == 0
    told = json.loads(result.out)
    assert told["case_state"] == "done"
    assert "GBP 96.00" in told["case_sentence"]


@pytest.mark.usefixtures("order")
def test_a_complaint_is_decided_once_and_a_refusal_is_exit_code_1(run: Run) -> None:
    where = ("R-1", "--shop", "retail")
    opened = run("complaint", "open", "C-1", "R-1", "1", "--shop", "retail", "--reason", "off centre")
    assert opened.code == 0
    too_much = run("complaint", "accept", "C-1", *where, "--net", "50.01")
    assert too_much.code == 1
    assert too_much.out.startswith("refused: ")
    assert "more than what is left of item 1 of R-1, GBP 50.00" in too_much.out
    assert "is accepted" not in too_much.out
    as_json = json.loads(run("complaint", "accept", "C-1", *where, "--net", "50.01", "--json").out)
    assert (as_json["refused"], as_json["case_state"]) == (True, "refused")
    accepted = run("complaint", "accept", "C-1", *where, "--percent", "10")
    assert accepted.code == 0
    assert "over GBP 90.00 replaces INV-" in accepted.out
    late = run("complaint", "reject", "C-1", *where, "--reason", "changed my mind")
    assert late.code == 1
    assert "the first decision stands" in late.out


@pytest.mark.usefixtures("order")
def test_an_in_house_item_is_handed_over_to_unitedprint(run: Run, database: str) -> None:
    result = run("item", "hand-over", "R-1", "1", "--shop", "retail", "--reason", "out of paper")
    assert result.code == 0
    assert "item 1 of R-1 goes to Unitedprint instead: out of paper" in result.out
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT route FROM item WHERE key = '1'").fetchone() == ("unitedprint",)
    settled = run(
        "item", "settle-dispatch", "R-1", "1", "--shop", "retail", "--not-accepted", "--reason", "they never got it"
    )
    assert settled.code == 1
    assert "no hand-over of item 1 of R-1 is unknown" in settled.out


@pytest.mark.usefixtures("order")
def test_print_data_can_be_brought_in_by_hand(run: Run) -> None:
    result = run("item", "print-data", "R-1", "1", "--shop", "retail")
    assert (result.code, result.out.strip()) == (0, "print data for item 1 of R-1")


@pytest.mark.usefixtures("order")
def test_what_the_contract_does_not_allow_is_wrong_use_and_is_not_stored(run: Run, database: str) -> None:
    where = ("R-1", "--shop", "retail")
    run("complaint", "open", "C-1", "R-1", "1", "--shop", "retail", "--reason", "off centre")
    assert run("complaint", "accept", "C-1", *where).code == 2
    assert run("complaint", "accept", "C-1", *where, "--net", "1.00", "--percent", "5").code == 2
    result = run("complaint", "accept", "C-1", *where, "--net", "1,00")
    assert result.code == 2
    assert "--net must be a plain decimal such as 12.30" in result.err
    assert "data." not in result.err
    result = run("complaint", "accept", "C-1", *where, "--percent", "x")
    assert "--percent must be a percentage from 0 to 100" in result.err
    assert run("item", "cancel", "R-1", "1", "--shop", "nobody", "--reason", "x").code == 2
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM quarantine").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM event WHERE source LIKE '/operators/%'").fetchone() == (1,)


@pytest.mark.usefixtures("order")
def test_without_waiting_it_is_stored_and_said_so(run: Run) -> None:
    result = run("item", "cancel", "R-1", "2", "--shop", "retail", "--reason", "x", "--no-wait")
    assert (result.code, result.out.strip()) == (0, "accepted, and waits to be handled")


@pytest.mark.usefixtures("order")
def test_what_is_not_known_is_told_at_once_and_not_stored(run: Run, database: str) -> None:
    more = ("--shop", "retail", "--reason", "x")
    unknown_order = run("item", "cancel", "NOPE", "1", *more)
    assert unknown_order.code == 2
    assert "order NOPE is not known at shop retail; --even-unknown keeps the event until it is" in unknown_order.err
    assert run("order", "cancel", "NOPE", *more).code == 2
    unknown_item = run("item", "cancel", "R-1", "77", *more)
    assert unknown_item.code == 2
    assert "order R-1 has no item 77, it has 1, 2" in unknown_item.err
    unknown_complaint = run("complaint", "accept", "K99", "R-1", "--shop", "retail", "--net", "1.00")
    assert unknown_complaint.code == 2
    assert "complaint K99 is not known at shop retail" in unknown_complaint.err
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM event WHERE source LIKE '/operators/%'").fetchone() == (0,)


@pytest.mark.usefixtures("order")
def test_a_complaint_about_another_order_is_not_decided(run: Run) -> None:
    pipeline.knock("retail", [placed("R-2")])
    pipeline.run(STAGES)
    assert run("complaint", "open", "C-1", "R-1", "1", "--shop", "retail", "--reason", "off centre").code == 0
    result = run("complaint", "accept", "C-1", "R-2", "--shop", "retail", "--net", "1.00")
    assert result.code == 2
    assert "complaint C-1 is about order R-1, not about R-2" in result.err


@pytest.mark.usefixtures("order")
def test_an_item_held_for_its_product_is_not_handed_over(run: Run) -> None:
    strange = placed("R-2")
    strange["data"]["items"][0]["product"] = "hologram"
    pipeline.knock("retail", [strange])
    pipeline.run(STAGES)
    result = run("item", "hand-over", "R-2", "1", "--shop", "retail", "--reason", "out of paper")
    assert result.code == 1
    assert "refused: item 1 of R-2 is held and has no producer yet" in result.err
    assert "hologram" in result.err
    assert json.loads(run("event", "park", "list", "--shop", "retail", "--json").out) == []


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("anna weber", "anna-weber"), ("Zoë", "Zoe"), ("..", "operator"), (" ", "operator"), ("--x", "x"),
        ("a" * 59 + " b", "a" * 59), ("anna@shop/../x", "anna-shop-..-x"),
    ],
)  # fmt: skip
def test_any_name_makes_a_source_that_the_contract_takes(name: str, safe: str) -> None:
    assert operator_source(name) == f"/operators/{safe}"
    assert len(operator_source(name)) <= len("/operators/") + 60


@pytest.mark.usefixtures("order")
def test_an_action_for_an_unknown_order_is_parked_and_listed_where_that_is_wanted(run: Run) -> None:
    result = run("item", "cancel", "R-2", "1", "--shop", "retail", "--reason", "they called", "--even-unknown")
    assert result.code == 0
    assert "parked" in result.out
    (waiting,) = json.loads(run("event", "park", "list", "--shop", "retail", "--json").out)
    assert (waiting["waits_for"], waiting["which"], waiting["type"]) == ("order", "R-2", "item.cancelled")
    pipeline.knock("retail", [placed("R-2")])
    pipeline.run(STAGES)
    assert json.loads(run("event", "park", "list", "--shop", "retail", "--json").out) == []


@pytest.mark.usefixtures("order")
def test_quarantine_is_listed_and_tried_again(run: Run, database: str) -> None:
    wrong = placed("R-3") | {"type": "partnershop.order.plaiced"}
    other = placed("R-1", payment_method="paypal")
    pipeline.knock("retail", [wrong, other])
    pipeline.run(STAGES)
    door, inbox = json.loads(run("event", "quarantine", "list", "--shop", "retail", "--json").out)
    assert (door["name"][:2], door["event"]) == ("Q-", wrong["id"])
    assert "type is not known" in door["why"]
    assert (inbox["name"][:2], inbox["event"]) == ("E-", other["id"])
    still = run("event", "quarantine", "retry", door["name"], "--shop", "retail")
    assert still.code == 1
    assert "type is not known" in still.err
    contradicts = run("event", "quarantine", "retry", inbox["name"], "--shop", "retail")
    assert contradicts.code == 1
    assert "was placed before with other content" in contradicts.out
    # As after an upgrade that knows the type.
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE quarantine SET raw = replace(raw, 'plaiced', 'placed')")
    retried = run("event", "quarantine", "retry", door["name"], "--shop", "retail")
    assert (retried.code, retried.out.strip()) == (0, "order R-3 placed, 2 items")
    left = json.loads(run("event", "quarantine", "list", "--shop", "retail", "--json").out)
    assert [entry["name"] for entry in left] == [inbox["name"]]
    assert run("event", "quarantine", "retry", "Q-9999", "--shop", "retail").code == 2
    assert run("event", "quarantine", "retry", "nonsense", "--shop", "retail").code == 2
