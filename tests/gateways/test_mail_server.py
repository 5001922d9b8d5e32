"""The URL of the mail server: what it says, and what is said of a wrong one."""

from pathlib import Path

import pytest

from partnershop.errors import Refused
from partnershop.gateways.mail_server import Security, read_server


@pytest.mark.parametrize(
    ("url", "host", "port", "security"),
    [
        ("smtp://relay.shop.example", "relay.shop.example", 25, Security.NONE),
        ("smtp+starttls://mail.shop.example/", "mail.shop.example", 587, Security.STARTTLS),
        ("smtps://mail.shop.example", "mail.shop.example", 465, Security.TLS),
        ("smtps://mail.shop.example:2465", "mail.shop.example", 2465, Security.TLS),
        ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, Security.NONE),
        ("smtp://[::1]:1025", "::1", 1025, Security.NONE),
        ("smtp://mail", "mail", 25, Security.NONE),
    ],
)
def test_the_scheme_says_how_the_connection_is_protected_and_the_usual_port(
    url: str, host: str, port: int, security: Security
) -> None:
    server = read_server(url)
    assert (server.host, server.port, server.security) == (host, port, security)
    assert (server.user, server.timeout_seconds, server.authority) == (None, 20, None)


def test_user_and_password_are_percent_encoded_and_never_shown(tmp_path: Path) -> None:
    authority = tmp_path / "authority.pem"
    authority.touch()
    server = read_server(f"smtps://info%40shop.example:p%40ss%2F%3A%23%25@mail.shop.example?timeout=5&ca={authority}")
    assert (server.user, server.password) == ("info@shop.example", "p@ss/:#%")
    assert (server.timeout_seconds, server.authority) == (5, authority)
    assert "p@ss" not in repr(server) and "info" not in repr(server)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mail.shop.example", "must start with smtp://"),
        ("http://mail.shop.example", "must start with smtp://"),
        ("smtp:///", "no valid host"),
        ("smtp://-x-.example..", "no valid host"),
        ("smtp://mail.shop.example:mail", "percent-encode"),
        ("smtp://mail.shop.example:0", "from 1 to 65535"),
        ("smtp://mail.shop.example:65536", "percent-encode"),
        ("smtps://info:secret-7@mail.shop.example/inbox", "must end after host and port"),
        ("smtps://info:secret-7#1@mail.shop.example", "percent-encode"),
        ("smtps://info:secret-7/1@mail.shop.example", "percent-encode"),
        ("smtps://info:secret-7[1@mail.shop.example", "percent-encode"),
        ("smtps://info:secret-7\n@mail.shop.example", "must be one line"),
        ("smtps://info:secret-7ö@mail.shop.example", "must be one line of ASCII"),
        ("smtps://info:secret-7%C3%B6@mail.shop.example", "printable ASCII"),
        ("smtps://info:secret-7%0D%0ARSET@mail.shop.example", "printable ASCII"),
        ("smtps://info@mail.shop.example", "both user and password"),
        ("smtps://:secret-7@mail.shop.example", "both user and password"),
        ("smtp://info:secret-7@mail.shop.example", "in clear text; use smtp"),
        ("smtps://mail.shop.example?timeout=0", "from 1 to 25"),
        ("smtps://mail.shop.example?timeout=1.5", "from 1 to 25"),
        ("smtps://mail.shop.example?timeout=9999999999999", "from 1 to 25"),
        ("smtps://mail.shop.example?timeout=5&timeout=6", "each once"),
        ("smtps://mail.shop.example?verify=no", "and no others"),
        ("smtps://mail.shop.example?ca=/nowhere/authority.pem", "not there"),
    ],
)
def test_a_wrong_url_is_refused_by_what_to_change_and_shows_no_password(url: str, why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        read_server(url)
    said = str(refused.value)
    assert said.startswith("PARTNERSHOP_SMTP_URL ") and said.isprintable()
    assert "secret-7" not in said
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
