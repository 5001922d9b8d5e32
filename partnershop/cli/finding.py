"""`partnershop finding list | accept | reopen`: what reconciliation found."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from partnershop.cli.ending import UnknownThing
from partnershop.cli.operators import known_shop, operator_source
from partnershop.cli.output import document, note, say, table
from partnershop.cli.place import DataOption, JsonOption, connect
from partnershop.rules.money import to_text
from partnershop.rules.reconciliation import FindingKind

if TYPE_CHECKING:
    from models import Finding

group = typer.Typer(help="What reconciliation found, and what became of it.", no_args_is_help=True)

IdArgument = Annotated[int, typer.Argument(min=1, help="Its number in the list.")]
ByOption = Annotated[
    str | None, typer.Option("--by", "--as", metavar="NAME", help="Who does it; else the name you are logged in with.")
]


class StateName(StrEnum):
    """The states to list; `all` is every one."""

    OPEN = "open"
    REPAIRED = "repaired"
    ACCEPTED = "accepted"
    CLOSED = "closed"
    ALL = "all"


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="finding")


@group.command("list")
def list_findings(
    shop: Annotated[str | None, typer.Option("--shop", help="Only this shop; all of them otherwise.")] = None,
    state: Annotated[StateName, typer.Option("--state", help="In which state.")] = StateName.OPEN,
    kind: Annotated[FindingKind | None, typer.Option("--kind", help="Only of this kind.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many at most.")] = 500,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """List findings with what to do about each, as the last runs left them; `partnershop reconcile` looks anew.

    Exit codes: 0 listed, also when there are some; 2 no such shop; 3 no connection.
    """
    connect(data)
    from models import FindingState  # noqa: PLC0415  (SQLAlchemy is slow to load)
    from partnershop.db import unit_of_work  # noqa: PLC0415
    from partnershop.reconciliation.findings import listed  # noqa: PLC0415

    states = list(FindingState) if state is StateName.ALL else [FindingState(state.value)]
    with unit_of_work() as session:
        shops = None if shop is None else [known_shop(session, shop).id]
        found = listed(session, shops=shops, states=states, kinds=[kind] if kind else None, limit=limit + 1)
    if len(found) > limit:
        note(f"only the first {limit} are listed")
    if as_json:
        document([as_row(one) for one in found[:limit]])
    elif found:
        print_findings(found[:limit])
    else:
        say(f"there is no {'' if state is StateName.ALL else state.value + ' '}finding")


@group.command("accept")
def accept(
    finding: IdArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why it may stay as it is; it is kept, and read by others.")],
    by: ByOption = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Set an open finding aside, with a reason. It is open again when its amount or what it says changes.

    Exit codes: 0 accepted; 1 refused: it is not open, or there is no reason; 2 no such finding; 3 no connection.
    """
    connect(data)
    from partnershop.db import unit_of_work  # noqa: PLC0415
    from partnershop.reconciliation import findings  # noqa: PLC0415

    with unit_of_work() as session:
        try:
            found = findings.accept(session, finding, operator_source(by), reason)
        except findings.NoFinding as problem:
            raise UnknownThing(str(problem)) from None
    _tell(found, as_json)


@group.command("reopen")
def reopen(finding: IdArgument, by: ByOption = None, as_json: JsonOption = False, data: DataOption = None) -> None:
    """Take an acceptance back: the finding is open again.

    Exit codes: 0 it is open; 1 refused: it is not an accepted one; 2 no such finding; 3 no connection.
    """
    connect(data)
    from partnershop.db import unit_of_work  # noqa: PLC0415
    from partnershop.reconciliation import findings  # noqa: PLC0415

    with unit_of_work() as session:
        try:
            found = findings.reopen(session, finding, operator_source(by))
        except findings.NoFinding as problem:
            raise UnknownThing(str(problem)) from None
    _tell(found, as_json)


def _tell(found: "Finding", as_json: bool) -> None:
    if as_json:
        document(as_row(found))
    else:
        say(f"finding {found.id} is {found.state.value} by {found.changed_by}{': ' + found.why if found.why else ''}")


def as_row(finding: "Finding") -> dict[str, Any]:
    """A finding as the machine reads it; the amount is text in major units of its currency."""
    from partnershop.reconciliation.sentences import sentence, what_to_do  # noqa: PLC0415

    amount = None
    if finding.amount is not None and finding.currency is not None:
        amount = to_text(finding.amount, finding.currency)
    return {
        "id": finding.id, "kind": finding.kind.value, "shop": finding.about.get("shop"), "about": finding.about,
        "amount": amount, "currency": finding.currency, "state": finding.state.value,
        "sentence": sentence(finding, "en"), "what_to_do": what_to_do(finding, "en"),
        "first_seen_at": finding.first_seen_at, "last_seen_at": finding.last_seen_at,
        "times_seen": finding.times_seen, "changed_at": finding.changed_at, "changed_by": finding.changed_by,
        "why": finding.why,
    }  # fmt: skip


def print_findings(found: "Sequence[Finding]") -> None:
    """Print findings: a line each with what is wrong, and below it what to do; commands are never folded."""
    from partnershop.reconciliation.sentences import sentence, what_to_do  # noqa: PLC0415

    columns = ["Finding", "Shop", "Kind", "About", "State", "First seen", "Times seen"]
    rows = [
        (one.id, one.about.get("shop"), _words(one.kind), _in_short(one), one.state.value, one.first_seen_at,
         one.times_seen)
        for one in found
    ]  # fmt: skip
    table("findings", columns, rows, as_json=False)
    for one in found:
        say(f"{one.id}. {sentence(one, 'en')}")
        say(f"   {what_to_do(one, 'en')}")
        if one.why:
            say(f"   {one.state.value} by {one.changed_by}: {one.why}")


def _in_short(finding: "Finding") -> str:
    """What a finding is about in a row of many: its order, and of a refused paper the first rule that it breaks."""
    rules = str(finding.details.get("rules", "")).split(", ")
    first = f"{rules[0]} …" if len(rules) > 1 else rules[0]
    return ", ".join(filter(None, (finding.about.get("order", ""), first)))


def _words(kind: FindingKind) -> str:
    return kind.value.replace("_", " ")
