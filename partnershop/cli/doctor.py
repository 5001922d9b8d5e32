"""`partnershop doctor`."""

import typer

from partnershop.cli.output import table
from partnershop.cli.place import DataOption, JsonOption, data_folder


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Say what this machine lacks to run the product, and how to get it.

    Exit codes: 0 nothing is missing; 1 something is.
    """
    from partnershop.doctor import diagnose  # noqa: PLC0415

    checks = diagnose(data_folder(data))
    rows = [(check.name, check.ok, check.detail, check.remedy) for check in checks]
    table("this machine", {"check": "Check", "ok": "Fine", "detail": "Found", "remedy": "To do"}, rows, as_json)
    if not all(check.ok for check in checks):
        raise typer.Exit(1)
