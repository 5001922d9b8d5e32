"""Scheduled work: who did which period of which job, what each run of reconciliation looked at, and what it found."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, EnumText, Id, Minor
from partnershop.rules.reconciliation import FindingKind


class PeriodClaim(Base):
    """One period of a periodic job. The primary key is the guard that two beats do it once.

    A claim whose worker died (`leased_until` has passed and it has not ended) may be taken over; `lease` is the number
    that only the newest holder has.
    """

    __tablename__ = "period_claim"

    job: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[datetime] = mapped_column(primary_key=True)
    claimed_at: Mapped[datetime]
    leased_until: Mapped[datetime]
    lease: Mapped[int] = mapped_column(BigInteger)
    ended_at: Mapped[datetime | None]


class ReconciliationRun(Base):
    """A run of reconciliation: which job, of one shop or all, how much was looked at per kind, and what came of it.

    `checked` is {kind: count}, `failed` {check: error} for checks that could not be made. `found` counts the findings
    that hold and are not accepted, `new` those among them that no run had found before (or that came back).
    """

    __tablename__ = "reconciliation_run"

    id: Mapped[Id]
    job: Mapped[str]
    period: Mapped[datetime | None]
    shop_id: Mapped[int | None] = mapped_column(ForeignKey("shop.id"))
    started_by: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    checked: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    failed: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    found: Mapped[int] = mapped_column(default=0, server_default="0")
    new: Mapped[int] = mapped_column(default=0, server_default="0")
    closed: Mapped[int] = mapped_column(default=0, server_default="0")
    repaired: Mapped[int] = mapped_column(default=0, server_default="0")


class FindingState(StrEnum):
    """`open` until it is repaired, accepted by somebody with a reason, or no longer holds (`closed`, by itself)."""

    OPEN = "open"
    REPAIRED = "repaired"
    ACCEPTED = "accepted"
    CLOSED = "closed"


class Finding(Base):
    """Something reconciliation found. Found again, it is the same row: (shop, kind, key) identifies it for ever.

    `about` names the things by the words people know them by ({"order": "A-1001", "item": "2"}); `details` is what
    its sentences need besides. An accepted finding whose amount or details change is open again.
    """

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("shop_id", "kind", "key"),
        Index("ix_finding_open", "shop_id", "kind", postgresql_where=text("state = 'open'")),
    )

    id: Mapped[Id]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    kind: Mapped[FindingKind] = mapped_column(EnumText(FindingKind))
    key: Mapped[str]
    about: Mapped[dict[str, Any]]
    details: Mapped[dict[str, Any]]
    amount: Mapped[Minor | None]
    currency: Mapped[str | None]
    state: Mapped[FindingState] = mapped_column(EnumText(FindingState))
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    first_run_id: Mapped[int] = mapped_column(ForeignKey("reconciliation_run.id"))
    last_run_id: Mapped[int] = mapped_column(ForeignKey("reconciliation_run.id"))
    times_seen: Mapped[int] = mapped_column(default=1, server_default="1")
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]
    why: Mapped[str | None]
