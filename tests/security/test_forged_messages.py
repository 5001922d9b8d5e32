"""What somebody who can write to Redis may put there: it ends no worker, runs nothing of theirs, changes no row."""

import base64
import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import Celery
from factories import SHOP, Scene, item, product, scene
from forged import ARGUMENTS, QUEUE, SUCCEEDS, TASK, envelope, forged, queue_for
from knocking import Database
from seeing import SECRETS, found_in, program, until
from sqlalchemy import select

from models import Case
from partnershop.clock import now
from partnershop.db import unit_of_work
from partnershop.stages import Stage, Wake
from tasks.corrections import issue_reduced_invoice, reverse_items
from workers.queues import QUEUES
from workers.schedule import SCHEDULE
from workers.trust import LONGEST_WAIT, NotBelieved, believed
from workers.waking import Waker

__all__ = ["product", "scene"]

pytestmark = pytest.mark.xdist_group("a worker that is lied to")
ORDERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("shutdown", {}),
    ("rate_limit", {"task_name": "inbox.apply_events", "rate_limit": "1/h"}),
    ("time_limit", {"task_name": "inbox.apply_events", "soft": 0.001, "hard": 0.002}),
    ("pool_shrink", {"n": 1}),
    ("pool_grow", {"n": 50}),
    ("pool_restart", {"modules": ["os"], "reload": True}),
    ("autoscale", {"max": 1, "min": 0}),
    ("cancel_consumer", {"queue": "inbox"}),
    ("add_consumer", {"queue": "theirs"}),
    ("revoke", {"task_id": "forged", "terminate": True}),
    ("revoke_by_stamped_headers", {"headers": {"a": ["b"]}, "terminate": True}),
    ("terminate", {"signal": "KILL", "task_id": "forged"}),
    ("election", {"id": "x", "topic": "task", "action": {"task": "os.system"}}),
    ("disable_events", {}),
    ("no_such_order", {}),
    ("__class__", {}),
)
PASSWORD = "redis-Zauberbesen-0815"


def inner(content: object) -> bytes:
    """A message to a worker's own mailbox, or news of workers."""
    return envelope(body=json.dumps(content).encode(), headers={"clock": 1})


MAILBOX = {
    "an order in a list": inner([{"method": "shutdown"}]),
    "an order to all, by pattern": inner({"method": "shutdown", "pattern": "*", "matcher": "glob"}),
    "a pattern that is none": inner({"method": "ping", "pattern": "(", "matcher": "pcre"}),
    "a matcher that is none": inner({"method": "ping", "pattern": "(", "matcher": 7}),
    "a question to be answered elsewhere": inner(
        {"method": "ping", "reply_to": {"exchange": QUEUE, "routing_key": QUEUE}, "ticket": "x"}
    ),
    "a question to be answered nowhere": inner({"method": "ping", "reply_to": {}, "ticket": "x"}),
    "a question with arguments": inner({"method": "conf", "arguments": {"with_defaults": True, "self": 1}}),
    "a greeting from nobody": inner({"method": "hello", "arguments": {}}),
    "a greeting that revokes": inner({"method": "hello", "arguments": {"from_node": "x", "revoked": 7}}),
    "a clock that is none": envelope(body=b'{"method": "ping"}', headers={"clock": "late"}),
    "nothing": b"",
    "a number": b"7",
    "an empty object": b"{}",
    "deep": b"[" * 100_000,
    "a date that is none": b'{"__type__": "datetime", "__value__": 7}',
    "pickle": envelope(body=b"cposix\nsystem\n(S'true'\ntR.", content_type="application/x-python-serialize"),
}


