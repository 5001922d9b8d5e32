"""A connection to a mail server, open and logged in, and its answers in words."""

import smtplib
import socket
import ssl
import time
from collections.abc import Iterable
from contextlib import suppress

from partnershop.gateways.mail_addresses import masked
from partnershop.gateways.mail_headers import cleaned
from partnershop.gateways.mail_server import Security, Server

_LONGEST_ANSWER = 300
_MOST_LINES = 200
_PIECE_BYTES = 8192


class NotConnected(Exception):
    """There is no connection. Its text is a sentence for an operator, without password, user and addresses."""


class _Answers:
    """The lines a server says; an answer that does not come to its end is none.

    `smtplib` limits a line, but neither how many an answer has nor how long all of them take.
    """

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        self._sock, self._seconds = sock, seconds
        self._said = b""
        self.begin_answer()

    def begin_answer(self) -> None:
        """Another answer."""
        self._left, self._until = _MOST_LINES, time.monotonic() + self._seconds

    def readline(self, size: int) -> bytes:
        """The next line, at most `size` bytes of it. Raises `SMTPServerDisconnected` when the answer has no end."""
        self._left -= 1
        while b"\n" not in self._said and len(self._said) < size:
            if self._left < 0 or time.monotonic() > self._until:
                raise smtplib.SMTPServerDisconnected("its answer does not come to an end")
            said = self._sock.recv(_PIECE_BYTES)
            if not said:
                break
            self._said += said
        if self._left < 0:
            raise smtplib.SMTPServerDisconnected("its answer does not come to an end")
        end = self._said.find(b"\n") + 1 or len(self._said)
        line, self._said = self._said[: min(end, size)], self._said[min(end, size) :]
        return line

    def close(self) -> None:
        """Nothing: the socket is its owner's."""


class _Plain(smtplib.SMTP):
    """As it is, but that no answer takes longer than the time limit, nor more than a number of lines."""

    def getreply(self) -> tuple[int, bytes]:
        """The server's answer. Raises `SMTPServerDisconnected` when it has no end."""
        if isinstance(self.file, _Answers):
            self.file.begin_answer()
        else:
            assert self.sock is not None
            self.file = _Answers(self.sock, self.timeout)
        return super().getreply()


class _Tls(_Plain, smtplib.SMTP_SSL):
    """The same, in TLS from the first byte."""


def connect(server: Server) -> smtplib.SMTP:
    """Connect, greet, protect the connection and log in, as the server's URL asks. Raises `NotConnected`."""
    smtp = _open(server)
    try:
        _greet(smtp)
        if server.security is Security.STARTTLS:
            smtp.starttls(context=_tls(server))
            # What was announced before counts no more: anybody could have written it.
            _greet(smtp)
        if server.user is not None:
            smtp.login(server.user, server.password)
    except Exception as error:
        smtp.close()
        raise NotConnected(f"The mail server {server.address} cannot be used: {_why(error, server)}.") from None
    return smtp


def _open(server: Server) -> smtplib.SMTP:
    timeout = server.timeout_seconds
    try:
        # Named localhost, because smtplib would ask the name service for a name that _greet does not use.
        if server.security is not Security.TLS:
            return _Plain(server.host, server.port, "localhost", timeout=timeout)
        return _Tls(server.host, server.port, "localhost", timeout=timeout, context=_tls(server))
    except Exception as error:
        raise NotConnected(f"The mail server {server.address} is not reached: {_why(error, server)}.") from None


def _tls(server: Server) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=server.authority)


def _greet(smtp: smtplib.SMTP) -> None:
    """Say EHLO with our own address: containers have names that mean nothing to anybody else."""
    assert smtp.sock is not None
    address = smtp.sock.getsockname()[0]
    code, text = smtp.ehlo(f"[IPv6:{address}]" if smtp.sock.family == socket.AF_INET6 else f"[{address}]")
    if code != 250:
        raise smtplib.SMTPHeloError(code, text)


def _why(error: Exception, server: Server) -> str:
    secrets = [server.user] if server.user else []
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"login refused ({answer(error.smtp_code, error.smtp_error, secrets)})"
        case smtplib.SMTPResponseException():
            return f"it answers {answer(error.smtp_code, error.smtp_error, secrets)}"
        case smtplib.SMTPNotSupportedError() | smtplib.SMTPServerDisconnected():
            return clipped(str(error), secrets)
        case ssl.SSLCertVerificationError():
            return f"its certificate is not accepted ({error.verify_message.rstrip('.')})"
        case OSError():
            return clipped(error.strerror or str(error) or type(error).__name__, secrets)
    return clipped(f"{type(error).__name__}: {error}", secrets)


def answer(code: int, text: bytes | str, addresses: Iterable[str] = ()) -> str:
    """An answer of the server in one line, such as "550 5.1.1 no such mailbox", every address in it masked."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return clipped(f"{code} {words}" if code >= 0 else words, addresses)


def clipped(text: str, addresses: Iterable[str] = ()) -> str:
    """Somebody else's text as the end of a sentence of ours: one line, not too long, addresses masked."""
    return masked(cleaned(text)[:_LONGEST_ANSWER], addresses).rstrip(" .")


def hang_up(smtp: smtplib.SMTP) -> None:
    """Say goodbye, if the server still listens, and close."""
    with suppress(Exception):
        smtp.quit()
    smtp.close()
