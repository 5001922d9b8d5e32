"""The stages of an order's life, by the words that name them in every layer, and how one stage wakes the next."""

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """A stage has one queue of the same name and work that is rows in a state; reconciliation's are periods."""

    INBOX = "inbox"
    ROUTING = "routing"
    DISPATCH = "dispatch"
    INVOICING = "invoicing"
    CORRECTIONS = "corrections"
    REFUNDS = "refunds"
    COMMISSIONS = "commissions"
    DOCUMENTS = "documents"
    MAIL = "mail"
    RECONCILIATION = "reconciliation"


@dataclass(frozen=True)
class Wake:
    """A hint that a stage has work. A case carries who it is about, so that an operator finds it in Flower."""

    stage: Stage
    shop: str | None = None
    order: str | None = None
    case: int | None = None
    verb: str | None = None
