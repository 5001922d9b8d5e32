"""Short drills of events that go wrong on their way, sent through the real door with real signatures."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import httpx2
from factories import AT_UNITEDPRINT, item, shipping
from guards_kit import drill, patched, wrong
from knocked import served
from racing import at_once
from shortly import Short
from sqlalchemy import select

from models import Shop, WebhookSecret
from partnershop import clock
from partnershop.contract import signature
from partnershop.db import unit_of_work
from partnershop.drill.fault import Family
from partnershop.drill.ledger import Event
from partnershop.drill.troubles import MONTH, cut, hours_older, older, other_body
from partnershop.web.app import create_app

EVENTS = Family.EVENTS
_SEED = 5
_BAD = (400, 401, 409, 422)


@dataclass
class Client:
    """The shop's client: it signs, and remembers what it was answered 202."""

    short: Short
    url: str
    secret: str
    http: httpx2.Client

    def send(self, event: Event) -> int:
        """Send an event; the status of the answer."""
        status = self.post(json.dumps(event).encode())
        if status == 202:
            self.short.scene.accepted.append(event)
        return status

    def post(self, body: bytes, age: timedelta = timedelta()) -> int:
        """Post a body that was signed so long ago; the status of the answer."""
        moment = int((clock.now() - age).timestamp())
        headers = {
            "content-type": "application/cloudevents+json", signature.ID_HEADER: "msg-1",
            signature.TIMESTAMP_HEADER: str(moment),
            signature.SIGNATURE_HEADER: signature.sign(self.secret, "msg-1", moment, body),
        }  # fmt: skip
        return self.http.post(self.url, content=body, headers=headers).status_code

    def expect(self, status: int, answered: int, what: str) -> None:
        """The drill itself says where the door answered otherwise."""
        if status != answered:
            wrong(self.short, f"{what} was answered {answered} and not {status}")


@contextmanager
def the_door(short: Short) -> Iterator[Client]:
    """A running door, and a client of the shop's before it."""
    secret = signature.new_secret()
    with unit_of_work() as session:
        shop = session.scalars(select(Shop)).one()
        session.add(WebhookSecret(shop_id=shop.id, secret=secret, created_at=clock.now()))
    with served(create_app()) as address, httpx2.Client(timeout=30, trust_env=False) as http:
        yield Client(short, f"{address}/shops/{short.scene.code}/events", secret, http)


def story(short: Short) -> list[Event]:
    """An order with all that can happen to it, in its natural order."""
    scene = short.scene
    items = [item("1", "50.00"), item("2", "30.00", options=AT_UNITEDPRINT), item("3", "20.00")]
    placed = scene.order("A-1", items, charges=[shipping()], payment_method="card")

    def of(kind: str, **data: Any) -> Event:
        return scene.event(kind, **{"order": "A-1", **data})

    payment = {"payment": "P-1", "amount": "131.64", "currency": "EUR", "method": "card"}
    shipped = {"shipped_at": "2026-03-05T10:00:00Z"}
    return [
        scene.event("order.placed", **placed), of("payment.received", received_at="2026-03-02T09:14:00Z", **payment),
        of("print_data.uploaded", item="1"), of("item.in_production", item="1"),
        *[of("item.shipped", item=key, **shipped) for key in ("1", "2", "3")],
        of("complaint.opened", complaint="C-1", item="1", reason="colours are off"),
        of("complaint.accepted", complaint="C-1", reduction={"net": "10.00"}),
        of("item.cancelled", item="3", reason="customer_request"),
    ]  # fmt: skip


def _each(short: Short, client: Client, events: Sequence[Event]) -> None:
    """Sent one after the other, with time for what becomes of each."""
    for event in events:
        client.expect(202, client.send(event), str(event["type"]))
        short.go()


@drill(EVENTS)
def events_come_twice_at_once_and_again_later(short: Short) -> None:
    with the_door(short) as client:
        events = story(short)
        for event in events:
            at_once(*[partial(client.send, event) for _ in range(3)])
            short.go()
        for event in events:
            client.expect(202, client.send(event), f"{event['type']} again")


@drill(EVENTS)
def events_come_in_any_order(short: Short) -> None:
    with the_door(short) as client:
        events = story(short)
        random.Random(_SEED).shuffle(events)
        _each(short, client, events)


@drill(EVENTS)
def events_come_backwards(short: Short) -> None:
    with the_door(short) as client:
        _each(short, client, story(short)[::-1])


@drill(EVENTS)
def events_come_hours_late(short: Short) -> None:
    dice = random.Random(_SEED)
    with the_door(short) as client:
        for event in story(short):
            _each(short, client, [hours_older(event, dice)])
            short.clock.advance(dice.randint(3_600, 18_000))


@drill(EVENTS)
def events_come_cut_off_and_then_whole(short: Short) -> None:
    dice = random.Random(_SEED)
    with the_door(short) as client:
        for event in story(short):
            for _ in range(3):
                client.expect(400, client.post(cut(json.dumps(event).encode(), dice)), "the half of an event")
            _each(short, client, [event])


@drill(EVENTS)
def events_come_with_another_body_under_their_id(short: Short) -> None:
    with the_door(short) as client:
        for event in story(short):
            _each(short, client, [event])
            client.send(other_body(event))
            short.go()
            client.expect(202, client.send(event), "the first one again")


@drill(EVENTS)
def events_of_a_month_ago_come_again(short: Short) -> None:
    with the_door(short) as client:
        events = [older(event, MONTH) for event in story(short)]
        _each(short, client, events)
        short.clock.advance(int(MONTH.total_seconds()))
        _each(short, client, events)


@drill(EVENTS)
def a_request_that_was_signed_a_month_ago(short: Short) -> None:
    """Somebody kept it back; the shop has long told another story, and nobody waits for its answer any more."""
    with the_door(short) as client:
        events = story(short)
        kept = {**events[-1], "id": "kept-back", "data": {**events[-1]["data"], "item": "2"}}
        _each(short, client, events)
        _replay(client, kept)
        for event in events:
            _replay(client, event)


def _replay(client: Client, event: Mapping[str, Any]) -> None:
    client.post(json.dumps(event).encode(), MONTH)


# Guards

requests_grow_old = patched(signature, "TOLERANCE", timedelta(days=3650))
