"""Which mail server to talk to, and how: what the URL in PARTNERSHOP_SMTP_URL says.

    smtp://relay.shop.example                                     no TLS and no login, port 25
    smtp+starttls://user:password@mail.shop.example               STARTTLS, port 587
    smtps://user:password@mail.shop.example:465?timeout=15        TLS from the first byte, port 465
    smtps://mail.shop.example?ca=/etc/ssl/our-authority.pem       certificates of one's own authority

User and password are percent-encoded. `timeout` (whole seconds, 1 to 25, default 20) is how long each single answer of
the server may take. `ca` is a file of the authorities that are trusted, in place of those that the machine trusts. The
server's certificate and name are always checked.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import idna

from partnershop.errors import Refused

_VARIABLE = "PARTNERSHOP_SMTP_URL"
_DEFAULT_TIMEOUT_SECONDS = 20
# A mail takes some nine answers: even all of them late, it ends before its task is ended (workers/queues.py).
_LONGEST_TIMEOUT_SECONDS = 25


class Security(StrEnum):
    """How the connection is protected, by the scheme of its URL."""

    NONE = "smtp"
    STARTTLS = "smtp+starttls"
    TLS = "smtps"


_DEFAULT_PORTS = {Security.NONE: 25, Security.STARTTLS: 587, Security.TLS: 465}


@dataclass(frozen=True, repr=False)
class Server:
    """A mail server; without a `repr`, so that no log shows the password. `user` is None where there is no login."""

    host: str
    port: int
    security: Security
    user: str | None
    password: str
    timeout_seconds: int
    authority: Path | None

    @property
    def address(self) -> str:
        """Host and port, for people."""
        return f"{self.host}:{self.port}"


def read_server(url: str) -> Server:
    """The server of a URL as described above. Raises `Refused`, which says what to change and holds no password."""
    # urlsplit would drop line breaks without a word.
    if not url.isprintable() or not url.isascii() or " " in url:
        raise _wrong("must be one line of ASCII; percent-encode everything else")
    try:
        parts = urlsplit(url)
        port = parts.port
    # Its own text may hold the password.
    except ValueError:
        raise _wrong("has no valid host and port; percent-encode : / ? # [ ] @ in user and password") from None
    try:
        security = Security(parts.scheme)
    except ValueError:
        raise _wrong("must start with smtp://, smtp+starttls:// or smtps://") from None
    if parts.path not in {"", "/"} or parts.fragment:
        raise _wrong("must end after host and port, or with ?timeout= and ?ca=; percent-encode / and # in the password")
    user, password = _login(parts, security)
    timeout_seconds, authority = _options(parts.query)
    return Server(
        host=_host(parts),
        port=_DEFAULT_PORTS[security] if port is None else _port(port),
        security=security,
        user=user,
        password=password,
        timeout_seconds=timeout_seconds,
        authority=authority,
    )


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if ":" in host:  # IPv6, which urlsplit has checked
        return host
    try:
        return idna.encode(host, uts46=True, std3_rules=True).decode("ascii")
    except UnicodeError:
        raise _wrong("names no valid host") from None


def _port(port: int) -> int:
    if port == 0:
        raise _wrong("must name a port from 1 to 65535")
    return port


def _login(parts: SplitResult, security: Security) -> tuple[str | None, str]:
    if parts.username is None and parts.password is None:
        return None, ""
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not user or not password:
        raise _wrong("must hold both user and password, or neither")
    if not (user + password).isascii() or not (user + password).isprintable():
        raise _wrong("must hold a user and a password of printable ASCII characters, percent-encoded")
    if security is Security.NONE:
        raise _wrong("would send the password in clear text; use smtp+starttls:// or smtps:// for a login")
    return user, password


def _options(query: str) -> tuple[int, Path | None]:
    options = parse_qsl(query, keep_blank_values=True)
    values = dict(options)
    if len(values) != len(options) or not values.keys() <= {"timeout", "ca"}:
        raise _wrong("may have the options timeout and ca, each once, and no others")
    timeout = values.get("timeout", str(_DEFAULT_TIMEOUT_SECONDS))
    if not timeout.isdecimal() or len(timeout) > 3 or not 1 <= int(timeout) <= _LONGEST_TIMEOUT_SECONDS:
        raise _wrong(f"must have a timeout of whole seconds, from 1 to {_LONGEST_TIMEOUT_SECONDS}")
    if "ca" not in values:
        return int(timeout), None
    authority = Path(values["ca"])
    if not authority.is_file():
        raise _wrong("names by ca= a file that is not there")
    return int(timeout), authority


def _wrong(what: str) -> Refused:
    return Refused(f"{_VARIABLE} {what}.")
