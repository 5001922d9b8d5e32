"""`partnershop drain`: wait until nothing is due."""

from typing import Annotated

import typer

from partnershop.cli.output import say, table
from partnershop.cli.place import DataOption, JsonOption, connect
from partnershop.stages import Stage

COLUMNS = {"stage": "Stage", "due": "Due", "stuck": "Given up"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("drain")(drain)


def drain(
    timeout: Annotated[float, typer.Option("--timeout", metavar="SECONDS", help="How long to wait at most.")] = 1800.0,
    without: Annotated[
        list[Stage] | None, typer.Option("--without", help="A stage not to wait for; may be given several times.")
    ] = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Wait until nothing is due. What was given up after its attempts, or has an unknown outcome, counts as left.

    Exit codes: 0 nothing is left; 1 something is, see the table; 2 wrong use; 3 no connection.
    """
    connect(data)
    from partnershop.cli.draining import wait_until_drained  # noqa: PLC0415

    ignored = frozenset(without or ())
    found = wait_until_drained(timeout, ignored)
    rows = [
        (stage.value, work.due, work.stuck)
        for stage, work in found.items()
        if stage not in ignored and (work.due or work.stuck)
    ]
    if rows or as_json:
        table("left to do", COLUMNS, rows, as_json)
    else:
        say("nothing is due")
    if rows:
        raise typer.Exit(1)
