"""A mail as bytes: what a receiver reads, always the same bytes, and nothing that was not meant."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from mails import HEADERS, MAIL, PAPER, addresses, parsed, shown

from partnershop.errors import Defect
from partnershop.gateways import mail_headers, mail_message
from partnershop.gateways.mail import Attachment
from partnershop.gateways.mail_message import build, built
from partnershop.gateways.outcome import Rejected

NASTY = [
    "Anna\r\nBcc: eve@evil.example",
    "Anna\nBcc: eve@evil.example",
    "Anna\rBcc: eve@evil.example",
    "Anna\r\n\r\n<script>body</script>",
    "Anna\0Bcc: eve@evil.example",
    "Anna\x0bBcc: a\x0cb\x1cc\x85d\u2028e\u2029f",
    "=?utf-8?q?Anna=0D=0ABcc:_eve@evil.example?=",
    "=?utf-8?b?DQpCY2M6IGV2ZUBldmlsLmV4YW1wbGU=?=",
    "=?utf-8?q?a?= =?utf-8?q?b?=",
    'Anna "Bella" <eve@evil.example>, Rossi; (srl) \\',
    "<eve@evil.example>",
    "a, b: c;",
    "x" * 998,
    "x" * 5000,
    "è" * 998,
    "word " * 400,
    "\u202eexe.fdp\u2066\u2069",
    "שלום עולם, مرحبا",
    "👩‍🔬 e\u0301 𝔘",
    "\ud800 alone",
    "  two  spaces  ",
    ".",
    "",
]
"""Texts that people, or people with intentions, put into names and subjects."""

WRITTEN_DOWN = "6eb384577f185aa97ad142685c2006e97d603706adb28a724c90a85b5ee4edda"
"""The SHA-256 of the sample mail. A mail sent again after an upgrade, of ours or of Python, must be the same bytes."""


def test_a_receiver_reads_what_was_written() -> None:
    mail = parsed(build(MAIL))
    assert mail.keys() == HEADERS
    assert mail["Date"] == "Mon, 09 Mar 2026 09:30:00 +0000"
    assert mail["From"] == "Tipografia Aurora <info@aurora.example>"
    assert (mail["To"], mail["Reply-To"]) == ("chiara@customers.example", "ordini@aurora.example")
    assert shown(mail["Subject"]) == MAIL.subject
    assert mail["Message-ID"] == MAIL.message_id
    assert (mail["Content-Language"], mail["Auto-Submitted"]) == ("it", "auto-generated")
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf",
    ]  # fmt: skip
    text, html, paper = (part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart())
    assert text == MAIL.text.replace("\n", "\r\n").encode()
    assert html == MAIL.html.replace("\n", "\r\n").encode()
    assert paper == PAPER


def test_without_attachments_it_is_text_and_html_only() -> None:
    mail = parsed(build(replace(MAIL, attachments=(), reply_to=None)))
    assert mail.get_content_type() == "multipart/alternative"
    assert mail.keys() == [name for name in HEADERS if name != "Reply-To"]


def test_who_is_in_bcc_is_nowhere_in_the_mail() -> None:
    assert b"studio.example" not in build(MAIL)
    assert build(MAIL) == build(replace(MAIL, bcc=()))


def test_the_same_moment_in_another_time_zone_is_the_same_mail() -> None:
    assert build(replace(MAIL, date=datetime(2026, 3, 9, 9, 30, tzinfo=UTC))) == build(MAIL)


@pytest.mark.parametrize(("seed", "zone", "locale"), [("0", "UTC", "C"), ("1", "Asia/Tokyo", "C.UTF-8")])
def test_every_process_makes_the_same_bytes(seed: str, zone: str, locale: str) -> None:
    program = (
        "import hashlib, mails; from partnershop.gateways.mail_message import build;"
        "print(hashlib.sha256(build(mails.MAIL)).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    answer = subprocess.check_output([sys.executable, "-c", program], env=environment, text=True)
    assert answer.strip() == WRITTEN_DOWN == hashlib.sha256(build(MAIL)).hexdigest()


@pytest.mark.parametrize("text", NASTY)
def test_no_subject_and_no_name_becomes_a_header(text: str) -> None:
    data = build(replace(MAIL, subject=text, sender_name=text))
    mail = parsed(data)
    assert mail.keys() == HEADERS
    assert shown(mail["Subject"]) == mail_headers.cleaned(text)
    name, _, address = mail["From"].rpartition("<")
    assert shown(name.strip()).strip() == " ".join(mail_headers.cleaned(text).split(" ")).strip()
    assert address == "info@aurora.example>"
    assert addresses(mail["From"]) == ["info@aurora.example"]
    head = data.partition(b"\r\n\r\n")[0]
    assert head.isascii() and max(map(len, head.split(b"\r\n"))) <= 78


@pytest.mark.parametrize("text", NASTY)
def test_no_text_and_no_file_name_becomes_a_part_or_a_header(text: str) -> None:
    mail = parsed(build(replace(MAIL, text=text, html=text, attachments=(Attachment(text, PAPER),))))
    assert mail.keys() == HEADERS
    assert len([*mail.walk()]) == 5
    paper = [*mail.walk()][-1]
    assert paper.keys() == ["Content-Type", "Content-Disposition", "Content-Transfer-Encoding"]
    assert paper.get_payload(decode=True) == PAPER
    name = paper.get_filename()
    assert name == (mail_headers.cleaned(text).replace("/", "_").replace("\\", "_") or "attachment")


@pytest.mark.parametrize("line", [b"x" * 5000, b".", b"..", b"From here", b"--=_", b"=", b"a \t", b"\xc3\xa8" * 3000])
def test_lines_of_any_length_and_kind_arrive_whole(line: bytes) -> None:
    data = build(replace(MAIL, text=line.decode() + "\nend\n"))
    text = [*parsed(data).walk()][2]
    assert text.get_payload(decode=True) == line + b"\r\nend\r\n"
    assert max(map(len, data.split(b"\r\n"))) <= 78
    assert data.count(b"\r\n") == data.count(b"\n") == data.count(b"\r")
    assert data.isascii()


@pytest.mark.parametrize("given", ["a\r\nb", "a\rb", "a\nb", "a\nb\n", "a\0\nb\x1b\ud800\u202e"])
def test_line_ends_are_made_equal_and_what_cannot_be_seen_is_left_out(given: str) -> None:
    text = [*parsed(build(replace(MAIL, text=given))).walk()][2]
    assert text.get_payload(decode=True) == b"a\r\nb\r\n"


def test_an_internationalised_domain_is_written_in_ascii_and_a_name_before_the_at_as_it_is() -> None:
    data = build(replace(MAIL, sender="info@müller.example", recipients=("jörg@müller.example", "a@b.example")))
    assert b"From: Tipografia Aurora <info@xn--mller-kva.example>\r\n" in data
    assert "To: jörg@xn--mller-kva.example, a@b.example\r\n".encode() in data
    assert parsed(data).keys() == HEADERS


def test_many_recipients_are_folded() -> None:
    everybody = tuple(f"customer-number-{number}@customers.example" for number in range(100))
    data = build(replace(MAIL, recipients=everybody))
    assert "".join(parsed(data)["To"].split()) == ",".join(everybody)
    assert max(map(len, data.split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"recipients": ()}, "no recipient"),
        ({"recipients": ("chiara@customers.example", "eve")}, "The recipient's address has no @"),
        ({"recipients": ("chiara@customers.example\r\nBcc: eve@evil.example",)}, "The recipient's address holds"),
        ({"sender": "a b@aurora.example"}, "The sender's address holds"),
        ({"reply_to": "<x@aurora.example>"}, "The address for replies is not"),
    ],
)
def test_a_mail_without_usable_addresses_is_refused_with_a_sentence(changes: dict[str, object], why: str) -> None:
    refused = built(replace(MAIL, **changes))  # type: ignore[arg-type]
    assert isinstance(refused, Rejected) and why in refused.reason
    assert "customers" not in refused.reason and "eve" not in refused.reason


@pytest.mark.parametrize(
    "changes",
    [
        {"message_id": "<a@b>\r\nBcc: eve@evil.example"},
        {"message_id": "a@b.example"},
        {"message_id": "<../a@b.example>"},
        {"message_id": "<.a@b.example>"},
        {"language": "it\r\nBcc: eve@evil.example"},
        {"language": "it, de"},
        {"date": datetime(2026, 3, 9)},  # noqa: DTZ001  the error in question
        {"attachments": (Attachment("a.pdf", b"", "application/pdf\r\nX: y"),)},
        {"attachments": (Attachment("a.pdf", b"", "multipart/mixed"),)},
    ],
)
def test_a_mail_that_the_program_composed_wrongly_is_a_defect_and_never_sent(changes: dict[str, object]) -> None:
    with pytest.raises(Defect):
        build(replace(MAIL, **changes))  # type: ignore[arg-type]
    refused = built(replace(MAIL, **changes))  # type: ignore[arg-type]
    assert isinstance(refused, Rejected) and "error of the program" in refused.reason


def test_a_header_that_was_not_meant_is_found_by_reading_the_mail_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_message, "text_words", lambda text: [text])
    for subject in ("Hello\r\nBcc: eve@evil.example", "Hello\r\n\r\nbody", "Hello\nX: y", "a\0b", "x" * 999):
        with pytest.raises(Defect):
            build(replace(MAIL, subject=subject))


def test_a_paper_that_would_not_arrive_as_it_is_stored_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_message, "encodebytes", lambda _content: b"AAAA\n")
    with pytest.raises(Defect, match="otherwise than it was written"):
        build(MAIL)


def test_anything_else_that_goes_wrong_is_said_without_its_content() -> None:
    refused = built(replace(MAIL, text=None))  # type: ignore[arg-type]
    assert refused == Rejected("The mail cannot be built, which is an error of the program (AttributeError).")
