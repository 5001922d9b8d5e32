"""Mail servers for tests: one that follows a script to the byte, and one written by somebody else (aiosmtpd)."""

import asyncio
import socket
import ssl
import threading
from collections import defaultdict, deque
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

DROP = "drop"
"""Close the connection in place of an answer."""
SILENT = "silent"
"""Never answer; the client has to give up."""

_NORMAL = {
    "GREETING": "220 mail.test ready",
    "EHLO": "250-mail.test\r\n250-SIZE 10000000\r\n250-8BITMIME\r\n250 SMTPUTF8",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "DATA": "354 go on",
    "END": "250 2.0.0 queued as 4F2A",
    "RSET": "250 2.0.0 ok",
    "QUIT": "221 2.0.0 bye",
}


class ScriptedServer:
    """Answers each command with what is planned for it, else normally. `commands` and `mails` are what it was sent.

    "GREETING" is for the connection itself, "BODY" for the first line of a mail, "END" for the dot that ends it. A mail
    counts as soon as its dot has come, whatever is answered.
    """

    def __init__(self) -> None:
        self._planned: defaultdict[str, deque[str]] = defaultdict(deque)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self._clients: list[socket.socket] = []
        self.connections = 0
        self.commands: list[str] = []
        self.mails: list[bytes] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def url(self) -> str:
        """Where it is; answers are waited for two seconds."""
        return f"smtp://127.0.0.1:{self._listener.getsockname()[1]}?timeout=2"

    def plan(self, command: str, *answers: str) -> None:
        """Answer the next of these commands so, one each."""
        self._planned[command].extend(answers)

    def named(self, *verbs: str) -> list[str]:
        """The commands of these kinds, in their order."""
        return [command for command in self.commands if command.partition(" ")[0].upper() in verbs]

    def hang_up(self) -> None:
        """Close every connection, as a server does with one that was idle for too long."""
        for client in self._clients:
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()
        self._thread.join(timeout=10)

    def _accept(self) -> None:
        with suppress(OSError):
            while not self._over.is_set():
                client, _ = self._listener.accept()
                self.connections += 1
                self._clients.append(client)
                threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        with client, suppress(OSError), client.makefile("rb") as lines:
            said = self._say(client, "GREETING")
            while said and (line := lines.readline()):
                command = line.decode("utf-8", "replace").rstrip("\r\n")
                self.commands.append(command)
                said = self._say(client, command.partition(" ")[0].upper())
                if said.startswith("354"):
                    said = self._take_down(client, lines)

    def _take_down(self, client: socket.socket, lines: Any) -> str:
        if self._planned["BODY"]:
            lines.readline()
            return self._say(client, "BODY")
        taken = b""
        while (line := lines.readline()) != b".\r\n":
            if not line:
                return ""
            taken += line
        self.mails.append(taken)
        return self._say(client, "END")

    def _say(self, client: socket.socket, command: str) -> str:
        """Answer. What was said; nothing when the connection is to end."""
        planned = self._planned[command]
        said = planned.popleft() if planned else _NORMAL.get(command, "500 5.5.2 what?")
        if said == SILENT:
            client.recv(1)  # until the client closes
        if said in {DROP, SILENT}:
            return ""
        client.sendall(f"{said}\r\n".encode())
        return "" if said.startswith(("421", "221")) else f"{said}\r\n"


class OtherServer:
    """aiosmtpd in a thread: an implementation of the same standards that is not ours.

    `tls` is its certificate; with `starttls` the connection begins without it. With `user` and `password` it wants a
    login. `mails` are the contents as they came, `senders` and `recipients` the envelopes.
    """

    def __init__(
        self, tls: ssl.SSLContext | None = None, *, starttls: bool = False, user: str = "", password: str = ""
    ) -> None:
        self._tls = tls
        self._starttls = starttls
        self._login = LoginPassword(user.encode(), password.encode())
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.mails: list[bytes] = []
        self.senders: list[str] = []
        self.recipients: list[list[str]] = []
        self.port = 0

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        self.mails.append(envelope.original_content)
        self.senders.append(envelope.mail_from)
        self.recipients.append(envelope.rcpt_tos)
        return "250 2.0.0 taken by somebody else"

    def _session(self) -> SMTP:
        return SMTP(
            self,
            hostname="mail.test",
            enable_SMTPUTF8=True,
            loop=self._loop,
            tls_context=self._tls if self._starttls else None,
            require_starttls=self._starttls,
            auth_required=bool(self._login.login),
            auth_require_tls=self._starttls,
            authenticator=self._authenticate,
        )

    def _authenticate(self, _server: SMTP, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        return AuthResult(success=given == self._login, handled=False)

    def __enter__(self) -> Self:
        self._thread.start()
        tls = None if self._starttls else self._tls
        starting = self._loop.create_server(self._session, "127.0.0.1", 0, ssl=tls)
        self._server = asyncio.run_coroutine_threadsafe(starting, self._loop).result(timeout=20)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=20)
