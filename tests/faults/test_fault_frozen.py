"""The workers' role can do all that the product does, and to issued papers nothing else: the privilege refuses it."""

from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pipeline
import psycopg
import pytest
from factories import Scene, item, shipping
from psycopg import sql
from sqlalchemy import create_engine

from models import Base
from partnershop import db
from partnershop.audit import findings
from partnershop.config import config
from partnershop.errors import Refused
from partnershop.reconciliation.running import run as reconcile
from partnershop.rules.reconciliation import Job

PAPERS = ("document", "document_line", "document_tax", "logo")


@pytest.fixture
def role(clean_database: str) -> Iterator[str]:
    """A role that may connect and no more, named after the database, since all databases share their roles."""
    name = f"runtime_of_{urlsplit(clean_database).path[1:]}"
    as_name = sql.Identifier(name)
    with psycopg.connect(clean_database, autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'paper'").format(as_name))
        yield name
        owner.execute(sql.SQL("DROP OWNED BY {}").format(as_name))
        owner.execute(sql.SQL("DROP ROLE {}").format(as_name))


@pytest.fixture
def runtime(scene: Scene, clean_database: str, role: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The product works as that role, once `migrate` gave it what it needs; the URL of its database."""
    db.migrate(clean_database, role)
    parts = urlsplit(clean_database)
    url = urlunsplit(parts._replace(netloc=f"{role}:paper@{parts.hostname}:{parts.port}"))
    monkeypatch.setenv("DATABASE_URL", url)
    config.cache_clear()
    engine = db.engine.__wrapped__() if hasattr(db.engine, "__wrapped__") else create_engine(config().sqlalchemy_url)
    monkeypatch.setattr(db, "engine", lambda: engine)
    yield url
    engine.dispose()


def everything_happens(scene: Scene) -> None:
    """Orders, payments, shipping, cancellations, complaints: every stage has work, and does it."""
    scene.change_settings(mail={"enabled": True, "sender": "fatture@aurora.example"})
    scene.place("A-1", [item("1", "68.33"), item("2", "57.50")], charges=[shipping()])
    scene.pay("A-1", "162.70")
    scene.go(pipeline.ALL)
    scene.ship("A-1", "1", "2")
    scene.go(pipeline.ALL)
    scene.complain("A-1", "1", "C-1")
    scene.accept("A-1", "C-1", percent="10")
    scene.go(pipeline.ALL)
    scene.cancel("A-1", "2")
    scene.go(pipeline.ALL)


def test_the_whole_pipeline_works_as_the_role_of_the_workers(scene: Scene, runtime: str) -> None:
    everything_happens(scene)

    assert [kind for kind, _ in scene.said("A-1")] == ["invoice", "reversal", "reduced_invoice", "reversal"]
    assert not reconcile(Job.EVERYTHING, "tests").failed
    with db.unit_of_work() as session:
        assert [str(breach) for finding in findings(session) for breach in finding.first] == []


REFUSED = [
    *(f"UPDATE {table} SET {column} = {column}" for table, column in (
        ("document", "gross"), ("document_line", "net"), ("document_tax", "tax"), ("logo", "png"),
        ("printed", "link"))),
    "INSERT INTO printed (shop_id, document_id, sha256, link) SELECT shop_id, id, '', '' FROM document",
    *(f"DELETE FROM {table}" for table in (*PAPERS, "number_series", "rendering", "printed", "event", "orders",
                                            "refused_paper")),
    *(f"TRUNCATE {table} CASCADE" for table in (*PAPERS, "number_series", "rendering", "printed")),
    *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in PAPERS),
    "DROP TRIGGER frozen ON document", "DROP TABLE document_tax", "ALTER TABLE document DROP COLUMN chain",
    "CREATE TRIGGER mine BEFORE INSERT ON document FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "SET session_replication_role = replica", "UPDATE alembic_version SET version_num = '0001'",
    "CREATE TABLE beside (id bigint)", "SELECT * FROM document FOR UPDATE",
]  # fmt: skip


@pytest.mark.parametrize("statement", REFUSED)
def test_the_role_is_refused_by_privilege_whatever_would_change_a_paper(runtime: str, statement: str) -> None:
    with psycopg.connect(runtime) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


@pytest.mark.parametrize("statement", REFUSED)
def test_nothing_but_the_privilege_refused_it(
    scene: Scene, breakable: "psycopg.Connection[tuple[object, ...]]", statement: str
) -> None:
    try:
        breakable.execute(statement)
    except psycopg.errors.RestrictViolation:
        assert statement.startswith(("TRUNCATE", "UPDATE", "DELETE")), "a trigger, which its owner may take out"


@pytest.mark.parametrize("table", ["logo", "refused_paper", "rendering", "printed", "number_series"])
def test_not_even_their_owner_empties_what_papers_stand_on_while_the_trigger_is_there(
    breakable: "psycopg.Connection[tuple[object, ...]]", table: str
) -> None:
    statement = sql.SQL("TRUNCATE {} CASCADE").format(sql.Identifier(table))
    with pytest.raises(psycopg.errors.RestrictViolation):
        breakable.execute(statement)
    breakable.rollback()
    breakable.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER never_emptied").format(sql.Identifier(table)))
    breakable.execute(statement)


def test_the_role_cannot_give_itself_what_it_lacks(runtime: str) -> None:
    with psycopg.connect(runtime) as connection:
        connection.execute("GRANT UPDATE ON document TO CURRENT_USER")  # PostgreSQL only warns that nothing was granted
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE document SET gross = gross")


def test_a_privilege_that_was_given_by_hand_is_gone_after_the_next_migration(clean_database: str, role: str) -> None:
    with psycopg.connect(clean_database) as owner:
        owner.execute(sql.SQL("GRANT ALL ON ALL TABLES IN SCHEMA public TO {}").format(sql.Identifier(role)))
    db.migrate(clean_database, role)
    assert not {table for table, _ in _granted(clean_database, role, ("TRUNCATE", "TRIGGER", "REFERENCES"))}
    assert {table for table, _ in _granted(clean_database, role, ("UPDATE",))}.isdisjoint(PAPERS)
    assert {table for table, _ in _granted(clean_database, role, ("DELETE",))} == {"period_claim"}
    added = {table for table, _ in _granted(clean_database, role, ("INSERT",))}
    assert added == set(Base.metadata.tables) - {"printed"}


def _granted(url: str, role: str, privileges: tuple[str, ...]) -> set[tuple[str, str]]:
    with psycopg.connect(url) as owner:
        rows = owner.execute(
            "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
            " WHERE grantee = %s AND privilege_type = ANY(%s)",
            (role, list(privileges)),
        )
        return {(str(table), str(privilege)) for table, privilege in rows}


@pytest.mark.usefixtures("role")
def test_the_owner_and_a_superuser_are_no_role_for_the_workers(clean_database: str) -> None:
    owner = urlsplit(clean_database).username
    assert owner is not None
    with pytest.raises(Refused, match="is a superuser or owns the tables"):
        db.migrate(clean_database, owner)


def test_a_member_of_the_owner_is_none_either(clean_database: str, role: str) -> None:
    owner = sql.Identifier(urlsplit(clean_database).username or "")
    with psycopg.connect(clean_database) as connection:
        connection.execute(sql.SQL("GRANT {} TO {}").format(owner, sql.Identifier(role)))
    with pytest.raises(Refused, match="is a superuser or owns the tables"):
        db.migrate(clean_database, role)


def test_a_role_that_is_not_there_is_named(clean_database: str) -> None:
    with pytest.raises(Refused, match="there is no role nobody_at_all: CREATE ROLE"):
        db.migrate(clean_database, "nobody_at_all")
