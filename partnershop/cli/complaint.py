"""`partnershop complaint open | accept | reject`."""

from typing import Annotated

import typer

from partnershop.cli.ending import UnknownThing
from partnershop.cli.item import ItemArgument, OrderArgument, ReasonOption
from partnershop.cli.operators import AsOption, EvenUnknownOption, NoWaitOption, ShopOption, act
from partnershop.cli.place import DataOption, JsonOption

group = typer.Typer(help="Complaints about items.", no_args_is_help=True)

ComplaintArgument = Annotated[str, typer.Argument(help="The complaint's number.")]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="complaint")


@group.command("open")
def open_complaint(
    complaint: ComplaintArgument,
    order: OrderArgument,
    item: ItemArgument,
    shop: ShopOption,
    reason: ReasonOption,
    text: Annotated[str | None, typer.Option("--text", help="What the customer wrote.")] = None,
    name: AsOption = None,
    no_wait: NoWaitOption = False,
    even_unknown: EvenUnknownOption = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Open a complaint about an item. It changes nothing until it is decided.

    Exit codes: 0 done; 1 set aside; 2 wrong use or unknown; 3 no connection.
    """
    members = {"complaint": complaint, "order": order, "item": item, "reason": reason, "text": text}
    act(
        "complaint.opened",
        members,
        shop=shop,
        name=name,
        data=data,
        wait=not no_wait,
        as_json=as_json,
        even_unknown=even_unknown,
    )


@group.command("accept")
def accept(
    complaint: ComplaintArgument,
    order: OrderArgument,
    shop: ShopOption,
    net: Annotated[
        str | None, typer.Option("--net", metavar="AMOUNT", help='Net amount off the line, "12.00".')
    ] = None,
    percent: Annotated[
        str | None, typer.Option("--percent", metavar="PERCENT", help="Or per cent of the line as it was ordered.")
    ] = None,
    name: AsOption = None,
    no_wait: NoWaitOption = False,
    even_unknown: EvenUnknownOption = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Accept a complaint: the line is reduced by --net or by --percent. The first decision stands.

    Exit codes: 0 done; 1 refused, with the reason; 2 wrong use or unknown; 3 no connection.
    """
    if (net is None) == (percent is None):
        raise UnknownThing("say by how much: exactly one of --net and --percent")
    reduction = {"net": net} if net is not None else {"percent": percent}
    members = {"complaint": complaint, "order": order, "reduction": reduction}
    act(
        "complaint.accepted",
        members,
        shop=shop,
        name=name,
        data=data,
        wait=not no_wait,
        as_json=as_json,
        even_unknown=even_unknown,
    )


@group.command("reject")
def reject(
    complaint: ComplaintArgument,
    order: OrderArgument,
    shop: ShopOption,
    reason: ReasonOption,
    name: AsOption = None,
    no_wait: NoWaitOption = False,
    even_unknown: EvenUnknownOption = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Reject a complaint; papers and money stay as they are. The first decision stands.

    Exit codes: 0 done; 1 refused, with the reason; 2 wrong use or unknown; 3 no connection.
    """
    members = {"complaint": complaint, "order": order, "reason": reason}
    act(
        "complaint.rejected",
        members,
        shop=shop,
        name=name,
        data=data,
        wait=not no_wait,
        as_json=as_json,
        even_unknown=even_unknown,
    )
