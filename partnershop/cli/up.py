"""`partnershop up`: the whole product on this machine until Ctrl-C."""

from dataclasses import replace
from typing import Annotated

import typer

from partnershop.cli.output import note
from partnershop.cli.place import DataOption, data_folder


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("up")(up)


def up(
    data: DataOption = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The intake's port; 0: a free one.")] = 0,
    flower_port: Annotated[
        int, typer.Option("--flower-port", min=0, max=65535, help="Flower's port; 0: a free one.")
    ] = 0,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", help="A program not to start here, such as worker-documents; repeatable."),
    ] = None,
) -> None:
    """Run servers, web, workers, beat and Flower on a data folder until Ctrl-C, all on 127.0.0.1.

    What ends by itself is started again, ever less eagerly, and it is said. Ctrl-C, SIGTERM or a closed terminal let
    everybody finish what is in hand; a second Ctrl-C or SIGTERM kills what is left.

    PostgreSQL and Valkey come along, unless DATABASE_URL and BROKER_URL name your own. DATA/up.json has the addresses
    and process ids once everything answers; other commands find it by --data or PARTNERSHOP_DATA.

    Exit codes: 0 it was asked to end and did; 1 something did not start, or the folder is in use; 2 wrong use.
    """
    from partnershop.cli.running import running  # noqa: PLC0415
    from partnershop.programs import Ports  # noqa: PLC0415
    from partnershop.supervisor import Interrupted, interruptible  # noqa: PLC0415

    free = Ports.free()
    ports = replace(free, web=port or free.web, flower=flower_port or free.flower)
    is_up = False
    try:
        with interruptible(), running(
            data_folder(data), note, ports=ports, without=without or ()
        ) as product:
            is_up = True
            note(f"everything is up, data in {product.data}")
            note(f"intake  {product.addresses['intake']}/shops/SHOP/events")
            note(f"Flower  {product.addresses['flower']}")
            if "mails" in product.addresses:
                note(f"mails   {product.addresses['mails']}  (written there, as PARTNERSHOP_SMTP_URL is not set)")
            note("Ctrl-C ends it")
            product.supervisor.watch()
    except Interrupted:
        if not is_up:
            raise
