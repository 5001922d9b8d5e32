"""What the role of the workers may do, where it is another one than the owner of the tables: what the product does.

Whoever owns a table can take its triggers out, and a superuser can pass them by. So the workers connect as a role that
owns nothing: to it, issued papers are refused by privilege before any trigger is asked.
"""

from sqlalchemy import Connection, text

from partnershop.errors import Refused

# What stands there is never changed, and a row lock is never needed on it.
ONLY_ADDED = ("document", "document_line", "document_tax", "logo")
# The only rows that the product ever deletes.
DELETED = ("period_claim",)
# Which schema this is, which the migrations alone write; and what became the bytes of papers, which a trigger does.
ONLY_READ = ("alembic_version", "printed")

_ROLE = text("""
    SELECT rolsuper, pg_has_role(rolname, (SELECT tableowner FROM pg_tables
                                            WHERE schemaname = 'public' AND tablename = 'document'), 'MEMBER')
      FROM pg_roles WHERE rolname = :role
""")
_TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")


def grant(connection: Connection, role: str) -> None:
    """Give this role what the product needs of every table, and take from it whatever else it may have been given.

    Raises `Refused` unless the role is there and neither a superuser nor (a member of) the owner of the tables.
    """
    found = connection.execute(_ROLE, {"role": role}).first()
    if found is None:
        raise Refused(f"there is no role {role}: CREATE ROLE {role} LOGIN PASSWORD '…', then try again")
    if found.rolsuper or found.pg_has_role:
        raise Refused(f"{role} is a superuser or owns the tables, and could take every guard out: name another role")
    to = connection.dialect.identifier_preparer.quote(role)
    execute = connection.exec_driver_sql
    execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {to}")
    execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {to}")
    execute(f"REVOKE CREATE ON SCHEMA public FROM {to}")
    execute(f"GRANT USAGE ON SCHEMA public TO {to}")
    execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {to}")
    for table in connection.scalars(_TABLES).all():
        execute(f"GRANT {', '.join(_privileges(table))} ON {table} TO {to}")


def _privileges(table: str) -> list[str]:
    if table in ONLY_READ:
        return ["SELECT"]
    changed = [] if table in ONLY_ADDED else ["UPDATE"]
    return ["SELECT", "INSERT", *changed, *(["DELETE"] if table in DELETED else [])]
