"""Mail by SMTP. The commands are given one by one, because it matters which of them had no answer.

Until the dot that ends the mail is sent, the server has nothing, whatever happens: `Unavailable`, and a new try is
safe. From the dot on until its answer nobody knows: `Unknown`. `smtplib.sendmail` does not tell the two apart, and
sends to those who were taken when others were refused.
"""

import os
import smtplib
from dataclasses import dataclass

from partnershop.gateways.mail_addresses import checked
from partnershop.gateways.mail_connection import NotConnected, answer, clipped, connect, hang_up
from partnershop.gateways.mail_message import Message, built
from partnershop.gateways.mail_server import Server
from partnershop.gateways.outcome import Done, Outcome, Rejected, Unavailable, Unknown

_PIECE_BYTES = 64 * 1024
# Servers end a connection after a number of mails, mostly a hundred or more.
_MAILS_PER_CONNECTION = 50
_CLOSING = 421
# By their number for ever, but about our login and not about this mail: with the right one it would be taken.
_ABOUT_THE_LOGIN = frozenset({530, 534, 535, 538})


@dataclass
class _Held:
    """A connection that is kept for the next mail, the process that opened it, and how many mails it was used for."""

    smtp: smtplib.SMTP
    process: int
    mails: int = 0


@dataclass(frozen=True)
class _Mail:
    """A mail on its way: addresses as they go over the wire, and the bytes.

    `hidden` are those who get it without being named in it; `notes` is what became of others of them.
    """

    sender: str
    recipients: tuple[str, ...]
    hidden: tuple[str, ...]
    notes: tuple[str, ...]
    data: bytes

    @property
    def addresses(self) -> tuple[str, ...]:
        """All of them, to be masked in what the server says."""
        return self.sender, *self.recipients, *self.hidden

    @property
    def international(self) -> bool:
        """Whether the server must speak SMTPUTF8 for it."""
        return not self.data.isascii() or not "".join(self.addresses).isascii()


