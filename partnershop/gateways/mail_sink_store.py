"""Where the mail sink keeps mails: files that people find by their subjects, and a list of the envelopes."""

import json
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from pathlib import Path

# Not those that MailFolder wrote into the same folder: their names hold an @.
_NUMBERED = re.compile(r"(\d+)-[a-z0-9-]+\.eml")
_LONGEST_NAME = 60


class Store:
    """The mails in `FOLDER/mails`, and the list `envelopes.jsonl` beside them. Raises `OSError` if it cannot write."""

    def __init__(self, folder: Path) -> None:
        self._mails = folder / "mails"
        self._envelopes = self._mails / "envelopes.jsonl"
        self._mails.mkdir(parents=True, exist_ok=True)
        taken = (_NUMBERED.fullmatch(path.name) for path in self._mails.iterdir())
        self._number = max((int(name[1]) for name in taken if name), default=0)

    def keep(self, sender: str, recipients: Sequence[str], data: bytes, received_at: datetime) -> str:
        """Keep a mail and its envelope; the name of its file."""
        self._number += 1
        name = f"{self._number:04d}-{_readable(data)}.eml"
        unfinished = self._mails / f".{name}"
        unfinished.write_bytes(data)
        unfinished.rename(self._mails / name)
        envelope = {"file": name, "sender": sender, "recipients": recipients, "received_at": received_at.isoformat()}
        with self._envelopes.open("a", encoding="utf-8") as file:
            file.write(json.dumps(envelope, ensure_ascii=False) + "\n")
        return name


def _readable(data: bytes) -> str:
    """The subject in letters, digits and dashes."""
    subject = BytesHeaderParser().parsebytes(data)["Subject"] or ""
    try:
        text = str(make_header(decode_header(subject)))
    except (HeaderParseError, LookupError, UnicodeError):
        text = str(subject)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:_LONGEST_NAME].strip("-") or "mail"
