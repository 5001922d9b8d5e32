"""A wire of the drill's own between the programs and a server: it can be cut, slow, dead, or cut exactly at COMMIT."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Literal, Self, TypeVar

from partnershop.drill.wire_frames import FromClient, FromServer
from partnershop.machine.ports import LOOPBACK

Moment = Literal["before", "after"]
T = TypeVar("T")

_HIGH_BYTES = 1024 * 1024
_ANSWER_SECONDS = 30.0
_TICK_SECONDS = 1e-6


class Wire:
    """Passes bytes between its own port and `target`, in a thread of its own. A context manager that ends it.

    With `sees_commits` it reads along, PostgreSQL's protocol only. `delay` is how many seconds later everything
    arrives; it may be set at any time and goes for what comes from then on.
    """

    def __init__(self, target: int, *, sees_commits: bool = False) -> None:
        """`target` is a port of this machine's loopback address. Raises `OSError` when there is no port to take."""
        self._target = target
        self._sees_commits = sees_commits
        self._connections: set[_Connection] = set()
        self._refusing = False
        self._armed: tuple[Moment, int] | None = None
        self.delay = 0.0
        self.commits_cut = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"wire to {target}", daemon=True)
        self._thread.start()
        self._server = self._do(self._listen())
        self.port: int = self._server.sockets[0].getsockname()[1]

    def cut(self) -> int:
        """Break every connection now; how many there were."""
        return self._do(self._cut())

    def refuse(self, on: bool) -> None:
        """Close new connections at once, or no longer."""
        self._refusing = on

    def cut_at_commit(self, moment: Moment, times: int) -> None:
        """Cut the connections of the next transactions that commit something.

        "before": their COMMIT does not reach the server. "after": the server has committed, and its client does not
        hear of it. Transactions that changed nothing do not count.
        """
        self._armed = (moment, times) if times > 0 else None

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return len(self._connections)

    def close(self) -> None:
        """End it, with every connection. Does nothing the second time."""
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._server.close)
        self._do(self._cut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def strikes(self, moment: Moment) -> bool:
        """Whether a COMMIT at this moment is to be cut; counts it."""
        armed = self._armed
        if armed is None or armed[0] != moment:
            return False
        self._armed = (moment, armed[1] - 1) if armed[1] > 1 else None
        self.commits_cut += 1
        return True

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_ANSWER_SECONDS)

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(lambda: _Client(self._connect), LOOPBACK, 0, backlog=512)

    async def _cut(self) -> int:
        broken = list(self._connections)
        for connection in broken:
            connection.cut()
        return len(broken)

    def _connect(self, client: "_Client") -> "_Connection | None":
        if self._refusing:
            return None
        connection = _Connection(self, client, self._sees_commits, self._connections.discard)
        self._connections.add(connection)
        self._loop.create_task(connection.reach(self._loop, self._target))
        return connection


class _Connection:
    """A client and, once it is reached, the server; what one says the other hears, perhaps later."""

    def __init__(
        self, wire: Wire, client: "_Client", sees_commits: bool, ended: Callable[["_Connection"], None]
    ) -> None:
        self._wire, self._client, self._ended = wire, client, ended
        self._server: _Server | None = None
        self._seen = FromClient() if sees_commits else None
        self._answers = FromServer(self._seen) if self._seen else None
        self._early: list[bytes] = []
        self._is_cut = False

    async def reach(self, loop: asyncio.AbstractEventLoop, target: int) -> None:
        """Connect to the server, then pass on what the client has said meanwhile."""
        try:
            _, self._server = await loop.create_connection(lambda: _Server(self), LOOPBACK, target)
        except OSError:
            self.cut()
            return
        if self._is_cut:
            self._server.cut()
            return
        early, self._early = self._early, []
        for data in early:
            self.client_said(data)

    def client_said(self, data: bytes) -> None:
        """Bytes for the server."""
        if self._server is None:
            self._early.append(data)
            return
        if self._seen is None or self._answers is None:
            self._server.send(data, self._wire.delay)
            return
        for piece, commits in self._seen.feed(data):
            if commits and self._answers.wrote and self._wire.strikes("before"):
                self.cut()
                return
            self._server.send(piece, self._wire.delay)

    def server_said(self, data: bytes) -> None:
        """Bytes for the client."""
        if self._answers is None:
            self._client.send(data, self._wire.delay)
            return
        for piece, committed in self._answers.feed(data):
            if committed and self._answers.wrote and self._wire.strikes("after"):
                self.cut()
                return
            self._client.send(piece, self._wire.delay)

    def other(self, end: "_End") -> "_End | None":
        """Whoever is at the other end."""
        return self._server if end is self._client else self._client

    def ended(self, end: "_End") -> None:
        """One end has gone: what it said is still passed on."""
        self._ended(self)
        if (other := self.other(end)) is not None:
            other.finish(self._wire.delay)

    def cut(self) -> None:
        """Break both ends at once; what is on its way is gone."""
        self._is_cut = True
        self._ended(self)
        for end in (self._client, self._server):
            if end is not None:
                end.cut()


class _End(asyncio.Protocol):
    """One end of a connection."""

    connection: _Connection | None = None

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._waiting = 0
        self._free_at = 0.0  # when the last of what waits leaves, of the loop's clock

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """There it is."""
        assert isinstance(transport, asyncio.Transport)
        transport.set_write_buffer_limits(high=_HIGH_BYTES)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone, by itself or because it was cut."""
        if self.connection is not None:
            self.connection.ended(self)

    def pause_writing(self) -> None:
        """Too much waits to be sent here, so the other end is not read."""
        if self.connection is not None and (other := self.connection.other(self)) is not None and other._transport:
            other._transport.pause_reading()

    def resume_writing(self) -> None:
        """What waited is sent: the other end is read again."""
        if self.connection is not None and (other := self.connection.other(self)) is not None and other._transport:
            other._transport.resume_reading()

    def send(self, data: bytes, delay: float) -> None:
        """Send these bytes, after all that was sent before."""
        self._later(delay, lambda transport: transport.write(data))

    def finish(self, delay: float) -> None:
        """Close it when all is sent."""
        self._later(delay, lambda transport: transport.close())

    def cut(self) -> None:
        """Break it now."""
        if self._transport is not None:
            self._transport.abort()

    def _later(self, delay: float, act: Callable[[asyncio.Transport], None]) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if not delay and not self._waiting:
            act(transport)
            return
        loop = asyncio.get_running_loop()
        # Never the same moment twice: the loop does not keep such in order.
        self._free_at = max(self._free_at + _TICK_SECONDS, loop.time() + delay)
        self._waiting += 1
        loop.call_at(self._free_at, self._act, act, transport)

    def _act(self, act: Callable[[asyncio.Transport], None], transport: asyncio.Transport) -> None:
        self._waiting -= 1
        act(transport)


class _Client(_End):
    def __init__(self, connect: "Callable[[_Client], _Connection | None]") -> None:
        super().__init__()
        self._connect = connect

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.connection = self._connect(self)
        if self.connection is None:
            self.cut()

    def data_received(self, data: bytes) -> None:
        if self.connection is not None:
            self.connection.client_said(data)


class _Server(_End):
    def __init__(self, connection: _Connection) -> None:
        super().__init__()
        self.connection: _Connection = connection

    def data_received(self, data: bytes) -> None:
        self.connection.server_said(data)
