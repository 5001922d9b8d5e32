"""Whether this process lives, and whether it can do its work: /livez, /readyz, and /metrics for Prometheus."""

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from fastapi import Request
from starlette.responses import Response

from partnershop import readiness
from partnershop.counters import request_observer
from partnershop.metrics import MEDIA_TYPE, DatabaseCollector, NoDatabase, exposition, may_read
from partnershop.readiness import Answer
from partnershop.web.problems import Problem, as_json

# Whoever asks more often than this gets the last answer.
_KEEP_SECONDS = 1.0
# A server that is asked in vain must answer in time all the same: connecting, then a statement.
_PATIENCE_SECONDS = 2 * readiness.SECONDS + 1.0

T = TypeVar("T")
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Health:
    """The routes. Belongs to one event loop; threads of its own, so that a busy door says nothing false of health."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(3, thread_name_prefix="health")
        # Apart: a scrape that hangs must not let a healthy broker look silent.
        self._scraper = ThreadPoolExecutor(1, thread_name_prefix="metrics")
        self._scrape: Future[bytes] | None = None
        self._database = DatabaseCollector()
        self._asking = asyncio.Lock()
        self._asked_at = -_KEEP_SECONDS
        self._answers: tuple[Answer, ...] = ()

    async def live(self, request: Request) -> Response:
        """Say that this process answers. Nobody else is asked: a restart would bring no database back."""
        return _json(200, {"status": "ok"})

    async def ready(self, request: Request) -> Response:
        """200 when events can be stored, "degraded" where they will wait; 503 when they cannot be stored.

        The door works without the broker, since the row is the truth and a message only a hint. Whoever took it out
        of service for that would turn a delay into refused events.
        """
        answers = await self._fresh()
        checks = {answer.name: {"ok": answer.ok, "detail": answer.words} for answer in answers}
        if not all(answer.ok for answer in answers if answer.needed):
            return _json(503, {"status": "unavailable", "checks": checks})
        status = "ok" if all(answer.ok for answer in answers) else "degraded"
        return _json(200, {"status": status, "checks": checks})

    async def metrics(self, request: Request) -> Response:
        """What this process has counted, and the state of the database."""
        caller = request.client.host if request.client else ""
        if not may_read(request.headers.get("authorization"), caller):
            raise Problem(404, "no-such-path", "there is nothing at this path: events go to /shops/{shop}/events")
        return Response(await self._scraped(), media_type=MEDIA_TYPE)

    async def _scraped(self) -> bytes:
        """What there is to say; of a database that hangs, that it does not answer.

        Whoever asks in the meantime waits for the same scrape.
        """
        if self._scrape is None or self._scrape.done():
            self._scrape = self._scraper.submit(exposition, self._database)
        asked = asyncio.wrap_future(self._scrape)
        try:
            return await asyncio.wait_for(asyncio.shield(asked), _PATIENCE_SECONDS)
        except TimeoutError:
            return exposition(NoDatabase())

    async def _fresh(self) -> tuple[Answer, ...]:
        async with self._asking:
            if time.monotonic() - self._asked_at >= _KEEP_SECONDS:
                asked = self._ask(readiness.ask_database), self._ask(readiness.ask_broker)
                database, broker = await asyncio.gather(*asked)
                self._answers = (*(database or _NO_DATABASE), broker or _NO_BROKER)
                self._asked_at = time.monotonic()
            return self._answers

    async def _ask(self, question: Callable[[], T]) -> T | None:
        """The answer; None where there is none in time (its thread goes on until the server's own limits end it)."""
        asked = asyncio.get_running_loop().run_in_executor(self._threads, question)
        try:
            return await asyncio.wait_for(asyncio.shield(asked), _PATIENCE_SECONDS)
        except TimeoutError:
            return None


_NO_DATABASE = (Answer("database", False, "does not answer"), Answer("schema", False, "nobody knows"))
_NO_BROKER = Answer("broker", False, "does not answer", needed=False)


def _json(status: int, value: object) -> Response:
    return Response(as_json(value), status, media_type="application/json", headers={"cache-control": "no-store"})


class Timed:
    """Measures every request of the application below it, by HTTP status (plain ASGI: it costs a few microseconds)."""

    def __init__(self, app: Callable[[Message, Receive, Send], Awaitable[None]]) -> None:
        self._app = app
        self._observe = request_observer()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        # Whoever goes away before there is an answer gets none: 499, as nginx has it.
        status = 499

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note)
        except Exception:
            status = 500
            raise
        finally:
            self._observe(status, time.perf_counter() - began)
