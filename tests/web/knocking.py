"""Who knocks in these tests: a real uvicorn on a free port, a shop in the database, and a client that signs."""

import copy
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import psycopg
import uvicorn

from partnershop.clock import now
from partnershop.contract import SHOP_TYPES, Envelope, ShopIdentity, parse
from partnershop.contract.signature import new_secret, sign
from partnershop.web.app import create_app
from partnershop.web.openapi import EXAMPLE

SINGLE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"


def order(event_id: str = "evt-1", number: str = "A-1001", **data: Any) -> dict[str, Any]:
    """A valid `order.placed` of shop aurora; `data` replaces members of its data."""
    event = copy.deepcopy(EXAMPLE)
    event |= {"id": event_id, "subject": number}
    event["data"] |= {"order": number, **data}
    return event


def payment(event_id: str = "evt-2", **data: Any) -> dict[str, Any]:
    """A valid `payment.received` of shop aurora; `data` replaces members of its data."""
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": "/shops/aurora",
        "type": "partnershop.payment.received",
        "time": "2026-03-02T09:15:00Z",
        "data": {
            "order": "A-1001",
            "payment": "P-1",
            "amount": "70.52",
            "currency": "EUR",
            "method": "card",
            "received_at": "2026-03-02T09:15:00Z",
            **data,
        },
    }


AURORA = ShopIdentity("aurora", "EUR")
ITEM = {"order": "A-1", "item": "1"}
VALID_DATA: dict[str, dict[str, Any]] = {
    "order.placed": order()["data"],
    "payment.received": payment()["data"],
    "print_data.uploaded": ITEM,
    "item.cancelled": ITEM | {"reason": "customer_request", "note": None},
    "order.cancelled": {"order": "A-1", "reason": "customer_request"},
    "complaint.opened": ITEM | {"complaint": "C-1", "reason": "colour"},
    "complaint.accepted": {"order": "A-1", "complaint": "C-1", "reduction": {"net": "12.00"}},
    "complaint.rejected": {"order": "A-1", "complaint": "C-1", "reason": "as proofed"},
    "item.in_production": ITEM,
    "item.shipped": ITEM | {"shipped_at": "2026-03-05T10:00:00+01:00", "carrier": "BRT", "tracking": "1Z"},
    "refund.settled": {"refund": "R-17", "reference": "bank-1"},
    "refund.failed": {"refund": "R-17", "reason": "card expired"},
    "item.redirected": ITEM | {"to": "unitedprint", "reason": "out of paper"},
    "item.released": ITEM | {"reason": "the catalogue knows the paper now"},
    "dispatch.settled": ITEM | {"accepted": True, "reference": "4711", "reason": "seen in the portal"},
    "buyer.corrected": {"order": "A-1", "buyer": {"vat_id": "IT12345670017", "company": ""}, "reason": "a typo"},
    "item.described": ITEM | {"description": "Visitenkarten", "reason": "no typeface has the old one"},
    "case.confirmed": {"order": "A-1", "case": 7, "reason": "annulled by the court"},
    "case.dropped": {"order": "A-1", "case": 7, "reason": "the customer agrees"},
}


def event(kind: str, data: object) -> dict[str, Any]:
    """An event of any type with this data, from whom may send it."""
    source = "/shops/aurora" if kind in SHOP_TYPES else "/operators/anna.b"
    return payment() | {"type": f"partnershop.{kind}", "source": source, "data": copy.deepcopy(data)}


def errors_of(raw: object, shop: ShopIdentity = AURORA) -> list[str]:
    """What the contract says against it; empty when it is valid."""
    result = parse(raw, shop)
    return [] if isinstance(result, Envelope) else result


def changed(path: str, value: object, raw: dict[str, Any] | None = None) -> dict[str, Any]:
    """An order with the member at the path (dots; digits are indices; "-" deletes) replaced."""
    result: Any = copy.deepcopy(raw or order())
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    target = result
    for part in parents:
        target = target[part]
    if value == "-":
        del target[last]
    else:
        target[last] = value
    return result  # type: ignore[no-any-return]


@dataclass
class Database:
    """What the tests put into the database and look up in it, past the product's own code."""

    url: str

    def run(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of one statement, committed."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def add_shop(self, code: str = "aurora", currency: str = "EUR") -> str:
        """A shop with one secret, which is returned."""
        self.run("INSERT INTO shop (code, currency, created_at) VALUES (%s, %s, now())", code, currency)
        return self.add_secret(code)

    def add_secret(self, code: str = "aurora", expires_in_seconds: int | None = None) -> str:
        """One more secret of a shop."""
        secret = new_secret()
        self.run(
            "INSERT INTO webhook_secret (shop_id, secret, created_at, expires_at)"
            " SELECT id, %s, now(), now() + make_interval(secs => %s) FROM shop WHERE code = %s",
            secret,
            expires_in_seconds,
            code,
        )
        return secret

    def events(self) -> list[str]:
        """The ids of the stored events in the order of their rows."""
        return [event_id for (event_id,) in self.run("SELECT event_id FROM event ORDER BY id")]

    def quarantined(self) -> list[tuple[Any, ...]]:
        """(event id, errors, times seen) of what is in quarantine."""
        return self.run("SELECT event_id, errors, times_seen FROM quarantine ORDER BY id")


@dataclass
class Knocker:
    """Posts to a door, signed as its shop unless told otherwise."""

    url: str
    secret: str
    database: Database
    shop: str = "aurora"
    client: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=20, trust_env=False))

    def signed(
        self, body: bytes, *, secret: str | None = None, age: int = 0, message_id: str = "msg-1"
    ) -> dict[str, str]:
        """The three headers of the signature, made `age` seconds ago."""
        moment = int(now().timestamp()) - age
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(moment),
            "webhook-signature": sign(secret or self.secret, message_id, moment, body),
        }

    def post_bytes(self, body: bytes, media_type: str = "application/json", **headers: str) -> httpx2.Response:
        """Post exactly these bytes, signed; `headers` (underscores for dashes) replace or add headers."""
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        all_headers = {"content-type": media_type} | self.signed(body) | extra
        return self.client.post(self.path, content=body, headers=all_headers)

    def post(self, *events: object, batch: bool = False) -> httpx2.Response:
        """Post events: one in structured mode, several (or `batch`) as a batch."""
        if len(events) == 1 and not batch:
            return self.post_bytes(json.dumps(events[0]).encode(), SINGLE)
        return self.post_bytes(json.dumps(events).encode(), BATCH)

    @property
    def path(self) -> str:
        """The address of the shop's door."""
        return f"{self.url}/shops/{self.shop}/events"


@contextmanager
def running_server(body_seconds: float = 30.0) -> Iterator[str]:
    """The real application behind a real uvicorn on a free port of this machine; its URL."""
    settings = uvicorn.Config(
        create_app(body_seconds=body_seconds),
        host="127.0.0.1",
        port=0,
        http="h11",  # as in partnershop/programs.py
        log_level="warning",
        lifespan="off",
    )
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "uvicorn did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
