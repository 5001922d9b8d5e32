"""What is due per stage, and waiting for it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pipeline
import psycopg
import pytest
from commanding import Run

from partnershop.db import unit_of_work
from partnershop.due import Left, is_due, left
from partnershop.stages import Stage


def due() -> dict[str, int]:
    """The stages that have due work."""
    with unit_of_work() as session:
        return {stage.value: work.due for stage, work in left(session).items() if work.due}


@contextmanager
def workers() -> Iterator[None]:
    """Somebody does the work while a command waits."""
    end = threading.Event()

    def work() -> None:
        while not end.wait(0.05):
            pipeline.run()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


def order() -> dict[str, Any]:
    """An order of retail over one flyer the shop makes itself."""
    options = {"format": "a6", "paper": "gloss-135", "colours": "4-4", "finishing": "none", "quantity": "500"}
    customer = {
        "number": "1", "name": "Ada Example", "street": "1 Lane", "postcode": "M1", "city": "Manchester",
        "country": "GB", "email": "ada@customers.example",
    }  # fmt: skip
    line = {
        "item": "1", "product": "flyer", "options": options, "description": "Flyers", "quantity": 1,
        "unit_price": "50.00", "vat_rate": "20",
    }  # fmt: skip
    data = {
        "order": "R-1", "currency": "GBP", "placed_at": "2026-03-02T09:14:00Z", "payment_method": "invoice",
        "customer": customer, "items": [line],
    }  # fmt: skip
    return pipeline.event("order.placed", data, "retail")


@pytest.mark.usefixtures("shops")
def test_work_is_seen_in_every_stage_it_passes(run: Run, no_place: pytest.MonkeyPatch, tmp_path: Any) -> None:
    no_place.setenv("PARTNERSHOP_DATA", str(tmp_path))
    assert due() == {}
    payment = {
        "order": "R-1", "payment": "P", "amount": "60.00", "currency": "GBP", "method": "x",
        "received_at": "2026-03-02T09:14:00Z",
    }  # fmt: skip
    pipeline.knock("retail", [order(), pipeline.event("payment.received", payment, "retail")])
    assert due() == {"inbox": 2}
    pipeline.run(frozenset({Stage.INBOX}))
    assert due() == {"routing": 1, "invoicing": 1}
    pipeline.run(frozenset({Stage.ROUTING, Stage.INVOICING}))
    assert due() == {"dispatch": 1, "commissions": 1, "documents": 1}
    pipeline.run(frozenset({Stage.COMMISSIONS, Stage.DISPATCH}))
    assert due() == {"documents": 1}
    cancelled = {"order": "R-1", "item": "1", "reason": "no longer needed"}
    pipeline.knock("retail", [pipeline.event("item.cancelled", cancelled, "retail")])
    pipeline.run(frozenset({Stage.INBOX}))
    assert due() == {"corrections": 1, "documents": 1}
    pipeline.run(frozenset({Stage.CORRECTIONS}))
    # The print works must be told, the money go back, two papers be printed.
    assert due() == {"dispatch": 1, "refunds": 1, "documents": 2}


@pytest.mark.usefixtures("shops")
def test_drain_waits_until_the_others_have_done_it(run: Run, no_place: pytest.MonkeyPatch, tmp_path: Any) -> None:
    no_place.setenv("PARTNERSHOP_DATA", str(tmp_path))
    pipeline.knock("retail", [order()])
    with workers():
        result = run("drain", "--timeout", "60", "--json")
    assert (result.code, json.loads(result.out)) == (0, [])
    assert due() == {}


@pytest.mark.usefixtures("shops")
def test_drain_says_what_is_left_when_time_is_up(run: Run) -> None:
    pipeline.knock("retail", [order()])
    result = run("drain", "--timeout", "0.6", "--json")
    assert result.code == 1
    assert json.loads(result.out) == [{"stage": "inbox", "due": 1, "stuck": 0}]
    assert run("drain", "--timeout", "5", "--without", "inbox").code == 0


@pytest.mark.usefixtures("shops")
def test_what_was_given_up_counts_as_left(run: Run, database: str) -> None:
    pipeline.knock("retail", [order()])
    pipeline.run(frozenset({Stage.INBOX, Stage.ROUTING, Stage.INVOICING, Stage.COMMISSIONS}))
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE rendering SET state = 'parked'")
        connection.execute("UPDATE item SET state = 'held', hold_code = 'producer_unreachable'")
    result = run("drain", "--timeout", "5", "--json")
    assert result.code == 1
    assert json.loads(result.out) == [
        {"stage": "dispatch", "due": 0, "stuck": 1},
        {"stage": "documents", "due": 0, "stuck": 1},
    ]


def test_stages_left_out_are_not_waited_for() -> None:
    found = {stage: Left(0, 0) for stage in Stage} | {Stage.DOCUMENTS: Left(3, 0)}
    assert is_due(found)
    assert not is_due(found, {Stage.DOCUMENTS})
