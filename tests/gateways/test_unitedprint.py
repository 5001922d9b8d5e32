"""The adapter against the simulator in every mode, and against servers that are worse than the simulator."""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from counterparts import TICKET, SimulatorProcess, ticket

from partnershop.gateways.outcome import Done, Rejected, Unavailable, Unknown
from partnershop.gateways.unitedprint import UnitedprintHttp
from partnershop.gateways.unitedprint_order import TEST_ACCOUNT

Serve = Callable[[socket.socket], None]


@pytest.fixture
def key() -> str:
    return f"aurora-{uuid4()}"


@pytest.fixture
def unitedprint(simulator: SimulatorProcess) -> Iterator[UnitedprintHttp]:
    adapter = UnitedprintHttp(simulator.url, 0.5)
    yield adapter
    adapter.close()


def test_normal_is_done_with_their_order_number(
    unitedprint: UnitedprintHttp, simulator: SimulatorProcess, key: str
) -> None:
    outcome = unitedprint.hand_over(ticket(key))
    (order,) = simulator.orders(key)
    assert outcome == Done(order["order_number"])
    assert order["customer_product_id"] == "flyer:format=a6,paper=gloss-135"
    assert order["order_quantity"] == 2000
    assert order["customer_number"] == TEST_ACCOUNT.customer_number


def test_slow_but_in_time_is_done(unitedprint: UnitedprintHttp, simulator: SimulatorProcess, key: str) -> None:
    simulator.control(mode="slow", delay_seconds=0.2, count=1)
    assert isinstance(unitedprint.hand_over(ticket(key)), Done)
    assert len(simulator.orders(key)) == 1


def test_too_slow_is_unknown(unitedprint: UnitedprintHttp, simulator: SimulatorProcess, key: str) -> None:
    simulator.control(mode="slow", delay_seconds=0.8, count=1)
    outcome = unitedprint.hand_over(ticket(key))
    assert isinstance(outcome, Unknown)
    assert key in outcome.reason


def test_refused_is_rejected_with_the_codes_in_words(
    unitedprint: UnitedprintHttp, simulator: SimulatorProcess, key: str
) -> None:
    simulator.control(mode="refuse", count=1)
    assert unitedprint.hand_over(ticket(key)) == Rejected(f"Unitedprint refuses {key}: important: service (100002).")
    assert simulator.orders(key) == []


def test_accepted_and_then_timed_out_is_unknown_and_there_is_one_order(
    unitedprint: UnitedprintHttp, simulator: SimulatorProcess, key: str
) -> None:
    simulator.control(mode="accept_then_time_out", delay_seconds=1.5, count=1)
    assert isinstance(unitedprint.hand_over(ticket(key)), Unknown)
    assert len(simulator.orders(key)) == 1, "the call was sent once, and it arrived"


@pytest.mark.parametrize(("status", "kind"), [(500, Unknown), (502, Unknown), (504, Unknown), (503, Unavailable)])
def test_errors_are_unknown_but_for_overload(
    unitedprint: UnitedprintHttp, simulator: SimulatorProcess, key: str, status: int, kind: type
) -> None:
    simulator.control(mode="error", status=status, count=1)
    assert isinstance(unitedprint.hand_over(ticket(key)), kind)
    assert simulator.orders(key) == []


def test_garbage_is_unknown(unitedprint: UnitedprintHttp, simulator: SimulatorProcess, key: str) -> None:
    simulator.control(mode="garbage", count=1)
    assert isinstance(unitedprint.hand_over(ticket(key)), Unknown)
    assert len(simulator.orders(key)) == 1


def test_a_ticket_that_lacks_something_is_rejected_and_the_fields_are_named(
    unitedprint: UnitedprintHttp, key: str
) -> None:
    outcome = unitedprint.hand_over(replace(ticket(key), language="Italian", copies=0))
    assert isinstance(outcome, Rejected)
    assert "invalid: languageCode (300013)" in outcome.reason
    assert "invalid: orderInformation.orderQuantity (300033)" in outcome.reason


def test_one_connection_serves_all_calls(
    simulator: SimulatorProcess, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, connections = socket.create_connection, []

    def counted(*arguments: Any, **options: Any) -> socket.socket:
        connections.append(connect(*arguments, **options))
        return connections[-1]

    monkeypatch.setattr(socket, "create_connection", counted)
    adapter = UnitedprintHttp(simulator.url, 5)
    assert all(isinstance(adapter.hand_over(ticket(key)), Done) for _ in range(5))
    assert len(connections) == 1
    adapter.close()
    assert isinstance(adapter.hand_over(ticket(key)), Done)
    assert len(connections) == 2
    adapter.close()


def test_a_forked_child_and_its_parent_do_not_share_a_connection(simulator: SimulatorProcess, key: str) -> None:
    adapter = UnitedprintHttp(simulator.url, 5)
    assert isinstance(adapter.hand_over(ticket(key)), Done)
    children = []
    for number in range(3):
        child = os.fork()
        if child == 0:
            # The child must not run the test suite's own endings.
            done = all(isinstance(adapter.hand_over(ticket(f"{key}-{number}")), Done) for _ in range(5))
            os._exit(0 if done else 1)
        children.append(child)
        assert isinstance(adapter.hand_over(ticket(key)), Done)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0, 0]
    assert isinstance(adapter.hand_over(ticket(key)), Done)
    assert len(simulator.orders(key)) == 5
    assert [len(simulator.orders(f"{key}-{number}")) for number in range(3)] == [5, 5, 5]


