"""A mail as bytes: the same message gives the same bytes in every process, and no text in it can become a header."""

import hashlib
import re
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import compat32
from email.utils import format_datetime

from partnershop.errors import Defect
from partnershop.gateways.mail_addresses import checked
from partnershop.gateways.mail_headers import field, filename_words, mailbox_words, text_words, visible
from partnershop.gateways.outcome import Rejected

_MESSAGE_ID = re.compile(r"<[A-Za-z0-9_][A-Za-z0-9._-]{0,99}@[A-Za-z0-9][A-Za-z0-9.-]{0,252}>")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")
_MEDIA_TYPE = re.compile(r"[a-z]{1,30}/[a-z0-9][a-z0-9.+-]{0,59}")
_LONGEST_LINE = 998
_BAD_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail, byte for byte as given."""

    filename: str
    content: bytes
    media_type: str = "application/pdf"


@dataclass(frozen=True)
class Message:
    """A mail, composed. Addresses are bare (`anna@shop.example`); names and subject are plain text of any content.

    `message_id` (`<uuid@domain>`, with its angle brackets) is the same for ever: to any receiver a mail sent again is
    the same mail. `date` is aware: when it was composed. `bcc` is in the envelope only, never in a header. `language`
    is that of the text, such as `it`.
    """

    message_id: str
    date: datetime
    sender: str
    sender_name: str | None
    reply_to: str | None
    recipients: tuple[str, ...]
    bcc: tuple[str, ...]
    subject: str
    text: str
    html: str
    language: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class _Part:
    """A MIME part: its fields, each with its CRLF, and its body, which ends with CRLF."""

    fields: tuple[str, ...]
    body: bytes

    def encoded(self) -> bytes:
        """The part as it lies between two boundaries, and as a whole mail."""
        return "".join(self.fields).encode() + b"\r\n" + self.body


def build(message: Message) -> bytes:
    """The mail as it is sent: MIME, CRLF, lines of at most 998 octets, ASCII but for internationalised addresses.

    A pure function: neither chance nor the time, the time zone or the Python version change a byte. Characters that
    cannot be seen are taken out of names, subject and texts (see `mail_headers.visible`). Raises `ValueError` with a
    sentence when an address cannot be used, and `Defect` for a message that was composed wrongly.
    """
    _require(_MESSAGE_ID.fullmatch(message.message_id) is not None, "Its Message-ID is not of the form <uuid@domain>.")
    content = _alternatives(message)
    if message.attachments:
        parts = [content, *(_attached(attachment) for attachment in message.attachments)]
        content = _multipart("mixed", message.message_id, parts)
    whole = _Part((*_fields(message), "MIME-Version: 1.0\r\n", *content.fields), content.body)
    data = whole.encoded()
    _verify(data, whole.fields, message)
    return data


def built(message: Message) -> bytes | Rejected:
    """As `build`, for gateways, which do not raise: `Rejected` says why there is no such mail."""
    try:
        return build(message)
    except ValueError as error:
        return Rejected(str(error))
    except Defect as error:
        return Rejected(f"The mail was composed wrongly, which is an error of the program. {error}")
    except Exception as error:
        return Rejected(f"The mail cannot be built, which is an error of the program ({type(error).__name__}).")


def _fields(message: Message) -> tuple[str, ...]:
    _require(message.date.tzinfo is not None, "Its date says no time zone.")
    _require(_LANGUAGE.fullmatch(message.language) is not None, "Its language is none.")
    if not message.recipients:
        raise ValueError("The mail has no recipient.")
    sender = checked(message.sender, "The sender's address")
    recipients = [checked(recipient, "The recipient's address") for recipient in message.recipients]
    reply_to = [checked(message.reply_to, "The address for replies")] if message.reply_to else []
    listed = [f"{address}," for address in recipients[:-1]] + recipients[-1:]
    return (
        field("Date", [format_datetime(message.date.astimezone(UTC))]),
        field("From", mailbox_words(message.sender_name, sender)),
        field("To", listed),
        *(field("Reply-To", [address]) for address in reply_to),
        field("Subject", text_words(message.subject)),
        field("Message-ID", [message.message_id]),
        field("Content-Language", [message.language]),
        # No answering machine is to answer; notices of non-delivery are still wanted.
        field("Auto-Submitted", ["auto-generated"]),
        field("X-Auto-Response-Suppress", ["OOF,", "AutoReply"]),
    )


def _alternatives(message: Message) -> _Part:
    texts = [_text("plain", message.text), _text("html", message.html)]
    return _multipart("alternative", message.message_id, texts)


def _text(subtype: str, text: str) -> _Part:
    fields = (
        field("Content-Type", [f"text/{subtype};", "charset=utf-8"]),
        field("Content-Transfer-Encoding", ["quoted-printable"]),
    )
    return _Part(fields, b2a_qp(_lines(text), istext=True))


def _lines(text: str) -> bytes:
    """A text's visible characters in UTF-8, each line with its CRLF."""
    lines = visible(text.replace("\r\n", "\n").replace("\r", "\n"), keep="\n\t").removesuffix("\n").split("\n")
    return "".join(f"{line}\r\n" for line in lines).encode()


def _attached(attachment: Attachment) -> _Part:
    _require(_MEDIA_TYPE.fullmatch(attachment.media_type) is not None, "An attachment's media type is none.")
    fields = (
        field("Content-Type", [attachment.media_type]),
        field("Content-Disposition", filename_words(attachment.filename)),
        field("Content-Transfer-Encoding", ["base64"]),
    )
    return _Part(fields, encodebytes(attachment.content).replace(b"\n", b"\r\n") or b"\r\n")


def _multipart(subtype: str, message_id: str, parts: Sequence[_Part]) -> _Part:
    # "=_" is in no text that is quoted-printable or base64, so no part can hold the boundary.
    boundary = f"=_{hashlib.sha256(f'{subtype} {message_id}'.encode()).hexdigest()[:32]}"
    opening = f"--{boundary}\r\n".encode()
    body = b"".join(opening + part.encoded() + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()
    return _Part((field("Content-Type", [f"multipart/{subtype};", f'boundary="{boundary}"']),), body)


def _verify(data: bytes, fields: Sequence[str], message: Message) -> None:
    """Read the mail as a receiver would. Raises `Defect` unless it is what was meant, header by header."""
    _require(not _BAD_LINE_END.search(data) and b"\0" not in data, "A line ends in the middle.")
    _require(max(map(len, data.split(b"\r\n"))) <= _LONGEST_LINE, "A line is too long.")
    parsed = BytesParser(policy=compat32).parsebytes(data)
    meant = [name.partition(":")[0] for name in fields]
    _require(parsed.keys() == meant, "It has other headers than were meant.")
    leaves = [part for part in parsed.walk() if not part.is_multipart()]
    _require(not any(part.defects for part in parsed.walk()), "It cannot be read again.")
    contents = [part.get_payload(decode=True) for part in leaves]
    expected = [_lines(message.text), _lines(message.html), *(each.content for each in message.attachments)]
    _require(contents == expected, "It reads otherwise than it was written.")


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Defect(otherwise)
