"""The audit's table."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from partnershop.audit import INVARIANTS, Finding, Sample, audit
from partnershop.cli.ending import UnknownThing
from partnershop.cli.output import document, say, table
from partnershop.db import unit_of_work
from partnershop.errors import Refused


def run_audit(shop: str | None, as_json: bool, documents: int | None = Sample.wanted) -> bool:
    """Audit one shop or all, print what was found, and return whether everything holds.

    `documents` papers are printed and judged again, None for all. Raises `UnknownThing` (exit code 2) when there is no
    such shop.
    """
    with unit_of_work() as session, _progress() as (checking, printing):
        try:
            findings = list(checking(audit(session, shop, Sample(documents, printing))))
        except Refused as problem:
            raise UnknownThing(str(problem)) from None
    print_findings(findings, as_json)
    return all(finding.holds for finding in findings)


def print_findings(findings: Sequence[Finding], as_json: bool) -> None:
    """Print the audit's table, or as JSON {"holds": …, "invariants": […]}."""
    if as_json:
        document({"holds": all(finding.holds for finding in findings), "invariants": [_as_json(f) for f in findings]})
        return
    rows = [(f.number, f.invariant, f.checked, f.breaches, _remarks(f)) for f in findings]
    table("audit", ["No.", "Invariant", "Checked", "Breaches", "Pending"], rows, as_json=False)
    broken = [finding for finding in findings if not finding.holds]
    for finding in broken:
        _print_offenders(finding)
    if broken:
        say(f"{len(broken)} of {len(findings)} invariants do not hold")
    else:
        say(f"all {len(findings)} invariants hold")


def _print_offenders(finding: Finding) -> None:
    """The first of them, a line each: in the table they would be folded beyond reading."""
    for breach in finding.first:
        say(f"{finding.number}. {breach}")
    if finding.breaches > len(finding.first):
        say(f"{finding.number}. and {finding.breaches - len(finding.first)} more")


def _remarks(finding: Finding) -> str:
    return "\n".join([*finding.pending, *([finding.remark] if finding.remark else [])])


def _as_json(finding: Finding) -> dict[str, object]:
    return {
        "number": finding.number,
        "invariant": finding.invariant,
        "holds": finding.holds,
        "checked": finding.checked,
        "breaches": finding.breaches,
        "first": [{"shop": b.shop, "about": b.about, "problem": b.problem} for b in finding.first],
        "pending": finding.pending,
        "remark": finding.remark,
    }


_Checking = Callable[[Iterator[Finding]], Iterator[Finding]]
_Printing = Callable[[int, int], None]


@contextmanager
def _progress() -> Iterator[tuple[_Checking, _Printing]]:
    """Bars on stderr (on a terminal only): which invariant is checked, how many papers of the sample are printed."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bars:
        invariants = bars.add_task("checking", total=len(INVARIANTS))
        papers = bars.add_task("printing papers again", total=None, visible=False)

        def checking(findings: Iterator[Finding]) -> Iterator[Finding]:
            for finding in findings:
                bars.update(invariants, completed=finding.number)
                yield finding

        def printing(done: int, of: int) -> None:
            bars.update(papers, completed=done, total=of, visible=done < of)

        yield checking, printing
