"""`partnershop reconcile`: run reconciliation now; its history; payments against the provider's list."""

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from partnershop.cli import reconcile_payments
from partnershop.cli.operators import AsOption, known_shop, operator_source
from partnershop.cli.output import NOT_FINE, document, note, say, table
from partnershop.cli.place import DataOption, JsonOption, connect
from partnershop.rules.words import counted

if TYPE_CHECKING:
    from models import Finding
    from partnershop.reconciliation.running import Report

group = typer.Typer()

OnlyShopOption = Annotated[str | None, typer.Option("--shop", help="Only this shop; all of them otherwise.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many at most.")]


class JobName(StrEnum):
    """What may be run by hand."""

    STUCK_WORK = "stuck_work"
    MONEY = "money"
    EVERYTHING = "everything"


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="reconcile")
    reconcile_payments.register(group)


@group.callback(invoke_without_command=True)
def reconcile(
    context: typer.Context,
    shop: OnlyShopOption = None,
    job: Annotated[JobName, typer.Option("--job", help="What to look at.")] = JobName.EVERYTHING,
    name: AsOption = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Run reconciliation now: look at everything (or one job's part), mend what is safe, and list what is open.

    stuck_work: work standing still, what is parked, quarantined or held for long, unknown outcomes, mails. money:
    papers, payments, refunds. everything: both, the stored bytes and the audit. Finding the same thing again is the
    same finding; what no longer holds closes itself. `partnershop finding accept` sets one aside with a reason.

    Exit codes: 0 nothing is open; 1 something is, or a check could not be made; 2 no such shop; 3 no connection.
    """
    if context.invoked_subcommand is not None:
        return
    connect(data)
    from partnershop.db import unit_of_work  # noqa: PLC0415  (SQLAlchemy is slow to load)
    from partnershop.reconciliation.findings import listed  # noqa: PLC0415
    from partnershop.reconciliation.running import kinds_of, run  # noqa: PLC0415
    from partnershop.rules.reconciliation import Job  # noqa: PLC0415

    wanted = Job(job.value)
    with unit_of_work() as session:
        shops = None if shop is None else [known_shop(session, shop).id]
    report = run(wanted, operator_source(name), shop=shop)
    with unit_of_work() as session:
        found = listed(session, shops=shops, kinds=None if wanted is Job.EVERYTHING else kinds_of(wanted))
    if as_json:
        document(as_document(report, found))
    else:
        print_report(report, found)
    if found or not report.is_fine:
        raise typer.Exit(NOT_FINE)


@group.command("runs")
def runs(limit: LimitOption = 20, as_json: JsonOption = False, data: DataOption = None) -> None:
    """List the last runs, the newest first: how much was looked at, and what came of it.

    found: open when it ended. A run without an end was cut off, and the next one has taken over.

    Exit codes: 0 listed; 3 no connection.
    """
    connect(data)
    from partnershop.db import unit_of_work  # noqa: PLC0415
    from partnershop.reconciliation import findings  # noqa: PLC0415

    with unit_of_work() as session:
        rows = findings.runs(session, limit)
        codes = findings.shop_codes(session)
    columns = [
        "Run", "Job", "Shop", "Started by", "Started", "Ended", "Checked", "Found", "New", "Closed", "Repaired",
        "Not made",
    ]  # fmt: skip
    table(
        "runs of reconciliation",
        columns,
        [
            (
                row.id, row.job, codes.get(row.shop_id or 0), row.started_by, row.started_at, row.ended_at,
                sum(row.checked.values()), row.found, row.new, row.closed, row.repaired, ", ".join(sorted(row.failed)),
            )
            for row in rows
        ],
        as_json,
    )  # fmt: skip


def as_document(report: "Report", found: "list[Finding]") -> dict[str, Any]:
    """A run and what is open, as the machine reads it."""
    from partnershop.cli.finding import as_row  # noqa: PLC0415

    return {"fine": report.is_fine and not found, **vars(report), "findings": [as_row(one) for one in found]}


def print_report(report: "Report", found: "list[Finding]") -> None:
    """Print what a run looked at, kind by kind, and what is open, with what to do about it."""
    from partnershop.cli.finding import print_findings  # noqa: PLC0415

    open_ones = Counter(one.kind.value for one in found)
    rows = [(kind.replace("_", " "), checked, open_ones[kind] or "") for kind, checked in report.checked.items()]
    table(f"reconciliation, run {report.run_id}", ["Kind", "Looked at", "Open"], rows, as_json=False)
    for check, error in report.failed.items():
        note(f"{check} could not be checked: {error}")
    if found:
        print_findings(found)
    done = f"{report.new} new, {report.closed} closed, {report.repaired} repaired"
    say(f"{counted(len(found), 'finding')} open ({done})" if found else f"nothing is open ({done})")
