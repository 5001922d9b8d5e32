"""Mails to customers and operators: a row before anything is sent, what is sent word for word, what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, DueWork, EnumText, Id


class MailKind(StrEnum):
    """What a mail is about. All but the digest go to customers."""

    INVOICE = "invoice"
    REVERSAL = "reversal"
    REDUCED_INVOICE = "reduced_invoice"
    COMPLAINT_REJECTED = "complaint_rejected"
    SHIPPED = "shipped"
    DIGEST = "digest"


class MailState(StrEnum):
    """`due -> sent | parked`; a sent or parked one may be made due again. `off`: the shop sends no mail itself."""

    DUE = "due"
    SENT = "sent"
    PARKED = "parked"
    OFF = "off"


class Mail(DueWork, Base):
    """A mail. `key` makes its Message-ID, so that the same row sent again is the same message to any receiver.

    What is sent is composed once, before the first try, and kept (`composed_at` and the columns after it): the same
    bytes go out each time. `uncertain_at` is when a try last ended without anybody knowing whether it arrived,
    `times_uncertain` how many did since it was made due. `told` is, of a digest, what it told of: a key each.
    Paths to people are in these columns only, never in task arguments or logs.
    """

    __tablename__ = "mail"
    __table_args__ = (
        Index("ix_mail_due", "shop_id", "due_at", "id", postgresql_where=text("state = 'due'")),
        Index("ix_mail_parked", "shop_id", postgresql_where=text("state = 'parked'")),
        Index("ix_mail_order", "order_id"),
        Index("ix_mail_digest", "shop_id", "id", postgresql_where=text("kind = 'digest'")),
        Index("uq_mail_complaint", "complaint_id", unique=True, postgresql_where=text("complaint_id IS NOT NULL")),
        UniqueConstraint("key"),
    )

    id: Mapped[Id]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaint.id"))
    kind: Mapped[MailKind] = mapped_column(EnumText(MailKind))
    key: Mapped[str] = mapped_column(server_default=text("gen_random_uuid()::text"))
    state: Mapped[MailState] = mapped_column(EnumText(MailState))
    language: Mapped[str]
    created_at: Mapped[datetime]
    composed_at: Mapped[datetime | None]
    message_id: Mapped[str | None]
    sender: Mapped[str | None]
    sender_name: Mapped[str | None]
    reply_to: Mapped[str | None]
    recipients: Mapped[list[Any] | None]
    bcc: Mapped[list[Any] | None]
    subject: Mapped[str | None]
    text_body: Mapped[str | None] = mapped_column(deferred=True)
    html_body: Mapped[str | None] = mapped_column(deferred=True)
    told: Mapped[list[Any] | None] = mapped_column(deferred=True)
    uncertain_at: Mapped[datetime | None]
    times_uncertain: Mapped[int] = mapped_column(default=0, server_default="0")
    sent_at: Mapped[datetime | None]
    times_sent: Mapped[int] = mapped_column(default=0, server_default="0")
    answer: Mapped[str | None]

    @property
    def name(self) -> str:
        """How operators call it: "M-17"."""
        return f"M-{self.id}"


class MailDocument(Base):
    """A paper that goes with a mail. The bytes are the stored ones: every paper is in exactly one mail of its own."""

    __tablename__ = "mail_document"
    __table_args__ = (UniqueConstraint("document_id"),)

    mail_id: Mapped[int] = mapped_column(ForeignKey("mail.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))


class MailItem(Base):
    """An item whose shipping a mail tells; each is told once."""

    __tablename__ = "mail_item"
    __table_args__ = (UniqueConstraint("item_id"),)

    mail_id: Mapped[int] = mapped_column(ForeignKey("mail.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
