"""Routed items per second, against tasks per second of a Celery application whose task does nothing."""

import time

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks import goods, noop
from benchmarks.machine import NOOP_QUEUE, Machine, machine
from benchmarks.measuring import Comparison, Report, Say, Sizes, alternate, seconds_until
from partnershop.stages import Stage, Wake

PROCESSES = 2
_WAITING = "noop-waiting"
_DUE = text("SELECT EXISTS (SELECT FROM item WHERE route IS NULL AND (hold_code IS NULL OR recheck))")
_UNROUTED = text("SELECT count(*) FROM item WHERE route IS NULL")


def run(sizes: Sizes, say: Say) -> Report:
    """Drain items by the product's own worker and no-op tasks by a plain one, on the same broker, in turn."""
    with machine() as on:
        with Session(on.engine) as session, session.begin():
            assortment = goods.add_shop(session)
        noop_worker = on.noop_worker(PROCESSES)
        with on.running(["worker-flow"], concurrency={"flow": PROCESSES}, more=[noop_worker]):
            measured = alternate(
                {
                    "routing": lambda: _routed_per_second(on, assortment, sizes.routed_items),
                    "no-op tasks": lambda: _noops_per_second(on, sizes.noop_tasks),
                },
                sizes.rounds,
                say,
            )
    comparison = Comparison(
        "routed items / Celery no-op tasks", "per second", measured["routing"], measured["no-op tasks"], "5 or more"
    )
    return Report(
        [comparison],
        [
            (
                f"routed items: {sizes.routed_items} a round are there (by COPY) before the clock starts; worker-flow "
                f"as `partnershop up` runs it, {PROCESSES} processes, each woken once; until nothing is due."
            ),
            (
                f"no-op tasks: {sizes.noop_tasks} messages a round are on the broker before the clock starts; a worker "
                f"of {PROCESSES} processes (JSON, acks_late, else Celery's defaults); until all are acknowledged."
            ),
        ],
    )


def _routed_per_second(on: Machine, assortment: goods.Assortment, count: int) -> float:
    with Session(on.engine) as session, session.begin():
        goods.copy_items(session, assortment, count)
    with on.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        start = time.perf_counter()
        on.wake(Wake(Stage.ROUTING, shop=assortment.code), PROCESSES)
        seconds_until(lambda: not connection.execute(_DUE).scalar_one())
        seconds = time.perf_counter() - start
        left = connection.execute(_UNROUTED).scalar_one()
    if left:
        raise RuntimeError(f"{left} items were held instead of routed")
    return count / seconds


def _noops_per_second(on: Machine, count: int) -> float:
    with on.broker() as broker, on.publisher.producer_pool.acquire(block=True) as producer:
        for _ in range(count):
            on.publisher.send_task(noop.TASK, queue=_WAITING, producer=producer)
        start = time.perf_counter()
        # All of them come to the worker's queue at one moment.
        broker.rename(_WAITING, NOOP_QUEUE)
        seconds_until(lambda: not broker.llen(NOOP_QUEUE) and not broker.hlen("unacked"))
        return count / (time.perf_counter() - start)
