"""Who carries mail: an SMTP server, or a folder of .eml files where none is set."""

from pathlib import Path
from typing import Protocol

from partnershop.gateways.mail_folder import MailFolder
from partnershop.gateways.mail_message import Attachment, Message
from partnershop.gateways.mail_server import read_server
from partnershop.gateways.mail_smtp import SmtpPost
from partnershop.gateways.outcome import Outcome

__all__ = ["Attachment", "Message", "Post", "post"]


class Post(Protocol):
    """Carries mails. The same message twice is the same mail to any receiver. Never raises."""

    def send(self, message: Message) -> Outcome:
        """Hand the mail over; `Done.reference` is the server's answer or the file's name, in one line.

        `Rejected`: the message, the sender or a recipient will never be taken, trying again changes nothing.
        `Unavailable`: nobody took it, a new try is safe. `Unknown`: the connection was lost after the whole mail was
        sent and before the answer. Reasons hold no addresses.
        """
        ...


def post(smtp_url: str, folder: Path) -> Post:
    """The SMTP server of `smtp_url`; where it is empty, files in `folder`. Raises `Refused` for a URL that is none."""
    return SmtpPost(read_server(smtp_url)) if smtp_url else MailFolder(folder)
