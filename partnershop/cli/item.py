"""`partnershop item …`: what operators do to one item."""

from typing import Annotated

import typer

from partnershop.cli.operators import AsOption, EvenUnknownOption, NoWaitOption, ShopOption, act
from partnershop.cli.place import DataOption, JsonOption, connect
from partnershop.cli.reading_hand_overs import unknown_hand_over
from partnershop.db import unit_of_work

group = typer.Typer(help="Operators' actions on an item.", no_args_is_help=True)

OrderArgument = Annotated[str, typer.Argument(help="The order's number.")]
ItemArgument = Annotated[str, typer.Argument(help="The item's key in its order.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it is kept, and read by others.")]
NoteOption = Annotated[str | None, typer.Option("--note", help="Anything else worth keeping.")]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="item")


@group.command("cancel")
def cancel(
    order: OrderArgument,
    item: ItemArgument,
    shop: ShopOption,
    reason: ReasonOption,
    note: NoteOption = None,
    name: AsOption = None,
    no_wait: NoWaitOption = False,
    even_unknown: EvenUnknownOption = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Cancel an item. Papers and money follow; cancelling twice is once.

    Exit codes: 0 done; 1 refused, with the reason; 2 wrong use or unknown; 3 no connection.
    """
    members = {"order": order, "item": item, "reason": reason, "note": note}
    act(
        "item.cancelled",
        members,
        shop=shop,
        name=name,
        data=data,
        wait=not no_wait,
        as_json=as_json,
        even_unknown=even_unknown,
    )


@group.command("hand-over")
def hand_over(
    order: OrderArgument,
    item: ItemArgument,
    shop: ShopOption,
    reason: ReasonOption,
    name: AsOption = None,
    no_wait: NoWaitOption = False,
    even_unknown: EvenUnknownOption = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Hand an in-house item over to Unitedprint before its production starts, for instance out of paper.

    Exit codes: 0 done; 1 refused, with the reason; 2 wrong use or unknown; 3 no connection.
    """
    members = {"order": order, "item": item, "to": "unitedprint", "reason": reason}
    act(
        "item.redirected",
        members,
        shop=shop,
        name=name,
        data=data,
        wait=not no_wait,
        as_json=as_json,
        even_unknown=even_unknown,
    )


@group.command("release")
def release(
    order: OrderArgument,
    item: ItemArgument,
    shop: ShopOption,
    reason: ReasonOption,
    name: AsOption = None,
    no_wait: NoWaitOption = False,
    even_unknown: EvenUnknownOption = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Let a held item go on, once what held it has been put right: judged again, or handed to its producer again.

    Items held over the catalogue or the settings go on by themselves when those are changed.

    Exit codes: 0 done; 1 refused: it is not held; 2 wrong use or unknown; 3 no connection.
    """
    members = {"order": order, "item": item, "reason": reason}
    act(
        "item.released",
        members,
        shop=shop,
        name=name,
        data=data,
        wait=not no_wait,
        as_json=as_json,
        even_unknown=even_unknown,
    )


@group.command("settle-dispatch")
def settle_dispatch(
    order: OrderArgument,
    item: ItemArgument,
    shop: ShopOption,
    accepted: Annotated[
        bool, typer.Option("--accepted/--not-accepted", help="Whether the producer has it. If not, it is sent again.")
    ],
    reason: ReasonOption,
    reference: Annotated[str | None, typer.Option("--reference", help="The producer's own number of it.")] = None,
    hand_over: Annotated[
        str | None, typer.Option("--hand-over", help="Our order name there; else that of the one unknown now.")
    ] = None,
    name: AsOption = None,
    no_wait: NoWaitOption = False,
    even_unknown: EvenUnknownOption = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Say what became of a hand-over whose outcome is unknown, after asking the producer.

    Exit codes: 0 done; 1 refused: it is not unknown, or no longer; 2 wrong use or unknown; 3 no connection.
    """
    connect(data)
    if hand_over is None:
        # Named in any case: whatever happens on the way, it is not taken for the word on a later hand-over.
        with unit_of_work() as session:
            hand_over = unknown_hand_over(session, shop, order, item)
    members = {
        "order": order, "item": item, "hand_over": hand_over, "accepted": accepted, "reference": reference,
        "reason": reason,
    }  # fmt: skip
    act(
        "dispatch.settled",
        members,
        shop=shop,
        name=name,
        data=data,
        wait=not no_wait,
        as_json=as_json,
        even_unknown=even_unknown,
    )


@group.command("print-data")
def print_data(
    order: OrderArgument,
    item: ItemArgument,
    shop: ShopOption,
    name: AsOption = None,
    no_wait: NoWaitOption = False,
    even_unknown: EvenUnknownOption = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Say that the print data of an item are there, for instance brought in by hand.

    Exit codes: 0 done; 1 refused; 2 wrong use or unknown; 3 no connection.
    """
    members = {"order": order, "item": item}
    act(
        "print_data.uploaded",
        members,
        shop=shop,
        name=name,
        data=data,
        wait=not no_wait,
        as_json=as_json,
        even_unknown=even_unknown,
    )
