"""Mail, reconciliation, claims of periods, and rendered bytes in an object store.

Only adds: workers of the version before this one go on beside it (docs/deployment.md). What they issue has no row for
its mail; reconciliation finds it and makes one.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEPT = ("mail", "mail_document", "mail_item", "finding", "reconciliation_run")
# What was composed of a mail once goes out word for word each time.
_COMPOSED = (
    "key", "message_id", "sender", "sender_name", "reply_to", "recipients", "bcc", "subject", "text_body", "html_body",
    "composed_at",
)  # fmt: skip


def upgrade() -> None:
    """Bring the schema forward."""
    _add_tables()
    _add_indexes()
    _add_guards()
    _note_earlier_papers()


def _add_tables() -> None:
    op.create_table(
        "period_claim",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("period", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("job", "period", name=op.f("pk_period_claim")),
    )
    op.create_table(
        "reconciliation_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("period", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shop_id", sa.BigInteger(), nullable=True),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "checked", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column(
            "failed", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("found", sa.Integer(), server_default="0", nullable=False),
        sa.Column("new", sa.Integer(), server_default="0", nullable=False),
        sa.Column("closed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("repaired", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_reconciliation_run_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_run")),
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("about", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_run_id", sa.BigInteger(), nullable=False),
        sa.Column("last_run_id", sa.BigInteger(), nullable=False),
        sa.Column("times_seen", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["first_run_id"], ["reconciliation_run.id"], name=op.f("fk_finding_first_run_id")),
        sa.ForeignKeyConstraint(["last_run_id"], ["reconciliation_run.id"], name=op.f("fk_finding_last_run_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_finding_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("shop_id", "kind", "key", name=op.f("uq_finding_shop_id_kind_key")),
    )
    op.create_index(
        "ix_finding_open", "finding", ["shop_id", "kind"], unique=False, postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "mail",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("complaint_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.Text(), server_default=sa.text("gen_random_uuid()::text"), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("composed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("sender_name", sa.Text(), nullable=True),
        sa.Column("reply_to", sa.Text(), nullable=True),
        sa.Column("recipients", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("bcc", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("text_body", sa.Text(), nullable=True),
        sa.Column("html_body", sa.Text(), nullable=True),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("uncertain_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("times_uncertain", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("times_sent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_mail_complaint_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_mail_order_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_mail_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_key")),
    )
    op.create_index("ix_mail_due", "mail", ["due_at", "id"], unique=False, postgresql_where=sa.text("state = 'due'"))
    op.create_index(
        "ix_mail_digest", "mail", ["shop_id", "id"], unique=False, postgresql_where=sa.text("kind = 'digest'")
    )
    op.create_index("ix_mail_order", "mail", ["order_id"], unique=False)
    op.create_index("ix_mail_parked", "mail", ["shop_id"], unique=False, postgresql_where=sa.text("state = 'parked'"))
    op.create_index(
        "uq_mail_complaint", "mail", ["complaint_id"], unique=True, postgresql_where=sa.text("complaint_id IS NOT NULL")
    )
    op.create_table(
        "mail_item",
        sa.Column("mail_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_mail_item_item_id")),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_mail_item_mail_id")),
        sa.PrimaryKeyConstraint("mail_id", "item_id", name=op.f("pk_mail_item")),
        sa.UniqueConstraint("item_id", name=op.f("uq_mail_item_item_id")),
    )
    op.create_table(
        "mail_document",
        sa.Column("mail_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_mail_document_document_id")),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_mail_document_mail_id")),
        sa.PrimaryKeyConstraint("mail_id", "position", name=op.f("pk_mail_document")),
        sa.UniqueConstraint("document_id", name=op.f("uq_mail_document_document_id")),
    )
    op.add_column("rendering", sa.Column("location", sa.Text(), nullable=True))
    op.add_column("rendering", sa.Column("size", sa.BigInteger(), nullable=True))
    op.add_column(
        "shop_settings",
        sa.Column(
            "mail", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
    )


def _add_indexes() -> None:
    """What is open or given up is counted often, among rows that are nearly all done."""
    for name, table, column, where in (
        ("ix_case_parked", "correction_case", "shop_id", "state = 'parked'"),
        ("ix_rendering_parked", "rendering", "document_id", "state = 'parked'"),
        ("ix_refund_open", "refund_request", "currency", "state IN ('requested', 'sent')"),
        ("ix_quarantine_open", "quarantine", "shop_id", "released_at IS NULL"),
    ):
        op.create_index(name, table, [column], unique=False, postgresql_where=sa.text(where))


def _add_guards() -> None:
    op.execute("""
        CREATE OR REPLACE FUNCTION refuse_other_bytes() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.sha256 IS NULL THEN
                RETURN NEW;
            END IF;
            -- Bytes may move between the database and the object store; they stay the same ones.
            IF NEW.sha256 IS DISTINCT FROM OLD.sha256
               OR (NEW.pdf IS NULL AND NEW.location IS NULL)
               OR (NEW.pdf IS DISTINCT FROM OLD.pdf AND NEW.pdf IS NOT NULL
                   AND encode(sha256(NEW.pdf), 'hex') IS DISTINCT FROM OLD.sha256)
               OR (NEW.location IS NOT NULL AND position(OLD.sha256 IN NEW.location) = 0) THEN
                RAISE EXCEPTION 'the bytes of document % are stored and never change', OLD.document_id
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
    """)
    new, old = (", ".join(f"{row}.{column}" for column in _COMPOSED) for row in ("NEW", "OLD"))
    op.execute(
        f"CREATE TRIGGER composed_once BEFORE UPDATE ON mail FOR EACH ROW "
        f"WHEN (OLD.composed_at IS NOT NULL AND ({new}) IS DISTINCT FROM ({old})) "
        "EXECUTE FUNCTION refuse_change()"
    )
    for table in _KEPT:
        op.execute(
            f"CREATE TRIGGER never_deleted BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def _note_earlier_papers() -> None:
    """Earlier papers were given out otherwise: each gets its row, and none is sent behind its back."""
    op.execute("""
        WITH made AS (
            INSERT INTO mail (shop_id, order_id, kind, key, state, language, created_at)
            SELECT shop_id, order_id, kind, 'document-' || id, 'off', language, issued_at FROM document
            RETURNING id, key
        )
        INSERT INTO mail_document (mail_id, position, document_id)
        SELECT id, 1, substr(key, length('document-') + 1)::bigint FROM made
    """)
