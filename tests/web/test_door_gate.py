"""Who may use up what: strangers what strangers have, and nobody but a shop what is the shop's."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from knocking import SINGLE, Database, Knocker, payment, running_server

from partnershop.contract import signature
from partnershop.contract.signature import new_secret
from partnershop.web import app as the_app
from partnershop.web import door as the_door
from partnershop.web.credit import BYTES_PER_SECOND, MOST_BYTES, Credit, Loan
from partnershop.web.gate import SMALL_BYTES, Gate, Visit
from partnershop.web.known_shops import KnownShops
from partnershop.web.problems import Problem

SHOP, OTHER = 1, 2
STRANGER, KNOWN = "192.0.2.1", "192.0.2.2"
MEBIBYTE = 1024 * 1024


class Moment:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def moment() -> Moment:
    """The clock of the credit."""
    return Moment()


@pytest.fixture
def credit(moment: Moment) -> Credit:
    """Credit for 32 MiB, with one address that is known."""
    made = Credit(clock=moment)
    made.note_proven(SHOP, KNOWN)
    return made


def use_up(credit: Credit, shop: int, peer: str) -> None:
    while isinstance(credit.lend(shop, peer, MEBIBYTE), Loan):
        pass


def test_strangers_use_up_what_strangers_have_and_it_grows_back(credit: Credit, moment: Moment) -> None:
    use_up(credit, SHOP, STRANGER)
    assert credit.lend(SHOP, "198.51.100.7", MEBIBYTE) == 1, "another address is no other account"
    assert credit.lend(SHOP, STRANGER, 10 * MEBIBYTE) == 10
    moment.seconds += 10
    assert isinstance(credit.lend(SHOP, STRANGER, 10 * MEBIBYTE), Loan)
    assert credit.lend(SHOP, STRANGER, BYTES_PER_SECOND) == 1


def test_neither_the_shops_own_address_nor_another_shop_feels_it(credit: Credit) -> None:
    use_up(credit, SHOP, STRANGER)
    assert isinstance(credit.lend(SHOP, KNOWN, 4 * MEBIBYTE), Loan)
    assert isinstance(credit.lend(OTHER, STRANGER, 4 * MEBIBYTE), Loan)
    assert isinstance(credit.lend(OTHER, KNOWN, 28 * MEBIBYTE), Loan), "known at one shop is a stranger at another"
    assert isinstance(credit.lend(OTHER, KNOWN, MEBIBYTE), int)


def test_what_is_proven_is_given_back(credit: Credit) -> None:
    for _ in range(100):
        loan = credit.lend(SHOP, STRANGER, 4 * MEBIBYTE)
        assert isinstance(loan, Loan)
        credit.give_back(loan)


def test_a_body_larger_than_all_credit_comes_through_when_there_is_no_other(credit: Credit, moment: Moment) -> None:
    assert isinstance(credit.lend(SHOP, STRANGER, 10 * MOST_BYTES), Loan)
    assert isinstance(credit.lend(SHOP, STRANGER, 10 * MOST_BYTES), int)
    moment.seconds += MOST_BYTES / BYTES_PER_SECOND
    assert isinstance(credit.lend(SHOP, STRANGER, 10 * MOST_BYTES), Loan)


def test_who_has_the_secret_and_a_thousand_addresses_fills_no_memory(credit: Credit) -> None:
    for number in range(5_000):
        credit.note_proven(SHOP, f"10.0.{number // 256}.{number % 256}")
        assert isinstance(credit.lend(SHOP, f"10.0.{number // 256}.{number % 256}", MEBIBYTE), Loan)
    assert len(credit._proven) <= 1_000
    assert len(credit._accounts) <= 1_001


def test_over_its_pace_a_large_body_of_the_shops_address_ends_before_it_is_taken_in() -> None:
    gate = Gate(1, MOST_BYTES)
    Visit(gate, SHOP, KNOWN).proven()
    with pytest.raises(Problem, match="too many requests"):
        Visit(gate, SHOP, KNOWN).before_large(MEBIBYTE)
    # A stranger learns nothing of how busy the shop is.
    Visit(gate, SHOP, STRANGER).before_large(MEBIBYTE)
    assert gate.credit.lend(SHOP, KNOWN, MOST_BYTES), "nothing was lent for what was refused"


# The door itself

Start = Callable[..., Knocker]


@pytest.fixture
def start(settings: pytest.MonkeyPatch, database: Database) -> Any:
    """Starts a door with these settings; its shop is aurora."""
    opened: list[Any] = []

    def begin(**environment: str) -> Knocker:
        for name, value in environment.items():
            settings.setenv(name, value)
        secret = database.add_shop()
        server = running_server()
        opened.append(server)
        return Knocker(server.__enter__(), secret, database)

    yield begin
    for server in opened:
        server.__exit__(None, None, None)


def large(event_id: str, size: int = 2 * SMALL_BYTES) -> bytes:
    """An event of that many bytes."""
    return json.dumps(payment(event_id) | {"filling": "x" * size}).encode()


def forge(door: Knocker, body: bytes) -> int:
    """Knock with a secret that is none of the shop's."""
    headers = door.signed(body, secret=new_secret()) | {"content-type": SINGLE}
    return door.client.post(door.path, content=body, headers=headers).status_code