@dataclass
class LiedTo:
    """What is left of the worker's run."""

    log: str
    left: dict[str, int]
    answered: list[dict[str, Any]]
    queues: set[str]
    processes: int
    told_of_itself: str
    ran: bool
    state: str
    status: int | None
    sent: int

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The lines of its log, without what Celery prints when it starts."""
        return [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]


@pytest.fixture(scope="module")
def lied_to(database_url: str, broker_url: str, tmp_path_factory: pytest.TempPathFactory) -> LiedTo:
    """A worker that was sent everything, and then one hint of ours."""
    broker, database = redis.Redis.from_url(broker_url), Database(database_url)
    broker.flushdb()
    folder = tmp_path_factory.mktemp("worker")
    log, witness = folder / "worker.log", folder / "witness"
    environment = {
        **SECRETS, "DATABASE_URL": database_url, "BROKER_URL": broker_url, "PARTNERSHOP_DATA": str(folder),
    }  # fmt: skip
    argv = ("-m", "celery", "-A", "workers.app", "worker", "-n", "lied-to@%h", "--concurrency", "1", "-l", "INFO")
    messages = forged(str(witness))
    # They lie there before it starts: among those that were not acknowledged, too.
    for number, raw in enumerate([b"", b"{", b"[1, 2]", b"[[], 7, {}]", json.dumps([{}, QUEUE, QUEUE]).encode()]):
        broker.hset("unacked", f"old-{number}", raw)
        broker.zadd("unacked_index", {f"old-{number}": 1})
    for name, raw in messages.items():
        broker.lpush(queue_for(name), raw)
    with program(log, environment, *argv) as worker, Celery(broker=broker_url) as app:
        until(lambda: "ready." in log.read_text("utf-8"), told=lambda: log.read_text("utf-8"))
        for method, arguments in ORDERS:
            app.control.broadcast(method, arguments=arguments)
        for raw in MAILBOX.values():
            for channel in ("/1.celery.pidbox", "/1.celeryev/worker.heartbeat"):
                broker.publish(channel.replace("/1", f"/{broker_url.rpartition('/')[2]}"), raw)
        until(lambda: not any(broker.llen(queue) for queue in QUEUES), told=lambda: log.read_text("utf-8"))
        plant(database)
        Waker(app)([Wake(Stage.INBOX, SHOP)])
        until(lambda: state_of(database) != "accepted", told=lambda: log.read_text("utf-8"))
        until(lambda: not broker.hlen("unacked"), told=lambda: str(broker.hgetall("unacked")))
        left = {queue: broker.llen(queue) for queue in (*QUEUES, "celery", "theirs")}
        inspect: Any = app.control.inspect(timeout=20, limit=1)
        answered, queues, stats = inspect.ping(), inspect.active_queues(), inspect.stats()
        told = json.dumps([inspect.conf(), stats, inspect.report()])
        worker.send_signal(signal.SIGTERM)
        status = worker.wait(30)
    return LiedTo(
        log.read_text("utf-8"), left, list((answered or {}).values()),
        {queue["name"] for queue in next(iter(queues.values()))},
        len(next(iter(stats.values()))["pool"]["processes"]), told, witness.exists(), state_of(database), status,
        len(messages),
    )  # fmt: skip


def plant(database: Database) -> None:
    """An event that a hint of ours has applied."""
    if not database.run("SELECT 1 FROM shop WHERE code = %s", SHOP):
        database.add_shop(SHOP)
    database.run(
        "INSERT INTO event (shop_id, source, event_id, type, order_number, time, received_at, due_at, digest, body)"
        " SELECT id, '/shops/aurora', 'ours', 'print_data.uploaded', 'never-placed', now(), now(), now(), ''::bytea, %s"
        " FROM shop WHERE code = %s",
        json.dumps({"data": {"order": "never-placed", "item": "1"}}), SHOP,
    )  # fmt: skip


def state_of(database: Database) -> str:
    """What has become of that event."""
    return str(database.run("SELECT state FROM event WHERE event_id = 'ours'")[0][0])


def test_no_forged_message_ends_the_worker(lied_to: LiedTo) -> None:
    assert lied_to.sent > 200
    assert lied_to.answered == [{"ok": "pong"}]
    assert lied_to.log.count("ready.") == 1, "it is the worker that was started, not another one"
    assert lied_to.status == 0, "it ends in order when its own machine asks it to"


def test_none_of_them_stays_in_redis(lied_to: LiedTo) -> None:
    assert set(lied_to.left.values()) == {0}


def test_a_hint_of_ours_behind_them_is_done(lied_to: LiedTo) -> None:
    assert lied_to.state == "parked", "its order is not known"


def test_nothing_of_theirs_is_run(lied_to: LiedTo) -> None:
    assert not lied_to.ran
    ran = {line["task"] for line in lied_to.lines if "task" in line}
    assert ran <= {TASK, "inbox.apply_events"}


def test_orders_by_redis_are_not_obeyed(lied_to: LiedTo) -> None:
    assert lied_to.queues == set(QUEUES)
    assert lied_to.processes == 1
    refused = [line for line in lied_to.lines if line.get("why") == "it is an order, and workers take none"]
    assert len(refused) >= len(ORDERS)


def test_each_dropped_message_is_one_short_line_that_repeats_nothing_of_it(lied_to: LiedTo) -> None:
    dropped = [line for line in lied_to.lines if line["event"] == "a message that is none of ours was dropped"]
    assert len(dropped) > 130
    assert all(len(json.dumps(line)) < 400 for line in dropped)
    assert "os.system" not in lied_to.log and "DROP TABLE" not in lied_to.log
    assert found_in(lied_to.log) == []


def test_a_worker_tells_nobody_its_passwords(lied_to: LiedTo, broker_url: str, database_url: str) -> None:
    passwords = [url.partition("@")[0].rpartition(":")[2] for url in (broker_url, database_url)]
    assert [one for one in passwords if one and one in lied_to.told_of_itself] == []
    assert found_in(lied_to.told_of_itself) == []


# What is believed


@pytest.fixture
def sent(broker_url: str) -> Iterator[Any]:
    """Our application with an empty broker, and what lies in a queue of it."""
    broker = redis.Redis.from_url(broker_url)
    broker.flushdb()
    with Celery(broker=broker_url, set_as_current=False) as app:
        yield app, lambda queue: [json.loads(raw) for raw in broker.lrange(queue, 0, -1)]
    broker.flushdb()


def test_every_hint_that_our_programs_send_is_believed_as_it_is(sent: Any) -> None:
    app, lying_in = sent
    hints = [Wake(stage, SHOP, "A-1", 17, "reverse_items") for stage in Stage] + [Wake(stage) for stage in Stage]
    Waker(app)([hint for hint in hints if hint.stage is not Stage.CORRECTIONS or hint.case])
    for entry in SCHEDULE.values():
        app.send_task(entry["task"], **entry["options"])
    seen = 0
    for queue, settings in QUEUES.items():
        for raw in lying_in(queue):
            read = believed(raw, queue)
            assert read["headers"]["task"] in settings.tasks
            assert contents(read)[1] == contents(raw)[1]
            assert read["headers"]["kwargsrepr"] == raw["headers"]["kwargsrepr"].replace("{}", "all shops")
            assert (read["headers"]["expires"] is None) == (raw["headers"]["expires"] is None)
            seen += 1
    assert seen > 2 * len(Stage)


def contents(message: dict[str, Any]) -> list[Any]:
    """Arguments, arguments by name, and what else Celery puts there."""
    found: list[Any] = json.loads(base64.b64decode(message["body"]))
    return found


def test_a_hint_is_written_anew_with_nothing_in_it_but_what_it_is_about() -> None:
    late = (now() + timedelta(seconds=30)).isoformat()
    said = {"eta": late, "retries": 3, "timelimit": [1, 1], "stamps": {"a": 1}, "shadow": "celery.map", "clock": 7}
    link = {"callbacks": [{"task": TASK}], "errbacks": [1], "chain": [1], "chord": 1}
    read = believed(json.loads(envelope(headers=said, embed=link)), QUEUE)
    assert contents(read) == [[], ARGUMENTS, dict.fromkeys(link)]
    assert (read["headers"]["eta"], read["headers"]["retries"]) == (late, 3)
    assert read["headers"]["timelimit"] == [None, None], "the task's own hold"
    assert not {"stamps", "shadow", "clock"} & read["headers"].keys()
    assert read["properties"]["delivery_tag"] != "forged", "it cannot stand for another one"
    assert "reply_to" not in read["properties"]


def test_what_would_wait_for_days_in_a_workers_memory_is_dropped() -> None:
    for wait, taken in ((LONGEST_WAIT - timedelta(minutes=1), True), (LONGEST_WAIT * 2, False)):
        raw = json.loads(envelope(headers={"eta": (now() + wait).isoformat()}))
        try:
            believed(raw, QUEUE)
        except NotBelieved:
            assert not taken
        else:
            assert taken


def test_a_task_of_another_queue_is_not_believed() -> None:
    with pytest.raises(NotBelieved, match="its queue has no such task"):
        believed(json.loads(envelope("documents.render_papers", kwargs={})), QUEUE)
    assert believed(json.loads(envelope("documents.render_papers", kwargs={})), "documents")


# What a hint can do at most


def test_a_forged_hint_does_what_is_due_whatever_it_says_and_only_once(scene: Scene) -> None:
    scene.change_settings(invoice_on="placed")
    scene.place("A-1", [item("1", "10.00"), item("2", "20.00")])
    scene.go()
    scene.cancel("A-1", "1")
    scene.go(frozenset({Stage.INBOX}))
    [case] = scene.cases("A-1")
    # The wrong verb, another shop, an order that is not there: the case says what it is.
    first = issue_reduced_invoice(shop="bruma", order="B-77", case=case.id)
    again = [reverse_items(shop=SHOP, order="A-1", case=case.id) for _ in range(3)]
    assert {first, *again} == {first}
    assert [kind for kind, _ in scene.said("A-1")] == ["invoice", "reversal"]
    scene.go()
    with unit_of_work() as session:
        assert len(session.scalars(select(Case)).all()) == 1
    assert [kind for kind, _ in scene.said("A-1")] == ["invoice", "reversal"]


def test_the_witness_would_be_seen(tmp_path: Path) -> None:
    import pickle  # noqa: PLC0415  (what the forged body does where somebody reads it as what it says it is)

    pickle.loads(b"cposix\nsystem\n(S'touch %s'\ntR." % str(tmp_path / "witness").encode())
    assert (tmp_path / "witness").exists()
    assert os.path.getsize(tmp_path / "witness") == 0
    assert SUCCEEDS
