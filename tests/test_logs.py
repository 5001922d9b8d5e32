"""Logs: JSON lines with ids, whoever writes them; never a name, an address, a mail or a secret, whatever goes wrong."""

import asyncio
import logging
import os
import sys
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import pytest
from factories import SHOP, Scene, item, product, scene
from logged import Logged, logged
from seeing import BUYER, METRICS_TOKEN, SELLER, SMTP_PASSWORD, found_in
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from uvicorn import Config

import tasks.documents
from partnershop import db
from partnershop.contract.signature import new_secret
from partnershop.db import unit_of_work
from partnershop.errors import Defect, Refused
from partnershop.flows import commissions, corrections, inbox_events, invoicing, refunds, routing
from partnershop.logging import bound, configure, log
from tasks.commissions import book_entries
from tasks.corrections import reverse_items
from tasks.documents import render_papers
from tasks.inbox import apply_events
from tasks.invoicing import issue_invoices
from tasks.refunds import send_requests
from tasks.routing import route_items

__all__ = ["logged", "product", "scene"]

EVERYTHING = ", ".join(map(str, [*BUYER.values(), *SELLER.values()]))


# Every stage, when it breaks


@pytest.fixture
def shop(scene: Scene, logged: Logged, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The scene, with tasks as a worker has them, and a seller that must not be named."""
    from workers.app import app  # noqa: PLC0415  (reads the environment, which is set now)

    app.set_current()
    monkeypatch.setattr(db, "_waker", None)
    scene.change_settings(seller=SELLER, invoice_on="placed")
    return scene


def breaks(*_: Any, **__: Any) -> NoReturn:
    """Raise what quotes everything it was given."""
    raise KeyError(EVERYTHING)


def refused_row(*_: Any, **__: Any) -> NoReturn:
    """Raise what PostgreSQL quotes: "Key (code)=(Zenobia Quastenflosser) already exists."."""
    with unit_of_work() as session:
        twice = "SELECT :name, 'EUR', now() FROM generate_series(1, 2)"
        session.execute(text(f"INSERT INTO shop (code, currency, created_at) {twice}"), {"name": BUYER["name"]})
    raise AssertionError


def in_the_inbox(shop: Scene, patch: pytest.MonkeyPatch) -> Any:
    patch.setitem(inbox_events.HANDLERS, "print_data.uploaded", breaks)
    shop.tell("print_data.uploaded", order="A-1", item="1")
    return lambda: apply_events.apply(kwargs={"shop": SHOP})


def in_routing(_: Scene, patch: pytest.MonkeyPatch) -> Any:
    apply_events()
    patch.setattr(routing, "decide", breaks)
    return lambda: route_items.apply(kwargs={"shop": SHOP})


def in_invoicing(_: Scene, patch: pytest.MonkeyPatch) -> Any:
    apply_events()
    patch.setattr(invoicing, "judged", breaks)
    return lambda: issue_invoices.apply(kwargs={"shop": SHOP})


def in_corrections(shop: Scene, patch: pytest.MonkeyPatch) -> Any:
    shop.cancel("A-1", "1")
    apply_events()
    (case,) = shop.cases("A-1")
    patch.setattr(corrections, "owed", refused_row)
    return lambda: reverse_items.apply(kwargs={"shop": SHOP, "order": "A-1", "case": case.id})


def in_documents(shop: Scene, patch: pytest.MonkeyPatch) -> Any:
    shop.go()
    patch.setattr(tasks.documents, "render", breaks)
    return lambda: render_papers.apply(kwargs={"shop": SHOP})


def in_commissions(_: Scene, patch: pytest.MonkeyPatch) -> Any:
    patch.setattr(commissions, "book_next", breaks)
    return lambda: book_entries.apply(kwargs={"shop": SHOP})


def in_refunds(_: Scene, patch: pytest.MonkeyPatch) -> Any:
    patch.setattr(refunds, "claim", refused_row)
    return lambda: send_requests.apply(kwargs={"shop": SHOP})


ROW = "IntegrityError (23505, uq_shop_code)"
# How a stage is broken, how its log names that, and the id that says which row is to blame.
STAGES: dict[str, tuple[Callable[[Scene, pytest.MonkeyPatch], Any], str, str | None]] = {
    "inbox": (in_the_inbox, "KeyError", "event_id"),
    "routing": (in_routing, "KeyError", "item_id"),
    "invoicing": (in_invoicing, "KeyError", "order_id"),
    "corrections": (in_corrections, ROW, "case"),
    "documents": (in_documents, "KeyError", "document_id"),
    # These do not look for the one to blame: the task fails.
    "commissions": (in_commissions, "Told", None),
    "refunds": (in_refunds, "Told", None),
}


@pytest.mark.parametrize("stage", STAGES)
def test_a_defect_is_told_by_kind_place_and_ids_and_quotes_nobody(
    shop: Scene, logged: Logged, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    breaking, what, id_name = STAGES[stage]
    shop.place("A-1", [item("1", "50.00")], customer=BUYER)
    run = breaking(shop, monkeypatch)
    logged.clear()
    result = run()
    lines = [line for line in logged.lines if line.get("error", "").startswith(what)]
    assert lines and all(line["at"] for line in lines), logged.text
    assert {line["shop"] for line in lines} == {SHOP} and all(line["task_id"] for line in lines)
    if id_name:
        assert any(isinstance(line.get(id_name), int) for line in lines), lines
    assert found_in(logged.text) == []
    assert found_in(f"{result.result!r} {result.traceback}") == []


def test_a_whole_life_of_an_order_leaves_nobody_in_the_logs(shop: Scene, logged: Logged) -> None:
    shop.place("A-1", [item("1", "50.00"), item("2", "20.00", options={"format": "a9"})], customer=BUYER)
    shop.pay("A-1", "95.04")
    shop.go()
    shop.cancel("A-1", "2")
    shop.complain("A-1", "1", "C-1")
    shop.accept("A-1", "C-1", percent="10")
    shop.accept("A-1", "C-1", percent="100")
    shop.tell("item.shipped", order="A-9", item="1", shipped_at="2026-03-05T10:00:00Z")
    shop.go()
    render_papers()
    assert any("need an operator" in line["event"] for line in logged.lines), "something was logged"
    assert found_in(logged.text) == []


# Whoever else writes


def test_what_libraries_log_has_the_same_form(logged: Logged) -> None:
    logging.getLogger("celery.worker").warning("%s is %s", "something", "odd")
    log.warning("ours", order="A-1")
    theirs, ours = logged.lines
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("something is odd", "warning", "celery.worker")
    assert (ours["event"], ours["level"], ours["order"]) == ("ours", "warning", "A-1")
    assert theirs.keys() & ours.keys() >= {"event", "level", "timestamp"}


def test_an_error_that_a_library_logs_is_cut_to_kind_and_place(logged: Logged) -> None:
    try:
        breaks()
    except KeyError as error:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n%s", error)
    (line,) = logged.lines
    assert (line["event"], line["error"]) == ("Exception in ASGI application", "KeyError")
    assert line["at"][-1].startswith("tests/test_logs.py:")
    assert found_in(logged.text) == []


def test_a_handler_that_a_program_has_set_itself_says_nothing_more(
    logged: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", logged)
    Config("none:app")  # sets its handlers, as the program does before it loads ours
    configure()
    logging.getLogger("uvicorn.error").warning("once")
    assert [line["event"] for line in logged.lines] == ["once"]


def test_what_ends_a_process_or_a_thread_is_told_in_the_same_way(logged: Logged) -> None:
    thread = threading.Thread(target=breaks)
    thread.start()
    thread.join()
    try:
        breaks()
    except KeyError:
        sys.excepthook(*sys.exc_info())
    assert [line["error"] for line in logged.lines] == ["KeyError", "KeyError"]
    assert found_in(logged.text) == []


def test_a_task_of_asyncio_that_nobody_waited_for(logged: Logged) -> None:
    async def nobody_waits() -> None:
        broken = asyncio.create_task(asyncio.to_thread(breaks))
        await asyncio.wait([broken])

    asyncio.run(nobody_waits())
    (line,) = logged.lines
    assert (line["event"], line["error"]) == ("Task exception was never retrieved", "KeyError")
    assert found_in(logged.text) == []


def test_warnings_are_lines_too(logged: Logged) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    (line,) = logged.lines
    assert line["logger"] == "py.warnings"


# Errors


def test_only_our_own_errors_are_quoted(logged: Logged) -> None:
    try:
        try:
            breaks()
        except KeyError as error:
            raise Defect("order A-1 has no line") from error
    except Defect:
        log.exception("it broke")
    (line,) = logged.lines
    assert line["error"] == "Defect: order A-1 has no line, because of KeyError"
    assert found_in(logged.text) == []


def test_a_refusal_is_a_result_and_no_error(shop: Scene, logged: Logged, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> NoReturn:
        raise Refused("the year is closed")

    monkeypatch.setattr(commissions, "book_next", refuse)
    assert book_entries.apply().result == "refused: the year is closed"
    assert [line for line in logged.lines if line["level"] == "error"] == []


def test_the_embedded_databases_own_log_quotes_no_row_and_no_statement(shop: Scene) -> None:
    with unit_of_work() as session:
        pid = str(session.scalar(text("SELECT pg_read_file('postmaster.pid')"))).splitlines()[0]
    log_file = Path(os.readlink(f"/proc/{pid}/fd/2"))
    before = len(log_file.read_bytes())
    with suppress(IntegrityError):
        refused_row()
    told = log_file.read_bytes()[before:].decode()
    assert "uq_shop_code" in told
    assert found_in(told) == [] and "INSERT" not in told


# Secrets


def test_secrets_of_this_process_are_masked_whoever_writes_them(logged: Logged) -> None:
    webhook = new_secret()
    database = "postgresql://partnershop:p%40ss-wort@db.example/partnershop"
    logging.getLogger("kombu").error("cannot reach %s with %s", database, SMTP_PASSWORD)
    log.error("odd", token=METRICS_TOKEN, secret=webhook, mail=f"to <{BUYER['email']}>")
    assert found_in(logged.text, "p%40ss-wort", webhook, str(BUYER["email"])) == []
    assert "db.example/partnershop" in logged.text, "where it was is still told"


def test_a_workers_name_is_no_address(logged: Logged) -> None:
    log.info(f"flow@{os.uname().nodename} ready.")
    assert logged.lines[0]["event"] == f"flow@{os.uname().nodename} ready."


def test_ids_are_bound_inside_the_block_alone(logged: Logged) -> None:
    with bound(order="A-1", case=None):
        log.info("inside")
    log.info("outside")
    inside, outside = logged.lines
    assert inside["order"] == "A-1" and "case" not in inside and "order" not in outside
