"""Unitedprint as a producer: createOrder over HTTP, in JSON until the SOAP form of the same fields replaces it."""

import json
import os
import ssl
import time
from pathlib import Path

import httpx2

from partnershop.gateways.files import is_safe_name
from partnershop.gateways.outcome import Outcome, Rejected, Unavailable
from partnershop.gateways.ticket import Ticket
from partnershop.gateways.unitedprint_answer import outcome_of, unknown
from partnershop.gateways.unitedprint_order import TEST_ACCOUNT, Account, create_order

_ANSWER_LIMIT_BYTES = 1024 * 1024
# Shorter than what servers commonly keep open (uvicorn: 5 s): a connection that the server closes in the moment we
# send on it would be an unknown outcome for nothing.
_KEEP_ALIVE_SECONDS = 3.0
_NEVER_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
)
"""What httpx2 raises before the first byte of a request is written; ConnectError covers name resolution and TLS."""


class UnitedprintHttp:
    """Unitedprint's ordering service at `url` (without `/createOrder`).

    Not idempotent: no idempotency key is published, and a second call with the same orderName is a second order. So a
    call is made once, without retries or redirects, and ends as `Unknown` as soon as the request may have left.
    `timeout_seconds` bounds connecting, sending, the wait for the answer and, as a whole, reading it. `certificate` is
    the TLS client certificate (certificate file, key file), `authority` a file of accepted certificate authorities.
    Proxy variables of the environment are ignored: the account's password goes to `url` and nowhere else.
    """

    name = "unitedprint"
    idempotent = False

    def __init__(
        self,
        url: str,
        timeout_seconds: float,
        account: Account = TEST_ACCOUNT,
        *,
        certificate: tuple[Path, Path] | None = None,
        authority: Path | None = None,
    ) -> None:
        self._url = url.rstrip("/") + "/createOrder"
        self._timeout_seconds = timeout_seconds
        self._account = account
        self._certificate = certificate
        self._authority = authority
        self._client: tuple[int, httpx2.Client] | None = None

    def hand_over(self, ticket: Ticket) -> Outcome:
        """Place the order. `Done.reference` is Unitedprint's order number; the other outcomes as in `outcome_of`.

        `Unavailable` when no connection came about; `Unknown` after a time-out or a connection lost while sending or
        waiting.
        """
        if not is_safe_name(ticket.key):
            return Rejected(f"{ticket.key!r} cannot be an order name.")
        try:
            body = json.dumps(create_order(ticket, self._account), ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            return Rejected(f"Ticket {ticket.key} holds characters that are not Unicode.")
        try:
            client = self._client_of_this_process()
            request = client.build_request("POST", self._url, content=body)
        # Nothing was sent yet, whatever it is: a bad address, a certificate file that is missing.
        except Exception as error:
            return Unavailable(f"The call to Unitedprint cannot be prepared: {_named(error)}.")
        return self._call(client, request, ticket.key)

    def withdraw(self, ticket_key: str, reason: str) -> Outcome:
        """Always `Rejected`: no call to cancel an order is published."""
        return Rejected(
            f"Unitedprint publishes no call to cancel {ticket_key} ({reason}): somebody has to call their service. "
            "An order placed by mistake can be stopped within 15 minutes; later it costs a fee, and from pooling on "
            "there may be nothing left to stop."
        )

    def close(self) -> None:
        """Close this process's connections; the next call opens new ones."""
        held, self._client = self._client, None
        if held is not None and held[0] == os.getpid():
            held[1].close()

    def _call(self, client: httpx2.Client, request: httpx2.Request, key: str) -> Outcome:
        try:
            return self._read(client.send(request, stream=True), key)
        except _NEVER_SENT as error:
            return Unavailable(f"Unitedprint is not reached: {_named(error)}.")
        except httpx2.TimeoutException as error:
            limit = f"{self._timeout_seconds:g} s"
            return unknown(f"Unitedprint did not answer within {limit} ({_named(error)})", key)
        # Also what nobody thought of: after this point the order may exist, so nothing may look like a safe retry.
        except Exception as error:
            return unknown(f"The connection to Unitedprint was lost ({_named(error)})", key)

    def _read(self, response: httpx2.Response, key: str) -> Outcome:
        try:
            deadline = time.monotonic() + self._timeout_seconds
            body = b""
            # Raw: nobody asked for compression, and unpacking could make much of little.
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > _ANSWER_LIMIT_BYTES:
                    return unknown("Unitedprint sent an answer beyond all measure", key)
                if time.monotonic() > deadline:
                    return unknown(f"Unitedprint did not finish its answer within {self._timeout_seconds:g} s", key)
            return outcome_of(response.status_code, body, key)
        finally:
            response.close()

    def _client_of_this_process(self) -> httpx2.Client:
        """The client with its kept connections, one per process.

        A forked child must not write into its parent's connections, so it makes its own and merely drops the other.
        """
        held = self._client
        if held is None or held[0] != os.getpid():
            held = (os.getpid(), self._new_client())
            self._client = held
        return held[1]

    def _new_client(self) -> httpx2.Client:
        return httpx2.Client(
            verify=self._tls(),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx2.Timeout(self._timeout_seconds),
            limits=httpx2.Limits(max_connections=20, keepalive_expiry=_KEEP_ALIVE_SECONDS),
            headers={"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"},
        )

    def _tls(self) -> ssl.SSLContext | bool:
        if self._certificate is None and self._authority is None:
            return True
        context = ssl.create_default_context(cafile=self._authority)
        if self._certificate is not None:
            context.load_cert_chain(*self._certificate)
        return context


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": .")
