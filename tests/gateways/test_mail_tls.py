"""TLS, STARTTLS and login, against a server that somebody else wrote, with an authority of the test's own."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from mail_servers import OtherServer, ScriptedServer
from mails import MAIL, in_one_line

from partnershop.gateways.mail_message import build
from partnershop.gateways.mail_server import read_server
from partnershop.gateways.mail_smtp import SmtpPost
from partnershop.gateways.outcome import Done, Outcome, Unavailable


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def authority_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("authority") / "authority.pem"
    authority.cert_pem.write_to_path(path)
    return path


def certificate(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    return context


def sent(url: str) -> Outcome:
    post = SmtpPost(read_server(url))
    try:
        return post.send(MAIL)
    finally:
        post.close()


@pytest.fixture
def starttls(authority: trustme.CA) -> Iterator[OtherServer]:
    tls = certificate(authority, "127.0.0.1")
    with OtherServer(tls, starttls=True, user="info@aurora.example", password="p@ss/:#%") as running:
        yield running


def test_starttls_and_login(starttls: OtherServer, authority_file: Path) -> None:
    login = "info%40aurora.example:p%40ss%2F%3A%23%25"
    outcome = sent(f"smtp+starttls://{login}@127.0.0.1:{starttls.port}?ca={authority_file}")
    assert outcome == Done("250 2.0.0 taken by somebody else")
    assert starttls.mails == [build(MAIL)]
    assert starttls.senders == ["info@aurora.example"]
    assert starttls.recipients == [["chiara@customers.example", "contabile@studio.example"]]


def test_a_wrong_login_parks_nothing_and_says_no_password(starttls: OtherServer, authority_file: Path) -> None:
    outcome = sent(f"smtp+starttls://info%40aurora.example:secret-7@127.0.0.1:{starttls.port}?ca={authority_file}")
    assert isinstance(outcome, Unavailable) and "login refused (535 " in outcome.reason
    in_one_line(outcome.reason, ["secret-7", "info", "aurora"])
    assert starttls.mails == []


def test_a_missing_login_parks_nothing(starttls: OtherServer, authority_file: Path) -> None:
    outcome = sent(f"smtp+starttls://127.0.0.1:{starttls.port}?ca={authority_file}")
    assert isinstance(outcome, Unavailable) and "wants another login: 530 " in outcome.reason
    assert starttls.mails == []


def test_tls_from_the_first_byte(authority: trustme.CA, authority_file: Path) -> None:
    with OtherServer(certificate(authority, "127.0.0.1")) as server:
        assert isinstance(sent(f"smtps://127.0.0.1:{server.port}?ca={authority_file}"), Done)
        assert server.mails == [build(MAIL)]


def test_a_certificate_of_an_unknown_authority_is_not_accepted(authority: trustme.CA, starttls: OtherServer) -> None:
    login = "info:secret-7"
    with OtherServer(certificate(authority, "127.0.0.1")) as server:
        for url in (f"smtps://{login}@127.0.0.1:{server.port}", f"smtp+starttls://{login}@127.0.0.1:{starttls.port}"):
            outcome = sent(url)
            assert isinstance(outcome, Unavailable) and "certificate" in outcome.reason
        assert server.mails == starttls.mails == []


def test_a_certificate_for_another_name_is_not_accepted(authority: trustme.CA, authority_file: Path) -> None:
    with OtherServer(certificate(authority, "mail.elsewhere.example")) as server:
        outcome = sent(f"smtps://127.0.0.1:{server.port}?ca={authority_file}")
        assert isinstance(outcome, Unavailable) and "certificate" in outcome.reason
        assert server.mails == []


def test_the_machines_own_list_of_authorities_is_honoured(
    authority: trustme.CA, authority_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority_file))
    with OtherServer(certificate(authority, "127.0.0.1")) as server:
        assert isinstance(sent(f"smtps://127.0.0.1:{server.port}"), Done)


def test_a_server_without_tls_on_a_port_for_tls_is_unavailable(authority_file: Path) -> None:
    with ScriptedServer() as server:
        outcome = sent(server.url.replace("smtp://", "smtps://"))
        assert isinstance(outcome, Unavailable)
        in_one_line(outcome.reason)


def test_an_authority_file_that_holds_no_certificate_parks_nothing(tmp_path: Path) -> None:
    nothing = tmp_path / "authority.pem"
    nothing.write_text("nothing\n", encoding="utf-8")
    outcome = sent(f"smtps://127.0.0.1:1?ca={nothing}")
    assert isinstance(outcome, Unavailable)
    in_one_line(outcome.reason)
