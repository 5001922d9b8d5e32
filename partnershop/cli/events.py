"""`partnershop event park list` and `event quarantine list | retry`: what waits, and what was set aside."""

from typing import Annotated

import typer

from partnershop.cli.ending import UnknownThing
from partnershop.cli.output import table
from partnershop.cli.place import DataOption, JsonOption, connect

group = typer.Typer(help="Events that wait or were set aside.", no_args_is_help=True)
park = typer.Typer(help="Events that wait for something not known yet.", no_args_is_help=True)
quarantine = typer.Typer(help="What is no event, or contradicts what is known.", no_args_is_help=True)

ShopOption = Annotated[str, typer.Option("--shop", help="The shop's code.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many at most.")]


def register(app: typer.Typer) -> None:
    """Add the command groups."""
    group.add_typer(park, name="park")
    group.add_typer(quarantine, name="quarantine")
    app.add_typer(group, name="event")


@park.callback()
def _park() -> None:
    """Events that wait for something not known yet."""


@park.command("list")
def list_parked(
    shop: ShopOption, limit: LimitOption = 500, as_json: JsonOption = False, data: DataOption = None
) -> None:
    """List parked events and what each waits for; they are applied by themselves when that arrives.

    Exit codes: 0 listed; 2 no such shop; 3 no connection.
    """
    connect(data)
    from partnershop.cli.operators import known_shop  # noqa: PLC0415
    from partnershop.db import unit_of_work  # noqa: PLC0415
    from partnershop.flows import quarantine as set_aside  # noqa: PLC0415

    with unit_of_work() as session:
        found = set_aside.parked(session, known_shop(session, shop), limit)
    columns = ["Event", "Type", "Order", "Waits for", "Which", "Since", "Why"]
    rows = [(e.event_id, e.type, e.order, e.waits_for, e.waits_key, e.since, e.why) for e in found]
    table(f"parked events of {shop}", columns, rows, as_json)


@quarantine.command("list")
def list_quarantined(
    shop: ShopOption, limit: LimitOption = 500, as_json: JsonOption = False, data: DataOption = None
) -> None:
    """List what is in quarantine, with the reasons: Q-… was refused at the door, E-… when it was applied.

    Exit codes: 0 listed; 2 no such shop; 3 no connection.
    """
    connect(data)
    from partnershop.cli.operators import known_shop  # noqa: PLC0415
    from partnershop.db import unit_of_work  # noqa: PLC0415
    from partnershop.flows import quarantine as set_aside  # noqa: PLC0415

    with unit_of_work() as session:
        found = set_aside.listed(session, known_shop(session, shop), limit)
    rows = [(e.name, e.event_id, e.since, e.times_seen, "\n".join(e.why)) for e in found]
    table(f"quarantine of {shop}", ["Name", "Event", "Since", "Times seen", "Why"], rows, as_json)


@quarantine.command("retry")
def retry(
    name: Annotated[str, typer.Argument(help="Its name in the list: Q-12 or E-34.")],
    shop: ShopOption,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Try one again, by the same checks as the first time, and say what became of it.

    Exit codes: 0 it is applied now (or waits); 1 it is refused or set aside again, with the reason; 2 no such shop
    or nothing of that name; 3 no connection.
    """
    connect(data)
    from partnershop.cli.operators import WAIT_SECONDS, known_shop, report, wait_for  # noqa: PLC0415
    from partnershop.db import unit_of_work  # noqa: PLC0415
    from partnershop.flows import quarantine as set_aside  # noqa: PLC0415

    with unit_of_work() as session:
        try:
            event = set_aside.retry(session, known_shop(session, shop), name)
        except set_aside.NotInQuarantine as problem:
            raise UnknownThing(str(problem)) from None
        source, event_id = event.source, event.event_id
    report(wait_for(source, event_id, WAIT_SECONDS), as_json)
