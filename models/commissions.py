"""What Unitedprint bills the shop on items produced in house."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Minor, Percent


class CommissionEntry(Base):
    """The commission on one item: `base` is its net sale price when its first invoice was issued, minor units.

    A complaint never changes the base. A cancelled or redirected item's entry is voided, visibly.
    """

    __tablename__ = "commission_entry"

    id: Mapped[Id]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), unique=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    base: Mapped[Minor]
    percent: Mapped[Percent]
    amount: Mapped[Minor]
    created_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None]
