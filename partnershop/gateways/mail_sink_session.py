"""What the mail sink says to a client, line by line: the commands of SMTP that a sender of mail needs (RFC 5321)."""

import re
from collections.abc import Callable, Sequence

_SIZE_LIMIT_BYTES = 50 * 1024 * 1024
_PATH = re.compile(r"(?:FROM|TO):\s*<(?P<address>[^<>\s]*)>(?: (?P<options>.*))?", re.IGNORECASE)

Verdict = Callable[[str], str | None]
Keep = Callable[[str, Sequence[str], bytes], str]


class Session:
    """The talk with one client. `verdict` says no to a recipient, `keep` stores a mail and returns its name."""

    def __init__(self, verdict: Verdict, keep: Keep) -> None:
        self._verdict = verdict
        self._keep = keep
        self._data: list[bytes] | None = None
        self.over = False
        self.has_kept = False
        """Whether the last answer was to a whole mail that was kept."""
        self._forget()

    @property
    def is_listening(self) -> bool:
        """Whether the next line is a command, and not a line of a mail."""
        return self._data is None

    def greeting(self) -> bytes:
        """What is said first."""
        return b"220 localhost mail sink: keeps everything, passes nothing on\r\n"

    def answer(self, line: bytes) -> bytes:
        """The answer to a line with its line end; empty while a mail is being taken down."""
        self.has_kept = False
        if self._data is not None:
            return self._take_down(self._data, line)
        verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
        commands: dict[str, Callable[[str], str]] = {
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._begin_data,
            "RSET": self._reset,
            "NOOP": lambda _rest: "250 2.0.0 still here",
            "VRFY": lambda _rest: "252 2.5.0 send it and see",
            "QUIT": self._quit,
        }
        command = commands.get(verb.upper())
        return f"{command(rest) if command else '500 5.5.2 not a command of SMTP'}\r\n".encode()

    def _forget(self) -> None:
        self._sender: str | None = None
        self._recipients: list[str] = []

    def _ehlo(self, _name: str) -> str:
        self._forget()
        words = ("localhost", f"SIZE {_SIZE_LIMIT_BYTES}", "8BITMIME", "SMTPUTF8")
        return "\r\n".join([*(f"250-{word}" for word in words), "250 ENHANCEDSTATUSCODES"])

    def _helo(self, _name: str) -> str:
        self._forget()
        return "250 localhost"

    def _mail(self, rest: str) -> str:
        path = _PATH.fullmatch(rest)
        if path is None:
            return "501 5.5.4 MAIL FROM:<address> is wanted"
        if self._sender is not None:
            return "503 5.5.1 one mail at a time"
        self._sender = path["address"]
        return "250 2.1.0 sender noted"

    def _rcpt(self, rest: str) -> str:
        path = _PATH.fullmatch(rest)
        if path is None or not path["address"]:
            return "501 5.5.4 RCPT TO:<address> is wanted"
        if self._sender is None:
            return "503 5.5.1 MAIL comes first"
        if said := self._verdict(path["address"]):
            return said
        self._recipients.append(path["address"])
        return "250 2.1.5 recipient noted"

    def _begin_data(self, _rest: str) -> str:
        if not self._recipients:
            return "503 5.5.1 RCPT comes first"
        self._data = []
        self._bytes = 0
        return "354 end with a dot on a line of its own"

    def _take_down(self, lines: list[bytes], line: bytes) -> bytes:
        if line == b".\r\n":
            return f"{self._end_data(b''.join(lines))}\r\n".encode()
        self._bytes += len(line)
        if self._bytes <= _SIZE_LIMIT_BYTES:
            lines.append(line[1:] if line.startswith(b".") else line)
        return b""

    def _end_data(self, data: bytes) -> str:
        sender, recipients, size = self._sender or "", self._recipients, self._bytes
        self._data = None
        self._forget()
        if size > _SIZE_LIMIT_BYTES:
            return "552 5.3.4 the mail is too big"
        try:
            name = self._keep(sender, recipients, data)
        except OSError as error:
            return f"452 4.3.1 cannot be kept: {error.strerror}"
        self.has_kept = True
        return f"250 2.0.0 kept as {name}"

    def _reset(self, _rest: str) -> str:
        self._forget()
        return "250 2.0.0 forgotten"

    def _quit(self, _rest: str) -> str:
        self.over = True
        return "221 2.0.0 goodbye"
