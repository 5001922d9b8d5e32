"""Tasks that fail in a real worker: their rows in Flower, its log and its metrics say what is so, and nobody's data."""

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

import pytest
import redis
from celery import Celery
from seeing import CASES, SECRETS, Seen, found_in, program, until, watching

from partnershop.machine.ports import free_port
from partnershop.stages import Stage, Wake
from workers.waking import Waker

# One worker for all of them: it takes its time to find out that a process was killed.
pytestmark = pytest.mark.xdist_group("a worker that fails")
FATE = (
    "Case {case} of A-{case} stays open and is taken up again within half a minute. After 5 failures of its own it is "
    "parked: partnershop attention --shop aurora, then partnershop retry --shop aurora"
)


@dataclass
class Failed:
    """What is left of the worker's run: rows of Flower, lines of its log, its metrics, and its database's password."""

    seen: Seen
    log: str
    metrics: str
    password: str

    def row(self, how: str) -> dict[str, Any]:
        """The row of the case that failed so."""
        row = self.seen.of(next(case for case, one in CASES.items() if one == how))
        assert row is not None, how
        return row

    def lines(self, **having: object) -> list[dict[str, Any]]:
        """The lines of the log that have these members."""
        lines = [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]
        return [line for line in lines if having.items() <= line.items()]


@pytest.fixture(scope="module")
def failed(database_url: str, broker_url: str, tmp_path_factory: pytest.TempPathFactory) -> Failed:
    """A worker that was given all the cases, and has ended each of them."""
    redis.Redis.from_url(broker_url).flushdb()
    folder, port = tmp_path_factory.mktemp("worker"), free_port()
    log = folder / "worker.log"
    environment = {
        **SECRETS, "DATABASE_URL": database_url, "BROKER_URL": broker_url, "PARTNERSHOP_DATA": str(folder),
        "PARTNERSHOP_METRICS_PORT": str(port), "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
        "SOURCE_DATE_EPOCH": "1767225600",
    }  # fmt: skip
    argv = ("-m", "celery", "-A", "failing_worker", "worker", "-n", "test@%h", "--concurrency", "2", "-l", "INFO")

    def said() -> str:
        return log.read_text("utf-8")

    app = Celery(broker=broker_url)
    with program(log, environment, *argv), watching(app) as seen:
        until(lambda: "ready." in said(), told=said)
        for case, how in CASES.items():
            # The one that is killed has a long time limit, the others a short one (tests/failing_worker.py).
            verb = "issue_reduced_invoice" if how == "killed" else "reverse_items"
            Waker(app)([Wake(Stage.CORRECTIONS, "aurora", f"A-{case}", case, verb)])
        until(lambda: all(seen.of(case) for case in CASES), told=lambda: f"{seen.told}\n{said()}")
        metrics = scrape(port)
    return Failed(seen, said(), metrics, database_url.partition("@")[0].rpartition(":")[2])


def scrape(port: int, token: str = SECRETS["PARTNERSHOP_METRICS_TOKEN"]) -> str:
    """What the worker answers."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers={"authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(answer.read().decode())


@pytest.mark.parametrize(
    ("how", "what"),
    [
        ("defect", "KeyError"),
        ("row", "IntegrityError (23505, uq_shop_code), because of UniqueViolation (23505, uq_shop_code)"),
        ("away", "Transient: the bank is closed"),
        ("slow", "TimeLimitExceeded: it took longer than 3 seconds. Case 15"),
        ("killed", "WorkerLostError: Worker exited prematurely: signal 9"),
    ],
)
def test_a_dead_tasks_row_says_what_it_was_and_where_its_work_stands(failed: Failed, how: str, what: str) -> None:
    row = failed.row(how)
    assert row["type"] == "task-failed"
    case = next(case for case, one in CASES.items() if one == how)
    assert row["exception"].startswith(what), row["exception"]
    assert row["exception"].endswith(FATE.format(case=case))
    assert row["exception"].count(FATE.format(case=case)) == 1


def test_the_rows_arguments_and_results_are_sentences(failed: Failed) -> None:
    fine = failed.row("fine")
    assert (fine["name"], fine["kwargs"]) == ("corrections.reverse_items", "shop aurora, order A-11, case 11")
    assert fine["result"] == "'case 11 is settled'"


def test_a_task_that_is_tried_again_keeps_its_sentence(failed: Failed) -> None:
    sent = [event["kwargs"] for event in failed.seen.told if event["type"] == "task-received"]
    assert sent.count("shop aurora, order A-14, case 14") == 2, sent
    (retried,) = [e for e in failed.seen.told if e["type"] == "task-retried" and "closed" in e["exception"]]
    assert retried["exception"] == "Transient: the bank is closed"


def test_an_attempt_whose_process_was_killed_is_counted_once_by_the_one_that_is_left(failed: Failed) -> None:
    counted = {line["of"]: line["why"] for line in failed.lines(event="counted")}
    assert len(failed.lines(event="counted")) == 2
    by_how = {CASES[case]: why for case, why in counted.items()}
    assert by_how["slow"] == "TimeLimitExceeded: it took longer than 3 seconds"
    assert by_how["killed"].startswith("WorkerLostError: Worker exited prematurely: signal 9")


def test_a_task_that_ran_out_of_time_is_told_once(failed: Failed) -> None:
    uuid = failed.row("slow")["uuid"]
    assert [event["type"] for event in failed.seen.told if event["uuid"] == uuid].count("task-failed") == 1


def test_flower_is_told_nobodys_data(failed: Failed) -> None:
    assert found_in(str(failed.seen.told), failed.password) == []
    assert "failing_worker.py" in failed.row("defect")["traceback"], "the place is still told"


def test_the_log_has_nobodys_data_and_no_secret(failed: Failed) -> None:
    assert len(failed.lines(level="error")) >= 5, failed.log
    assert found_in(failed.log, failed.password) == []


def test_every_line_of_a_task_says_which_and_what_it_is_about(failed: Failed) -> None:
    row = failed.row("defect")
    first, *_ = failed.lines(event="a batch failed", case=12)
    assert first | {
        "task": "corrections.reverse_items", "task_id": row["uuid"], "shop": "aurora", "order": "A-12",
        "error": "KeyError", "level": "error",
    } == first  # fmt: skip
    assert first["at"][-1].startswith("tests/failing_worker.py:"), first["at"]
    assert failed.lines(task_id=failed.row("fine")["uuid"], order="A-11", logger="celery.app.trace")


def test_the_worker_counts_how_tasks_ended_also_those_that_were_killed(failed: Failed) -> None:
    numbers = dict(line.rsplit(" ", 1) for line in failed.metrics.splitlines() if not line.startswith("#"))
    for how, number in (("done", "1.0"), ("failed", "3.0"), ("retried", "1.0"), ("killed", "2.0")):
        assert numbers[f'partnershop_tasks_total{{outcome="{how}"}}'] == number, failed.metrics
    assert numbers['partnershop_task_seconds_count{task="corrections.reverse_items"}'] == "5.0"
