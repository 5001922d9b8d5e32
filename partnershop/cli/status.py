"""`partnershop status`: one screen of how the product stands, refreshed with --watch."""

import time
from typing import Annotated

import typer

from partnershop.cli.output import console, document
from partnershop.cli.place import DataOption, JsonOption, connect


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("status")(status)


def status(
    watch: Annotated[bool, typer.Option("--watch", help="Refresh until Ctrl-C.")] = False,
    every: Annotated[int, typer.Option("--every", min=1, max=3600, help="Seconds between two looks.")] = 2,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Show how the product stands: servers, programs of this machine, work per stage, what waits for an operator.

    Due work is counted up to 100,000 rows a stage. Today begins at midnight UTC. Programs are those that `partnershop
    up` runs on this machine; workers elsewhere are in Flower.

    Exit codes: 0 shown, whatever it shows; 3 no connection.
    """
    connect(data)
    from partnershop.cli.status_rows import look  # noqa: PLC0415  (SQLAlchemy is slow to load)

    if not watch:
        found = look(data)
        if as_json:
            document(found)
        else:
            from partnershop.cli.status_screen import screen  # noqa: PLC0415

            console().print(screen(found, console().width))
        return
    try:
        _watch(data, every, as_json)
    except KeyboardInterrupt:
        return


def _watch(data: DataOption, every: int, as_json: bool) -> None:
    from rich.live import Live  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415
    from sqlalchemy.exc import InterfaceError, OperationalError  # noqa: PLC0415

    from partnershop.cli.status_rows import look  # noqa: PLC0415
    from partnershop.cli.status_screen import screen  # noqa: PLC0415

    if as_json:
        while True:
            document(look(data))
            time.sleep(every)
    terminal = console()
    with Live(console=terminal, auto_refresh=False, screen=terminal.is_terminal) as live:
        while True:
            try:
                live.update(screen(look(data), terminal.width), refresh=True)
            except (OperationalError, InterfaceError):
                # It may come back: whoever watches wants to see that, too.
                live.update(Text("the database does not answer", style="bold red"), refresh=True)
            time.sleep(every)
