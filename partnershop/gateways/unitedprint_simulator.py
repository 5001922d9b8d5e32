"""A program that answers as Unitedprint does, for demos and tests: orders over HTTP, remembered across restarts.

    python -m partnershop.gateways.unitedprint_simulator --port PORT --data FOLDER [--host 127.0.0.1]

`--port 0` takes a free one. The first line on standard output says the address, as soon as it is listening.

- `POST /createOrder`: the published order call as JSON. Answers `{"response": 1, "orderNumber"}`, with `validate` 1
  `{"response": 1, "deliveryDate", "net", "gross", "currency"}`, or `{"response": 0, "codes": ["200035"]}`.
- `GET /orders?order_name=`: `{"count", "orders"}`, one entry per position. The same name twice is two orders: nothing
  is deduplicated.
- `GET /forgotten`: `{"order_names"}`, those that were accepted and forgotten, oldest first.
- `GET /health`: 200.
- `GET /control`, `POST /control`: how it behaves, see `unitedprint_simulator_mode.Control`.

What the modes do to an order: *slow* waits, then places it and answers; *refuse* answers with a code and keeps nothing;
*accept_then_time_out* places it and answers only after the delay; *error* answers with `status` and keeps nothing;
*garbage* places it and answers with something unreadable; *accept_and_forget* answers with an order number and keeps
nothing.
"""

import argparse
import asyncio
import json
import signal
import socket
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from partnershop import clock
from partnershop.gateways.unitedprint_codes import IMPORTANT, INVALID, code
from partnershop.gateways.unitedprint_simulator_checks import faults
from partnershop.gateways.unitedprint_simulator_mode import Behaviour, Control, Mode, read_control
from partnershop.gateways.unitedprint_simulator_orders import Orders

_BODY_LIMIT_BYTES = 1024 * 1024
_PRODUCTION_DAYS = 5


class _TooLargeError(Exception):
    """The body is beyond the limit."""


class Simulator:
    """The service: its orders, its behaviour, and the routes onto both."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._behaviour = Behaviour()

    def app(self) -> Starlette:
        """The service as an ASGI application."""
        return Starlette(
            routes=[
                Route("/createOrder", self.create_order, methods=["POST"]),
                Route("/orders", self.list_orders, methods=["GET"]),
                Route("/forgotten", self.list_forgotten, methods=["GET"]),
                Route("/health", self.health, methods=["GET"]),
                Route("/control", self.show_control, methods=["GET"]),
                Route("/control", self.set_control, methods=["POST"]),
            ]
        )

    async def create_order(self, request: Request) -> Response:
        """The published call. What the control asks for comes first: trouble does not wait for valid requests."""
        try:
            body = await _read(request)
        except _TooLargeError:
            return _refusal([code(INVALID, "the request")], status=413)
        control = self._behaviour.next()
        if control.mode is Mode.SLOW:
            await asyncio.sleep(control.delay_seconds)
        if control.mode is Mode.ERROR:
            return PlainTextResponse("Internal error", status_code=control.status)
        if control.mode is Mode.REFUSE:
            return _refusal([code(IMPORTANT, "service")])
        return await self._answer(body, control)

    async def _answer(self, body: bytes, control: Control) -> Response:
        try:
            order = json.loads(body)
        except (ValueError, RecursionError):
            return _refusal([code(INVALID, "the request")], status=400)
        if codes := faults(order):
            return _refusal(codes)
        answer = _quotation(order) if order["validate"] == 1 else self._placed(order, control.mode)
        if control.mode is Mode.ACCEPT_THEN_TIME_OUT:
            await asyncio.sleep(control.delay_seconds)
        if control.mode is Mode.GARBAGE:
            return Response(b'<html>\x00{"response": 1, "orderNumb', media_type="application/json")
        return answer

    def _placed(self, order: dict[str, Any], mode: Mode) -> Response:
        take = self._orders.forget if mode is Mode.ACCEPT_AND_FORGET else self._orders.place
        try:
            number = take(order)
        except (UnicodeEncodeError, OverflowError):  # a lone surrogate, a quantity beyond 64 bits
            return _refusal([code(INVALID, "orderPositions.orderInformation")])
        return JSONResponse({"response": 1, "orderNumber": number})

    async def list_orders(self, request: Request) -> Response:
        """What was placed, one entry per position."""
        orders = self._orders.list(request.query_params.get("order_name"))
        return JSONResponse({"count": len(orders), "orders": list(orders)})

    async def list_forgotten(self, _request: Request) -> Response:
        """The orderNames of what was answered with a number and not kept."""
        return JSONResponse({"order_names": list(self._orders.forgotten())})

    async def health(self, _request: Request) -> Response:
        """It is up."""
        return JSONResponse({"status": "ok"})

    async def show_control(self, _request: Request) -> Response:
        """How it behaves at present."""
        return JSONResponse(self._behaviour.state())

    async def set_control(self, request: Request) -> Response:
        """Behave differently from now on."""
        try:
            control = read_control(json.loads(await _read(request)))
        except (ValueError, RecursionError, _TooLargeError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        self._behaviour.set(control)
        return JSONResponse(self._behaviour.state())


async def _read(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _BODY_LIMIT_BYTES:
            raise _TooLargeError("The body is larger than this service takes.")
    return body


def _refusal(codes: list[str], status: int = 200) -> Response:
    return JSONResponse({"response": 0, "codes": codes}, status_code=status)


def _quotation(order: dict[str, Any]) -> Response:
    """The answer to validate 1. The prices are invented (one cent a piece, 22 % VAT): no price list is published."""
    net = sum(position["orderInformation"]["orderQuantity"] for position in order["orderPositions"])
    gross = (net * 122 + 50) // 100
    return JSONResponse(
        {
            "response": 1,
            "deliveryDate": (clock.now() + timedelta(days=_PRODUCTION_DAYS)).date().isoformat(),
            "net": f"{net // 100}.{net % 100:02d}",
            "gross": f"{gross // 100}.{gross % 100:02d}",
            "currency": "EUR",
        }
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the service until it is told to stop (SIGINT, SIGTERM). Returns 1 when the address is taken."""
    parser = argparse.ArgumentParser(prog="unitedprint_simulator", description="Answers as Unitedprint does.")
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one")
    parser.add_argument("--data", type=Path, required=True, help="folder for the orders")
    parser.add_argument("--host", default="127.0.0.1")
    options = parser.parse_args(arguments)
    # Bound here and not by uvicorn, so that the address is known, and certain, before anything else happens.
    # The protocol is named because asyncio switches Nagle's algorithm off only where it is: 40 ms per answer otherwise.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
    except OSError as error:
        print(f"Cannot listen on {options.host}:{options.port}: {error.strerror}", file=sys.stderr)
        return 1
    listener.listen(256)
    # uvicorn stops in good order and then raises the signal again: as an exception it still lets the orders be closed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    orders = Orders(options.data)
    host, port = listener.getsockname()
    print(f"http://{host}:{port}", flush=True)
    config = uvicorn.Config(
        Simulator(orders).app(),
        log_level="warning",
        access_log=False,
        lifespan="off",
        # Requests that sit out a delay must not keep the service from stopping.
        timeout_graceful_shutdown=1,
    )
    try:
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])
    finally:
        orders.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
