"""Hand-overs to a producer: a row before the call, an outcome after it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, DueWork, EnumText, Id
from partnershop.rules.eligibility import Route


class DispatchState(StrEnum):
    """How far a hand-over has come. Live are in_flight, done and unknown: only then is the item (perhaps) with them.

    A withdrawing one is work again: the producer is to be told that it must not make the item.
    """

    IN_FLIGHT = "in_flight"
    DONE = "done"
    UNKNOWN = "unknown"
    REJECTED = "rejected"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"


class Dispatch(DueWork, Base):
    """One hand-over of one item. `key` is our own order name at the producer; `reference` is theirs.

    The partial unique index is the guard that no item is with two producers.
    """

    __tablename__ = "dispatch"
    __table_args__ = (
        Index(
            "uq_dispatch_live", "item_id", unique=True,
            postgresql_where=text("state IN ('in_flight', 'done', 'unknown')"),
        ),
        Index("ix_dispatch_due", "shop_id", "due_at", postgresql_where=text("state IN ('in_flight', 'withdrawing')")),
        Index("ix_dispatch_unknown", "id", postgresql_where=text("state = 'unknown'")),
        Index("ix_dispatch_item", "item_id"),
    )  # fmt: skip

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    producer: Mapped[Route] = mapped_column(EnumText(Route))
    key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[DispatchState] = mapped_column(EnumText(DispatchState))
    reference: Mapped[str | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