def test_a_stranger_cannot_use_up_a_shops_pace(start: Start) -> None:
    door = start(PARTNERSHOP_REQUESTS_PER_MINUTE="2")
    assert {forge(door, b"{}") for _ in range(20)} == {401}
    assert [door.post(payment(f"e{n}")).status_code for n in range(3)] == [202, 202, 429]
    assert forge(door, b"{}") == 401, "what is not proven learns nothing of the pace"


def test_large_forged_bodies_end_before_a_signature_is_computed_and_small_ones_of_the_shop_go_on(
    start: Start, settings: pytest.MonkeyPatch
) -> None:
    settings.setattr(the_app, "MOST_BYTES", 4 * SMALL_BYTES)
    door = start(PARTNERSHOP_BODY_LIMIT_BYTES=str(4 * SMALL_BYTES))
    looked_at: list[int] = []
    verify = signature.verify

    def counted(*given: Any, **named: Any) -> None:
        looked_at.append(len(named["body"]))
        verify(*given, **named)

    settings.setattr(the_door, "verify", counted)
    settings.setattr("partnershop.web.credit.BYTES_PER_SECOND", 1)
    answers = [forge(door, large("x")) for _ in range(6)]
    assert sorted(set(answers)) == [401, 429] and answers[-1] == 429
    assert len(looked_at) == answers.count(401)
    refused = door.post_bytes(large("mine"), SINGLE)
    assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)
    assert f"at most {SMALL_BYTES} bytes" in refused.json()["detail"]
    assert door.post(payment("small")).status_code == 202
    # That proved the address: it has an account of its own now.
    assert door.post_bytes(large("mine"), SINGLE).status_code == 202
    assert door.database.events() == ["small", "mine"]


def test_a_large_body_without_a_declared_length_needs_credit_too(start: Start, settings: pytest.MonkeyPatch) -> None:
    settings.setattr(the_app, "MOST_BYTES", 4 * SMALL_BYTES)
    settings.setattr("partnershop.web.credit.BYTES_PER_SECOND", 1)
    door = start(PARTNERSHOP_BODY_LIMIT_BYTES=str(4 * SMALL_BYTES))
    headers = {"content-type": SINGLE} | door.signed(b"")
    bodies = [iter([b"x" * SMALL_BYTES] * 3) for _ in range(2)]
    assert [door.client.post(door.path, content=body, headers=headers).status_code for body in bodies] == [401, 429]


def test_a_shop_that_sends_large_bodies_for_ever_never_runs_out_of_credit(
    start: Start, settings: pytest.MonkeyPatch
) -> None:
    settings.setattr(the_app, "MOST_BYTES", 4 * SMALL_BYTES)
    settings.setattr("partnershop.web.credit.BYTES_PER_SECOND", 1)
    door = start(PARTNERSHOP_BODY_LIMIT_BYTES=str(4 * SMALL_BYTES))
    assert {door.post_bytes(large(f"e{n}"), SINGLE).status_code for n in range(12)} == {202}


def test_forged_requests_do_not_ask_the_database_for_the_secrets_each_time(
    start: Start, settings: pytest.MonkeyPatch
) -> None:
    settings.setattr(the_door, "_SECOND_LOOKS_PER_MINUTE", 3)
    door = start()
    asked: list[str] = []
    read = KnownShops.read

    def counted(shops: Any, code: str) -> Any:
        asked.append(code)
        return read(shops, code)

    settings.setattr(KnownShops, "read", counted)
    settings.setattr("partnershop.web.known_shops._SECONDS", 3_600.0)
    assert {forge(door, b"{}") for _ in range(30)} == {401}
    assert len(asked) <= 5
