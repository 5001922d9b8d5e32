"""Signed events durably accepted per second over HTTP, against single-row commits per second of the same PostgreSQL."""

import http.client
import json
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks import goods
from benchmarks.machine import Machine, machine
from benchmarks.measuring import Comparison, Report, Say, Sizes, alternate
from partnershop import clock
from partnershop.contract.signature import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign

BATCH = 100
BATCH_CONNECTIONS = 2
SINGLE_CONNECTIONS = 8
_BATCH_TYPE, _SINGLE_TYPE = "application/cloudevents-batch+json", "application/cloudevents+json"


@dataclass(frozen=True)
class _Request:
    body: bytes
    headers: dict[str, str]


def run(sizes: Sizes, say: Say) -> Report:
    """Post batches and single events to the product's own web process, and commit single rows, in turn."""
    with machine() as on:
        with Session(on.engine) as session, session.begin():
            assortment = goods.add_shop(session)
            session.execute(
                text("CREATE TABLE benchmark_row (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text)")
            )
        door = _Door(on, assortment)
        with on.running(["web"]):
            measured = alternate(
                {
                    "batches": lambda: door.accepted_per_second(sizes.batches, BATCH, BATCH_CONNECTIONS),
                    "commits": lambda: _commits_per_second(on, assortment, sizes.commits),
                    "single events": lambda: door.accepted_per_second(sizes.single_events, 1, SINGLE_CONNECTIONS),
                },
                sizes.rounds,
                say,
            )
    commits = measured["commits"]
    return Report(
        [
            Comparison(
                f"events in batches of {BATCH} / single-row commits",
                "per second",
                measured["batches"],
                commits,
                "5 or more",
            ),
            Comparison(
                "events one by one / single-row commits",
                "per second",
                measured["single events"],
                commits,
                "0.5 or more",
            ),
        ],
        [
            (
                "events: mixed and sized as in the recorded stream (19 items an order), signed beforehand; "
                f"the web process as `partnershop up` runs it; {BATCH_CONNECTIONS} keep-alive connections for batches, "
                f"{SINGLE_CONNECTIONS} for single events; each answer must be 202 with all accepted."
            ),
            "commits: one psycopg connection, INSERT and COMMIT for each row, the same events as text.",
        ],
    )


class _Door:
    """Where events are posted, and whose they are."""

    def __init__(self, on: Machine, assortment: goods.Assortment) -> None:
        self._on, self._assortment = on, assortment
        self._events = goods.events(assortment)

    def accepted_per_second(self, requests: int, events: int, connections: int) -> float:
        """Post so many requests with so many events each over so many connections, one thread for each."""
        made = [self._request(events) for _ in range(requests)]
        shares = [made[place::connections] for place in range(connections)]
        with ThreadPoolExecutor(connections) as pool:
            start = time.perf_counter()
            accepted = sum(pool.map(self._post, shares))
            seconds = time.perf_counter() - start
        if accepted != requests * events:
            raise RuntimeError(f"{accepted} of {requests * events} events were accepted")
        return accepted / seconds

    def _request(self, count: int) -> _Request:
        events = list(islice(self._events, count))
        body = json.dumps(events if count > 1 else events[0]).encode()
        name, moment = str(uuid.uuid4()), int(clock.now().timestamp())
        headers = {
            "content-type": _BATCH_TYPE if count > 1 else _SINGLE_TYPE,
            ID_HEADER: name,
            TIMESTAMP_HEADER: str(moment),
            SIGNATURE_HEADER: sign(self._assortment.secret, name, moment, body),
        }
        return _Request(body, headers)

    def _post(self, requests: Sequence[_Request]) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self._on.ports.web, timeout=60)
        try:
            return sum(self._accepted(connection, request) for request in requests)
        finally:
            connection.close()

    def _accepted(self, connection: http.client.HTTPConnection, request: _Request) -> int:
        connection.request("POST", f"/shops/{self._assortment.code}/events", request.body, request.headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 202:
            raise RuntimeError(f"the door answered {answer.status}: {content[:500]!r}")
        return int(json.loads(content)["accepted"])


def _commits_per_second(on: Machine, assortment: goods.Assortment, count: int) -> float:
    bodies = list(_bodies(goods.events(assortment), count))
    with psycopg.connect(on.servers.database_url) as connection:
        start = time.perf_counter()
        for body in bodies:
            connection.execute("INSERT INTO benchmark_row (body) VALUES (%s)", (body,))
            connection.commit()
        return count / (time.perf_counter() - start)


def _bodies(events: Iterator[dict[str, Any]], count: int) -> Iterator[str]:
    return (json.dumps(event) for event in islice(events, count))
