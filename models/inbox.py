"""Events as they came in, and what could not be taken as an event."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, DueWork, EnumText, Id


class EventState(StrEnum):
    """What has become of an accepted event."""

    ACCEPTED = "accepted"
    HANDLED = "handled"
    PARKED = "parked"
    QUARANTINED = "quarantined"


class Event(DueWork, Base):
    """An accepted event, kept for ever. (source, event_id) identifies it; `digest` tells a duplicate from a conflict.

    `outcome` is a readable sentence; `refused` marks an event that was handled and to which the business said no.
    A parked one names what it waits for: `waits_for` is "order", "item", "complaint", "refund" or "hand_over",
    `waits_key` which one.
    """

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("source", "event_id"),
        Index("ix_event_due", "shop_id", "id", postgresql_where=text("state = 'accepted'")),
        Index(
            "ix_event_parked", "shop_id", "waits_for", "waits_key", postgresql_where=text("state = 'parked'")
        ),
        Index("ix_event_quarantined", "shop_id", postgresql_where=text("state = 'quarantined'")),
        Index("ix_event_order", "shop_id", "order_number"),
    )

    id: Mapped[Id]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    source: Mapped[str]
    event_id: Mapped[str]
    type: Mapped[str]
    order_number: Mapped[str | None]
    time: Mapped[datetime]
    received_at: Mapped[datetime]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    body: Mapped[dict[str, Any]]
    state: Mapped[EventState] = mapped_column(
        EnumText(EventState), default=EventState.ACCEPTED, server_default=EventState.ACCEPTED.value
    )
    refused: Mapped[bool] = mapped_column(default=False, server_default="false")
    outcome: Mapped[str | None]
    waits_for: Mapped[str | None]
    waits_key: Mapped[str | None]
    handled_at: Mapped[datetime | None]


class Quarantine(Base):
    """What the door could not take as an event, with its errors: nothing is lost, an operator can retry it.

    `raw` is the JSON as ASCII text (escapes kept, so NUL and lone surrogates survive). The same thing again only
    raises `times_seen`.
    """

    __tablename__ = "quarantine"
    __table_args__ = (
        UniqueConstraint("shop_id", "digest"),
        Index("ix_quarantine_open", "shop_id", postgresql_where=text("released_at IS NULL")),
    )

    id: Mapped[Id]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    event_id: Mapped[str | None]
    source: Mapped[str | None]
    errors: Mapped[list[Any]]
    raw: Mapped[str]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    times_seen: Mapped[int] = mapped_column(default=1, server_default="1")
    released_at: Mapped[datetime | None]
    released_event_id: Mapped[int | None] = mapped_column(BigInteger)
