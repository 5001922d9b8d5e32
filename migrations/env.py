"""Alembic's entry: one transaction for the whole upgrade, with limits, so that a migration never blocks the workers."""

from alembic import context
from sqlalchemy import create_engine, text

from migrations.runtime_role import grant
from models import Base
from partnershop.config import config

# Any constant: two processes that start together migrate one after the other.
_ONE_AT_A_TIME = 7_620_011


def run() -> None:
    """Migrate the database that db.migrate() names, else the configured one."""
    url = context.config.attributes.get("url") or config().sqlalchemy_url
    _, _, rest = url.partition("://")
    engine = create_engine(f"postgresql+psycopg://{rest}", connect_args={"options": "-c timezone=UTC"})
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.execute(text("SET statement_timeout = '300s'"))
        context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
        with context.begin_transaction():
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})"))
            context.run_migrations()
            if role := context.config.attributes.get("runtime_role"):
                grant(connection, role)
        connection.commit()
    engine.dispose()


run()
