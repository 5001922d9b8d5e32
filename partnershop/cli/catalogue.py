"""`partnershop catalogue load FILE`."""

from pathlib import Path
from typing import Annotated

import typer

from partnershop.cli.files import yaml_text_of
from partnershop.cli.incomplete import as_document, say_incomplete
from partnershop.cli.output import document, say
from partnershop.cli.place import DataOption, JsonOption, connect
from partnershop.rules.words import counted

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
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Load a catalogue as a new version. Items that are held are judged again.

    It names the shops whose settings are incomplete now, and what becomes of their items.

    Exit codes: 0 loaded or unchanged; 1 refused, with every error; 2 no file that can be read; 3 no connection.
    """
    content = yaml_text_of(file)
    connect(data)
    from partnershop.db import unit_of_work  # noqa: PLC0415
    from partnershop.flows.catalogues import load_catalogue  # noqa: PLC0415
    from partnershop.flows.incomplete import incomplete_settings  # noqa: PLC0415

    with unit_of_work() as session:
        loaded = load_catalogue(session, content)
        version, products = loaded.version.label, len(loaded.version.products)
        incomplete = incomplete_settings(session)
    if as_json:
        counts = {"products": products, "changed": loaded.changed, "judged_again": loaded.rechecked}
        document({"version": version, **counts, "incomplete": as_document(incomplete)})
        return
    if loaded.changed:
        say(f"catalogue {version} is in force now: {counted(products, 'product')}")
    else:
        say(f"catalogue {version} is in force already, unchanged ({counted(products, 'product')})")
    if loaded.rechecked:
        say(f"held items that are judged again: {loaded.rechecked}")
    say_incomplete(incomplete)
