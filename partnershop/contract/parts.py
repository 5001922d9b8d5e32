"""What the data of events have in common: strict members, and the order or item that they are about."""

from pydantic import BaseModel, ConfigDict

from partnershop.contract.fields import Identifier


class Data(BaseModel):
    """A wrong kind of value is an error, an unknown member is ignored."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class OfOrder(Data):
    """The data of an event about an order."""

    order: Identifier


class OfItem(OfOrder):
    """The data of an event about an item."""

    item: Identifier
