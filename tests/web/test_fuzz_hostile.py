"""The hostile set at the door and behind it: an answer of the table, nothing lost, no task that breaks."""

import json
from collections import Counter
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from factories import CUSTOMER, Scene, item, product, scene
from hostile import INJECTIONS, UNICODE, bodies, media_type_of
from knocking import Knocker
from logged import Logged, logged
from seeing import found_in
from sqlalchemy import select, text

from models import Document, Event, EventState, Order, RefusedPaper, Rendering
from partnershop.db import unit_of_work
from tasks.documents import render_papers

__all__ = ["logged", "product", "scene"]

BODIES = bodies()
ANSWERS = {202, 400, 409, 413, 422}
ENDS = {EventState.HANDLED, EventState.PARKED, EventState.QUARANTINED}


def read(text_of_json: str | bytes) -> Any:
    """JSON with exact numbers, as it is compared here: what is stored may write them in another way."""
    return json.loads(text_of_json, parse_float=Decimal)


def events_in(body: bytes) -> list[Any]:
    """The JSON values that a body brings, each of which must be accounted for."""
    value = read(body)
    return value if isinstance(value, list) else [value]


def test_the_hostile_set_is_as_large_as_it_says() -> None:
    groups = Counter(name.partition(":")[0] for name in BODIES)
    assert len(BODIES) > 600 and len(groups) >= 16
    assert min(groups.values()) >= 5


def test_every_hostile_body_gets_an_answer_of_the_table_and_nothing_of_it_is_lost(
    door: Knocker, logged: Logged
) -> None:
    logged.clear()
    answers = {name: door.post_bytes(body, media_type_of(body)) for name, body in BODIES.items()}
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code not in ANSWERS} == {}
    stored = dict(door.database.run("SELECT event_id, body::text FROM event"))
    kept = [read(raw) for (raw,) in door.database.run("SELECT raw FROM quarantine")]
    accepted = 0
    for name, answer in answers.items():
        said = answer.json()
        if answer.status_code in {400, 413}:
            assert said["detail"] and said.keys() == {"type", "title", "status", "detail"}, name
            continue
        events = events_in(BODIES[name])
        assert said["accepted"] + said["duplicates"] + len(said["quarantined"]) == len(events), name
        accepted += said["accepted"]
        for one in events if answer.status_code == 202 and not said["quarantined"] else []:
            assert read(stored[one["id"]]) == one, name
        for one in said["quarantined"]:
            assert one["errors"] and all(len(sentence) < 700 for sentence in one["errors"]), name
    assert accepted == len(stored) > 100
    # What is not accepted lies in the quarantine as it came.
    set_aside = [name for name, answer in answers.items() if answer.status_code in {409, 422}]
    refused = [one for name in set_aside for one in events_in(BODIES[name])]
    assert len(kept) > 300 and all(one in kept for one in refused)
    assert door.post_bytes(b'{"id": "still open"}').status_code == 422
    assert_no_secret(door, logged, answers.values())


def assert_no_secret(door: Knocker, logged: Logged, answers: Any) -> None:
    """Neither a line of the log nor an answer holds a secret, nor the log what customers are called."""
    assert found_in(logged.text, door.secret, door.secret.removeprefix("whsec_"), "whsec_") == []
    assert [word for word in ("Chiara", "DROP TABLE", "<script", "etc/passwd") if word in logged.text] == []
    told = "".join(f"{answer.text}{answer.headers}" for answer in answers)
    assert found_in(told, door.secret, door.secret.removeprefix("whsec_")) == []


def test_the_text_of_an_answer_is_ascii_whatever_was_sent(door: Knocker) -> None:
    for name in ("Unicode: right to left", "as id: HTML script", "encoding: \\u0000 in a text", "syntax: '@'"):
        answer: httpx2.Response = door.post_bytes(BODIES[name], media_type_of(BODIES[name]))
        assert answer.content.isascii(), name


# Behind the door


def hostile_order(scene: Scene, number: str, words: str) -> dict[str, Any]:
    """An order that a shop really may send, in whose free texts these words stand (a postcode has its own rule)."""
    customer = CUSTOMER | dict.fromkeys(("name", "company", "street", "city"), words)
    line = item(words[:100], "10.00", description=words)
    return scene.order(
        number, [line, item("plain", "5.00")], customer=customer,
        charges=[{"charge": words[:100], "description": words, "amount": "1.00", "vat_rate": "22"}],
    )  # fmt: skip


def test_hostile_words_in_orders_come_out_of_every_stage_as_they_went_in_or_are_refused(
    scene: Scene, product: pytest.MonkeyPatch, logged: Logged
) -> None:
    scene.change_settings(invoice_on="placed")
    words = INJECTIONS | {name: said for name, said in UNICODE.items() if name not in UNPRINTABLE}
    numbers = {}
    for count, (name, said) in enumerate(words.items()):
        number = f"H-{count}"
        data = hostile_order(scene, number, said)
        receipt = scene.knock(scene.event("order.placed", **data))
        numbers[number] = name
        assert receipt.accepted + len(receipt.quarantined) == 1
        if receipt.accepted:
            scene.knock(
                scene.event("item.cancelled", order=number, item=said[:100], reason=said, note=said),
                scene.event("complaint.opened", complaint=said[:100], order=number, item="plain", reason=said),
                scene.event("payment.received", order=number, payment=said[:100], amount="30.00", currency="EUR",
                            method=said[:100], received_at="2026-03-02T09:14:00Z"),
                scene.event("refund.failed", refund=said[:100], reason=said),
            )  # fmt: skip
    scene.go()
    with unit_of_work() as session:
        events = list(session.scalars(select(Event)))
        assert {event.state for event in events} <= ENDS
        assert [(event.event_id, event.last_error) for event in events if event.last_error] == []
        invoiced = set(session.scalars(select(Document.order_number)))
        refused = set(session.scalars(select(Order.number).join(RefusedPaper, RefusedPaper.order_id == Order.id)))
        placed = set(session.scalars(select(Order.number)))
        assert len(placed) > 30
        assert {numbers[number] for number in placed - invoiced - refused} == set(), "each has its paper, or its reason"
        buyers = session.execute(text("SELECT order_number, buyer->>'name' AS name FROM document"))
        names = {row.order_number: row.name for row in buyers}
        assert all(names[number] == words[numbers[number]] for number in invoiced), "as it went in"
        # Printing takes long: these are the ones that would read a file, call somebody, or run.
        chosen = [f"H-{count}" for count, name in enumerate(words) if name in PRINTED and f"H-{count}" in invoiced]
        others = select(Document.id).where(Document.order_number.not_in(chosen))
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(Rendering.__table__.delete().where(Rendering.document_id.in_(others)))  # type: ignore[attr-defined]
    assert len(chosen) >= 3
    assert "printed" in render_papers()
    with unit_of_work() as session:
        assert [row.last_error for row in session.scalars(select(Rendering)) if row.last_error] == []
        assert scene.count(Event) == len(events)
    assert [line for line in logged.lines if line["level"] in {"error", "critical"}] == []


# No typeface has them, or no paper may carry them: tests/documents looks at those.
UNPRINTABLE = frozenset({"no character", "private", "tags"})
PRINTED = frozenset({"HTML file", "XML entity", "Jinja"})
