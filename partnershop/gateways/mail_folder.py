"""Mail as files, where no mail server is set: what would have been sent, to be looked at."""

import os
import secrets
from pathlib import Path

from partnershop.gateways.files import make_folder, sync_folder
from partnershop.gateways.mail_message import Message, built
from partnershop.gateways.outcome import Done, Outcome, Rejected, Unavailable

_LONGEST_NAME = 200


class MailFolder:
    """One file per mail, `FOLDER/UUID@DOMAIN.eml` by its Message-ID: the same mail again is the same file.

    The folder is made when it is missing. A bcc gets no file and is not named in it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: Message) -> Outcome:
        """Write the file; `Done.reference` is its name. `Unavailable`: the folder cannot be written."""
        data = built(message)
        if isinstance(data, Rejected):
            return data
        # A Message-ID holds nothing that could leave the folder, `build` has seen to it. But a domain may be longer
        # than file names are; what makes it the only one comes first.
        name = f"{message.message_id.strip('<>')[:_LONGEST_NAME]}.eml"
        try:
            self._write(name, data)
        except OSError as error:
            return Unavailable(f"The mail folder {self._folder} cannot be written: {error.strerror or error}.")
        return Done(name)

    def _write(self, name: str, data: bytes) -> None:
        """Put the file there whole or not at all, whatever is killed in between."""
        make_folder(self._folder)
        unfinished = self._folder / f".{secrets.token_hex(8)}.tmp"
        try:
            with unfinished.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self._folder / name)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise
        sync_folder(self._folder)
