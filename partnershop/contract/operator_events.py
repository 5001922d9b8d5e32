"""The data of what only operators say."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from partnershop.contract.fields import Country, Email, FreeText, Identifier, Name, RecipientCode
from partnershop.contract.parts import Data, OfItem, OfOrder


class ItemRedirected(OfItem):
    """`item.redirected`: an in-house item goes to Unitedprint before production starts."""

    to: Literal["unitedprint"]
    reason: FreeText


class ItemReleased(OfItem):
    """`item.released`: what held an item has been put right; it goes on from where it stood."""

    reason: FreeText


class DispatchSettled(OfItem):
    """`dispatch.settled`: what became of a hand-over whose outcome was unknown.

    `hand_over` is our own order name at the producer. A word that names it cannot be taken for one on a later hand-over
    of the item.
    """

    accepted: bool
    hand_over: Name | None = None
    reference: Name | None = None
    reason: FreeText


CLEARABLE = ("company", "vat_id", "tax_code", "recipient_code", "pec")
"""Members of a buyer that may be taken away: sent as an empty text."""


class CorrectedBuyer(Data):
    """The members of a buyer that were wrong, as they are right; those that are left out stay as they were.

    `recipient_code` and `pec` are where the SdI delivers to (CodiceDestinatario, PECDestinatario).
    """

    name: Name | None = None
    company: Name | None = None
    street: Name | None = None
    postcode: Name | None = None
    city: Name | None = None
    country: Country | None = None
    email: Email | None = None
    vat_id: Identifier | None = None
    tax_code: Identifier | None = None
    recipient_code: RecipientCode | None = None
    pec: Email | None = None
    cleared: frozenset[str] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _note_cleared(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        cleared = frozenset(name for name in CLEARABLE if given.get(name) == "")
        return {name: value for name, value in given.items() if name not in cleared} | {"cleared": cleared}

    def changes(self) -> dict[str, str | None]:
        """What is to be written into the order's customer."""
        stated = {name: value for name, value in self.model_dump(exclude={"cleared"}).items() if value is not None}
        return stated | dict.fromkeys(self.cleared)


class BuyerCorrected(OfOrder):
    """`buyer.corrected`: the buyer of an order, before its invoice is issued."""

    buyer: CorrectedBuyer
    reason: FreeText


class ItemDescribed(OfItem):
    """`item.described`: what an item, or a charge, is called on papers, before its invoice is issued."""

    description: FreeText
    reason: FreeText


class _OfCase(OfOrder):
    case: Annotated[int, Field(ge=1, le=2**62)]
    reason: FreeText


class CaseConfirmed(_OfCase):
    """`case.confirmed`: a reversal that comes late may be issued all the same."""


class CaseDropped(_OfCase):
    """`case.dropped`: a case whose paper was refused is not wanted any more; it changes nothing."""
