"""What a soak sends: stories of orders that are paid and cancelled in part, at a rate; and probes of another shop."""

import http.client
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from sqlalchemy import text

from benchmarks import goods
from benchmarks.machine import Machine
from benchmarks.measuring import seconds_until
from partnershop import clock
from partnershop.contract.signature import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign

_ITEMS = 3  # of the order of a story; one of them is cancelled
_SENDERS = 8
_TOGETHER = 20  # stories in one request of a flood
_PROBED_ORDERS = 24  # items of each order that probes cancel; one stays
_LONGEST_PROBE = 300.0
_REFUSED = 0  # in place of a status: the connection itself was refused or broken

_STORED = text("""
    SELECT EXISTS (
        SELECT FROM event
          JOIN correction_case decided ON decided.event_id = event.id
          JOIN document ON document.case_id = decided.id
          JOIN rendering ON rendering.document_id = document.id
         WHERE event.source = :source AND event.event_id = :event AND rendering.sha256 IS NOT NULL)
""")
_DUE = text("""
    SELECT EXISTS (SELECT FROM event WHERE state = 'accepted')
        OR EXISTS (SELECT FROM orders WHERE invoice_due_at IS NOT NULL AND invoice_id IS NULL)
        OR EXISTS (SELECT FROM correction_case WHERE state = 'open')
        OR EXISTS (SELECT FROM rendering WHERE state = 'due')
""")


class Door:
    """The door of one shop; any number of threads may knock, each with a connection of its own."""

    def __init__(self, on: Machine, assortment: goods.Assortment) -> None:
        self.assortment = assortment
        self._port = on.ports.web
        self._kept = threading.local()

    def post(self, events: Sequence[Mapping[str, Any]]) -> int:
        """Post these events as one batch; the status, or 0 where there was no answer."""
        body = json.dumps(events).encode()
        name, moment = str(uuid.uuid4()), int(clock.now().timestamp())
        headers = {
            "content-type": "application/cloudevents-batch+json", ID_HEADER: name, TIMESTAMP_HEADER: str(moment),
            SIGNATURE_HEADER: sign(self.assortment.secret, name, moment, body),
        }  # fmt: skip
        # The door ends connections that were idle for some seconds: then once more, by a new one.
        return self._status(body, headers) or self._status(body, headers)

    def _status(self, body: bytes, headers: Mapping[str, str]) -> int:
        try:
            connection = self._connection()
            connection.request("POST", f"/shops/{self.assortment.code}/events", body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self._kept.connection = None
            return _REFUSED
        return answer.status

    def _connection(self) -> http.client.HTTPConnection:
        if getattr(self._kept, "connection", None) is None:
            self._kept.connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        connection: http.client.HTTPConnection = self._kept.connection
        return connection


class Load:
    """Stories of one shop, sent by a few connections; `statuses` counts the answers."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._number = 0
        self._lock = threading.Lock()
        self.statuses: Counter[int] = Counter()

    def tell(self, stories: int = 1) -> None:
        """Send so many stories in one request: an order, its payment, the cancellation of an item."""
        events: list[dict[str, Any]] = []
        for _ in range(stories):
            with self._lock:
                self._number += 1
                order = f"S-{self._number}"
            assortment = self._door.assortment
            events += [
                goods.envelope(assortment, "order.placed", goods.order_placed(assortment, order, _ITEMS)),
                goods.envelope(assortment, "payment.received", payment(order)),
                goods.envelope(assortment, "item.cancelled", {"order": order, "item": "1", "reason": "too many"}),
            ]
        status = self._door.post(events)
        with self._lock:
            self.statuses[status] += 1

    def all_at_once(self, stories: int) -> None:
        """Send so many stories as fast as the door takes them."""
        together = min(stories, _TOGETHER)
        with ThreadPoolExecutor(_SENDERS) as pool:
            list(pool.map(self.tell, [together] * (stories // together)))

    @contextmanager
    def at(self, per_second: float) -> Iterator[None]:
        """Send stories at this rate as long as the block runs, whatever is answered; slower where no sender is free."""
        ended = threading.Event()
        pacer = threading.Thread(target=self._pace, args=(per_second, ended))
        pacer.start()
        try:
            yield
        finally:
            ended.set()
            pacer.join()

    def _pace(self, per_second: float, ended: threading.Event) -> None:
        begin, sent = time.monotonic(), 0
        with ThreadPoolExecutor(_SENDERS) as pool:
            while not ended.is_set():
                due = 1 + int((time.monotonic() - begin) * per_second)  # the first one at once
                for _ in range(due - sent):
                    pool.submit(self.tell)
                sent = due
                ended.wait(min(0.05, 1 / per_second))
            pool.shutdown(cancel_futures=True)


class Probe:
    """Another shop, of which one item after the other is cancelled: seconds until the reversal's PDF is stored."""

    def __init__(self, on: Machine, door: Door, probes: int) -> None:
        self._on, self._door = on, door
        assortment = door.assortment
        numbers = [f"P-{number}" for number in range(-(-probes // _PROBED_ORDERS))]
        for number in numbers:
            data = goods.order_placed(assortment, number, _PROBED_ORDERS + 1)
            placed = goods.envelope(assortment, "order.placed", data)
            if door.post([placed, goods.envelope(assortment, "payment.received", payment(number))]) != 202:
                raise RuntimeError("the door did not take the orders of the probes")
        self._left = [(number, str(item)) for item in range(1, _PROBED_ORDERS + 1) for number in numbers]
        until_nothing_due(on)

    def seconds(self) -> float:
        """Cancel the next item: the time from the door's 202 to the commit of the PDF, as a second connection sees it.

        Raises RuntimeError where the door does not answer 202, TimeoutError where it takes minutes.
        """
        order, item = self._left.pop()
        data = {"order": order, "item": item, "reason": "too many"}
        event = goods.envelope(self._door.assortment, "item.cancelled", data)
        if (status := self._door.post([event])) != 202:
            raise RuntimeError(f"the door answered {status} to a probe")
        begin = time.monotonic()
        asked = {"source": event["source"], "event": event["id"]}
        with self._on.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            seconds_until(lambda: connection.execute(_STORED, asked).scalar_one(), _LONGEST_PROBE)
        return time.monotonic() - begin

    def several(self, count: int) -> list[float]:
        """So many probes, one after the other, with a moment between them; fewer where no items are left."""
        return [self._after_a_moment() for _ in range(min(count, len(self._left)))]

    def for_seconds(self, seconds: float) -> list[float]:
        """Probes for so long, one at least."""
        until = time.monotonic() + seconds
        took = [self._after_a_moment()]
        while self._left and time.monotonic() < until:
            took.append(self._after_a_moment())
        return took

    def _after_a_moment(self) -> float:
        time.sleep(0.1)
        return self.seconds()


def payment(order: str) -> dict[str, str]:
    """The data of a payment that covers some of an order."""
    return {
        "order": order, "payment": f"P-{order}", "amount": "120.50", "currency": "EUR", "method": "card",
        "received_at": "2026-03-02T09:14:00Z",
    }  # fmt: skip


def until_nothing_due(on: Machine, limit: float = 1800.0) -> float:
    """Wait until all events are applied, and all papers issued and printed; how long that took."""
    with on.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        return seconds_until(lambda: not connection.execute(_DUE).scalar_one(), limit)
