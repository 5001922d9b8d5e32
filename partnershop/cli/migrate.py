"""`partnershop migrate`: the database gets the schema of this version, while older workers go on."""

import time
from typing import Annotated

import typer

from partnershop.cli.ending import UnknownThing
from partnershop.cli.output import note, say
from partnershop.cli.place import DataOption, connect
from partnershop.errors import Refused

_PAUSE_SECONDS = 1.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("migrate")(migrate)


def migrate(
    patience: Annotated[
        int, typer.Option("--patience", min=0, help="Seconds to go on trying while a table is in use.")
    ] = 300,
    runtime_role: Annotated[
        str | None,
        typer.Option("--runtime-role", help="A role that gets exactly what the workers need; it may own nothing."),
    ] = None,
    data: DataOption = None,
) -> None:
    """Bring the database to the schema of this version; nothing happens when it has it.

    All of it is one transaction that waits for no lock longer than five seconds, so nobody waits long behind it. When a
    table is in use for longer, or it and a worker wait for one another, nothing has changed, and it is tried again.

    Whoever owns the tables can take out what guards issued papers. Where the workers are to connect as another role,
    name it each time: a new table is closed to it until then.

    Exit codes: 0 the database has the schema; 2 no such role, or it owns the tables; 3 no connection, or a table was in
    use until the patience ended.
    """
    connect(data)
    from psycopg.errors import DeadlockDetected, LockNotAvailable  # noqa: PLC0415
    from sqlalchemy.exc import OperationalError  # noqa: PLC0415

    from partnershop import db  # noqa: PLC0415
    from partnershop.config import config  # noqa: PLC0415

    until = time.monotonic() + patience
    while True:
        try:
            db.migrate(config().database_url, runtime_role)
        except Refused as problem:
            raise UnknownThing(str(problem)) from None
        except OperationalError as problem:
            if not isinstance(problem.orig, DeadlockDetected | LockNotAvailable) or time.monotonic() >= until:
                raise
            note("a table is in use; nothing has changed yet, trying again")
            time.sleep(_PAUSE_SECONDS)
        else:
            say("the database has the schema of this version")
            return
