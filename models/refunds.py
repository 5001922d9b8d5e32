"""Money that is to go back to a customer."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, DueWork, EnumText, Id, Minor


class RefundState(StrEnum):
    """`requested -> sent -> settled | failed`. A failed one no longer counts; a new request takes its place."""

    REQUESTED = "requested"
    SENT = "sent"
    SETTLED = "settled"
    FAILED = "failed"


class RefundRequest(DueWork, Base):
    """A refund request; committed before anyone is asked to pay, and its id ("R-17") is the idempotency key."""

    __tablename__ = "refund_request"
    __table_args__ = (
        Index("ix_refund_due", "shop_id", "id", postgresql_where=text("state = 'requested'")),
        Index("ix_refund_open", "currency", postgresql_where=text("state IN ('requested', 'sent')")),
        Index("ix_refund_order", "order_id"),
    )

    id: Mapped[Id]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    amount: Mapped[Minor]
    currency: Mapped[str]
    reason: Mapped[str]
    state: Mapped[RefundState] = mapped_column(
        EnumText(RefundState), default=RefundState.REQUESTED, server_default=RefundState.REQUESTED.value
    )
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    reference: Mapped[str | None]
    failure: Mapped[str | None]

    @property
    def name(self) -> str:
        """How the request is called outside: "R-17"."""
        return f"R-{self.id}"
