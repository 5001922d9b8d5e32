"""Routing decisions and their traces."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, EnumText, Id
from partnershop.rules.eligibility import Route


class RoutingDecision(Base):
    """Where an item was sent and the whole trace of why: re-checkable with the named settings and catalogue versions.

    `checks` is one row per attribute: [attribute, option, ticked, from_default]. An operator's hand-over supersedes a
    decision (`live` false) with one of its own: `verdict` "redirected", the reason in `about`.
    """

    __tablename__ = "routing_decision"
    __table_args__ = (
        Index("uq_routing_decision_live", "item_id", unique=True, postgresql_where=text("live")),
        Index("ix_routing_decision_item", "item_id"),
    )

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    route: Mapped[Route] = mapped_column(EnumText(Route))
    verdict: Mapped[str]
    about: Mapped[list[Any]]
    checks: Mapped[list[Any]]
    misses: Mapped[int] = mapped_column(SmallInteger)
    settings_id: Mapped[int] = mapped_column(ForeignKey("shop_settings.id"))
    catalogue_id: Mapped[int] = mapped_column(ForeignKey("catalogue_version.id"))
    decided_at: Mapped[datetime]
    decided_by: Mapped[str]
    live: Mapped[bool] = mapped_column(default=True, server_default="true")
