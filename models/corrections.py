"""Cases (cancellations and accepted complaints) and the complaints themselves."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, DueWork, EnumText, Id, Minor


class CaseKind(StrEnum):
    """What a case is about."""

    CANCELLATION = "cancellation"
    COMPLAINT = "complaint"


class CaseState(StrEnum):
    """How far a case has come; a refused one changed nothing."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    PARKED = "parked"


class Case(DueWork, Base):
    """A cancellation or an accepted complaint: what changes an order's papers and money, in one transaction.

    `owed_before` and `owed_after` are what the customer owed for the order, minor units; their difference is the
    entitlement. `outcome` is the sentence an operator reads. `confirmed_by` is the operator who said that a late
    reversal may be issued (art. 26 DPR 633/72, comma 3). `woken` is set when its task was sent (flows/case_hints.py).
    """

    __tablename__ = "correction_case"
    __table_args__ = (
        Index("ix_case_open", "shop_id", "id", postgresql_where=text("state = 'open'")),
        Index("ix_case_woken", "shop_id", postgresql_where=text("state = 'open' AND woken")),
        Index("ix_case_parked", "shop_id", postgresql_where=text("state = 'parked'")),
        Index("ix_case_order", "order_id"),
        UniqueConstraint("event_id"),
    )

    id: Mapped[Id]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    event_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[CaseKind] = mapped_column(EnumText(CaseKind))
    actor: Mapped[str]
    reason: Mapped[str]
    note: Mapped[str | None]
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaint.id"))
    reduction: Mapped[dict[str, Any] | None]
    state: Mapped[CaseState] = mapped_column(
        EnumText(CaseState), default=CaseState.OPEN, server_default=CaseState.OPEN.value
    )
    woken: Mapped[bool] = mapped_column(default=False, server_default="false")
    owed_before: Mapped[Minor | None]
    owed_after: Mapped[Minor | None]
    outcome: Mapped[str | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    confirmed_by: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]


class CaseItem(Base):
    """An item that a case is about."""

    __tablename__ = "case_item"

    case_id: Mapped[int] = mapped_column(ForeignKey("correction_case.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True, index=True)


class ComplaintState(StrEnum):
    """Where a complaint stands. The first decision stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Complaint(Base):
    """A complaint about one item; `reduction` is what was granted on the line, minor units, once accepted."""

    __tablename__ = "complaint"
    __table_args__ = (UniqueConstraint("shop_id", "key"),)

    id: Mapped[Id]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    key: Mapped[str]
    reason: Mapped[str]
    text: Mapped[str | None]
    state: Mapped[ComplaintState] = mapped_column(
        EnumText(ComplaintState), default=ComplaintState.OPEN, server_default=ComplaintState.OPEN.value
    )
    reduction: Mapped[Minor | None]
    opened_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decision_reason: Mapped[str | None]
