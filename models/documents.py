"""Issued papers: never changed, never deleted (triggers refuse it), numbered without gaps; and their rendered bytes."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, FetchedValue, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, DueWork, EnumText, Id, Minor, Percent, Price
from partnershop.rules.papers import DocumentKind


class NumberSeries(Base):
    """The counter of a shop's series ("invoice" or "reversal"), locked as the last step of the transaction that issues.

    It remembers the last issue date, and a date never goes behind it; and the `chain` of the paper issued last. Papers
    with an id above `chained_after` have a chain.
    """

    __tablename__ = "number_series"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"), primary_key=True)
    series: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int]
    last_number: Mapped[int] = mapped_column(BigInteger)
    last_issue_date: Mapped[date]
    last_chain: Mapped[str | None]
    chained_after: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))


class Document(Base):
    """An issued paper with everything frozen: kind, number, date, parties, totals in minor units, what it refers to.

    `refers_to_id` is the invoice a reversal takes back or a reduced invoice replaces, `companion_id` on a reduced
    invoice the reversal issued with it. `prepaid` is what had been paid at issue, never above `gross`; what is left is
    due on `due_date`. `expected_delivery` stands where an invoice comes before the goods. `design` is how it looks,
    `fatturapa` what an Italian seller's XML says beside this row: {"file_name", "regime", "natures", "stamp_duty" in
    minor units, "recipient_code", "pec"}.

    `digest` is the SHA-256 of all that the paper says but its number and date; `chain` ties it, number and date to the
    paper before it in its series (None: issued before papers were chained).
    """

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("shop_id", "series", "year", "sequence"),
        UniqueConstraint("shop_id", "number"),
        Index("ix_document_order", "order_id"),
        Index("ix_document_refers_to", "refers_to_id"),
    )

    id: Mapped[Id]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("correction_case.id"))
    kind: Mapped[DocumentKind] = mapped_column(EnumText(DocumentKind))
    series: Mapped[str]
    year: Mapped[int]
    sequence: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[str]
    issue_date: Mapped[date]
    issued_at: Mapped[datetime]
    refers_to_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    companion_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    currency: Mapped[str]
    language: Mapped[str]
    seller: Mapped[dict[str, Any]]
    buyer: Mapped[dict[str, Any]]
    order_number: Mapped[str]
    order_date: Mapped[date]
    delivery_date: Mapped[date | None]
    payment_method: Mapped[str]
    reason: Mapped[str | None]
    net: Mapped[Minor]
    tax: Mapped[Minor]
    gross: Mapped[Minor]
    prepaid: Mapped[Minor]
    due_date: Mapped[date | None]
    expected_delivery: Mapped[date | None]
    design: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    fatturapa: Mapped[dict[str, Any] | None]
    sdi_file_name: Mapped[str | None] = mapped_column(unique=True)
    digest: Mapped[str | None]
    chain: Mapped[str | None]
    # The transaction that issued it: lines may be added in that one and never after (see the triggers).
    issued_in: Mapped[int] = mapped_column(
        BigInteger, server_default=text("pg_current_xact_id()::text::bigint"), server_onupdate=FetchedValue()
    )


class DocumentLine(Base):
    """A line of an issued paper, an item or a charge. All amounts positive, minor units, on every kind of paper.

    `price_net` is before allowances, `allowances` is [{"complaint", "reason", "amount", "code", "base", "percent"}, …]
    (UNTDID 5189; base and percent where the complaint named a percentage). `origin_line_id` is, on a
    reversal, the line of the invoice it takes back: at most one reversal line may point to it.
    """

    __tablename__ = "document_line"
    __table_args__ = (
        UniqueConstraint("document_id", "position"),
        Index(
            "uq_document_line_origin", "origin_line_id", unique=True,
            postgresql_where=text("origin_line_id IS NOT NULL"),
        ),
        Index("ix_document_line_item", "item_id"),
    )  # fmt: skip

    id: Mapped[Id]
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    position: Mapped[int]
    is_charge: Mapped[bool]
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"))
    charge_id: Mapped[int | None] = mapped_column(ForeignKey("charge.id"))
    origin_line_id: Mapped[int | None] = mapped_column(ForeignKey("document_line.id"))
    key: Mapped[str]
    description: Mapped[str]
    details: Mapped[list[Any]]
    quantity: Mapped[int] = mapped_column(BigInteger)
    unit_price: Mapped[Price]
    price_net: Mapped[Minor]
    allowance: Mapped[Minor]
    allowances: Mapped[list[Any]]
    net: Mapped[Minor]
    vat_rate: Mapped[Percent]
    vat_category: Mapped[str]
    vat_exemption: Mapped[str | None]


class DocumentTax(Base):
    """A row of the VAT breakdown of an issued paper (EN 16931 BG-23), minor units."""

    __tablename__ = "document_tax"
    __table_args__ = (UniqueConstraint("document_id", "position"),)

    id: Mapped[Id]
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    position: Mapped[int]
    category: Mapped[str]
    rate: Mapped[Percent]
    exemption: Mapped[str | None]
    base: Mapped[Minor]
    tax: Mapped[Minor]


class RefusedPaper(Base):
    """A paper that was not issued because it would not conform; no number was taken.

    `breaches` is [{"rule", "where", "values"}, …], which `documents.breach_words` puts into sentences. It is released
    when something it depends on was corrected (`released_by` says what), or tried again by an operator.
    """

    __tablename__ = "refused_paper"
    __table_args__ = (
        Index(
            "uq_refused_paper_open", "order_id", text("coalesce(case_id, 0)"), unique=True,
            postgresql_where=text("released_at IS NULL"),
        ),
        Index("ix_refused_paper_shop", "shop_id", postgresql_where=text("released_at IS NULL")),
    )  # fmt: skip

    id: Mapped[Id]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("correction_case.id"))
    kind: Mapped[DocumentKind] = mapped_column(EnumText(DocumentKind))
    breaches: Mapped[list[Any]]
    settings_id: Mapped[int] = mapped_column(ForeignKey("shop_settings.id"))
    refused_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None]


class RenderingState(StrEnum):
    """Whether a paper's bytes are there."""

    DUE = "due"
    DONE = "done"
    PARKED = "parked"


