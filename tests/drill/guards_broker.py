"""Short drills of a broker that is gone: emptied, full, silent. The commit stands, and the sweeper finds the work.

They have a Valkey of their own, which may be spoilt, and the product's own waker sends to it.
"""

import shutil
import signal
import socket
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import redis
import redis.retry
from celery import Celery
from factories import item
from guards_kit import drill, patched, wrong
from shortly import Short
from shortly_story import tell

from partnershop import db
from partnershop.drill.fault import Family
from partnershop.machine.ports import free_port
from partnershop.machine.server import ServerProcess
from partnershop.machine.valkey import Valkey
from partnershop.stages import Wake
from workers import broker, waking

BROKER = Family.BROKER_GONE
SOCKET_TIMEOUT = 0.1
"""Seconds that the broker's answer is waited for, pressed: the product's are ten."""


@contextmanager
def a_valkey() -> Iterator["redis.Redis"]:
    """A broker with an address of its own, and a client of it."""
    folder = Path(tempfile.mkdtemp(prefix="partnershop-broker-"))
    server = ServerProcess("valkey", folder / "valkey.log", [(signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)])
    valkey = Valkey(folder / "valkey", "nobody-else-knows", True, server)
    with (folder / "lock").open("w") as lock:
        valkey.start(free_port(), lock.fileno())
        try:
            with redis.Redis.from_url(valkey.url) as client:
                yield client
        finally:
            server.stop()
            shutil.rmtree(folder)


@contextmanager
def waking_by(short: Short, url: str) -> Iterator[None]:
    """Whatever commits wakes the next stage by the broker at this address."""
    broker.use()
    app = Celery("drill", broker=url, set_as_current=False)
    app.conf.broker_transport_options = dict.fromkeys(
        ("socket_timeout", "socket_connect_timeout", "connect_retries_timeout"), SOCKET_TIMEOUT
    ) | {"max_retries": 1, "interval_start": 0.0, "interval_step": 0.0}
    with short.patch.context() as patch:
        patch.setattr(db, "_waker", waking.Waker(app))
        # The client's own pauses between its tries would take seconds.
        patch.setattr(redis.retry, "sleep", lambda _: None)
        yield
    app.close()


def address_of(client: "redis.Redis") -> str:
    """Where this client's broker is."""
    given = client.connection_pool.connection_kwargs
    return f"redis://:{given['password']}@{given['host']}:{given['port']}/0"


def place(short: Short, order: str) -> None:
    """A client sends an order, once: what is committed must be answered 202 the first time."""
    event = short.scene.event("order.placed", **short.scene.order(order, [item("1", "50.00")]))
    short.attempt(partial(short.scene.knock, event))


def _told_until_it_ships(short: Short) -> None:
    place(short, "A-1")
    place(short, "A-2")
    short.go()


@drill(BROKER)
def the_broker_is_emptied_between_a_commit_and_its_receipt(short: Short) -> None:
    """Of all that ever waits in it, nothing is received."""
    with a_valkey() as client, waking_by(short, address_of(client)):
        _told_until_it_ships(short)
        if not client.llen("inbox"):
            wrong(short, "no hint waited in the broker, so none was lost")
        client.flushall()
    tell_the_rest(short)


@drill(BROKER)
def the_broker_has_no_memory_left(short: Short) -> None:
    """It refuses every write, as a full one without eviction does."""
    with a_valkey() as client, waking_by(short, address_of(client)):
        client.config_set("maxmemory", "1mb")
        _told_until_it_ships(short)
        client.config_set("maxmemory", "0")
        if client.llen("inbox"):
            wrong(short, "the broker was not full")
    tell_the_rest(short)


@drill(BROKER)
def the_broker_never_answers(short: Short) -> None:
    """Connections are taken, and nothing is ever said on them."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with waking_by(short, f"redis://127.0.0.1:{port}/0"):
            _told_until_it_ships(short)
    tell_the_rest(short)


@drill(BROKER)
def nobody_listens_where_the_broker_was(short: Short) -> None:
    """Every connection is refused."""
    with waking_by(short, f"redis://127.0.0.1:{free_port()}/0"):
        _told_until_it_ships(short)
    tell_the_rest(short)


@drill(BROKER)
def every_hint_of_a_whole_story_is_lost(short: Short) -> None:
    """There is nobody who wakes anybody: each stage waits for the sweeper."""
    tell(short)


def tell_the_rest(short: Short) -> None:
    """What comes later finds the sweeper only as well."""
    for order in ("A-1", "A-2"):
        short.scene.ship(order, "1")


# Guards


class _Raising(waking.Waker):
    """One that lets its caller know what went wrong."""

    def _send(self, hints: Iterable[Wake]) -> None:
        for hint in hints:
            for task, arguments in waking.messages(hint):
                self._app.send_task(task, kwargs=arguments, queue=task.partition(".")[0], retry=False)


wakers_never_raise = patched(waking, "Waker", _Raising)