class SmtpPost:
    """Hands mails to a server, one after another on one connection, which it keeps. For use by one thread at a time.

    A recipient who is refused stops the mail for all. A bcc who is refused does not, also when the refusal is only for
    now: the customer's mail goes out, and `Done.reference` says that the bcc was refused.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._held: _Held | None = None

    def send(self, message: Message) -> Outcome:
        """Hand the mail over; `Done.reference` is the server's answer. The other outcomes are described at `Post`.

        A login that is refused is `Unavailable`: the operator's to mend, and no fault of the mail.
        """
        data = built(message)
        if isinstance(data, Rejected):
            return data
        try:
            smtp = self._connection()
        except NotConnected as error:
            return Unavailable(str(error))
        mail = _prepared(message, data, may_be_international=smtp.has_extn("smtputf8"))
        if isinstance(mail, Rejected):
            return mail
        return _hand_over(smtp, mail)

    def close(self) -> None:
        """End the connection, if there is one; the next mail opens a new one."""
        held, self._held = self._held, None
        if held is not None and held.process == os.getpid():
            hang_up(held.smtp)

    def _connection(self) -> smtplib.SMTP:
        """The kept connection if it still answers, else a new one. Raises `NotConnected`.

        A forked child must not write into its parent's connection, so it makes its own and merely drops the other.
        """
        held = self._held
        usable = held is not None and held.process == os.getpid() and held.mails < _MAILS_PER_CONNECTION
        if held is None or not usable or not _is_ready(held.smtp):
            self.close()
            held = self._held = _Held(connect(self._server), os.getpid())
        held.mails += 1
        return held.smtp


def _prepared(message: Message, data: bytes, *, may_be_international: bool) -> _Mail | Rejected:
    hidden, notes = [], []
    for address in message.bcc:
        try:
            usable = checked(address, "its address")
        except ValueError as error:
            notes.append(f"the bcc cannot be used ({str(error).rstrip('.')})")
            continue
        if usable.isascii() or may_be_international:
            hidden.append(usable)
        else:
            notes.append("the bcc was left out: the mail server does not take internationalised addresses")
    recipients = tuple(dict.fromkeys(checked(address) for address in message.recipients))
    others = tuple(address for address in dict.fromkeys(hidden) if address not in recipients)
    mail = _Mail(checked(message.sender), recipients, others, tuple(notes), data)
    if mail.international and not may_be_international:
        return Rejected("The mail has an internationalised address, which the mail server does not take (no SMTPUTF8).")
    return mail


def _hand_over(smtp: smtplib.SMTP, mail: _Mail) -> Outcome:
    try:
        notes = _announce(smtp, mail)
        if not isinstance(notes, tuple):
            return notes
        _send_all_but_the_end(smtp, mail.data)
    except Exception as error:
        smtp.close()
        return Unavailable(f"The mail server was lost before it had the whole mail: {_named(error, mail)}.")
    try:
        smtp.send(b".\r\n")
        code, text = smtp.getreply()
    # Also what nobody thought of: after this point the mail may be on its way.
    except Exception as error:
        smtp.close()
        return Unknown(f"The mail was sent, but its receipt was not confirmed: {_named(error, mail)}.")
    if 200 <= code < 300:
        return Done("; ".join([answer(code, text, mail.addresses), *notes]))
    if 400 <= code < 600:
        return _refused(smtp, mail, "The mail", code, text)
    smtp.close()
    return Unknown("The mail was sent, but the mail server's answer cannot be read.")


def _announce(smtp: smtplib.SMTP, mail: _Mail) -> Outcome | tuple[str, ...]:
    """All commands up to the server's go-ahead. What came of the bcc, or the outcome if it ends here."""
    limit = smtp.esmtp_features.get("size", "")
    if limit.isdecimal() and 0 < int(limit) < len(mail.data):
        return Rejected(f"The mail has {len(mail.data)} bytes; the mail server takes {limit} at most.")
    options = f" SIZE={len(mail.data)}" if smtp.has_extn("size") else ""
    options += " SMTPUTF8 BODY=8BITMIME" if mail.international else ""
    # Set for each mail, because smtplib goes back to ASCII with every RSET.
    smtp.command_encoding = "utf-8" if mail.international else "ascii"
    code, text = smtp.docmd("MAIL", f"FROM:<{mail.sender}>{options}")
    if not 200 <= code < 300:
        return _refused(smtp, mail, "The sender's address", code, text)
    for address in mail.recipients:
        code, text = smtp.docmd("RCPT", f"TO:<{address}>")
        if not 200 <= code < 300:
            return _refused(smtp, mail, "The recipient's address", code, text)
    notes = list(mail.notes)
    for address in mail.hidden:
        code, text = smtp.docmd("RCPT", f"TO:<{address}>")
        if code == _CLOSING:
            return _refused(smtp, mail, "The bcc", code, text)
        if not 200 <= code < 300:
            notes.append(f"the bcc was refused: {answer(code, text, mail.addresses)}")
    code, text = smtp.docmd("DATA")
    if code != 354:
        return _refused(smtp, mail, "The mail", code, text)
    return tuple(notes)


def _refused(smtp: smtplib.SMTP, mail: _Mail, what: str, code: int, text: bytes) -> Outcome:
    """The outcome of a refusal, after clearing the table for the next mail."""
    if not _is_ready(smtp):
        smtp.close()
    words = answer(code, text, mail.addresses)
    if not 500 <= code < 600:
        return Unavailable(f"{what} was not taken this time: {words}.")
    if code in _ABOUT_THE_LOGIN:
        return Unavailable(f"The mail server wants another login: {words}.")
    return Rejected(f"{what} was refused: {words}.")


def _send_all_but_the_end(smtp: smtplib.SMTP, data: bytes) -> None:
    """The mail without the dot that ends it; in pieces, so that the time limit is one for each of them."""
    stuffed = data.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    for start in range(0, len(stuffed), _PIECE_BYTES):
        smtp.send(stuffed[start : start + _PIECE_BYTES])


def _is_ready(smtp: smtplib.SMTP) -> bool:
    """Whether the server still listens and has forgotten every mail before."""
    try:
        return smtp.rset()[0] == 250
    except Exception:
        return False


def _named(error: Exception, mail: _Mail) -> str:
    return clipped(f"{type(error).__name__}: {error}", mail.addresses)
