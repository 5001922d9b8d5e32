"""Fair claims: each claim goes through an index that begins with the shop, and no shop fills the queue of cases.

Only adds columns and exchanges indexes: workers of the version before this one go on beside it. They find the same rows
(their claims sort what is due), and what they insert gets its shop from a trigger. What is rendered already is not
touched: it is never claimed again, so its shop stays empty, and a big table is not rewritten.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Table, index, columns, which rows: as they are from now on.
_DUE = (
    ("rendering", "ix_rendering_due", ["shop_id", "document_id"], "state = 'due'"),
    ("mail", "ix_mail_due", ["shop_id", "due_at", "id"], "state = 'due'"),
    ("refund_request", "ix_refund_due", ["shop_id", "id"], "state = 'requested'"),
    ("correction_case", "ix_case_open", ["shop_id", "id"], "state = 'open'"),
    ("dispatch", "ix_dispatch_due", ["shop_id", "due_at"], "state IN ('in_flight', 'withdrawing')"),
)


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("correction_case", sa.Column("woken", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_case_woken", "correction_case", ["shop_id"], postgresql_where=sa.text("state = 'open' AND woken")
    )
    op.add_column("rendering", sa.Column("shop_id", sa.BigInteger(), nullable=True))
    op.execute("""
        CREATE FUNCTION know_shop() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            SELECT shop_id INTO NEW.shop_id FROM document WHERE id = NEW.document_id;
            RETURN NEW;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER of_shop BEFORE INSERT ON rendering
        FOR EACH ROW WHEN (NEW.shop_id IS NULL) EXECUTE FUNCTION know_shop()
    """)
    op.execute("""
        UPDATE rendering SET shop_id = document.shop_id FROM document
         WHERE document.id = rendering.document_id AND rendering.state <> 'done'
    """)
    for table, index, columns, which in _DUE:
        op.drop_index(index, table)
        op.create_index(index, table, columns, postgresql_where=sa.text(which))
