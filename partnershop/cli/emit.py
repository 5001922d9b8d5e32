"""`partnershop emit FILE`: play a shop, and send its events to the door."""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from partnershop.cli.ending import UnknownThing
from partnershop.cli.output import document, note, say
from partnershop.cli.place import DataOption, JsonOption, connect
from partnershop.rules.words import counted


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("emit")(emit)


def emit(
    file: Annotated[Path, typer.Argument(help="A .jsonl or .jsonl.gz: one event a line.")],
    shop: Annotated[str, typer.Option("--shop", help="The shop's code.")],
    url: Annotated[
        str | None, typer.Option("--url", help="The address of the intake; else that of the running `partnershop up`.")
    ] = None,
    secret: Annotated[
        str | None,
        typer.Option("--secret", envvar="PARTNERSHOP_SECRET", help="The shop's secret; else the local shop's own."),
    ] = None,
    batch: Annotated[
        int, typer.Option("--batch", min=1, max=10_000, help="Events per request; 1: structured mode.")
    ] = 100,
    shuffle: Annotated[int | None, typer.Option("--shuffle", metavar="SEED", help="Send in a random order.")] = None,
    duplicate: Annotated[
        int, typer.Option("--duplicate", metavar="PERCENT", min=0, max=100, help="So many again, at later places.")
    ] = 0,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Sign the events of a file as the shop does and post them; stop with the answer when refused.

    Exit codes: 0 all sent (a part may have been quarantined, which is said); 1 refused, with the door's answer;
    2 wrong use; 3 nobody answers.
    """
    from partnershop.cli.sending import Sender, arranged, batches, quarantine_lines, read_events  # noqa: PLC0415

    events = arranged(read_events(file), shuffle, duplicate)
    address, key = _where(url, shop, secret, data)
    began = time.monotonic()
    with Sender(address, shop, key) as sender, _progress() as progress:
        bar = progress.add_task(f"to {shop}", total=len(events))
        for group in batches(events, batch):
            sender.send(group, structured=batch == 1)
            progress.advance(bar, len(group))
        sent = sender.sent
    seconds = time.monotonic() - began
    if sent.quarantined:
        told = f"quarantined by the door: {counted(len(sent.quarantined), 'event')}"
        note("\n".join([f"{told}:", *quarantine_lines(sent.quarantined)]))
    if as_json:
        counts = {"events": sent.events, "accepted": sent.accepted, "duplicates": sent.duplicates}
        document({**counts, "quarantined": sent.quarantined, "seconds": f"{seconds:.3f}"})
    else:
        duplicates = counted(sent.duplicates, "duplicate")
        counts_said = f"{sent.accepted} accepted, {duplicates}, {len(sent.quarantined)} quarantined"
        say(f"{counted(sent.events, 'event')} sent in {seconds:.1f} s: {counts_said}")


def _where(url: str | None, shop: str, secret: str | None, data: Path | None) -> tuple[str, str]:
    """The address and the secret: what was given, the rest from the local product."""
    if secret is not None:
        _check(secret)
    if url is not None and secret is not None:
        return url, secret
    found = connect(data)
    if url is None and "intake" not in found:
        raise UnknownThing("say where to with --url: no `partnershop up` runs here that would know its address")
    return url or found["intake"], secret or _local_secret(shop)


def _check(secret: str) -> None:
    from partnershop.contract.signature import key_of  # noqa: PLC0415

    try:
        key_of(secret)
    except ValueError as problem:
        raise UnknownThing(f"this is no secret: {problem}") from None


def _local_secret(code: str) -> str:
    from partnershop.cli.operators import known_shop  # noqa: PLC0415
    from partnershop.db import unit_of_work  # noqa: PLC0415
    from partnershop.flows import shops  # noqa: PLC0415

    with unit_of_work() as session:
        valid = shops.secrets(session, known_shop(session, code))
    if not valid:
        raise UnknownThing(
            f"shop {code} has no secret: give it one with `partnershop shop secret {code} --set whsec_…`"
        )
    return valid[0].secret


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())
