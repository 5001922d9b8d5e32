"""What the door logs: counts and ids, whatever is sent to it and whatever breaks behind it."""

from typing import NoReturn

import pytest
from knocking import Knocker, order
from logged import Logged, logged
from seeing import BUYER, found_in, until
from sqlalchemy.exc import IntegrityError

from partnershop.web import door as the_door
from partnershop.web import writer

__all__ = ["logged"]


def test_orders_of_people_leave_only_counts(door: Knocker, logged: Logged) -> None:
    logged.clear()
    answer = door.post(order(customer=BUYER), order("evt-2", customer={**BUYER, "country": "Wolkenkuckucksheim"}))
    assert answer.status_code == 202
    (line,) = [line for line in logged.lines if line["event"] == "events received"]
    assert (line["shop"], line["accepted"], line["quarantined"]) == ("aurora", 1, 1)
    assert found_in(logged.text, door.secret) == []


def test_what_is_not_proven_or_no_json_is_not_quoted(door: Knocker, logged: Logged) -> None:
    logged.clear()
    body = f'{{"data": "{BUYER["name"]}", '.encode()
    assert door.post_bytes(body, webhook_signature="v1,Zenobia").status_code == 401
    assert door.post_bytes(body).status_code == 400
    assert any(line["event"] == "request not proven" for line in logged.lines)
    assert found_in(logged.text, door.secret) == []


def test_a_defect_behind_the_door_is_told_by_kind_and_place(
    door: Knocker, logged: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> NoReturn:
        raise KeyError(f"{BUYER['name']} {door.secret}")

    monkeypatch.setattr(the_door, "_delivery_of", breaks)
    logged.clear()
    assert door.post(order(customer=BUYER)).status_code == 500
    # The answer is sent before the error is logged.
    (line,) = until(lambda: [line for line in logged.lines if line["level"] == "error"], 10)
    assert (line["error"], line["logger"]) == ("KeyError", "uvicorn.error")
    assert line["at"][-1].startswith("tests/web/test_door_logs.py:")
    assert found_in(logged.text, door.secret) == []


def test_a_row_that_the_database_refuses_is_not_quoted(
    door: Knocker, logged: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> NoReturn:
        raise IntegrityError("INSERT", None, ValueError(f"Key (source)=({BUYER['name']}) already exists."))

    monkeypatch.setattr(writer, "accept_all", refuses)
    logged.clear()
    assert door.post(order(customer=BUYER)).status_code == 500
    (line,) = until(lambda: [line for line in logged.lines if line["level"] == "error"], 10)
    assert line["error"].startswith("IntegrityError")
    assert found_in(logged.text, door.secret) == []
