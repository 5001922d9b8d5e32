"""Orders, their items, charges and payments, and the history of each item."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, DueWork, EnumText, Id, Minor, Percent, Price
from partnershop.rules.eligibility import Route
from partnershop.rules.lifecycle import ItemState


class Order(DueWork, Base):
    """An order of a shop. Work that changes it locks this row first.

    `paid` and `entitled` are the sums of its payments and of its cases' entitlements, minor units, kept under that
    lock. `invoice_due_at` is set once the first invoice may be issued, `invoice_id` when it was; `current_invoice_id`
    is the one invoice the customer holds now (the last reduced one, after accepted complaints). `paper_refused_at` is
    set while its first invoice does not conform (`RefusedPaper` says why): it is not due until that is mended.
    """

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("shop_id", "number"),
        Index(
            "ix_orders_invoice_due", "shop_id", "id",
            postgresql_where=text("invoice_due_at IS NOT NULL AND invoice_id IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    number: Mapped[str]
    currency: Mapped[str]
    placed_at: Mapped[datetime]
    payment_method: Mapped[str]
    internal: Mapped[bool]
    language: Mapped[str]
    customer: Mapped[dict[str, Any]]
    event_id: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    paid: Mapped[Minor] = mapped_column(default=0, server_default="0")
    entitled: Mapped[Minor] = mapped_column(default=0, server_default="0")
    invoice_due_at: Mapped[datetime | None]
    paper_refused_at: Mapped[datetime | None]
    invoice_id: Mapped[int | None] = mapped_column(
        ForeignKey("document.id", use_alter=True, name="fk_orders_invoice_id")
    )
    current_invoice_id: Mapped[int | None] = mapped_column(
        ForeignKey("document.id", use_alter=True, name="fk_orders_current_invoice_id")
    )


class Item(DueWork, Base):
    """An order item: the unit that is routed, handed over, cancelled and complained about.

    `net` is the line as it was ordered (minor units), `reduced_by` the sum of accepted reductions. Routing is due while
    `route` and `hold_code` are empty, or when `recheck` asks to judge a held item again. `gates_passed_at` is set when
    nothing (payment, print data) stands between the item and its producer. `cancellation_id` is set as soon as a
    cancellation is known, the state follows with the case. A cancelled item keeps the hold it had.
    """

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("order_id", "key"),
        Index(
            "ix_item_routing_due", "shop_id", "id",
            postgresql_where=text("route IS NULL AND (hold_code IS NULL OR recheck)"),
        ),
        Index(
            "ix_item_dispatch_due", "route", "shop_id", "id",
            postgresql_where=text(
                "state = 'routed' AND gates_passed_at IS NOT NULL AND cancellation_id IS NULL AND dispatch_id IS NULL"
            ),
        ),
        Index(
            "ix_item_commission_due", "shop_id", "id",
            postgresql_where=text(
                "route = 'in_house' AND invoice_id IS NOT NULL AND cancellation_id IS NULL AND commission_id IS NULL"
            ),
        ),
        Index("ix_item_held", "shop_id", "hold_code", postgresql_where=text("state = 'held'")),
    )  # fmt: skip

    id: Mapped[Id]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    key: Mapped[str]
    position: Mapped[int]
    product: Mapped[str]
    options: Mapped[dict[str, Any]]
    description: Mapped[str]
    quantity: Mapped[int] = mapped_column(BigInteger)
    unit_price: Mapped[Price]
    vat_rate: Mapped[Percent]
    vat_category: Mapped[str]
    vat_exemption: Mapped[str | None]
    net: Mapped[Minor]
    reduced_by: Mapped[Minor] = mapped_column(default=0, server_default="0")
    state: Mapped[ItemState] = mapped_column(
        EnumText(ItemState), default=ItemState.RECEIVED, server_default=ItemState.RECEIVED.value
    )
    route: Mapped[Route | None] = mapped_column(EnumText(Route))
    hold_code: Mapped[str | None]
    hold_reason: Mapped[str | None]
    recheck: Mapped[bool] = mapped_column(default=False, server_default="false")
    print_data_at: Mapped[datetime | None]
    gates_passed_at: Mapped[datetime | None]
    shipped_at: Mapped[datetime | None]
    carrier: Mapped[str | None]
    tracking: Mapped[str | None]
    cancellation_id: Mapped[int | None] = mapped_column(
        ForeignKey("correction_case.id", use_alter=True, name="fk_item_cancellation_id")
    )
    dispatch_id: Mapped[int | None] = mapped_column(
        ForeignKey("dispatch.id", use_alter=True, name="fk_item_dispatch_id")
    )
    invoice_id: Mapped[int | None] = mapped_column(
        ForeignKey("document.id", use_alter=True, name="fk_item_invoice_id")
    )
    commission_id: Mapped[int | None] = mapped_column(
        ForeignKey("commission_entry.id", use_alter=True, name="fk_item_commission_id")
    )


class ItemHistory(Base):
    """One move of an item: from where to where, when, by whom (an event's source, or the stage) and why."""

    __tablename__ = "item_history"

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    at: Mapped[datetime]
    from_state: Mapped[ItemState | None] = mapped_column(EnumText(ItemState))
    to_state: Mapped[ItemState] = mapped_column(EnumText(ItemState))
    actor: Mapped[str]
    why: Mapped[str]


class Charge(Base):
    """A charge of the order such as shipping (EN 16931 BG-21); `amount` is net, minor units."""

    __tablename__ = "charge"
    __table_args__ = (UniqueConstraint("order_id", "position"),)

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    position: Mapped[int]
    key: Mapped[str]
    description: Mapped[str]
    amount: Mapped[Minor]
    vat_rate: Mapped[Percent]
    vat_category: Mapped[str]
    vat_exemption: Mapped[str | None]


class Payment(Base):
    """Money that came in; `key` is the shop's own id of it, and the same one twice is one."""

    __tablename__ = "payment"
    __table_args__ = (UniqueConstraint("order_id", "key"),)

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    key: Mapped[str]
    amount: Mapped[Minor]
    method: Mapped[str]
    received_at: Mapped[datetime]
    event_id: Mapped[int] = mapped_column(BigInteger)