def test_a_simulator_that_is_down_is_unavailable_and_done_when_it_is_back(
    start_simulator: Callable[[int], SimulatorProcess], key: str
) -> None:
    simulator = start_simulator(0)
    adapter = UnitedprintHttp(simulator.url, 5)
    assert isinstance(adapter.hand_over(ticket(key)), Done)
    simulator.kill()
    outcomes = [adapter.hand_over(ticket(key)) for _ in range(2)]
    # A kept connection that turned out dead while it was used may be unknown; a new one cannot be.
    assert isinstance(outcomes[1], Unavailable)
    simulator = start_simulator(simulator.port)
    assert isinstance(adapter.hand_over(ticket(key)), Done)
    assert len(simulator.orders(key)) == 2


@pytest.mark.parametrize("url", ["", "unitedprint", "ftp://127.0.0.1", "http://", "http://[::1", "http://127.0.0.1:x"])
def test_an_address_that_is_none_is_unavailable(url: str) -> None:
    assert isinstance(UnitedprintHttp(url, 1).hand_over(TICKET), Unavailable)


def test_a_name_that_is_not_resolved_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_found(*_arguments: object, **_options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", not_found)
    outcome = UnitedprintHttp("http://unitedprint.example", 1).hand_over(TICKET)
    assert isinstance(outcome, Unavailable)
    assert "not known" in outcome.reason


def test_a_connection_that_does_not_come_about_in_time_is_unavailable() -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        # With a full backlog, Linux drops further connection requests, as a firewall does.
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        started = time.monotonic()
        outcome = UnitedprintHttp(f"http://127.0.0.1:{full.getsockname()[1]}", 0.3).hand_over(TICKET)
        assert isinstance(outcome, Unavailable)
        assert time.monotonic() - started < 3


def test_a_client_certificate_that_is_missing_is_unavailable(tmp_path: Path) -> None:
    adapter = UnitedprintHttp("https://127.0.0.1:9", 1, certificate=(tmp_path / "none.crt", tmp_path / "none.key"))
    assert isinstance(adapter.hand_over(TICKET), Unavailable)


def test_no_tls_where_tls_is_expected_is_unavailable(simulator: SimulatorProcess, key: str) -> None:
    outcome = UnitedprintHttp(simulator.url.replace("http:", "https:"), 5).hand_over(ticket(key))
    assert isinstance(outcome, Unavailable)
    assert simulator.orders(key) == []


def test_withdrawing_tells_the_operator_whom_to_call() -> None:
    outcome = UnitedprintHttp("http://127.0.0.1:9", 1).withdraw("A-1", "Cancelled by the customer.")
    assert isinstance(outcome, Rejected)
    assert "15 minutes" in outcome.reason
    assert "A-1" in outcome.reason


def receive(connection: socket.socket) -> None:
    """Read the request up to the end of its JSON."""
    received = b""
    while not received.endswith(b"}"):
        received += connection.recv(65536)


def hang_up(connection: socket.socket) -> None:
    receive(connection)


def reset(connection: socket.socket) -> None:
    receive(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def speak_another_protocol(connection: socket.socket) -> None:
    receive(connection)
    connection.sendall(b"220 mail.example ESMTP\r\n")


def stop_in_the_middle(connection: socket.socket) -> None:
    receive(connection)
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"response": 1, "orderNumber": "7"}')


def dribble(connection: socket.socket) -> None:
    receive(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b" ")
        time.sleep(0.1)


def never_end(connection: socket.socket) -> None:
    receive(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b" " * 65536)


def say_nothing(connection: socket.socket) -> None:
    receive(connection)
    time.sleep(1)


@contextlib.contextmanager
def serving(serve: Serve) -> Iterator[tuple[str, list[socket.socket]]]:
    """A server that treats every connection like this; its address, and the connections it got."""
    connections: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                connections.append(connection)
                # OSError: the adapter has had enough, which is what is tested.
                with connection, contextlib.suppress(OSError):
                    serve(connection)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", connections
        server.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=5)


@pytest.mark.parametrize(
    "serve", [hang_up, reset, speak_another_protocol, stop_in_the_middle, dribble, never_end, say_nothing]
)
def test_whatever_goes_wrong_after_sending_is_unknown_and_was_sent_once(serve: Serve) -> None:
    with serving(serve) as (url, connections):
        started = time.monotonic()
        outcome = UnitedprintHttp(url, 0.5).hand_over(TICKET)
        assert isinstance(outcome, Unknown), outcome
        assert TICKET.key in outcome.reason
        assert time.monotonic() - started < 3
        time.sleep(0.1)
        assert len(connections) == 1


def test_an_answer_beyond_all_measure_is_not_read_to_its_end() -> None:
    with serving(never_end) as (url, _connections):
        outcome = UnitedprintHttp(url, 20).hand_over(TICKET)
    assert isinstance(outcome, Unknown)
    assert "beyond all measure" in outcome.reason