class Rendering(DueWork, Base):
    """The rendered bytes of a paper and their SHA-256; made after the commit that issued it, never under a lock.

    Once there, the bytes never change (a trigger refuses it): sending again sends the same bytes. They lie in `pdf`, or
    in the object store at `location` (then `pdf` is empty); `size` is their length in bytes. `shop_id` is the paper's,
    filled in by a trigger; empty where the bytes were there before claims went shop by shop.
    """

    __tablename__ = "rendering"
    __table_args__ = (
        Index("ix_rendering_due", "shop_id", "document_id", postgresql_where=text("state = 'due'")),
        Index("ix_rendering_parked", "document_id", postgresql_where=text("state = 'parked'")),
    )

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    shop_id: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[RenderingState] = mapped_column(
        EnumText(RenderingState), default=RenderingState.DUE, server_default=RenderingState.DUE.value
    )
    pdf: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str | None]
    location: Mapped[str | None]
    size: Mapped[int | None] = mapped_column(BigInteger)
    renderer: Mapped[str | None]
    rendered_at: Mapped[datetime | None]


class Printed(Base):
    """What became a paper's bytes, noted by a trigger of `rendering` in the order of a shop's prints; never changed.

    `link` is the SHA-256 of the link before it ("-" for none), the paper's id, its `chain` ("-"), the SHA-256 of its
    bytes and their renderer, with blanks between.
    """

    __tablename__ = "printed"
    __table_args__ = (Index("ix_printed_shop", "shop_id", "id"),)

    id: Mapped[Id]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), unique=True)
    sha256: Mapped[str]
    renderer: Mapped[str | None]
    link: Mapped[str]
