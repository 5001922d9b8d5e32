"""What the mail tests share: a mail, how a receiver reads it, and the mail sink as a process."""

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from email.header import decode_header, make_header
from email.message import Message as ParsedMail
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses
from pathlib import Path
from typing import Any

from partnershop.gateways.mail import Attachment, Message

PAPER = b"%PDF-1.7\n.\r\n..\r\n" + bytes(range(256)) * 40

MAIL = Message(
    message_id="<0b7c9d1e-5a5e-4a39-8f4e-0c5b7d3b2a10@aurora.example>",
    date=datetime(2026, 3, 9, 10, 30, tzinfo=timezone(timedelta(hours=1))),
    sender="info@aurora.example",
    sender_name="Tipografia Aurora",
    reply_to="ordini@aurora.example",
    recipients=("chiara@customers.example",),
    bcc=("contabile@studio.example",),
    subject="Fattura 12 – ordine A-1001",
    text="Gentile Chiara,\n\nin allegato la fattura.\n.\n\nTipografia Aurora\n",
    html="<p>Gentile Chiara,</p>\n<p>in allegato la fattura.</p>\n",
    language="it",
    attachments=(Attachment("Fattura 12.pdf", PAPER),),
)

HEADERS = [
    "Date", "From", "To", "Reply-To", "Subject", "Message-ID", "Content-Language", "Auto-Submitted",
    "X-Auto-Response-Suppress", "MIME-Version", "Content-Type",
]  # fmt: skip
"""All headers of a mail with an address for replies, in their order."""


def parsed(data: bytes) -> ParsedMail:
    """The mail as a receiver's program reads it."""
    return BytesParser(policy=compat32).parsebytes(data)


def shown(header: Any) -> str:
    """A header's text as people see it, unfolded and decoded."""
    return str(make_header(decode_header(header.replace("\r\n", ""))))


def addresses(header: str) -> list[str]:
    """The addresses that a header names, names left out."""
    return [address for _, address in getaddresses([header.replace("\r\n", "")])]


class SinkProcess:
    """The mail sink, started as a user would start it."""

    def __init__(self, data: Path, *options: str) -> None:
        self._data = data
        self._process = subprocess.Popen(
            [sys.executable, "-m", "partnershop.gateways.mail_sink", "--port", "0", "--data", str(data), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        if not self.url:
            raise RuntimeError(f"the mail sink did not start: {self._process.communicate()[1]}")

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.url.rpartition(":")[2])

    def files(self) -> list[Path]:
        """The mails, in the order of their arrival."""
        return sorted((self._data / "mails").glob("*.eml"))

    def mails(self) -> list[bytes]:
        """Their contents."""
        return [path.read_bytes() for path in self.files()]

    def envelopes(self) -> list[dict[str, Any]]:
        """What it noted of each."""
        lines = (self._data / "mails" / "envelopes.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def stop(self) -> tuple[int, str]:
        """End it as an operator would: its exit code and what it complained of."""
        self._process.terminate()
        _, complaints = self._process.communicate(timeout=20)
        return self._process.returncode, complaints


def in_one_line(outcome: str, *never: Sequence[str]) -> None:
    """Assert that a sentence is fit for a log: a line, without any of these."""
    assert outcome and outcome.isprintable()
    for words in never:
        assert not any(word in outcome for word in words)
