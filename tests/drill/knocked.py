"""A door for the drill's clients: the product's own behind a real uvicorn, or one that answers as a test says."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import uvicorn
from playing import BEGAN, RULES

from partnershop.clock import now
from partnershop.contract.signature import new_secret
from partnershop.drill.clients import Clients
from partnershop.drill.ledger import Ledger
from partnershop.drill.stream import Stream
from partnershop.gateways.unitedprint_simulator import Simulator
from partnershop.gateways.unitedprint_simulator_orders import Orders

Answering = Callable[["Knock"], int]


@dataclass(frozen=True)
class Knock:
    """A request as it came, and how many came with its message id before."""

    body: bytes
    headers: dict[str, str]
    earlier: int


@dataclass
class FakeDoor:
    """Answers by `answering`: 0 breaks the connection, 202 takes all of it."""

    answering: Answering
    knocks: list[Knock] = field(default_factory=list)
    connections: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, body: bytes, headers: dict[str, str]) -> int:
        """Remember a request and say what to answer."""
        with self.lock:
            message = headers["webhook-id"]
            earlier = sum(knock.headers["webhook-id"] == message for knock in self.knocks)
            knock = Knock(body, headers, earlier)
            self.knocks.append(knock)
        return self.answering(knock)

    def bodies(self) -> list[Any]:
        """The JSON of what came, in its order."""
        return [json.loads(knock.body) for knock in self.knocks]


@contextmanager
def fake_door(answering: Answering) -> Iterator[tuple[str, FakeDoor]]:
    """A door on a free port; its address."""
    door = FakeDoor(answering)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            with door.lock:
                door.connections += 1
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = door.answer(body, {name.lower(): value for name, value in self.headers.items()})
            if not status:
                self.close_connection = True
                return
            said = json.dumps({"accepted": 1, "duplicates": 0, "quarantined": []}).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", door
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def served(app: Any) -> Iterator[str]:
    """An application behind a uvicorn on a free port of this machine; its address."""
    settings = uvicorn.Config(app, host="127.0.0.1", port=0, http="h11", log_level="warning", lifespan="off")
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@dataclass
class Portal:
    """Unitedprint's simulator, running; `address` is where."""

    address: str
    orders: Orders

    def place(self, key: str) -> str:
        """An order of one position by our own name for it, as a call that arrived leaves it; its number."""
        information = {"orderName": key, "customerProductId": "badge", "orderQuantity": 1, "shippingType": "standard"}
        account = {"customerNumber": "K-1", "password": "none"}
        return self.orders.place(
            {"accountInformation": account, "orderPositions": [{"orderInformation": information}]}
        )


@contextmanager
def portal(folder: Path) -> Iterator[Portal]:
    """The simulator with its memory in this folder."""
    orders = Orders(folder)
    try:
        with served(Simulator(orders).app()) as address:
            yield Portal(address, orders)
    finally:
        orders.close()


@contextmanager
def clients_of(
    url: str, secrets: Mapping[str, str] | None = None, *, now: Callable[[], datetime] = now, rate: float = 1e6,
    threads: int = 2,
) -> Iterator[tuple[Clients, Stream, Ledger]]:  # fmt: skip
    """Clients of the drill's shops that are stopped at the end; not started. By default very fast ones."""
    stream, ledger = Stream(RULES, 7, lambda: BEGAN), Ledger()
    secrets = secrets or {rules.code: new_secret() for rules in RULES}
    clients = Clients(url, secrets, stream, ledger, now, rate=rate, threads=threads)
    try:
        yield clients, stream, ledger
    finally:
        assert clients.stop()


def wait_until(question: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until it is so; fail when it is not after a time that is long enough for any machine."""
    deadline = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.01)
