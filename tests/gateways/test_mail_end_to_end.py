"""From an invoice to a mail server over a real connection: lost after the last byte, killed in the call, refused."""

import os
import signal
import subprocess
import sys
import time as real_time
from collections.abc import Iterator
from pathlib import Path

import pytest
from factories import STAGES, Clock, item, product, scene, time
from mail_servers import DROP, SILENT, ScriptedServer
from mailing import Mailing, mailing, parsed

import tasks.mail
from models import MailKind, MailState
from partnershop.flows import mail_sending
from partnershop.gateways.mail import post
from partnershop.stages import Stage

_PATIENCE_SECONDS = 30


@pytest.fixture
def server(product: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        product.setenv("PARTNERSHOP_SMTP_URL", running.url)
        yield running


@pytest.fixture
def invoiced(mailing: Mailing, server: ScriptedServer, product: pytest.MonkeyPatch) -> Mailing:
    """One mail with an invoice is due, to go out over the server."""
    carrier = post(server.url, Path("unused"))
    product.setattr(tasks.mail, "the_post", lambda: carrier)
    mailing.scene.change_settings(invoice_on="placed")
    mailing.scene.place("A-1", [item("1", "100.00")])
    mailing.scene.go(STAGES - {Stage.MAIL})
    mailing.print_papers()
    return mailing


def test_a_mail_goes_to_the_customer_and_the_accountant(invoiced: Mailing, server: ScriptedServer) -> None:
    assert invoiced.send() == "1 mail sent: FT-2026-000001 (invoice)"
    assert [command.partition("<")[2].partition(">")[0] for command in server.named("RCPT")] == [
        "chiara@customers.example", "books@aurora.example",
    ]  # fmt: skip
    (sent,) = server.mails
    assert b"books@aurora.example" not in sent
    assert invoiced.row(MailKind.INVOICE).answer == "250 2.0.0 queued as 4F2A"


def test_a_connection_lost_after_the_last_byte_leads_to_the_same_message(
    invoiced: Mailing, server: ScriptedServer, time: Clock
) -> None:
    server.plan("END", DROP)
    assert invoiced.send() == "1 to be tried again"
    assert invoiced.row(MailKind.INVOICE).times_uncertain == 1
    time.advance(61)
    assert invoiced.send() == "1 mail sent: FT-2026-000001 (invoice)"
    first, second = server.mails
    assert first == second
    assert parsed(first)["Message-ID"] == invoiced.row(MailKind.INVOICE).message_id


def test_a_worker_killed_in_the_call_leads_to_the_same_message(
    invoiced: Mailing, server: ScriptedServer, time: Clock
) -> None:
    server.plan("END", SILENT)
    worker = subprocess.Popen([sys.executable, "-c", "import tasks.mail; tasks.mail.send_mails()"])
    deadline = real_time.monotonic() + _PATIENCE_SECONDS
    while not server.mails and real_time.monotonic() < deadline:
        real_time.sleep(0.01)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    row = invoiced.row(MailKind.INVOICE)
    assert (row.state, row.times_uncertain) == (MailState.DUE, 1)
    assert invoiced.send() == "nothing was due"
    time.advance(int(mail_sending.LEASE.total_seconds()) + 1)
    assert invoiced.send() == "1 mail sent: FT-2026-000001 (invoice)"
    first, second = server.mails
    assert first == second


def test_a_refused_customer_is_parked_without_the_address_in_the_reason(
    invoiced: Mailing, server: ScriptedServer
) -> None:
    server.plan("RCPT", "550 5.1.1 <chiara@customers.example> unknown here")
    assert invoiced.send() == "1 parked"
    row = invoiced.row(MailKind.INVOICE)
    assert row.state is MailState.PARKED
    assert "550" in (row.last_error or "")
    assert "chiara" not in (row.last_error or "")
    assert server.mails == []


def test_a_server_that_asks_to_come_later_is_asked_later(
    invoiced: Mailing, server: ScriptedServer, time: Clock
) -> None:
    server.plan("END", "451 4.3.0 try again later")
    assert invoiced.send() == "1 to be tried again"
    row = invoiced.row(MailKind.INVOICE)
    assert (row.times_uncertain, row.uncertain_at) == (0, None)
    time.advance(61)
    assert invoiced.send() == "1 mail sent: FT-2026-000001 (invoice)"


__all__ = ["mailing", "product", "scene", "time"]
