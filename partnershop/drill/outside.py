"""What the others hold after a drill: producers, whoever pays money back, the customers' mail server."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Handed:
    """A ticket or order at a producer. `key` is our own name of the hand-over (the simulator's order_name)."""

    producer: str
    key: str
    shop: str | None = None
    withdrawn: bool = False


@dataclass(frozen=True)
class Instructed:
    """A refund instruction; `amount` in minor units."""

    shop: str
    refund: str
    order: str
    amount: int


@dataclass(frozen=True)
class Mailed:
    """A mail as it arrived: `papers` are the numbers of the PDFs in it, `digest` the SHA-256 of its bytes."""

    message_id: str
    digest: str
    papers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outside:
    """Everything that left the house. None: nobody looked, so nothing is judged by it."""

    handed: tuple[Handed, ...] | None = None
    refunds: tuple[Instructed, ...] | None = None
    mails: tuple[Mailed, ...] | None = None
    forgotten: frozenset[str] = field(default_factory=frozenset)
    """Keys of hand-overs that a producer accepted and forgot: ours must show them as not acknowledged."""
