"""`partnershop demo`: the samples through the whole pipeline, from the door to the papers."""

import json
import os
import secrets
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from partnershop.cli.output import NOT_FINE, note, say
from partnershop.clock import stay_before
from partnershop.paths import SAMPLES
from partnershop.rules.words import counted

if TYPE_CHECKING:
    from partnershop.cli.running import Product

_SAMPLES_LATEST = datetime(2027, 2, 1, tzinfo=UTC)
_STEP_SECONDS = 180.0
_BATCH = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Stop at the end; otherwise, on a terminal, it stays up until Ctrl-C.")
    ] = False,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="Where the papers go; else under the user's data home.")
    ] = None,
    samples: Annotated[Path, typer.Option("--samples", help="The folder to play.", hidden=True)] = SAMPLES,
) -> None:
    """Play the samples through the real door, workers, mail server and Flower, and show what came of it.

    It has servers and data of its own, which are removed at the end; the papers stay, and the mails beside them as .eml
    files.

    Exit codes: 0 the audit holds, every paper's e-invoice conforms, books and mails are the expected ones, and
    reconciliation finds just what the samples leave open; 1 it is not so, or something did not start.
    """
    from partnershop.cli.running import running  # noqa: PLC0415
    from partnershop.machine.places import own_folder  # noqa: PLC0415
    from partnershop.supervisor import Interrupted, interruptible  # noqa: PLC0415

    # The samples are of March 2026, and a reversal more than a year after the supply waits for an operator.
    stay_before(_SAMPLES_LATEST)
    # Nobody waits here for more parcels of an order to tell of them in one mail.
    os.environ["PARTNERSHOP_MAIL_GATHER_SECONDS"] = "0"
    stays = not once and sys.stdout.isatty()
    fine: bool | None = None
    try:
        with (
            interruptible(),
            own_folder("partnershop-demo-") as data,
            running(data, note, embedded_only=True) as product,
        ):
            fine = _play(product, samples, _papers_folder(to))
            if stays:
                _say_addresses(product.addresses)
                say("it stays up until Ctrl-C")
                product.supervisor.watch()
    except Interrupted:
        if fine is None:
            raise
    if not fine:
        raise typer.Exit(NOT_FINE)


def _papers_folder(to: Path | None) -> Path:
    """A folder of this run's own: a second demo, also at the same time, overwrites nothing."""
    if to is not None:
        return to.expanduser().resolve()
    from partnershop import clock  # noqa: PLC0415
    from partnershop.config import default_data  # noqa: PLC0415

    name = f"{clock.now():%Y-%m-%d-%H%M%S}-{secrets.token_hex(2)}"
    return default_data().resolve() / "demo" / name


def _play(product: "Product", samples: Path, papers: Path) -> bool:
    """Play, show and judge; whether everything is as expected."""
    from partnershop.cli.draining import wait_until_drained  # noqa: PLC0415
    from partnershop.cli.playing import Player, load_shops, secret_of  # noqa: PLC0415
    from partnershop.cli.sending import Sender, batches, quarantine_lines  # noqa: PLC0415
    from partnershop.stages import Stage  # noqa: PLC0415

    intake, tick = product.addresses["intake"], product.supervisor.tick
    _say_addresses(product.addresses)

    def emit(shop: str, events: list[bytes]) -> None:
        with Sender(intake, shop, secret_of(shop)) as sender:
            for group in batches(events, _BATCH):
                sender.send(group)
            sent = sender.sent
        counts = f"{counted(sent.accepted, 'event')} accepted, {counted(sent.duplicates, 'duplicate')}"
        say(f"     {shop}: {counts}")
        for line in quarantine_lines(sent.quarantined):
            say(f"     {shop}: quarantined is{line[1:]}")

    def settle() -> None:
        # Papers are printed and mailed beside it; they are waited for once, at the end.
        wait_until_drained(_STEP_SECONDS, {Stage.DOCUMENTS, Stage.MAIL}, tick)

    for shop in load_shops(samples):
        say(f"shop {shop} is set up")
    Player(samples, emit, settle, say).play()
    say("papers are printed, and mails sent")
    left = wait_until_drained(_STEP_SECONDS, meanwhile=tick)
    for stage, work in left.items():
        if work.due or work.stuck:
            say(f"left to do: {stage.value}: {work.due} due, {work.stuck} given up")
    drained = not any(work.due or work.stuck for work in left.values())
    shutil.copytree(product.data / "mails", papers / "mails", dirs_exist_ok=True)
    fine = _show(samples, papers)
    return _reconcile(samples) and fine and drained


def _show(samples: Path, papers: Path) -> bool:
    """Show what there is; whether the audit holds and books and mails are as expected."""
    from partnershop.cli import demo_report as report  # noqa: PLC0415
    from partnershop.cli.demo_verifying import verify_papers  # noqa: PLC0415
    from partnershop.cli.reading_audit import run_audit  # noqa: PLC0415
    from partnershop.cli.reading_export import export_documents  # noqa: PLC0415
    from partnershop.cli.reading_session import snapshot  # noqa: PLC0415
    from partnershop.flows import shops  # noqa: PLC0415

    with snapshot() as session:
        books = report.books_of(session)
        for code in books:
            export_documents(session, shops.find(session, code), papers / code)
        report.print_items(session)
        report.print_papers(session, papers)
        report.print_refunds(session)
        report.print_unusual(session)
        report.print_mails(session, papers / "mails")
    conform = verify_papers(papers / code for code in books)
    holds = run_audit(None, False)
    return _as_expected("the books and the mails", samples / "expected.json", books) and holds and conform


def _reconcile(samples: Path) -> bool:
    """Run reconciliation and show what it finds; whether that is what the samples leave open, and nothing else."""
    from partnershop.cli import demo_report as report  # noqa: PLC0415
    from partnershop.cli.reconcile import print_report  # noqa: PLC0415
    from partnershop.db import unit_of_work  # noqa: PLC0415
    from partnershop.reconciliation.findings import listed  # noqa: PLC0415
    from partnershop.reconciliation.running import run  # noqa: PLC0415
    from partnershop.rules.reconciliation import Job  # noqa: PLC0415

    done = run(Job.EVERYTHING, "demo")
    with unit_of_work() as session:
        found = listed(session)
    print_report(done, found)
    kinds = report.findings_per_kind(found)
    return _as_expected("the findings", samples / "expected.findings.json", kinds) and not done.failed


def _as_expected(what: str, file: Path, found: dict[str, Any]) -> bool:
    """Compare with a file of the samples, and say how they differ."""
    from partnershop.cli.demo_report import differences  # noqa: PLC0415

    wrong = list(differences(json.loads(file.read_text(encoding="utf-8")), found))
    say(f"{what} are the expected ones" if not wrong else f"{what} are not the expected ones:")
    for line in wrong:
        say(f"  {line}")
    return not wrong


def _say_addresses(addresses: dict[str, str]) -> None:
    say(f"intake  {addresses['intake']}/shops/SHOP/events")
    say(f"Flower  {addresses['flower']}  (name and password are in the address)")
