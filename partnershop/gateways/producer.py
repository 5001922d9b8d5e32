"""Who makes an order item: the shop's own print works or Unitedprint, behind one interface."""

from typing import Protocol

from partnershop.gateways.outcome import Outcome
from partnershop.gateways.ticket import Ticket


class Producer(Protocol):
    """Takes order items over and gives them back. No method raises: every way a call can end is an `Outcome`."""

    @property
    def name(self) -> str:
        """The producer's name in rows, logs and messages."""
        ...

    @property
    def idempotent(self) -> bool:
        """True: the same key may be handed over again after an unknown outcome, it stays one order.

        False: they would make it twice, so an unknown outcome has to be looked up first.
        """
        ...

    def hand_over(self, ticket: Ticket) -> Outcome:
        """Give them the item; `Done.reference` is their name for it."""
        ...

    def withdraw(self, ticket_key: str, reason: str) -> Outcome:
        """Ask them to stop the item of that key; `reason` is a sentence for people."""
        ...
