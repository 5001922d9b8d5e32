"""`partnershop reconcile` and `partnershop finding`: what they print, and how they end."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from audit_scenario import Driver
from reading_place import own_database, run_command
from sqlalchemy import select, text

from models import Dispatch, DispatchState, Event, Finding, FindingState
from partnershop.cli.finding import print_findings
from partnershop.db import unit_of_work
from partnershop.gateways.fakes import FakeProducer
from partnershop.gateways.outcome import Unknown
from partnershop.rules.eligibility import Route
from partnershop.rules.reconciliation import FindingKind

ONE = [("gloss", "50.00", 1)]
AT_UNITEDPRINT = [("matt", "50.00", 1)]


@pytest.fixture
def driver(database_url: str) -> Iterator[Driver]:
    """A shop with a hand-over of which nobody knows whether it arrived, in a database of this test's own."""
    with own_database(database_url, "reconcile"):
        made = Driver(invoice_on="shipped")
        unitedprint = FakeProducer("unitedprint", idempotent=False)
        made.producers = {Route.UNITEDPRINT: unitedprint}
        unitedprint.plan(Unknown("timed out"))
        made.place("A-1", AT_UNITEDPRINT)
        yield made


@pytest.fixture
def run(driver: Driver, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("COLUMNS", "200")
    return partial(run_command, capsys)


def settle(driver: Driver) -> None:
    members = {"order": "A-1", "item": "1", "accepted": True, "reason": "they have it"}
    driver.send("dispatch.settled", source="/operators/anna", **members)


def test_it_says_what_was_looked_at_what_is_open_and_what_to_do(run: Any, driver: Driver) -> None:
    ran = run("reconcile", "--shop", "aurora")
    assert ran.code == 1
    for words in (
        "reconciliation, run 1", "dispatch unknown", "Looked at", "1 finding open (1 new, 0 closed, 0 repaired)",
        "1. Nobody knows whether Unitedprint has item 1 of A-1", "settle-dispatch A-1 1 --shop aurora",
    ):  # fmt: skip
        assert words in ran.out, ran.out
    settle(driver)
    ran = run("reconcile")
    assert (ran.code, "nothing is open (0 new, 1 closed, 0 repaired)" in ran.out) == (0, True)


def test_json_is_for_machines(run: Any, driver: Driver) -> None:
    ran = run("reconcile", "--json", "--as", "anna")
    found = ran.json
    assert (ran.code, found["fine"], found["open"], found["new"], found["failed"]) == (1, False, 1, 1, {})
    assert found["checked"]["dispatch_unknown"] == 1 and found["checked"]["audit_breach"] > 0
    (one,) = found["findings"]
    assert (one["kind"], one["shop"], one["state"], one["about"]["order"]) == (
        "dispatch_unknown", "aurora", "open", "A-1",
    )  # fmt: skip
    assert one["sentence"].startswith("Nobody knows") and "settle-dispatch" in one["what_to_do"]
    settle(driver)
    ran = run("reconcile", "--json")
    assert (ran.code, ran.json["fine"], ran.json["findings"]) == (0, True, [])
    (last, first) = run("reconcile", "runs", "--json").json
    assert (first["run"], first["started_by"], first["found"], first["new"]) == (1, "/operators/anna", 1, 1)
    assert (last["closed"], last["not_made"], last["job"]) == (1, "", "everything")


def test_one_job_looks_at_its_part_and_ends_by_it(run: Any, driver: Driver) -> None:
    assert run("reconcile", "--job", "money").code == 0
    assert run("reconcile", "--job", "stuck_work").code == 1
    assert run("reconcile", "--job", "money").code == 0
    assert run("reconcile", "--job", "sweep").code == 2


def test_only_the_shop_that_was_asked_for(run: Any, driver: Driver) -> None:
    Driver(code="boreal")
    assert run("reconcile", "--shop", "boreal").code == 0
    assert run("reconcile", "--shop", "nobody").code == 2
    assert run("finding", "list", "--shop", "nobody").code == 2


def test_a_check_that_cannot_be_made_is_said_and_is_not_fine(run: Any, driver: Driver) -> None:
    settle(driver)
    with unit_of_work() as session:
        session.execute(text("ALTER TABLE complaint RENAME TO complaints"))
    ran = run("reconcile", "--job", "money")
    assert ran.code == 1 and "complaints could not be checked: ProgrammingError" in ran.err


def test_a_finding_is_accepted_with_a_reason_and_opened_again(run: Any, driver: Driver) -> None:
    run("reconcile")
    (found,) = run("finding", "list", "--json").json
    number = str(found["id"])
    assert run("finding", "accept", number).code == 2
    assert run("finding", "accept", number, "--reason", " ").code == 1
    assert run("finding", "accept", "99", "--reason", "known").code == 2
    ran = run("finding", "accept", number, "--reason", "asked by telephone", "--by", "Anna Weiß")
    assert (ran.code, ran.out) == (0, f"finding {number} is accepted by /operators/Anna-Wei: asked by telephone\n")
    assert run("finding", "accept", number, "--reason", "again").code == 1
    assert run("reconcile").code == 0
    assert run("finding", "list").out == "there is no open finding\n"
    out = run("finding", "list", "--state", "accepted").out
    assert "accepted by /operators/Anna-Wei: asked by telephone" in out
    assert run("finding", "reopen", number, "--as", "bert").out == f"finding {number} is open by /operators/bert\n"
    assert run("finding", "reopen", number).code == 1
    assert run("reconcile").code == 1


def test_findings_are_listed_by_state_and_kind_and_cut_aloud(run: Any, driver: Driver) -> None:
    driver.producers[Route.UNITEDPRINT].plan(Unknown("timed out"))
    driver.place("A-2", AT_UNITEDPRINT)
    run("reconcile")
    assert [one["about"]["order"] for one in run("finding", "list", "--json").json] == ["A-1", "A-2"]
    assert run("finding", "list", "--kind", "item_held", "--json").json == []
    ran = run("finding", "list", "--limit", "1", "--json")
    assert (len(ran.json), ran.err) == (1, "only the first 1 are listed\n")
    settle(driver)
    run("reconcile")
    states = {one["about"]["order"]: one["state"] for one in run("finding", "list", "--state", "all", "--json").json}
    assert states == {"A-1": "closed", "A-2": "open"}


@pytest.mark.parametrize("named", [None, "aurora-A-1-1-999"])
def test_a_word_on_a_hand_over_names_the_one_that_is_unknown_now_or_that_was_asked_about(
    run: Any, driver: Driver, named: str | None
) -> None:
    which = ("--hand-over", named) if named else ()
    run("item", "settle-dispatch", "A-1", "1", "--shop", "aurora", *which, "--accepted", "--reason", "yes", "--no-wait")
    driver.work()
    with unit_of_work() as session:
        (dispatch,) = session.scalars(select(Dispatch))
        (event,) = session.scalars(select(Event).where(Event.type == "dispatch.settled"))
        assert event.body["data"]["hand_over"] == (named or dispatch.key)
        assert (dispatch.state is DispatchState.DONE, event.refused) == (not named, bool(named))


def test_an_amount_is_in_major_units(run: Any, driver: Driver) -> None:
    driver.place("A-3", ONE)
    driver.pay("A-3", "100.00")
    found = json.loads(run("reconcile", "--job", "money", "--json").out)["findings"]
    assert [(one["kind"], one["amount"], one["currency"]) for one in found] == [("payment_too_much", "29.36", "EUR")]


def test_a_row_of_the_list_names_the_order_and_the_first_rule(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many refused papers, which is which."""
    monkeypatch.setenv("COLUMNS", "200")
    row = {"kind": FindingKind.PAPER_REFUSED, "state": FindingState.OPEN, "times_seen": 1}
    about = {"shop": "aurora", "why": "it is so"}
    one = Finding(id=1, about={**about, "order": "A-7"}, details={"rules": "P-CAT-7"}, **row)
    two = Finding(id=2, about={**about, "order": "A-8"}, details={"rules": "P-CAT-9, P-CAT-12"}, **row)
    print_findings([one, two])
    printed = capsys.readouterr().out
    first, second = (next(row for row in printed.splitlines() if order in row) for order in ("A-7", "A-8"))
    assert "A-7, P-CAT-7 " in first and "A-8, P-CAT-9 …" in second
