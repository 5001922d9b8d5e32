"""`partnershop order cancel | correct-buyer | correct-line | confirm-reversal | drop-case ORDER`."""

import typer

from partnershop.cli.item import NoteOption, OrderArgument, ReasonOption
from partnershop.cli.operators import AsOption, EvenUnknownOption, NoWaitOption, ShopOption, act
from partnershop.cli.place import DataOption, JsonOption

group = typer.Typer(help="Operators' actions on an order.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the command group."""
    from partnershop.cli import order_papers  # noqa: PLC0415  (it needs the group)

    order_papers.add_to(group)
    app.add_typer(group, name="order")


@group.callback()
def _group() -> None:
    """Operators' actions on an order."""


@group.command("cancel")
def cancel(
    order: OrderArgument,
    shop: ShopOption,
    reason: ReasonOption,
    note: NoteOption = None,
    name: AsOption = None,
    no_wait: NoWaitOption = False,
    even_unknown: EvenUnknownOption = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Cancel each item of an order that is not cancelled yet, with one reversal for all.

    Exit codes: 0 done; 1 refused, with the reason; 2 wrong use or unknown; 3 no connection.
    """
    members = {"order": order, "reason": reason, "note": note}
    act(
        "order.cancelled",
        members,
        shop=shop,
        name=name,
        data=data,
        wait=not no_wait,
        as_json=as_json,
        even_unknown=even_unknown,
    )
