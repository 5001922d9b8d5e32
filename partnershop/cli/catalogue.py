"""`partnershop catalogue load FILE`."""

from pathlib import Path
from typing import Annotated

import typer

from partnershop.cli.files import text_of
from partnershop.cli.output import say
from partnershop.cli.place import DataOption, connect

group = typer.Typer(help="What can be ordered.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="catalogue")


@group.callback()
def _group() -> None:
    """What can be ordered."""


@group.command("load")
def load(
    file: Annotated[Path, typer.Argument(help="The catalogue's YAML, as samples/catalogue.yaml.")],
    data: DataOption = None,
) -> None:
    """Load a catalogue as a new version. Items that are held are judged again.

    Exit codes: 0 loaded or unchanged; 1 refused, with every error; 2 no such file; 3 no connection.
    """
    content = text_of(file)
    connect(data)
    from partnershop.db import unit_of_work  # noqa: PLC0415
    from partnershop.flows.catalogues import load_catalogue  # noqa: PLC0415

    with unit_of_work() as session:
        loaded = load_catalogue(session, content)
        version, products = loaded.version.label, len(loaded.version.products)
    if not loaded.changed:
        say(f"catalogue {version} is in force already, unchanged ({products} products)")
        return
    say(f"catalogue {version} is in force now: {products} products")
    if loaded.rechecked:
        say(f"{loaded.rechecked} held items are judged again")
