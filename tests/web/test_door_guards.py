"""The guards of the door. Each is also taken out once, to see that the bad thing then happens."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from knocking import SINGLE, Database, Knocker, order, payment
from sqlalchemy import text

from models import Shop
from partnershop.contract import SourceRule
from partnershop.contract.signature import new_secret
from partnershop.db import unit_of_work
from partnershop.flows import intake
from partnershop.web import door as door_module


def forged(knocker: Knocker) -> int:
    body = json.dumps(order()).encode()
    headers = knocker.signed(body, secret=new_secret()) | {"content-type": SINGLE}
    return knocker.client.post(knocker.path, content=body, headers=headers).status_code


def test_a_signature_of_another_secret_is_refused(door: Knocker) -> None:
    assert forged(door) == 401
    assert door.database.events() == []


def test_without_the_signature_check_a_forged_event_gets_in(door: Knocker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "verify", lambda *_args, **_named: None)
    assert forged(door) == 202
    assert door.database.events() == ["evt-1"]


def test_the_secret_of_another_shop_opens_nothing(door: Knocker) -> None:
    other = door.database.add_shop("gutendruck")
    assert Knocker(door.url, other, door.database, shop="gutendruck").post(order()).status_code == 422, "another source"
    assert Knocker(door.url, other, door.database).post(order()).status_code == 401
    assert door.database.events() == []


@pytest.mark.parametrize(("age", "status"), [(290, 202), (-290, 202), (310, 401), (-310, 401)])
def test_five_minutes_of_tolerance(door: Knocker, age: int, status: int) -> None:
    body = json.dumps(order()).encode()
    headers = door.signed(body, age=age) | {"content-type": SINGLE}
    assert door.client.post(door.path, content=body, headers=headers).status_code == status


def test_a_replayed_request_is_a_duplicate(door: Knocker) -> None:
    body = json.dumps(order()).encode()
    headers = door.signed(body) | {"content-type": SINGLE}
    answers = [door.client.post(door.path, content=body, headers=headers).json() for _ in range(2)]
    assert [answer["accepted"] for answer in answers] == [1, 0]
    assert answers[1]["duplicates"] == 1


def test_rotation_a_new_secret_works_at_once_and_the_old_one_until_it_ends(door: Knocker) -> None:
    assert door.post(payment("a")).status_code == 202
    new = Knocker(door.url, door.database.add_secret(), door.database)
    assert new.post(payment("b")).status_code == 202, "although the shop's secrets were just remembered"
    assert door.post(payment("c")).status_code == 202
    door.database.run("UPDATE webhook_secret SET expires_at = now() WHERE secret = %s", door.secret)
    ended = Knocker(door.url, door.database.add_secret(expires_in_seconds=-1), door.database)
    assert ended.post(payment("d")).status_code == 401
    # That mismatch made the door read the secrets again.
    assert door.post(payment("e")).status_code == 401
    assert new.post(payment("f")).status_code == 202


def test_one_of_several_signatures_is_enough(door: Knocker) -> None:
    body = json.dumps(order()).encode()
    headers = door.signed(body) | {"content-type": SINGLE}
    headers["webhook-signature"] = f"v1a,xyz v1,AAAA {headers['webhook-signature']} junk"
    assert door.client.post(door.path, content=body, headers=headers).status_code == 202


def test_a_new_shop_works_at_once(door: Knocker) -> None:
    knocker = Knocker(door.url, new_secret(), door.database, shop="nova")
    assert knocker.post(payment()).status_code == 404
    knocker.secret = door.database.add_shop("nova")
    assert knocker.post(payment() | {"source": "/shops/nova"}).status_code == 202


def side_by_side(database: Database, *works: Callable[[Any], object]) -> list[Exception]:
    """Run each work in a transaction of its own; all of them are open before the first commits."""
    opened = threading.Barrier(len(works))
    failures: list[Exception] = []

    def run(work: Callable[[Any], object]) -> None:
        try:
            with unit_of_work() as session:
                session.execute(text("SELECT 1"))
                opened.wait(10)
                work(session)
        except Exception as problem:  # noqa: BLE001  (handed to the test, which judges it)
            failures.append(problem)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return failures


def shop_of(session: Any) -> Shop:
    return Shop(id=session.execute(text("SELECT id FROM shop")).scalar_one(), code="aurora", currency="EUR")


def test_the_same_events_in_opposite_order_neither_deadlock_nor_double(
    settings: pytest.MonkeyPatch, database: Database
) -> None:
    database.add_shop()
    events = [payment(f"e{number}") for number in range(300)]
    receipts: list[intake.Receipt] = []

    def take(given: list[dict[str, Any]]) -> Callable[[Any], object]:
        return lambda session: receipts.append(intake.accept(session, shop_of(session), given))

    for _ in range(5):
        database.run("TRUNCATE event")
        receipts.clear()
        assert side_by_side(database, take(events), take(events[::-1])) == []
        assert sorted((one.accepted, one.duplicates, one.conflicts) for one in receipts) == [(0, 300, 0), (300, 0, 0)]
    assert len(database.events()) == 300


def test_two_versions_of_one_id_at_once_leave_one_of_them_and_a_conflict(
    settings: pytest.MonkeyPatch, database: Database
) -> None:
    database.add_shop()
    receipts: list[intake.Receipt] = []

    def take(amount: str) -> Callable[[Any], object]:
        return lambda session: receipts.append(intake.accept(session, shop_of(session), [payment(amount=amount)]))

    assert side_by_side(database, take("1.00"), take("2.00")) == []
    assert sorted((one.accepted, one.conflicts) for one in receipts) == [(0, 1), (1, 0)]
    assert len(database.events()) == len(database.quarantined()) == 1


def test_without_on_conflict_one_of_two_fails(settings: pytest.MonkeyPatch, database: Database) -> None:
    database.add_shop()
    settings.setattr(
        intake, "_INSERT", text(intake._INSERT.text.replace("ON CONFLICT (source, event_id) DO NOTHING", ""))
    )
    failures = side_by_side(database, *[lambda s: intake.accept(s, shop_of(s), [payment()])] * 2)
    assert len(failures) == 1


def test_without_the_unique_key_one_event_becomes_two(settings: pytest.MonkeyPatch, database: Database) -> None:
    database.add_shop()
    settings.setattr(
        intake, "_INSERT", text(intake._INSERT.text.replace("ON CONFLICT (source, event_id) DO NOTHING", ""))
    )
    database.run("ALTER TABLE event DROP CONSTRAINT uq_event_source_event_id")
    try:
        assert side_by_side(database, *[lambda s: intake.accept(s, shop_of(s), [payment()])] * 2) == []
        assert database.events() == ["evt-2", "evt-2"]
    finally:
        database.run("TRUNCATE event")
        database.run("ALTER TABLE event ADD CONSTRAINT uq_event_source_event_id UNIQUE (source, event_id)")


def test_operators_are_believed_only_where_the_caller_says_so(door: Knocker) -> None:
    redirect = payment() | {
        "type": "partnershop.item.redirected",
        "source": "/operators/anna",
        "data": {"order": "A-1001", "item": "1", "to": "unitedprint", "reason": "out of paper"},
    }
    assert door.post(redirect).status_code == 422
    assert door.post(payment() | {"source": "/operators/anna"}).status_code == 422
    with unit_of_work() as session:
        receipt = intake.accept(session, shop_of(session), [redirect], sources=SourceRule.OPERATORS)
    assert receipt.accepted == 1
