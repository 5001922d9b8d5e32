"""`partnershop shop add FILE` and `partnershop shop secret SHOP`."""

from pathlib import Path
from typing import Annotated

import typer

from partnershop.cli.files import picture_beside, yaml_text_of
from partnershop.cli.incomplete import as_document, say_incomplete
from partnershop.cli.operators import AsOption, operator_source
from partnershop.cli.output import document, say, table
from partnershop.cli.place import DataOption, JsonOption, connect

group = typer.Typer(help="Shops and their secrets.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="shop")


@group.command("add")
def add(
    file: Annotated[Path, typer.Argument(help="The shop's YAML, as samples/shops/aurora.yaml.")],
    name: AsOption = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Add a shop, or save a new version of its settings. Items that wait are judged again by the new ones.

    Settings by which plain papers of the shop would be refused are refused too, with the rules. A seller without an
    IBAN is taken, and told. It names the shops whose settings are incomplete, and what becomes of their items.

    Exit codes: 0 saved or unchanged; 1 refused, with every error; 2 no file that can be read; 3 no connection.
    """
    content = yaml_text_of(file)
    connect(data)
    from partnershop.db import unit_of_work  # noqa: PLC0415
    from partnershop.flows import shop_papers, shops  # noqa: PLC0415
    from partnershop.flows.incomplete import incomplete_settings  # noqa: PLC0415

    with unit_of_work() as session:
        saved = shops.add(session, content, operator_source(name), picture_beside(file))
        code, version = saved.shop.code, saved.settings.version
        warning = shop_papers.without_account(saved.settings.seller)
        incomplete = incomplete_settings(session)
    if as_json:
        done = {"created": saved.created, "changed": saved.changed, "judged_again": saved.rechecked}
        told = {"warnings": [warning] if warning else [], "incomplete": as_document(incomplete)}
        document({"shop": code, "settings_version": version, **done, **told})
        return
    if saved.created:
        say(f"shop {code} is added")
        say(f"it signs its events with the secret that `partnershop shop secret {code}` shows")
    elif saved.changed:
        say(f"shop {code}: settings version {version} is in force now")
    else:
        say(f"shop {code}: settings version {version} says this already, nothing was changed")
    if saved.rechecked:
        say(f"held items that are judged again: {saved.rechecked}")
    if warning:
        say(f"mind: {warning}")
    say_incomplete(incomplete)


@group.command("secret")
def secret(
    shop: Annotated[str, typer.Argument(help="The shop's code.")],
    new: Annotated[
        str | None,
        typer.Option("--set", metavar="whsec_…", help="Sign with this from now on; the old one ends 24 hours later."),
    ] = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Show the secrets that the shop may sign with, the newest first; or set a new one.

    Exit codes: 0 shown or set; 1 this is no secret; 2 no such shop; 3 no connection.
    """
    connect(data)
    from partnershop.cli.operators import known_shop  # noqa: PLC0415
    from partnershop.db import unit_of_work  # noqa: PLC0415
    from partnershop.flows import shops  # noqa: PLC0415

    with unit_of_work() as session:
        row = known_shop(session, shop)
        if new is not None:
            shops.set_secret(session, row, new)
        rows = [(valid.secret, valid.created_at, valid.expires_at) for valid in shops.secrets(session, row)]
    table(f"secrets of {shop}", {"secret": "Secret", "created_at": "Since", "expires_at": "Until"}, rows, as_json)
