"""How a call to somebody outside can end. There is no fourth way: an exception that escapes a gateway is a defect."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Done:
    """They have it. `reference` is their name for it (an order number, a file name)."""

    reference: str


@dataclass(frozen=True)
class Rejected:
    """They said no and keep nothing; `reason` is a sentence for an operator."""

    reason: str


@dataclass(frozen=True)
class Unavailable:
    """The request certainly never reached them (connection refused, name not resolved): safe to try again later."""

    reason: str


@dataclass(frozen=True)
class Unknown:
    """Nobody knows whether they have it (a time-out, a connection lost after sending): never sent again blindly."""

    reason: str


Outcome = Done | Rejected | Unavailable | Unknown
