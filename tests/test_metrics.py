"""What Prometheus is told: true figures, cheaply read; none where the database is away; all processes of a worker."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from factories import Clock, Scene, item, product, scene
from factories import time as clock
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from test_claim_plans import ROWS, Filled, _plan_of, filled

from models import PeriodClaim, ReconciliationRun
from partnershop import metrics
from partnershop.counters import Counted, count, values
from partnershop.db import unit_of_work
from partnershop.due import left
from partnershop.flows import inbox_events
from partnershop.metrics import DatabaseCollector, Snapshot, take
from partnershop.stages import Stage
from tasks.inbox import apply_events
from workers.metrics import MetricsServer, empty, gather

__all__ = ["clock", "filled", "product", "scene"]


def told(collector: DatabaseCollector | None = None) -> dict[str, float]:
    """The gauges of the database, by name and labels."""
    return {
        f"{sample.name}{sorted(sample.labels.values())}": sample.value
        for metric in (collector or DatabaseCollector()).collect()
        for sample in metric.samples
    }


# What is so


def test_the_figures_are_those_of_the_rows(scene: Scene, clock: Clock) -> None:
    scene.place("A-1", [item("1", "50.00"), item("2", "20.00", options={"format": "a9", "quantity": "1000"})])
    scene.pay("A-1", "85.40")
    scene.tell("item.shipped", order="A-9", item="1", shipped_at="2026-03-05T10:00:00Z")
    scene.go()
    scene.cancel("A-1", "1")
    scene.go()
    scene.place("A-2", [item("1", "50.00")])
    clock.advance(100)
    with unit_of_work() as session:
        run = ReconciliationRun(job="money", started_by="tests", started_at=session.scalar(text("SELECT now()")))
        session.add(run)
        session.flush()
        session.execute(
            text("INSERT INTO finding (shop_id, kind, key, about, details, state, first_seen_at, last_seen_at, "
                 "first_run_id, last_run_id, changed_at, changed_by) SELECT id, 'number_gap', 'k', '{}', '{}', 'open', "
                 "now(), now(), :run, :run, now(), 'tests' FROM shop"), {"run": run.id},
        )  # fmt: skip
        session.add(PeriodClaim(job="money", period=run.started_at, claimed_at=run.started_at,
                                leased_until=run.started_at, lease=1, ended_at=run.started_at))  # fmt: skip
        ended = int(run.started_at.timestamp())
    found = told()
    assert found["partnershop_database_up[]"] == 1
    assert found["partnershop_due_rows['inbox']"] == 1
    assert 100 <= found["partnershop_oldest_due_seconds['inbox']"] < 130
    assert found["partnershop_due_rows['routing']"] == 0 and found["partnershop_oldest_due_seconds['routing']"] == 0
    assert found["partnershop_events_aside['parked']"] == 1
    assert found["partnershop_items_held['unknown_option']"] == 1
    assert found["partnershop_refunds_open['2', 'EUR']"] == 1
    assert found["partnershop_refund_open_minor['2', 'EUR']"] == 6100
    assert found["partnershop_findings_open['number_gap']"] == 1
    assert found["partnershop_job_ended_timestamp_seconds['money']"] == ended


def test_work_that_waits_for_its_next_try_is_due_and_not_old(
    scene: Scene, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(inbox_events.HANDLERS, "print_data.uploaded", breaks)
    scene.place("A-1", [item("1", "50.00")])
    scene.tell("print_data.uploaded", order="A-1", item="1")
    clock.advance(50)
    apply_events()
    found = told()
    assert (found["partnershop_due_rows['inbox']"], found["partnershop_oldest_due_seconds['inbox']"]) == (1, 0)
    for _ in range(3):
        clock.advance(60)
        apply_events()
    found = told()
    assert (found["partnershop_due_rows['inbox']"], found["partnershop_stuck_rows['inbox']"]) == (0, 1)
    assert found["partnershop_events_aside['quarantined']"] == 1


def test_every_stage_has_its_rows(scene: Scene) -> None:
    found = told()
    for name in ("due_rows", "oldest_due_seconds", "stuck_rows"):
        assert {key for key in found if key.startswith(f"partnershop_{name}")} == {
            f"partnershop_{name}['{stage}']" for stage in Stage
        }


# What was done


def test_what_was_committed_is_counted_and_what_was_not_is_not(scene: Scene) -> None:
    before = {what: dict(values(what)) for what in Counted}
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "50.00"), item("2", "5.00", options={"format": "a5", "quantity": "1000"})])
    scene.complain("A-1", "1", "C-1")
    scene.reject("A-1", "C-1")
    scene.accept("A-1", "C-1", percent="10")
    scene.tell("item.shipped", order="A-9", item="1", shipped_at="2026-03-05T10:00:00Z")
    scene.go()
    scene.cancel("A-1", "2")
    scene.go()

    def more(what: Counted) -> dict[str, int]:
        difference = {label: number - before[what].get(label, 0) for label, number in values(what).items()}
        return {label: number for label, number in difference.items() if number}

    assert more(Counted.EVENTS) == {"handled": 4, "refused": 1, "parked": 1}
    assert more(Counted.ITEMS) == {"in_house": 1, "unitedprint": 1}
    assert more(Counted.DOCUMENTS) == {"invoice": 1, "reversal": 1}


def test_what_is_rolled_back_is_not_counted(scene: Scene) -> None:
    before = dict(values(Counted.EVENTS))
    with suppress(ZeroDivisionError), unit_of_work() as session:
        count(session, Counted.EVENTS, "handled", 1000)
        raise ZeroDivisionError
    assert dict(values(Counted.EVENTS)) == before


# What it costs


def test_no_scrape_walks_over_a_table_whatever_it_holds(filled: Filled) -> None:
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().startswith("SELECT"):
            sent.append((statement, parameters))

    event.listen(filled.engine, "before_cursor_execute", note)
    try:
        with Session(filled.engine) as session, session.begin():
            session.execute(text("SET plan_cache_mode = force_custom_plan"))
            snapshot = take(session)
    finally:
        event.remove(filled.engine, "before_cursor_execute", note)
    assert snapshot.stages[Stage.INBOX].due == 0 and len(sent) >= 8
    scanned = {
        node["Relation Name"]
        for statement, parameters in sent
        for node in _plan_of(filled, statement, parameters)
        if node["Node Type"] == "Seq Scan"
    }
    # The others are small, empty here, or hold only what is open.
    assert not scanned & {"event", "item", "orders", "document", "dispatch", "rendering"}, scanned


def test_a_scrape_of_a_full_database_takes_no_time(filled: Filled) -> None:
    with Session(filled.engine) as session, session.begin():
        take(session)
        began = time.perf_counter()
        take(session)
        took = time.perf_counter() - began
    assert took < 0.5, f"{took:.3f} s over {ROWS} finished rows of each kind"


def test_a_long_queue_is_counted_up_to_a_limit(scene: Scene) -> None:
    for number in range(5):
        scene.place(f"A-{number}", [item("1", "50.00")])
    with unit_of_work() as session:
        assert left(session, at_most=3)[Stage.INBOX].due == 3
        assert left(session)[Stage.INBOX].due == 5


def test_scrapes_within_five_seconds_ask_once(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def read() -> Snapshot:
        asked.append(1)
        with unit_of_work() as session:
            return take(session)

    collector = DatabaseCollector(read)
    for _ in range(3):
        told(collector)
    assert len(asked) == 1
    monkeypatch.setattr(metrics, "_KEEP_SECONDS", 0)
    told(collector)
    assert len(asked) == 2


def test_a_statement_that_hangs_is_ended(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_STATEMENT_TIMEOUT", "300ms")
    with unit_of_work() as blocker:
        blocker.execute(text("LOCK TABLE finding IN ACCESS EXCLUSIVE MODE"))
        began = time.monotonic()
        found = told()
    assert found == {"partnershop_database_up[]": 0}
    assert time.monotonic() - began < 5


def test_a_database_that_went_away_leaves_no_old_figures(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_KEEP_SECONDS", 0)
    answers: list[Any] = []

    def read() -> Snapshot:
        if answers:
            raise OperationalError("SELECT", None, OSError("gone"))
        answers.append(1)
        with unit_of_work() as session:
            return take(session)

    collector = DatabaseCollector(read)
    assert len(told(collector)) > 30
    assert told(collector) == {"partnershop_database_up[]": 0}


# All processes of a worker

CHILD = """
from partnershop.counters import Counted, add, observe_task
add(Counted.TASKS, "done", 2)
observe_task("inbox.apply_events", "done", 0.02)
"""


def child(folder: Path, script: str = CHILD) -> str:
    """A process that counts into the folder and ends; what it printed."""
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, check=True, capture_output=True, text=True, timeout=60
    )
    return done.stdout


def test_what_processes_counted_that_have_ended_stays_in_one_file(tmp_path: Path) -> None:
    for _ in range(3):
        child(tmp_path)
    assert len(list(tmp_path.glob("counter_*.db"))) == 3
    gather(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["counter_ended.db", "histogram_ended.db"]
    child(tmp_path)
    gather(tmp_path)
    said = child(tmp_path, "from partnershop.metrics import exposition; print(exposition().decode())")
    assert 'partnershop_tasks_total{outcome="done"} 12.0' in said, said
    assert 'partnershop_task_seconds_count{task="inbox.apply_events"} 4.0' in said
    assert 'partnershop_task_seconds_bucket{le="0.05",task="inbox.apply_events"} 4.0' in said


def test_a_file_of_a_process_that_lives_is_left_alone(tmp_path: Path) -> None:
    child(tmp_path)
    own = tmp_path / f"counter_{os.getpid()}.db"
    (file,) = tmp_path.glob("counter_*.db")
    file.rename(own)
    child(tmp_path)
    child(tmp_path)
    gather(tmp_path)
    assert own.exists()


def test_a_worker_begins_at_zero(tmp_path: Path) -> None:
    child(tmp_path)
    empty(tmp_path)
    assert list(tmp_path.iterdir()) == []
    empty(tmp_path / "new")


@pytest.fixture
def answering(product: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[MetricsServer]:
    """A worker's server."""
    with MetricsServer("127.0.0.1", 0, tmp_path) as server:
        server.start()
        yield server
        server.shutdown()


def status_of(server: MetricsServer, path: str, **headers: str) -> int:
    request = urllib.request.Request(f"http://127.0.0.1:{server.server_port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_worker_answers_metrics_and_nothing_else(answering: MetricsServer) -> None:
    assert (status_of(answering, "/metrics"), status_of(answering, "/")) == (200, 404)


def test_a_worker_wants_the_token_where_there_is_one(answering: MetricsServer, product: pytest.MonkeyPatch) -> None:
    from partnershop.config import config  # noqa: PLC0415

    product.setenv("PARTNERSHOP_METRICS_TOKEN", "sesame")
    config.cache_clear()
    assert status_of(answering, "/metrics") == 404
    assert status_of(answering, "/metrics", authorization="Bearer sesame") == 200
