"""The audit on databases that are right; test_audit_breaches.py has the others."""

import random
from collections.abc import Iterator

import pytest
from audit_scenario import Driver, Recorder, forget_database, play, use_database
from sqlalchemy import text
from sqlalchemy.exc import InternalError

from partnershop.audit import INVARIANTS, Finding, Sample, audit
from partnershop.db import unit_of_work
from partnershop.errors import Refused


@pytest.fixture
def database(clean_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    use_database(clean_database, monkeypatch)
    yield clean_database
    forget_database()


def findings(shop: str | None = None) -> dict[int, Finding]:
    # No paper is printed again: those of the scenario have bytes that stand for a PDF.
    with unit_of_work() as session:
        return {finding.number: finding for finding in audit(session, shop, Sample(0))}


def broken(shop: str | None = None) -> dict[int, list[str]]:
    """What does not hold: by number, the first offenders in words."""
    return {number: [str(b) for b in found.first] for number, found in findings(shop).items() if not found.holds}


def test_a_database_that_is_right_passes(database: str) -> None:
    play(Driver())
    found = findings()
    assert {number: [str(b) for b in finding.first] for number, finding in found.items() if finding.first} == {}
    assert list(found) == list(range(1, len(INVARIANTS) + 1))
    assert [number for number, finding in found.items() if not finding.checked] == []
    assert found[9].pending == ["5 refund requests to send"]


def test_an_empty_database_passes(database: str) -> None:
    assert broken() == {}


def test_another_place_of_invoicing_passes_too(database: str) -> None:
    driver = Driver(invoice_on="shipped")
    driver.place("B-1", [("gloss", "10.00", 1), ("matt", "20.00", 1), ("matt", "30.00", 1)])
    driver.pay("B-1", "80.00")
    driver.send("complaint.opened", complaint="C-1", order="B-1", item="2", reason="creased")
    driver.send("complaint.accepted", complaint="C-1", order="B-1", reduction={"net": "5.00"})
    driver.send("item.cancelled", order="B-1", item="3", reason="ordered twice")
    assert broken() == {}, "while nothing is invoiced"
    driver.send("item.shipped", order="B-1", item="1")
    driver.send("item.shipped", order="B-1", item="2")
    found = findings()
    assert found[4].checked == 1 and all(finding.holds for finding in found.values())


def test_work_that_is_due_is_pending_and_no_breach(database: str) -> None:
    driver = Driver()
    driver.place("A-1", [("gloss", "10.00", 1)])
    driver.accept("item.cancelled", order="A-1", item="1", reason="ordered twice")
    found = findings()
    assert all(finding.holds for finding in found.values())
    assert found[1].pending == ["1 events to apply"]
    assert found[11].pending == ["1 papers to render"]


def test_the_audit_can_be_restricted_to_a_shop(database: str) -> None:
    Driver().place("A-1", [("gloss", "10.00", 1)])
    Driver(code="other").place("O-1", [("gloss", "10.00", 1)])
    with unit_of_work() as session:
        session.execute(
            text("UPDATE item SET reduced_by = 1 FROM orders WHERE orders.id = order_id AND number = 'O-1'")
        )
    assert broken("aurora") == {}
    assert 8 in broken("other")
    with pytest.raises(Refused, match="no shop"):
        findings("nobody")


def test_the_audit_can_change_nothing(database: str) -> None:
    with unit_of_work() as session:
        next(audit(session))
        with pytest.raises(InternalError, match="read-only"):
            session.execute(text("UPDATE item SET reduced_by = 0"))
        session.rollback()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_audit_holds_at_every_moment_whatever_the_order_of_events(database: str, seed: int) -> None:
    recorder = Recorder()
    play(recorder)
    chance = random.Random(seed)
    events = chance.sample(recorder.events, len(recorder.events)) + chance.sample(recorder.events, 5)
    driver = Driver(invoice_on=chance.choice(["placed", "shipped"]))
    for place, (kind, source, data) in enumerate(events):
        driver.accept(kind, source=source, **data)
        if chance.random() < 0.5:
            driver.once()
        if place % 10 == 9:
            assert broken() == {}, f"after {place + 1} events"
    driver.work()
    assert broken() == {}
