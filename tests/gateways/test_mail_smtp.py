"""How handing a mail to a server can end, command by command, over real connections."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
from mail_servers import DROP, SILENT, ScriptedServer
from mails import MAIL, in_one_line

from partnershop.gateways import mail_smtp
from partnershop.gateways.mail import Attachment
from partnershop.gateways.mail_message import build
from partnershop.gateways.mail_server import read_server
from partnershop.gateways.mail_smtp import SmtpPost
from partnershop.gateways.outcome import Done, Rejected, Unavailable, Unknown

WIRE = build(MAIL)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def post(server: ScriptedServer) -> Iterator[SmtpPost]:
    sending = SmtpPost(read_server(server.url))
    yield sending
    sending.close()


def test_a_mail_is_handed_over_for_the_customer_and_the_bcc(server: ScriptedServer, post: SmtpPost) -> None:
    assert post.send(MAIL) == Done("250 2.0.0 queued as 4F2A")
    assert server.commands == [
        "ehlo [127.0.0.1]",
        f"MAIL FROM:<info@aurora.example> SIZE={len(build(MAIL))}",
        "RCPT TO:<chiara@customers.example>",
        "RCPT TO:<contabile@studio.example>",
        "DATA",
    ]
    assert server.mails == [WIRE]


def test_somebody_who_is_named_twice_gets_it_once(server: ScriptedServer, post: SmtpPost) -> None:
    assert isinstance(post.send(replace(MAIL, recipients=MAIL.recipients * 2, bcc=MAIL.recipients)), Done)
    assert server.named("RCPT") == ["RCPT TO:<chiara@customers.example>"]


def test_a_line_with_a_dot_does_not_end_the_mail(
    server: ScriptedServer, post: SmtpPost, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No mail that is built has such a line; the gateway does not depend on it.
    monkeypatch.setattr(mail_smtp, "built", lambda _message: b".a: b\r\n\r\n.\r\nMAIL FROM:<x@y.example>\r\n..\r\n")
    assert isinstance(post.send(MAIL), Done)
    assert server.mails == [b"..a: b\r\n\r\n..\r\nMAIL FROM:<x@y.example>\r\n...\r\n"]
    assert len(server.named("MAIL")) == 1


# Lost connections


@pytest.mark.parametrize("command", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA", "BODY"])
@pytest.mark.parametrize("how", [DROP, SILENT])
def test_a_connection_that_is_lost_before_the_end_of_the_mail_leaves_nothing_there(
    server: ScriptedServer, post: SmtpPost, command: str, how: str
) -> None:
    server.plan(command, how)
    outcome = post.send(replace(MAIL, attachments=(Attachment("big.pdf", os.urandom(3_000_000)),)))
    assert isinstance(outcome, Unavailable)
    in_one_line(outcome.reason, ["customers.example", "chiara"])
    assert server.mails == []
    assert isinstance(post.send(MAIL), Done)


@pytest.mark.parametrize("how", [DROP, SILENT, "", "hello there", "250" + "x" * 9000])
def test_a_connection_that_is_lost_after_the_end_of_the_mail_is_an_unknown_outcome(
    server: ScriptedServer, post: SmtpPost, how: str
) -> None:
    server.plan("END", how)
    outcome = post.send(MAIL)
    assert isinstance(outcome, Unknown)
    in_one_line(outcome.reason, ["customers.example", "chiara"])
    assert server.mails == [WIRE], "nothing is sent again by itself"
    # The resend after it is the same mail to any receiver, to the byte.
    assert isinstance(post.send(MAIL), Done)
    assert server.mails == [WIRE, WIRE]


def test_a_kept_connection_that_was_lost_meanwhile_is_replaced_before_the_mail(
    server: ScriptedServer, post: SmtpPost
) -> None:
    assert isinstance(post.send(MAIL), Done)
    assert isinstance(post.send(MAIL), Done)
    assert server.connections == 1
    server.hang_up()
    assert isinstance(post.send(MAIL), Done)
    assert server.connections == 2
    assert len(server.mails) == len(server.named("MAIL")) == 3


def test_a_kept_connection_that_is_not_ready_is_replaced(server: ScriptedServer, post: SmtpPost) -> None:
    assert isinstance(post.send(MAIL), Done)
    server.plan("RSET", "421 4.4.2 idle for too long")
    assert isinstance(post.send(MAIL), Done)
    assert server.connections == 2


def test_a_connection_is_not_kept_for_ever(server: ScriptedServer, post: SmtpPost) -> None:
    for _ in range(51):
        assert isinstance(post.send(replace(MAIL, attachments=())), Done)
    assert server.connections == 2


def test_a_forked_process_does_not_write_into_its_parents_connection(
    server: ScriptedServer, post: SmtpPost, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(post.send(MAIL), Done)
    before = len(server.commands)
    monkeypatch.setattr(os, "getpid", lambda: 1)
    assert isinstance(post.send(MAIL), Done)
    assert server.commands[before] == "ehlo [127.0.0.1]"


# Answers


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "END"])
@pytest.mark.parametrize("code", [421, 450, 452])
def test_a_refusal_for_now_is_tried_again(server: ScriptedServer, post: SmtpPost, command: str, code: int) -> None:
    server.plan(command, f"{code} 4.2.1 <chiara@customers.example> later")
    outcome = post.send(MAIL)
    assert isinstance(outcome, Unavailable) and f"{code} 4.2.1 <[address]> later" in outcome.reason
    in_one_line(outcome.reason, ["customers.example", "chiara"])
    assert isinstance(post.send(MAIL), Done)
    assert server.connections == (2 if code == 421 else 1)


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "END"])
def test_a_refusal_for_ever_is_parked_with_its_reason(server: ScriptedServer, post: SmtpPost, command: str) -> None:
    server.plan(command, "550-5.7.1 no,\r\n550 5.7.1 chiara@customers.example is unwanted")
    outcome = post.send(MAIL)
    assert isinstance(outcome, Rejected) and "550 5.7.1 no, 5.7.1 [address] is unwanted" in outcome.reason
    in_one_line(outcome.reason, ["customers.example", "chiara"])
    assert server.named("RSET") == ["rset"]
    assert isinstance(post.send(MAIL), Done)
    assert server.connections == 1


def test_a_recipient_who_is_refused_stops_the_mail_for_all(server: ScriptedServer, post: SmtpPost) -> None:
    server.plan("RCPT", "250 ok", "550 5.1.1 no such mailbox")
    outcome = post.send(replace(MAIL, recipients=("chiara@customers.example", "eve@customers.example")))
    assert outcome == Rejected("The recipient's address was refused: 550 5.1.1 no such mailbox.")
    assert server.named("DATA") == [] and server.mails == []


def test_the_customer_who_is_refused_stops_the_mail_also_when_the_bcc_would_be_taken(
    server: ScriptedServer, post: SmtpPost
) -> None:
    server.plan("RCPT", "550 5.1.1 no such mailbox", "250 ok")
    assert isinstance(post.send(MAIL), Rejected)
    assert server.mails == []


@pytest.mark.parametrize("refusal", ["550 5.1.1 contabile is unknown", "450 4.2.1 contabile is away"])
def test_a_bcc_who_is_refused_does_not_stop_the_customers_mail(
    server: ScriptedServer, post: SmtpPost, refusal: str
) -> None:
    server.plan("RCPT", "250 ok", refusal)
    said = refusal.replace("contabile", "[address]")
    assert post.send(MAIL) == Done(f"250 2.0.0 queued as 4F2A; the bcc was refused: {said}")
    assert len(server.mails) == 1


def test_a_server_that_closes_at_the_bcc_has_nothing(server: ScriptedServer, post: SmtpPost) -> None:
    server.plan("RCPT", "250 ok", "421 4.3.2 closing")
    assert isinstance(post.send(MAIL), Unavailable)
    assert server.mails == []


def test_a_bcc_that_is_no_address_does_not_stop_the_mail_and_does_not_reach_the_server(
    server: ScriptedServer, post: SmtpPost
) -> None:
    outcome = post.send(replace(MAIL, bcc=("eve>\r\nRCPT TO:<eve@evil.example",)))
    assert isinstance(outcome, Done) and "the bcc cannot be used (its address holds" in outcome.reference
    in_one_line(outcome.reference, ["eve"])
    assert not any("eve" in command for command in server.commands)


def test_a_server_that_wants_a_login_parks_nothing(server: ScriptedServer, post: SmtpPost) -> None:
    server.plan("MAIL", "530 5.7.0 authentication required")
    assert post.send(MAIL) == Unavailable("The mail server wants another login: 530 5.7.0 authentication required.")


@pytest.mark.parametrize(("command", "said"), [("GREETING", "554 no service"), ("EHLO", "502 not here")])
def test_a_server_that_does_not_want_us_parks_nothing(
    server: ScriptedServer, post: SmtpPost, command: str, said: str
) -> None:
    server.plan(command, said)
    outcome = post.send(MAIL)
    assert isinstance(outcome, Unavailable) and f"it answers {said}" in outcome.reason


def test_a_mail_beyond_the_servers_limit_is_not_sent(server: ScriptedServer, post: SmtpPost) -> None:
    server.plan("EHLO", "250-mail.test\r\n250 SIZE 1000")
    outcome = post.send(MAIL)
    assert isinstance(outcome, Rejected) and "takes 1000 at most" in outcome.reason
    assert server.named("MAIL") == []


# Internationalised addresses


def test_an_internationalised_address_goes_to_a_server_that_takes_it(server: ScriptedServer, post: SmtpPost) -> None:
    message = replace(MAIL, recipients=("jörg@müller.example",), attachments=())
    assert isinstance(post.send(message), Done)
    assert server.named("MAIL")[0].endswith(" SMTPUTF8 BODY=8BITMIME")
    assert server.named("RCPT")[0] == "RCPT TO:<jörg@xn--mller-kva.example>"
    assert server.mails == [build(message)]
    assert isinstance(post.send(MAIL), Done)
    assert not server.named("MAIL")[1].endswith("SMTPUTF8 BODY=8BITMIME")


def test_an_internationalised_address_is_refused_where_the_server_does_not_take_it(
    server: ScriptedServer, post: SmtpPost
) -> None:
    server.plan("EHLO", "250-mail.test\r\n250 8BITMIME")
    outcome = post.send(replace(MAIL, recipients=("jörg@customers.example",)))
    assert isinstance(outcome, Rejected) and "SMTPUTF8" in outcome.reason
    assert server.named("MAIL") == []
    outcome = post.send(replace(MAIL, bcc=("jörg@studio.example",)))
    assert isinstance(outcome, Done) and "the bcc was left out" in outcome.reference
    assert server.named("RCPT") == ["RCPT TO:<chiara@customers.example>"]


# Login and protection


def test_nothing_is_said_in_clear_to_a_server_without_starttls(server: ScriptedServer) -> None:
    url = server.url.replace("smtp://", "smtp+starttls://info:secret-7@")
    outcome = SmtpPost(read_server(url)).send(MAIL)
    assert isinstance(outcome, Unavailable) and "STARTTLS" in outcome.reason
    assert server.commands == ["ehlo [127.0.0.1]"]


def test_a_server_that_is_not_there_is_unavailable() -> None:
    outcome = SmtpPost(read_server("smtp://127.0.0.1:1")).send(MAIL)
    assert outcome == Unavailable("The mail server 127.0.0.1:1 is not reached: Connection refused.")


@pytest.mark.parametrize("line", [b"220-" + b"x" * 500 + b"\r\n", b"220-" + b"x" * 5000])
def test_an_answer_without_end_is_no_answer(line: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk() -> None:
            with suppress(OSError), listener.accept()[0] as client:
                while True:
                    client.sendall(line)

        talking = threading.Thread(target=talk, daemon=True)
        talking.start()
        outcome = SmtpPost(read_server(f"smtp://127.0.0.1:{listener.getsockname()[1]}?timeout=2")).send(MAIL)
        talking.join(20)
    assert isinstance(outcome, Unavailable)


def test_an_answer_that_drips_is_waited_for_no_longer_than_the_time_limit() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            with suppress(OSError), listener.accept()[0] as client:
                while not stopped.wait(0.2):
                    client.sendall(b"2")

        stopped = threading.Event()
        dripping = threading.Thread(target=drip, daemon=True)
        dripping.start()
        outcome = SmtpPost(read_server(f"smtp://127.0.0.1:{listener.getsockname()[1]}?timeout=1")).send(MAIL)
        stopped.set()
        dripping.join(20)
    assert isinstance(outcome, Unavailable)
    assert "does not come to an end" in outcome.reason
