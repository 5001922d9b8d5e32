"""Papers that conform: what an e-invoice says beside the figures, papers that were refused, the chain of each series.

Only adds: workers of the version before this one go on beside it (docs/deployment.md). But the papers that they issue
have no chain, and after this migration there is no such paper any more: so those workers who issue papers are stopped
before it. Papers that they print are noted in `printed` by a trigger, whoever prints them.
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
    _note_prints()
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
    op.create_table(
        "printed",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("renderer", sa.Text(), nullable=True),
        sa.Column("link", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_printed_shop_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_printed_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printed")),
        sa.UniqueConstraint("document_id", name=op.f("uq_printed_document_id")),
    )
    op.create_index("ix_printed_shop", "printed", ["shop_id", "id"])


def _note_prints() -> None:
    """Whatever becomes the bytes of a paper is noted and linked, by the database itself; what is there already, now.

    As its owner, so that the role of the workers needs no right to write there. The lock holds from the one statement
    that stores a paper to the commit behind it, never while a paper is printed.
    """
    op.execute("""
        CREATE FUNCTION note_print() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public, pg_temp AS $$
        DECLARE
            shop bigint;
            said text;
            before text;
        BEGIN
            SELECT shop_id, chain INTO shop, said FROM document WHERE id = NEW.document_id;
            PERFORM pg_advisory_xact_lock(7620014, shop::int);
            SELECT link INTO before FROM printed WHERE shop_id = shop ORDER BY id DESC LIMIT 1;
            INSERT INTO printed (shop_id, document_id, sha256, renderer, link)
            VALUES (shop, NEW.document_id, NEW.sha256, NEW.renderer, encode(sha256(convert_to(concat_ws(' ',
                coalesce(before, '-'), NEW.document_id, coalesce(said, '-'), NEW.sha256, NEW.renderer
            ), 'UTF8')), 'hex'))
            ON CONFLICT (document_id) DO NOTHING;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER noted AFTER INSERT OR UPDATE OF sha256 ON rendering
        FOR EACH ROW WHEN (NEW.sha256 IS NOT NULL) EXECUTE FUNCTION note_print()
    """)
    op.execute("UPDATE rendering SET sha256 = sha256 WHERE sha256 IS NOT NULL")
    op.execute("CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON printed FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    op.execute("CREATE TRIGGER never_emptied BEFORE TRUNCATE ON printed EXECUTE FUNCTION refuse_change()")


def _add_columns() -> None:
    empty = sa.text("'{}'::jsonb")
    last = op.get_bind().scalar(sa.text("SELECT coalesce(max(id), 0) FROM document"))
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
        "number_series": (
            sa.Column("last_chain", sa.Text(), nullable=True),
            sa.Column("chained_after", sa.BigInteger(), server_default=sa.text(str(last)), nullable=False),
        ),
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
    # The series that are there began without a chain; one that begins from now on has it from its first paper.
    op.alter_column("number_series", "chained_after", server_default=sa.text("0"))
    op.execute("""
        CREATE TRIGGER fixed BEFORE UPDATE ON number_series FOR EACH ROW
        WHEN (NEW.chained_after IS DISTINCT FROM OLD.chained_after) EXECUTE FUNCTION refuse_change()
    """)
    op.create_unique_constraint(op.f("uq_document_sdi_file_name"), "document", ["sdi_file_name"])
