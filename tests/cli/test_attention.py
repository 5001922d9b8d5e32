"""What an operator sees of work that does not go on: why an item waits, what became of its hand-over, what to do."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from audit_scenario import Driver
from reading_place import own_database, run_command
from sqlalchemy import text

from models import Shop, ShopSettings
from partnershop.db import unit_of_work
from partnershop.flows import dispatch, inbox
from partnershop.gateways.fakes import FakeProducer
from partnershop.gateways.outcome import Rejected, Unknown
from partnershop.rules.eligibility import Route

ONE = [("gloss", "50.00", 1)]  # with 7.90 for shipping at 22 %: 70.64 gross


def change_settings(driver: Driver, **changes: Any) -> None:
    """A new version of the shop's settings, with these changes."""
    with unit_of_work() as session:
        shop = session.get_one(Shop, driver.shop_id)
        before = session.get_one(ShopSettings, shop.settings_id)
        columns = {column.key: getattr(before, column.key) for column in ShopSettings.__table__.columns}
        del columns["id"]
        after = ShopSettings(**(columns | {"version": before.version + 1} | changes))
        session.add(after)
        session.flush()
        shop.settings_id = after.id


def play(driver: Driver) -> None:
    """Everything that can stand still, once."""
    in_house, unitedprint = FakeProducer("workshop"), FakeProducer("unitedprint", idempotent=False)
    driver.producers = {Route.IN_HOUSE: in_house, Route.UNITEDPRINT: unitedprint}
    driver.place("PAY", ONE, payment_method="card")
    driver.pay("PAY", "69.00")
    driver.accept("item.shipped", order="PAY", item="1")
    driver.work()
    unitedprint.plan(Unknown("timed out"))
    driver.place("UNKNOWN", [("matt", "50.00", 1)])
    in_house.plan(Unknown("no room on the disk"))
    driver.place("AGAIN", ONE)
    in_house.plan(Rejected("out of paper"))
    driver.place("REFUSED", ONE)
    driver.place("HELD", [("chalk", "5.00", 1)])
    driver.place("RICH", ONE)
    driver.pay("RICH", "100.00")
    driver.place("VOID", ONE)
    driver.send("complaint.opened", complaint="C-1", order="VOID", item="1", reason="creased")
    driver.send("complaint.accepted", complaint="C-1", order="VOID", reduction={"net": "60.00"})
    driver.send("item.cancelled", order="VOID", item="1", reason="no longer wanted")
    driver.send("complaint.rejected", complaint="C-1", order="VOID", reason="it was in time")
    driver.send("complaint.accepted", complaint="C-1", order="VOID", reduction={"net": "1.00"})


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[None]:
    """A database of this module's own."""
    with own_database(database_url, "attention"):
        play(Driver())
        yield


