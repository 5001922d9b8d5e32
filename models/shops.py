"""Shops, the versions of their settings, and the secrets they sign with."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, EnumText, Id, Percent
from partnershop.rules.eligibility import IncompleteSettings, Mode


class Shop(Base):
    """A shop by its code (the `{shop}` of the door's path). `settings_id` is the version in force."""

    __tablename__ = "shop"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    currency: Mapped[str]
    created_at: Mapped[datetime]
    settings_id: Mapped[int | None] = mapped_column(
        ForeignKey("shop_settings.id", use_alter=True, name="fk_shop_settings_id")
    )


class ShopSettings(Base):
    """One version of a shop's settings. Never edited in place: a change is a new version, a decision names its own.

    `seller` is what a paper freezes; `ticked` is {product: {attribute: [option, …]}}; `commission_percent` is the rate
    that Unitedprint bills on items produced in house, `production_days` the working days until a job is due. `mail` is
    {"enabled", "sender", "sender_name", "reply_to", "bcc": [], "digest": []}; without "enabled" the shop sends none.
    `payment_days` after its date an invoice is due. `design` is {"colour": "#rrggbb", "logo": SHA-256 of a `Logo`},
    `fatturapa`, of Italian sellers, {"natures": {VAT category: Natura}, "stamp_duty": whether it is due}.
    """

    __tablename__ = "shop_settings"
    __table_args__ = (UniqueConstraint("shop_id", "version"),)

    id: Mapped[Id]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    version: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    seller: Mapped[dict[str, Any]]
    language: Mapped[str]
    timezone: Mapped[str]
    invoice_on: Mapped[str]
    require_print_data: Mapped[bool]
    production_days: Mapped[int]
    invoice_series: Mapped[str]
    reversal_series: Mapped[str]
    commission_percent: Mapped[Percent]
    mode: Mapped[Mode] = mapped_column(EnumText(Mode))
    incomplete_settings: Mapped[IncompleteSettings] = mapped_column(EnumText(IncompleteSettings))
    ticked: Mapped[dict[str, Any]]
    mail: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    payment_days: Mapped[int] = mapped_column(default=14, server_default="14")
    design: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    fatturapa: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))


class Logo(Base):
    """A picture for papers, by the SHA-256 of its bytes (PNG): kept for ever, since issued papers name it."""

    __tablename__ = "logo"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    png: Mapped[bytes] = mapped_column(LargeBinary)


class WebhookSecret(Base):
    """A secret a shop may sign with. During rotation the old one stays valid until `expires_at`."""

    __tablename__ = "webhook_secret"

    id: Mapped[Id]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"), index=True)
    secret: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
