"""The web application: the intake of events, and what tells of its health."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import structlog
from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from partnershop.config import config
from partnershop.contract.signature import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER
from partnershop.db import unit_of_work
from partnershop.flows.intake import Receipt
from partnershop.web import openapi
from partnershop.web.body import media_type_of, read_body
from partnershop.web.credit import MOST_BYTES
from partnershop.web.door import Door, Signature
from partnershop.web.gate import Gate, Visit
from partnershop.web.health import Health, Timed
from partnershop.web.known_shops import KnownShop, KnownShops
from partnershop.web.problems import Problem, as_json
from partnershop.web.room import RETRY_SECONDS
from partnershop.web.writer import cannot_store

# With those of the door below the size of the connection pool, so that nobody queues for a connection.
_THREADS = 4
_BODY_SECONDS = 30.0

_log = structlog.get_logger(__name__)
T = TypeVar("T")


def create_app(*, body_seconds: float = _BODY_SECONDS) -> FastAPI:
    """The application, ready for uvicorn. `body_seconds` is how long a request's body may take to arrive."""
    # The documentation pages of FastAPI load scripts from another host; /openapi.json is ours alone.
    app = FastAPI(title=openapi.TITLE, version=openapi.VERSION, docs_url=None, redoc_url=None, redirect_slashes=False)
    intake = _Intake(body_seconds)
    app.router.route_class = PlainRoute
    app.add_api_route("/shops/{shop}/events", intake.post_events, methods=["POST"], **openapi.EVENTS_ROUTE)
    app.add_api_route("/health", intake.health, methods=["GET"], **openapi.HEALTH_ROUTE)
    health = Health()
    for path, answer in (("/livez", health.live), ("/readyz", health.ready), ("/metrics", health.metrics)):
        app.add_api_route(path, answer, methods=["GET"], include_in_schema=False)
    app.add_middleware(Timed)
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _framework_error)
    app.add_exception_handler(SQLAlchemyError, _database_error)
    app.add_exception_handler(Exception, _defect)
    openapi.complete(app)
    return app


class PlainRoute(APIRoute):
    """A route like any other to OpenAPI, whose endpoint gets the request and the path's parameters as they are.

    FastAPI would look at every request for parameters to validate, of which ours have none.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request (FastAPI's documented way to replace it)."""

        async def answer(request: Request) -> Response:
            response: Response = await self.endpoint(request=request, **request.path_params)
            return response

        return answer


class _Intake:
    """The routes, and what they share: the threads, the remembered shops, the gate."""

    def __init__(self, body_seconds: float) -> None:
        self._body_seconds = body_seconds
        self._shops = KnownShops()
        self._door = Door(self._shops)
        self._gate = Gate(config().requests_per_minute, max(MOST_BYTES, config().body_limit_bytes))
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="question")

    async def post_events(self, shop: str, request: Request) -> Response:
        known = await self._known(shop)
        media_type = media_type_of(request)
        visit = Visit(self._gate, known.shop.id, request.client.host if request.client else "")
        body = await read_body(request, config().body_limit_bytes, self._body_seconds, visit.before_large)
        headers = request.headers
        signature = Signature(headers.get(ID_HEADER), headers.get(TIMESTAMP_HEADER), headers.get(SIGNATURE_HEADER))
        return _answer(await self._door.receive(known, media_type, signature, body, visit.proven))

    async def health(self, request: Request) -> Response:
        await self._in_thread(_ask_database)
        return Response(as_json({"status": "ok"}), media_type="application/json")

    async def _known(self, code: str) -> KnownShop:
        known = self._shops.remembered(code) or await self._in_thread(partial(self._shops.read, code))
        if known is None:
            raise Problem(404, "no-such-shop", "there is no shop of this code: check the path, /shops/{shop}/events")
        return known

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _ask_database() -> None:
    with unit_of_work() as session:
        session.execute(text("SELECT 1"))


def _answer(receipt: Receipt) -> Response:
    counts: dict[str, Any] = {
        "accepted": receipt.accepted,
        "duplicates": receipt.duplicates,
        "quarantined": receipt.quarantined,
    }
    if receipt.accepted or receipt.duplicates:
        return Response(as_json(counts), 202, media_type="application/json")
    if receipt.conflicts:
        detail = "the id is known with other content: give the event an id of its own; the newcomer is quarantined"
        return Problem(409, "conflict", detail, members=counts).response()
    detail = "no event of the body is valid: correct them as `quarantined` says and send them again"
    return Problem(422, "invalid-events", detail, members=counts).response()


async def _problem(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return problem.response()


async def _framework_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = {404: "there is nothing at this path: events go to /shops/{shop}/events", 405: "use POST for events"}
    name = {404: "no-such-path", 405: "method"}.get(error.status_code, "request")
    detail = words.get(error.status_code, str(error.detail))
    return Problem(error.status_code, name, detail, headers=error.headers).response()


async def _database_error(_request: Request, error: Exception) -> Response:
    """Nothing was stored, or nobody knows: the sender tries again, and what was stored is then a duplicate."""
    if not cannot_store(error):
        raise error  # not the database's condition but a defect of ours
    # Only the kind of error: its text may hold what the statement was given.
    _log.error("database cannot store", error=type(error).__name__, cause=type(error.__cause__).__name__)
    detail = "the database cannot be reached or cannot store it now; nothing was taken: send it again"
    return Problem(503, "unavailable", detail, headers={"retry-after": RETRY_SECONDS}).response()


async def _defect(_request: Request, _error: Exception) -> Response:
    return Problem(500, "defect", "something went wrong on our side; send it again later").response()