@pytest.fixture
def run(database: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("COLUMNS", "250")
    return partial(run_command, capsys)


@pytest.fixture
def show(run: Any) -> Any:
    return lambda order, shop="aurora": run("show", order, "--shop", shop, "--json").json


def test_show_and_explain_say_that_an_item_waits_for_money(run: Any, show: Any) -> None:
    (item,) = show("PAY")["items"]
    assert item["hand_over"] == "waits for the payment: paid EUR 69.00 of EUR 70.64"
    assert "paid EUR 69.00 of EUR 70.64" in run("show", "PAY", "--shop", "aurora").out
    assert "hand-over: waits for the payment: paid EUR 69.00" in run("explain", "PAY", "1", "--shop", "aurora").out
    german = run("explain", "PAY", "1", "--shop", "aurora", "--language", "de", "--json").json
    assert german["hand_over"] == "wartet auf die Zahlung: bezahlt sind EUR 69.00 von EUR 70.64"


def test_show_names_print_data_that_are_missing(show: Any) -> None:
    driver = Driver(code="boreal")
    change_settings(driver, require_print_data=True)
    driver.place("B-1", ONE * 2)
    driver.send("print_data.uploaded", order="B-1", item="1")
    driver.place("B-2", ONE, payment_method="card")
    assert [item["hand_over"] for item in show("B-1", "boreal")["items"]] == [
        None, "waits for print data: print data are not there yet",
    ]  # fmt: skip
    assert show("B-2", "boreal")["items"][0]["hand_over"] == (
        "waits for the payment: paid EUR 0.00 of EUR 70.64; waits for print data: print data are not there yet"
    )


def test_an_unknown_hand_over_is_on_the_item_and_among_the_hand_overs(run: Any, show: Any) -> None:
    file = show("UNKNOWN")
    (hand_over,) = file["hand_overs"]
    assert hand_over["our_order_name"].startswith("aurora-UNKNOWN-1-")
    assert (hand_over["producer"], hand_over["state"], hand_over["last_error"], hand_over["reference"]) == (
        "unitedprint", "unknown", "timed out", None,
    )  # fmt: skip
    assert file["items"][0]["hand_over"].startswith("outcome unknown (timed out): ask the producer for aurora-UNKNOWN")
    out = run("show", "UNKNOWN", "--shop", "aurora").out
    for words in ("hand-overs", hand_over["our_order_name"], "nobody knows", "outcome unknown"):
        assert words in out
    assert "outcome unknown" in run("explain", "UNKNOWN", "1", "--shop", "aurora").out


def test_hand_overs_that_failed_say_what_comes_next(show: Any) -> None:
    again, refused = show("AGAIN"), show("REFUSED")
    assert again["items"][0]["hand_over"].startswith("will be tried again at 20")
    assert again["items"][0]["hand_over"].endswith(" UTC: no room on the disk")
    assert again["hand_overs"][0]["sentence"].startswith("in flight: will be tried again at 20")
    assert refused["items"][0]["hand_over"] is None and "out of paper" in refused["items"][0]["hold_reason"]
    assert refused["hand_overs"][0]["sentence"] == "rejected: the producer does not have it"


def test_a_hand_over_to_be_tried_again_is_not_once_the_item_is_being_cancelled(show: Any) -> None:
    driver = Driver(code="elena")
    driver.producers = {Route.IN_HOUSE: FakeProducer("workshop")}
    driver.producers[Route.IN_HOUSE].plan(Unknown("no room on the disk"))
    driver.place("E-1", ONE)
    assert "will be tried again" in show("E-1", "elena")["items"][0]["hand_over"]
    driver.accept("item.cancelled", order="E-1", item="1", reason="twice")
    with unit_of_work() as session:
        inbox.apply_next(session, driver.shop_id)
    assert show("E-1", "elena")["items"][0]["hand_over"] == "will not be handed over: it is being cancelled"
    driver.work()
    assert show("E-1", "elena")["items"][0]["hand_over"] is None


def test_an_item_is_due_then_being_handed_over_then_with_its_producer(show: Any) -> None:
    driver = Driver(code="cirrus")
    driver.producers = {}
    driver.place("C-1", ONE)
    assert show("C-1", "cirrus")["items"][0]["hand_over"] == "nothing is missing: will be handed over next"
    with unit_of_work() as session:
        (job,) = dispatch.claim(session, driver.shop_id, Route.IN_HOUSE, 10, idempotent=True)
    assert show("C-1", "cirrus")["items"][0]["hand_over"] == "being handed over"
    with unit_of_work() as session:
        dispatch.record(session, job, FakeProducer("workshop").hand_over(job.ticket), idempotent=True)
    file = show("C-1", "cirrus")
    assert file["items"][0]["hand_over"] is None and file["hand_overs"][0]["reference"].startswith("workshop-")


def test_show_lists_events_parked_for_the_order(run: Any, show: Any) -> None:
    (event,) = show("PAY")["parked_events"]
    assert (event["type"], event["waits_for"], event["which"]) == ("item.shipped", "hand_over", "PAY/1")
    assert event["why"]
    assert "parked events" in run("show", "PAY", "--shop", "aurora").out
    assert show("RICH")["parked_events"] == []


def test_show_has_the_commission_also_when_it_is_void(show: Any) -> None:
    (entry,) = show("RICH")["commission"]
    assert entry | {"item": "1"} == {
        "item": "1", "base": "50.00", "percent": "8", "amount": "4.00", "voided_at": None, "void_reason": None,
    }  # fmt: skip
    (void,) = show("VOID")["commission"]
    assert void["voided_at"] and "no longer wanted" in void["void_reason"]


def test_show_says_an_overpayment_in_words_and_no_refund_due_by_a_case(run: Any, show: Any) -> None:
    words = "overpaid by EUR 29.36: no case entitles to it, so it is not refunded by itself"
    assert show("RICH")["overpaid"] == words
    assert words in run("show", "RICH", "--shop", "aurora").out
    assert show("VOID")["overpaid"] is None and show("PAY")["overpaid"] is None


def test_moments_are_said_in_utc_and_the_history_says_from_where(run: Any) -> None:
    out = run("show", "RICH", "--shop", "aurora").out
    assert "2026-03-02 09:14:00 UTC" in out
    assert "│ from" in out.replace("┃", "│") and "flyer" in out


def test_attention_lists_what_needs_an_operator(run: Any) -> None:
    ran = run("attention", "--shop", "aurora", "--json")
    assert ran.code == 0 and ran.err == ""
    found = ran.json
    assert [(row["order"], row["item"]) for row in found["unknown_hand_overs"]] == [("UNKNOWN", "1")]
    assert found["unknown_hand_overs"][0]["our_order_name"].startswith("aurora-UNKNOWN-1-")
    assert found["unknown_hand_overs"][0]["since"].endswith("+00:00")
    assert [(row["order"], row["code"]) for row in found["held"]] == [
        ("REFUSED", "producer_rejected"), ("HELD", "unknown_option"),
    ]  # fmt: skip
    assert [(row["order"], row["overpaid"]) for row in found["overpayments"]] == [("RICH", "29.36")]
    assert {(row["order"], row["what"]) for row in found["refused"]} == {
        ("VOID", "complaint"), ("VOID", "complaint.accepted"),
    }  # fmt: skip
    assert all("refused" in row["reason"] for row in found["refused"])
    assert (found["parked"], found["quarantined"], found["given_up"]) == (1, 0, [])
    assert (found["incomplete_settings"], found["more"]) == ([], [])


def test_attention_is_tables_for_people(run: Any) -> None:
    ran = run("attention", "--shop", "aurora")
    assert ran.code == 0
    for words in ("hand-overs with an unknown outcome", "held items", "RICH", "29.36", "refused",
                  "1 parked: see `partnershop event park list --shop aurora`"):  # fmt: skip
        assert words in ran.out


def test_attention_forgets_refusals_after_some_days_and_cuts_long_lists_aloud(run: Any) -> None:
    with unit_of_work() as session:
        session.execute(text("UPDATE event SET handled_at = handled_at - interval '8 days' WHERE refused"))
        session.execute(
            text("UPDATE correction_case SET done_at = done_at - interval '8 days' WHERE state = 'refused'")
        )
    assert run("attention", "--shop", "aurora", "--json").json["refused"] == []
    assert len(run("attention", "--shop", "aurora", "--days", "9", "--json").json["refused"]) == 2
    ran = run("attention", "--shop", "aurora", "--limit", "1", "--json")
    assert len(ran.json["held"]) == 1 and "held items: only the first 1 are listed" in ran.err


def test_attention_has_what_was_given_up_and_settings_that_are_incomplete(run: Any) -> None:
    driver = Driver(code="dorado")
    driver.place("D-1", ONE)
    driver.place("D-2", ONE)
    driver.send("item.cancelled", order="D-2", item="1", reason="twice")
    change_settings(driver, ticked={"flyer": {"paper": ["gloss"], "check": []}})
    of = "WHERE shop_id = (SELECT id FROM shop WHERE code = 'dorado')"
    with unit_of_work() as session:
        session.execute(text(f"UPDATE correction_case SET state = 'parked', last_error = 'case broke' {of}"))
        session.execute(text("UPDATE rendering SET state = 'parked', last_error = 'font broke' FROM document "
                             "WHERE document.id = document_id AND order_number = 'D-1'"))  # fmt: skip
        session.execute(text("INSERT INTO orders (shop_id, number, currency, placed_at, payment_method, internal, "
                             "language, customer, event_id, digest, invoice_due_at, attempts, last_error) "
                             "SELECT shop_id, 'D-3', currency, placed_at, payment_method, false, language, customer, "
                             "0, digest, now(), 5, 'tax broke' FROM orders WHERE number = 'D-1'"))  # fmt: skip
    found = run("attention", "--shop", "dorado", "--json").json
    assert [(row["order"], row["what"], row["reason"]) for row in found["given_up"]] == [
        ("D-2", "case", "case broke"), ("D-3", "invoice", "tax broke"), ("D-1", "PDF", "font broke"),
    ]  # fmt: skip
    assert found["incomplete_settings"] == [{"product": "flyer", "attributes": "check", "then": "its items are held"}]
    assert "tax broke" in json.dumps(run("show", "D-3", "--shop", "dorado", "--json").json["invoice_given_up"])
    assert "given up after its attempts: tax broke" in run("show", "D-3", "--shop", "dorado").out


def test_attention_says_when_there_is_nothing(run: Any) -> None:
    Driver(code="empty")
    assert "nothing of empty needs an operator" in run("attention", "--shop", "empty").out
    assert run("attention", "--shop", "nobody").code == 2
