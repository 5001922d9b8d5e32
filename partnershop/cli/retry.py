"""`partnershop retry`: what was parked after its attempts is tried again."""

import typer

from partnershop.cli.operators import ShopOption, known_shop
from partnershop.cli.output import document, say
from partnershop.cli.place import DataOption, JsonOption, connect
from partnershop.rules.words import counted


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("retry")(retry)


def retry(shop: ShopOption, as_json: JsonOption = False, data: DataOption = None) -> None:
    """Give parked cases, invoices, renderings and mails their attempts again, once what stopped them has been mended.

    Papers that were refused because they would not conform are judged again, too.

    `drain` and `show` name what was given up, with its error.

    Exit codes: 0 they are due again, also when there were none; 2 no such shop; 3 no connection.
    """
    connect(data)
    from dataclasses import asdict  # noqa: PLC0415

    from partnershop.db import unit_of_work  # noqa: PLC0415
    from partnershop.flows import retrying  # noqa: PLC0415

    with unit_of_work() as session:
        done = retrying.retry(session, known_shop(session, shop))
    if as_json:
        document(asdict(done))
    else:
        kinds = {"case": done.cases, "invoice": done.invoices, "rendering": done.renderings, "mail": done.mails}
        kinds["refused paper"] = done.refused_papers
        say("due again: " + ", ".join(counted(number, kind) for kind, number in kinds.items()))
