"""Papers that conform: what an e-invoice says beside the figures, papers that were refused, the chain of each series.

Only adds: workers of the version before this one go on beside it (docs/deployment.md). But the papers that they issue
have no chain, and such may only stand before the first that has one: so those workers who issue papers are stopped
before the new ones begin.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_PAPERS = ("document", "document_line", "document_tax", "logo")


def upgrade() -> None:
    """Bring the schema forward."""
    _add_tables()
    _add_columns()
    for table in ("refused_paper", "logo"):
        op.execute(
            f"CREATE TRIGGER never_deleted BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    op.execute("CREATE TRIGGER fixed BEFORE UPDATE ON logo FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    for table in ("logo", "refused_paper", "rendering", "number_series"):
        op.execute(f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change()")
    # Nobody has these by default; whoever was given them by a GRANT to all of them has them no more.
    for table in _PAPERS:
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE, TRIGGER ON {table} FROM PUBLIC")


def _add_tables() -> None:
    op.create_table(
        "logo",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_logo")),
    )
    op.create_table(
        "refused_paper",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("breaches", postgresql.JSONB(), nullable=False),
        sa.Column("settings_id", sa.BigInteger(), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_refused_paper_shop_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_refused_paper_order_id")),
        sa.ForeignKeyConstraint(["case_id"], ["correction_case.id"], name=op.f("fk_refused_paper_case_id")),
        sa.ForeignKeyConstraint(["settings_id"], ["shop_settings.id"], name=op.f("fk_refused_paper_settings_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_paper")),
    )
    op.create_index(
        "uq_refused_paper_open", "refused_paper", ["order_id", sa.text("coalesce(case_id, 0)")], unique=True,
        postgresql_where=sa.text("released_at IS NULL"),
    )  # fmt: skip
    op.create_index(
        "ix_refused_paper_shop", "refused_paper", ["shop_id"], postgresql_where=sa.text("released_at IS NULL")
    )


def _add_columns() -> None:
    empty = sa.text("'{}'::jsonb")
    columns = {
        "shop_settings": (
            sa.Column("payment_days", sa.Integer(), server_default="14", nullable=False),
            sa.Column("design", postgresql.JSONB(), server_default=empty, nullable=False),
            sa.Column("fatturapa", postgresql.JSONB(), server_default=empty, nullable=False),
        ),
        "orders": (sa.Column("paper_refused_at", sa.DateTime(timezone=True), nullable=True),),
        "correction_case": (
            sa.Column("confirmed_by", sa.Text(), nullable=True),
            sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        ),
        "number_series": (sa.Column("last_chain", sa.Text(), nullable=True),),
        "document": (
            sa.Column("due_date", sa.Date(), nullable=True),
            sa.Column("expected_delivery", sa.Date(), nullable=True),
            sa.Column("design", postgresql.JSONB(), server_default=empty, nullable=False),
            sa.Column("fatturapa", postgresql.JSONB(), nullable=True),
            sa.Column("sdi_file_name", sa.Text(), nullable=True),
            sa.Column("digest", sa.Text(), nullable=True),
            sa.Column("chain", sa.Text(), nullable=True),
        ),
    }
    for table, added in columns.items():
        for column in added:
            op.add_column(table, column)
    op.create_unique_constraint(op.f("uq_document_sdi_file_name"), "document", ["sdi_file_name"])
