"""The shop's own print works: job tickets in a hot folder, JSON for machines and a page for people."""

from collections.abc import Callable
from pathlib import Path

from partnershop import clock
from partnershop.gateways.files import DropFolder, is_safe_name
from partnershop.gateways.outcome import Done, Outcome, Rejected, Unavailable
from partnershop.gateways.ticket import Ticket
from partnershop.gateways.workshop_files import (
    WITHDRAWN,
    page_name,
    ticket_json,
    ticket_name,
    withdrawal_json,
    withdrawal_name,
)


def hot_folder_of(data: Path, shop: str) -> Path:
    """Where the tickets of a shop go: `DATA/hotfolder/SHOP`. Raises `ValueError` if the shop's key is no safe name."""
    if not is_safe_name(shop):
        raise ValueError(f"The shop key {shop!r} cannot be a folder's name.")
    return data / "hotfolder" / shop


class HotFolder:
    """The print works of one shop, which watch `folder` for `*.json` and take the tickets away.

    Each ticket appears exactly once whatever is retried (see `partnershop.gateways.files` for how), also after the
    print works have moved it. `render` makes the page for people (a PDF); it is called outside every lock, and only for
    a ticket that was not handed over before. A ticket whose key is known is not written again, whatever it says now:
    the key is the hand-over.
    """

    name = "in_house"
    idempotent = True

    def __init__(self, folder: Path, render: Callable[[Ticket], bytes]) -> None:
        self._folder = folder
        self._drop = DropFolder(folder)
        self._render = render

    def hand_over(self, ticket: Ticket) -> Outcome:
        """Write `KEY.pdf`, then `KEY.json`. `Done.reference` is the JSON's name.

        `Rejected`: a key that cannot be a file name, text that is not Unicode, or a key that was withdrawn before it
        was ever handed over. `Unavailable`: the folder cannot be written, or the page could not be made; a new try is
        safe.
        """
        if refused := _refuse(ticket.key):
            return refused
        try:
            if self._drop.knows(ticket.key):
                self._drop.finish(ticket.key)
                return Done(ticket_name(ticket.key))
            if self._drop.knows(ticket.key + WITHDRAWN):
                return Rejected(f"Ticket {ticket.key} was withdrawn before it was handed over.")
            return self._write(ticket)
        except OSError as error:
            return _unusable(self._folder, error)

    def withdraw(self, ticket_key: str, reason: str) -> Outcome:
        """Write `KEY.withdrawn.json`, once. `Done.reference` is its name.

        Whether the work can still be stopped is for the print works to say. A ticket not handed over yet will be
        refused from now on.
        """
        if refused := _refuse(ticket_key):
            return refused
        try:
            content = withdrawal_json(ticket_key, reason, clock.now())
        except UnicodeEncodeError:
            return Rejected(f"The reason for withdrawing {ticket_key} holds characters that are not Unicode.")
        try:
            # A ticket whose hand-over was interrupted comes first, so that the machines never see it after this.
            self._drop.finish(ticket_key)
            self._drop.deliver(ticket_key + WITHDRAWN, [(withdrawal_name(ticket_key), content)])
        except OSError as error:
            return _unusable(self._folder, error)
        return Done(withdrawal_name(ticket_key))

    def _write(self, ticket: Ticket) -> Outcome:
        try:
            machines = ticket_json(ticket)
        except UnicodeEncodeError:
            return Rejected(f"Ticket {ticket.key} holds characters that are not Unicode.")
        try:
            page = self._render(ticket)
        # Whatever goes wrong while making the page, nothing has left the house: the caller may try again.
        except Exception as error:
            return Unavailable(f"The page of ticket {ticket.key} could not be made: {type(error).__name__}: {error}")
        # The PDF first: the machines act as soon as they see the JSON.
        self._drop.deliver(ticket.key, [(page_name(ticket.key), page), (ticket_name(ticket.key), machines)])
        return Done(ticket_name(ticket.key))


def _refuse(key: str) -> Rejected | None:
    """`KEY.withdrawn` is refused because its ticket would bear the name of the withdrawal of `KEY`."""
    if is_safe_name(key) and not key.endswith(WITHDRAWN):
        return None
    return Rejected(
        f"{key!r} cannot be a ticket's key: 1 to 200 letters, digits, dots, dashes and underscores, "
        f"not starting with a dot, not ending in {WITHDRAWN}."
    )


def _unusable(folder: Path, error: OSError) -> Unavailable:
    return Unavailable(f"The hot folder {folder} cannot be used: {error.strerror or error}.")
