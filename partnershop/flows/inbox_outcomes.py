"""What can become of an accepted event."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Handled:
    """It has been applied; or, `refused`, the business said no and nothing changed."""

    sentence: str
    refused: bool = False


@dataclass(frozen=True)
class Parked:
    """It waits for something that is not known yet and is applied when that arrives."""

    waits_for: str
    waits_key: str
    sentence: str


@dataclass(frozen=True)
class Quarantined:
    """It contradicts what is known; an operator looks at it."""

    sentence: str


Outcome = Handled | Parked | Quarantined
