"""`partnershop drill`: break a running product on purpose, and show that nothing is lost and nothing doubled."""

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from partnershop.cli.ending import UnknownThing
from partnershop.cli.output import NOT_FINE, document, note, say, table
from partnershop.cli.place import JsonOption
from partnershop.machine.signals import interruptible
from partnershop.rules.words import counted

if TYPE_CHECKING:
    from partnershop.drill.result import Line, Result

_REPORT = Path("drill-report")
_SHOWN = 20
COLUMNS = {
    "family": "Fault", "name": "Kind", "times": "Times", "in_flight": "In flight", "median_seconds": "Recovered in s",
    "worst_seconds": "Worst", "lost": "Lost", "doubled": "Doubled", "wrong": "Wrong", "audit": "Audit", "note": "Note",
}  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("drill")(drill)


def drill(
    minutes: Annotated[float, typer.Option("--minutes", min=0.2, help="How long faults strike.")] = 10.0,
    seed: Annotated[int | None, typer.Option("--seed", help="Draws the same faults again; else one by chance.")] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NAME", help="A family or a kind of fault; may be given several times."),
    ] = None,
    report: Annotated[
        Path, typer.Option("--report", metavar="DIR", help="Where the report goes: drill.html and drill.json.")
    ] = _REPORT,
    language: Annotated[str, typer.Option("--language", help="Of the report: en, it or de.")] = "en",
    list_them: Annotated[bool, typer.Option("--list", help="Name the faults and do nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Break a product of its own on purpose, and show that nothing is lost and nothing doubled.

    It starts its own servers, programs and shops on its own data folder and ports, kills, freezes and cuts whatever the
    table names, then drains, audits, and compares papers and money with what it has worked out itself.

    Exit codes: 0 nothing lost, doubled or wrong, and the audit holds; 1 otherwise; 2 wrong use.
    """
    from partnershop.drill.faults import FAULTS  # noqa: PLC0415  (the drill is loaded only where there is one)
    from partnershop.drill.report import LANGUAGES, figures, write  # noqa: PLC0415

    if list_them:
        table("faults", {"family": "Fault", "name": "Kind"}, [(one.family.value, one.name) for one in FAULTS], as_json)
        return
    if language not in LANGUAGES:
        raise UnknownThing(f"the report is written in {', '.join(LANGUAGES)}, not in {language}")
    known = dict.fromkeys(name for one in FAULTS for name in (one.family.value, one.name))
    if unknown := [name for name in only or () if name not in known]:
        raise UnknownThing(f"there is no fault called {', '.join(unknown)}; known are: {', '.join(known)}")
    folder = _writable(report)
    result = _run(minutes, secrets.randbelow(1_000_000) if seed is None else seed, tuple(only or ()))
    page = write(result, folder, language)
    if as_json:
        document(figures(result))
    else:
        print_result(result)
    note(f"the report is {page}")
    if not result.clean:
        raise typer.Exit(NOT_FINE)


def _run(minutes: float, seed: int, only: tuple[str, ...]) -> "Result":
    from partnershop.drill.drill_run import run  # noqa: PLC0415
    from partnershop.drill.plan import Plan  # noqa: PLC0415

    note(f"seed {seed}: `partnershop drill --seed {seed} --minutes {minutes:g}` draws the same faults again")
    with interruptible():
        return run(Plan(minutes=minutes, seed=seed, only=only), note)


def _writable(folder: Path) -> Path:
    """The report's folder, made now: nobody wants to learn after ten minutes that it cannot be written."""
    folder = folder.expanduser().resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trial = folder / ".writable"
        trial.touch()
        trial.unlink()
    except OSError as problem:
        raise UnknownThing(f"the report cannot be written to {folder}: {problem.strerror or problem}") from None
    return folder


def print_result(result: "Result") -> None:
    """Print the table, and then in sentences what is not as it must be."""
    audit = "holds" if not result.verdict.breaches else "breached"
    table("drill", COLUMNS, [_row(line, audit) for line in result.lines()], as_json=False)
    for name, why in result.not_possible.items():
        say(f"not possible here: {name}: {why}")
    if result.not_drawn:
        say(f"the time did not suffice for: {', '.join(result.not_drawn)}")
    for name, value in result.figures.items():
        say(f"{name}: {value}")
    _say_all("given up after its attempts, as it should be", result.verdict.parked)
    _say_all("still due", result.left)
    _say_all("the audit says", result.verdict.breaches)
    for one in result.attributed[:_SHOWN]:
        say(f"{one.trouble.kind.value}: {one.trouble.sentence}")
    if len(result.attributed) > _SHOWN:
        say(f"and {len(result.attributed) - _SHOWN} more, see the report")
    say(_sentence(result))


def _row(line: "Line", audit: str) -> tuple[object, ...]:
    notes = [f"{line.not_recovered} not recovered" if line.not_recovered else "", line.note]
    return (
        line.family.value, line.name, line.times, line.in_flight, _seconds(line.median_seconds),
        _seconds(line.worst_seconds), line.lost, line.doubled, line.wrong, audit, "; ".join(filter(None, notes)),
    )  # fmt: skip


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _say_all(what: str, sentences: Sequence[str]) -> None:
    for sentence in sentences[:_SHOWN]:
        say(f"{what}: {sentence}")
    if len(sentences) > _SHOWN:
        say(f"{what}: and {len(sentences) - _SHOWN} more, see the report")


def _sentence(result: "Result") -> str:
    kinds = [one.trouble.kind.value for one in result.attributed]
    told = ", ".join(f"{kinds.count(kind)} {kind}" for kind in ("lost", "doubled", "wrong"))
    verdict = result.verdict
    counts = (
        counted(len(result.injections), "fault"), counted(verdict.events, "event"), counted(verdict.orders, "order"),
        counted(verdict.papers, "paper"),
    )  # fmt: skip
    if result.clean:
        return f"{', '.join(counts)}: nothing lost, nothing doubled, the audit holds"
    return f"{', '.join(counts)}: {told}; the audit {'is breached' if verdict.breaches else 'holds'}"
