"""`partnershop documents move`: the bytes of rendered papers from the database into the object store, or back."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from partnershop.cli.output import NOT_FINE, note, say
from partnershop.cli.place import DataOption, connect
from partnershop.cli.reading import documents
from partnershop.gateways.objects import Place
from partnershop.rules.words import counted

if TYPE_CHECKING:
    from partnershop.flows.document_moving import Picked


def register(_: typer.Typer) -> None:
    """Add the command to `documents`."""
    documents.command("move")(move)


def move(
    to: Annotated[Place, typer.Option("--to", help="Where the bytes of all papers are to lie.")],
    data: DataOption = None,
) -> None:
    """Move the bytes of all rendered papers into the object store that PARTNERSHOP_OBJECTS_URL names, or back.

    Each copy is read back and checked before the database lets go of its own. Work goes on meanwhile; a move that was
    interrupted is typed again. New papers go where the workers' PARTNERSHOP_OBJECTS_URL says: change that first. What
    was moved to the database stays in the store, too: remove it there when everything is moved.

    Exit codes: 0 all lie there; 1 the bytes of some are not in order, or the store is away; 2 wrong use; 3 no
    connection.
    """
    connect(data)
    from partnershop.db import unit_of_work  # noqa: PLC0415
    from partnershop.flows import document_moving  # noqa: PLC0415

    with unit_of_work() as session:
        total = document_moving.left(session, to)
    moved, flawed = 0, 0
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as progress:
        task = progress.add_task("papers", total=total)
        for batch in _moved(to):
            moved, flawed = moved + len(batch.contents), flawed + len(batch.flawed)
            for number, flaw in batch.flawed.items():
                note(f"{number} is not moved: its bytes are {flaw.value}")
            progress.advance(task, len(batch.contents) + len(batch.flawed))
    say(f"{counted(moved, 'paper')} moved, {flawed} not")
    if flawed:
        raise typer.Exit(NOT_FINE)


def _moved(to: Place) -> Iterator["Picked"]:
    """Move batch after batch; what was moved."""
    from partnershop.db import unit_of_work  # noqa: PLC0415
    from partnershop.flows import document_moving  # noqa: PLC0415

    after = 0
    while True:
        with unit_of_work() as session:
            batch = document_moving.pick(session, to, after)
        if batch is None:
            return
        locations = document_moving.copy_out(batch.contents) if to is Place.OBJECTS else {}
        with unit_of_work() as session:
            document_moving.note_outside(session, locations)
            if to is Place.DATABASE:
                document_moving.take_in(session, batch.contents)
        yield batch
        after = batch.last
