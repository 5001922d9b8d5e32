"""Who pays money back: refund instructions for the accountant or the payment provider's import."""

import re
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from partnershop.gateways.files import DropFolder, digest_of, is_safe_name, machine_json
from partnershop.gateways.outcome import Done, Outcome, Rejected, Unavailable

_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,4})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class RefundInstruction:
    """Pay `amount` back to the customer of `order`.

    `refund` is our id of the request (such as R-17) and the idempotency key: the same id is the same payment for ever.
    `amount` is a decimal number in units of `currency` (ISO 4217), above zero, such as "60.88"; `reason` is a sentence.
    """

    refund: str
    shop: str
    order: str
    amount: str
    currency: str
    reason: str


class Payments(Protocol):
    """Takes refund instructions. Asking twice with the same id pays once. Never raises."""

    def request_refund(self, instruction: RefundInstruction) -> Outcome:
        """Ask for the payment; `Done.reference` is their name for it. Not yet the payment itself: that is an event."""
        ...


def refusal(instruction: RefundInstruction) -> Rejected | None:
    """Why an instruction cannot be carried out by anybody, None if it can."""
    for word, value in (("refund", instruction.refund), ("shop", instruction.shop)):
        if not is_safe_name(value):
            return Rejected(f"{value!r} cannot be the name of a {word}.")
    if not _AMOUNT.fullmatch(instruction.amount) or Decimal(instruction.amount) == 0:
        return Rejected(f"Refund {instruction.refund}: {instruction.amount!r} is not an amount above zero.")
    if not _CURRENCY.fullmatch(instruction.currency):
        return Rejected(f"Refund {instruction.refund}: {instruction.currency!r} is not a currency (ISO 4217).")
    return None


def other_content(instruction: RefundInstruction) -> Rejected:
    """The answer to an id that was used before for something else."""
    return Rejected(
        f"Refund {instruction.refund} of shop {instruction.shop} was requested before with other content; "
        "the first request stands."
    )


class RefundFolder:
    """One JSON per refund in `FOLDER/SHOP/R-17.json`, for `FOLDER` = `DATA/refunds`.

    Schema `partnershop.refund`, version 1: schema, version and the members of `RefundInstruction`; UTF-8, keys sorted.
    The file appears exactly once, also when it was taken away since (see `partnershop.gateways.files`).
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def request_refund(self, instruction: RefundInstruction) -> Outcome:
        """Write the file; `Done.reference` is its name.

        `Rejected`: an instruction nobody can carry out, or an id used before with other content. `Unavailable`: the
        folder cannot be written; a new try is safe.
        """
        if refused := refusal(instruction):
            return refused
        name = f"{instruction.refund}.json"
        try:
            content = machine_json({"schema": "partnershop.refund", "version": SCHEMA_VERSION, **asdict(instruction)})
        except UnicodeEncodeError:
            return Rejected(f"Refund {instruction.refund} holds characters that are not Unicode.")
        files = [(name, content)]
        drop = DropFolder(self._folder / instruction.shop)
        try:
            drop.deliver(instruction.refund, files)
            # Asked after delivering: of two requests at once, the one that lost must learn it too.
            if drop.digest(instruction.refund) != digest_of(files):
                return other_content(instruction)
        except OSError as error:
            return Unavailable(f"The refund folder {drop.folder} cannot be used: {error.strerror or error}.")
        return Done(name)
