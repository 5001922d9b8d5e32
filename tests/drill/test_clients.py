"""The shops' clients: they send until they are answered, and the ledger holds what the door has promised, no more."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from knocked import Knock, clients_of, fake_door, served, wait_until
from playing import BEGAN, Played

from partnershop import db
from partnershop.contract.signature import BadSignature, verify
from partnershop.drill.clients import Clients
from partnershop.drill.ledger import Event
from partnershop.drill.troubles import TroubleName
from partnershop.web.app import create_app


@pytest.fixture
def door(product: pytest.MonkeyPatch) -> Iterator[tuple[str, dict[str, str]]]:
    """The product's own door with the drill's shops behind it: its address and their secrets."""
    played = Played(product)
    with served(create_app()) as url:
        yield url, played.secrets


def rows(statement: str) -> list[tuple[Any, ...]]:
    """What the database has."""
    url = db.engine().url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(statement.encode()).fetchall()


def note(number: int = 0) -> Event:
    """A small event of the shop kontor."""
    return {
        "specversion": "1.0", "id": f"note-{number}", "source": "/shops/kontor", "time": BEGAN.isoformat(),
        "type": "partnershop.order.cancelled", "data": {"order": f"X-{number}", "reason": "a mistake"},
    }  # fmt: skip


def send_one(clients: Clients, event: Event) -> None:
    """Send it at once."""
    assert clients.at_once("kontor", [event])


def test_whatever_goes_wrong_with_events_the_ledger_holds_exactly_what_the_door_has_stored(
    door: tuple[str, dict[str, str]],
) -> None:
    url, secrets = door
    with clients_of(url, secrets) as (clients, stream, ledger):
        for name in TroubleName:
            stream.trouble(name, 0.12)
        clients.start()
        wait_until(lambda: len(ledger.accepted()) > 600, 120)
        assert clients.finish(120)
        assert ledger.waiting == 0
        assert clients.unexpected() == []
    assert {400, 401, 409, 202} <= clients.statuses().keys()
    stored = {(shop, source, event_id): body for shop, source, event_id, body in rows(
        "SELECT shop.code, source, event_id, body FROM event JOIN shop ON shop.id = shop_id"
    )}  # fmt: skip
    promised = {(entry.shop, entry.event["source"], entry.event["id"]): entry.event for entry in ledger.entries()}
    assert stored == promised
    refused = Counter(str(entry.event["id"]) for entry in ledger.refused())
    assert refused
    assert refused.keys() == {row[0] for row in rows("SELECT event_id FROM quarantine")}
    assert {event_id for _, _, event_id in stored} >= refused.keys()


def test_a_request_is_repeated_with_its_message_id_until_it_is_answered() -> None:
    answers = [0, 503, 429, 500, 401, 404, 202]
    with fake_door(lambda knock: answers[knock.earlier]) as (url, fake), clients_of(url) as (clients, _, ledger):
        send_one(clients, note())
        assert [entry.event for entry in ledger.entries()] == [note()]
        assert ledger.waiting == 0
    assert len(fake.knocks) == len(answers)
    assert len({knock.headers["webhook-id"] for knock in fake.knocks}) == 1
    assert clients.statuses() == dict.fromkeys(answers, 1)
    assert clients.unexpected() == []


def test_each_try_is_signed_anew_by_the_clock_that_is_given() -> None:
    moments = iter(BEGAN + timedelta(minutes=10 * tries) for tries in range(100))
    with fake_door(lambda knock: 401 if knock.earlier < 2 else 202) as (url, fake):
        secrets = {"kontor": "whsec_c2VjcmV0", "bottega": "whsec_c2VjcmV0", "quay": "whsec_c2VjcmV0"}
        with clients_of(url, secrets, now=lambda: next(moments)) as (clients, _, _):
            send_one(clients, note())
    for tries, knock in enumerate(fake.knocks):
        moment = BEGAN + timedelta(minutes=10 * tries)
        assert int(knock.headers["webhook-timestamp"]) == int(moment.timestamp())
        prove(knock, secrets["kontor"], moment)
        with pytest.raises(BadSignature):
            prove(knock, "whsec_b3RoZXI=", moment)


def prove(knock: Knock, secret: str, moment: datetime) -> None:
    """Check the signature as the door does."""
    verify(
        [secret], message_id=knock.headers["webhook-id"], timestamp=knock.headers["webhook-timestamp"],
        signatures=knock.headers["webhook-signature"], body=knock.body, now=moment,
    )  # fmt: skip


@pytest.mark.parametrize("status", [400, 409, 413, 415, 422])
def test_a_good_event_that_is_refused_for_good_is_not_sent_again_but_said(status: int) -> None:
    with fake_door(lambda _: status) as (url, fake), clients_of(url) as (clients, _, ledger):
        send_one(clients, note())
        assert len(fake.knocks) == 1
        assert ledger.accepted() == []
        assert [entry.event for entry in ledger.refused()] == [note()]
        assert clients.unexpected() == [f"the door of kontor answered {status} to the good event note-0"]


def test_what_is_not_answered_when_the_clients_stop_is_in_no_book() -> None:
    with fake_door(lambda _: 503) as (url, fake), clients_of(url) as (clients, _, ledger):
        clients.start()
        wait_until(lambda: len(fake.knocks) > 20)
        assert clients.stop()
        assert ledger.waiting > 0
        assert ledger.entries() == ledger.refused() == []


def test_a_door_that_takes_everything_is_found_out() -> None:
    with fake_door(lambda _: 202) as (url, _), clients_of(url) as (clients, stream, ledger):
        for name in (TroubleName.TRUNCATED, TroubleName.OTHER_BODY, TroubleName.REPLAYED):
            stream.trouble(name, 0.2)
        clients.start()
        wait_until(lambda: len(clients.unexpected()) > 60)
        said = " ".join(clients.unexpected())
        assert "202, not 409, to another body" in said
        assert "202, not 400, to a request that was bad" in said
        assert "202, not 401, to a request that was bad" in said
        # The other body was taken by this door, and still is nothing that the product has promised.
        assert not [event for event in ledger.accepted() if event in [entry.event for entry in ledger.refused()]]


def test_another_body_is_sent_only_once_the_event_itself_is_stored() -> None:
    with fake_door(lambda _: 422) as (url, fake), clients_of(url) as (clients, stream, _):
        stream.trouble(TroubleName.OTHER_BODY, 1)
        clients.start()
        wait_until(lambda: len(fake.knocks) > 60)
    sent = [event["id"] for body in fake.bodies() for event in (body if isinstance(body, list) else [body])]
    assert len(sent) == len(set(sent))


def test_connections_are_kept_open() -> None:
    with fake_door(lambda _: 202) as (url, fake), clients_of(url) as (clients, _, _):
        clients.start()
        wait_until(lambda: len(fake.knocks) > 100)
    assert fake.connections == 6


def test_paused_clients_begin_nothing_until_they_go_again() -> None:
    with fake_door(lambda _: 202) as (url, fake), clients_of(url) as (clients, _, ledger):
        clients.start()
        wait_until(lambda: len(fake.knocks) > 20)
        clients.pause()
        wait_until(lambda: ledger.waiting == 0)
        before = len(ledger.entries())
        clients.put("kontor", note(99))
        for number in range(10):
            send_one(clients, note(number))
        assert len(ledger.entries()) == before + 10
        clients.go()
        wait_until(lambda: note(99) in ledger.accepted("kontor"))


def test_finishing_sends_the_rest_and_what_is_put_in_afterwards_is_sent_too() -> None:
    with fake_door(lambda _: 202) as (url, fake), clients_of(url) as (clients, stream, ledger):
        stream.trouble(TroubleName.DELAYED, 0.3)
        clients.start()
        wait_until(lambda: len(ledger.entries()) > 100)
        assert not clients.idle
        assert clients.finish(60)
        assert clients.idle
        assert sum(stream.left(shop) for shop in stream.shops) == 0
        clients.put("kontor", note())
        wait_until(lambda: note() in ledger.accepted("kontor"))
    assert sum(len(body) if isinstance(body, list) else 1 for body in fake.bodies()) == len(ledger.entries())


def test_events_sent_at_once_are_each_answered_over_a_connection_of_their_own() -> None:
    with fake_door(lambda _: 202) as (url, fake), clients_of(url) as (clients, _, ledger):
        assert clients.at_once("kontor", [note(number) for number in range(8)])
        assert len(ledger.accepted("kontor")) == 8
    assert fake.connections == 8


def test_the_rate_holds_the_clients_back_until_it_is_raised_or_the_rest_is_sent() -> None:
    with fake_door(lambda _: 202) as (url, fake), clients_of(url, rate=1e-6, threads=1) as (clients, _, ledger):
        clients.start()
        wait_until(lambda: len(fake.knocks) == 3)
        for number in range(10):
            send_one(clients, note(number))
        assert len(fake.knocks) == 13
        clients.rate = 1e6
        wait_until(lambda: len(fake.knocks) > 30)
        clients.rate = 1e-6
        assert clients.finish(60)
        assert ledger.waiting == 0
