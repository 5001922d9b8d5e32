"""Issued papers never change and are never deleted; the database itself refuses it.

Guards on document, document_line, document_tax: no UPDATE, no DELETE, no TRUNCATE; lines and taxes only in the
transaction that issued their paper. Guard on rendering: bytes that are there stay as they are. The counters
never run backwards. Events, orders, money and decisions are never deleted, and what they say of money never changes.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_FROZEN = ("document", "document_line", "document_tax")
_KEPT = (
    "event", "orders", "item", "charge", "item_history", "payment", "rendering", "number_series", "routing_decision",
    "dispatch", "correction_case", "complaint", "refund_request", "commission_entry",
)  # fmt: skip
# What was once written of them is never written otherwise; the rest (states, leases, when voided) moves on.
_FIXED = {
    "payment": ("order_id", "key", "amount", "method", "received_at"),
    "refund_request": ("shop_id", "order_id", "amount", "currency"),
    "commission_entry": ("shop_id", "item_id", "document_id", "base", "percent", "amount"),
    "routing_decision": ("item_id", "route", "verdict", "about", "checks", "settings_id", "catalogue_id"),
}


def upgrade() -> None:
    """Install the guards."""
    op.execute("""
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% of % refused: what has been issued or recorded is never changed or deleted',
                TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$
    """)
    op.execute("""
        CREATE FUNCTION refuse_late_line() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT EXISTS (SELECT 1 FROM document WHERE id = NEW.document_id
                           AND issued_in = pg_current_xact_id()::text::bigint) THEN
                RAISE EXCEPTION '% of document % refused: it has been issued already',
                    TG_TABLE_NAME, NEW.document_id USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
    """)
    op.execute("""
        CREATE FUNCTION refuse_other_bytes() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.sha256 IS NOT NULL AND (NEW.sha256, NEW.pdf) IS DISTINCT FROM (OLD.sha256, OLD.pdf) THEN
                RAISE EXCEPTION 'the bytes of document % are stored and never change', OLD.document_id
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
    """)
    op.execute("""
        CREATE FUNCTION refuse_running_backwards() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (NEW.year, NEW.last_number) <= (OLD.year, OLD.last_number)
               OR NEW.last_issue_date < OLD.last_issue_date THEN
                RAISE EXCEPTION 'series % of shop % never runs backwards', OLD.series, OLD.shop_id
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
    """)
    for table in _FROZEN:
        op.execute(
            f"CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change()")
    for table in ("document_line", "document_tax"):
        op.execute(
            f"CREATE TRIGGER only_when_issued BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_late_line()"
        )
    op.execute(
        "CREATE TRIGGER same_bytes BEFORE UPDATE ON rendering FOR EACH ROW EXECUTE FUNCTION refuse_other_bytes()"
    )
    op.execute(
        "CREATE TRIGGER forward_only BEFORE UPDATE ON number_series "
        "FOR EACH ROW EXECUTE FUNCTION refuse_running_backwards()"
    )
    for table, columns in _FIXED.items():
        new, old = (", ".join(f"{row}.{column}" for column in columns) for row in ("NEW", "OLD"))
        op.execute(f"CREATE TRIGGER fixed BEFORE UPDATE ON {table} FOR EACH ROW "
                   f"WHEN (({new}) IS DISTINCT FROM ({old})) EXECUTE FUNCTION refuse_change()")
    for table in _KEPT:
        op.execute(
            f"CREATE TRIGGER never_deleted BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
