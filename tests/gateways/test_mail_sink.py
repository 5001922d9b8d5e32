"""The mail sink: a real server, as the demo runs it."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from mails import MAIL, SinkProcess

from partnershop.gateways.mail import Post, post
from partnershop.gateways.mail_folder import MailFolder
from partnershop.gateways.mail_message import build
from partnershop.gateways.outcome import Done, Rejected, Unavailable

Start = Callable[..., SinkProcess]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts sinks that share one folder."""
    started: list[SinkProcess] = []

    def begin(*options: str) -> SinkProcess:
        started.append(SinkProcess(tmp_path / "post", *options))
        return started[-1]

    yield begin
    for sink in started:
        sink.stop()


def to(sink: SinkProcess) -> Post:
    return post(sink.url, Path("unused"))


def test_mails_are_kept_to_the_byte_under_names_that_say_what_they_are(start: Start) -> None:
    sink = start()
    sending = to(sink)
    assert sending.send(MAIL) == Done("250 2.0.0 kept as 0001-fattura-12-ordine-a-1001.eml")
    assert sending.send(replace(MAIL, subject="../../Rückgabe\r\nx")) == Done("250 2.0.0 kept as 0002-ruckgabe-x.eml")
    assert sending.send(replace(MAIL, subject="請求書")) == Done("250 2.0.0 kept as 0003-mail.eml")
    assert [path.name for path in sink.files()] == [
        "0001-fattura-12-ordine-a-1001.eml", "0002-ruckgabe-x.eml", "0003-mail.eml",
    ]  # fmt: skip
    assert sink.mails()[0] == build(MAIL)
    assert sink.envelopes()[0] | {"received_at": ""} == {
        "file": "0001-fattura-12-ordine-a-1001.eml",
        "sender": "info@aurora.example",
        "recipients": ["chiara@customers.example", "contabile@studio.example"],
        "received_at": "",
    }


def test_it_goes_on_counting_after_a_restart_and_stops_when_told_with_clients_connected(
    start: Start, tmp_path: Path
) -> None:
    first = start()
    assert isinstance(to(first).send(MAIL), Done)
    kept = to(first)
    assert isinstance(kept.send(MAIL), Done)
    assert first.stop() == (0, "")
    MailFolder(tmp_path / "post" / "mails").send(replace(MAIL, message_id="<12345678-5a5e@aurora.example>"))
    assert isinstance(kept.send(MAIL), Unavailable)
    assert to(start()).send(MAIL) == Done("250 2.0.0 kept as 0003-fattura-12-ordine-a-1001.eml")


def test_it_refuses_whom_it_is_told_to(start: Start) -> None:
    sink = start("--refuse", "*@refused.example", "--refuse", "eve@*", "--defer", "*@later.example")
    sending = to(sink)
    for address in ("chiara@refused.example", "Eve@customers.example"):
        outcome = sending.send(replace(MAIL, recipients=(address,)))
        assert isinstance(outcome, Rejected) and "550 5.1.1 <[address]>" in outcome.reason
    assert isinstance(sending.send(replace(MAIL, recipients=("chiara@later.example",))), Unavailable)
    assert sink.files() == []
    assert isinstance(sending.send(MAIL), Done)


def talk(port: int, *lines: bytes) -> list[bytes]:
    """Send lines one by one; the first line of each answer, the greeting first."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client, client.makefile("rb") as answers:
        said = [answers.readline()]
        for line in lines:
            client.sendall(line)
            said.append(answers.readline())
            while said[-1][3:4] == b"-":
                said[-1] = answers.readline()
        return [answer[:3] for answer in said]


def test_commands_out_of_order_and_without_sense_are_refused(start: Start) -> None:
    port = start().port
    mail, rcpt = b"MAIL FROM:<a@b.example>\r\n", b"RCPT TO:<c@d.example>\r\n"
    assert talk(port, b"HELO x\r\n", b"RCPT TO:<a@b.example>\r\n", b"DATA\r\n", b"HELP\r\n", b"\xff\xfe\r\n") == [
        b"220", b"250", b"503", b"503", b"500", b"500",
    ]  # fmt: skip
    assert talk(port, b"MAIL FROM:a@b.example\r\n", mail, mail, b"RCPT TO:<>\r\n", b"NOOP\r\n", b"VRFY x\r\n") == [
        b"220", b"501", b"250", b"503", b"501", b"250", b"252",
    ]  # fmt: skip
    assert talk(port, b"EHLO x\r\n", mail, rcpt, b"RSET\r\n", b"DATA\r\n", b"QUIT\r\n") == [
        b"220", b"250", b"250", b"250", b"250", b"503", b"221",
    ]  # fmt: skip


def test_only_a_dot_between_two_whole_line_ends_ends_a_mail(start: Start) -> None:
    sink = start()
    end = b"a\n.\nb\r\n.\nc\n.\r\n..d\r\n.\r\n"
    begin = (b"EHLO x\r\n", b"MAIL FROM:<a@b.example>\r\n", b"RCPT TO:<c@d.example>\r\n", b"DATA\r\n")
    assert talk(sink.port, *begin, end)[-1] == b"250"
    assert sink.mails() == [b"a\n.\nb\r\n\nc\n.\r\n.d\r\n"]


def test_a_mail_that_breaks_off_is_not_kept(start: Start) -> None:
    sink = start()
    begin = (b"MAIL FROM:<a@b.example>\r\n", b"RCPT TO:<c@d.example>\r\n", b"DATA\r\n")
    assert talk(sink.port, *begin)[-1] == b"354"
    assert isinstance(to(sink).send(MAIL), Done)
    assert len(sink.files()) == 1


def test_a_port_that_is_taken_is_said(start: Start, tmp_path: Path) -> None:
    port = start().port
    with pytest.raises(RuntimeError, match="Cannot listen on"):
        SinkProcess(tmp_path / "other", "--port", str(port))
