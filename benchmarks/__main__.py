"""`python -m benchmarks [NAME…] [--rounds N] [--quick]`: measure and print one table."""

import argparse
import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import median

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks import growth, intake, memory, million, numbering, papers, routing, soak
from benchmarks.measuring import QUICK, Comparison, Report, Say, Sizes, progress
from partnershop.machine.signals import Interrupted, interruptible

BENCHMARKS: dict[str, Callable[[Sizes, Say], Report]] = {
    "routing": routing.run,
    "intake": intake.run,
    "papers": papers.run,
    "memory": memory.run,
    "numbering": numbering.run,
    "growth": growth.run,
    "million": million.run,
    "soak": soak.run,
}
_WIDTH = 130  # of the table where the output is no terminal


def main(arguments: Sequence[str]) -> int:
    """Run the named benchmarks, all when none is named; the exit code."""
    wanted = _parser().parse_args(arguments)
    sizes = QUICK if wanted.quick else Sizes()
    sizes = replace(
        sizes, rounds=wanted.rounds or sizes.rounds, soak_minutes=wanted.minutes or sizes.soak_minutes,
        large_books=wanted.items or sizes.large_books,
    )  # fmt: skip
    console = Console(width=None if sys.stdout.isatty() else _WIDTH, highlight=False)
    reports = []
    try:
        with interruptible():
            for name in wanted.names or BENCHMARKS:
                with progress(console, name) as say:
                    reports.append(BENCHMARKS[name](sizes, say))
    except Interrupted as interrupted:
        return interrupted.exit_code
    _print(console, reports, sizes)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", type=_name, help=", ".join(BENCHMARKS))
    parser.add_argument("--rounds", type=_positive, help="measured rounds of each (default 5; with --quick 1)")
    parser.add_argument("--minutes", type=_positive, help="at half load in soak (default 10; at twice a fifth)")
    parser.add_argument("--items", type=_positive, help="in the large books of million (default 1000000)")
    parser.add_argument(
        "--quick", action="store_true", help="tiny sizes, to see that they run; the figures mean nothing"
    )
    return parser


def _name(text: str) -> str:
    if text not in BENCHMARKS:
        raise argparse.ArgumentTypeError(f"{text} is none of {', '.join(BENCHMARKS)}")
    return text


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _print(console: Console, reports: Sequence[Report], sizes: Sizes) -> None:
    for report in reports:
        if report.appendix:
            console.print(escape(report.appendix) + "\n", soft_wrap=True)
    load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    title = f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load}; medians of {sizes.rounds} rounds"
    table = Table(title=title, title_justify="left")
    table.add_column("benchmark")
    for column in ("ours", "baseline", "ratio", "min-max"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("aim", no_wrap=True)
    for report in reports:
        for comparison in report.comparisons:
            table.add_row(*_row(comparison))
    console.print(table)
    for report in reports:
        for note in report.notes:
            console.print(f"- {escape(note)}")


def _row(comparison: Comparison) -> tuple[str, ...]:
    ratios = comparison.ratios
    return (
        f"{comparison.name} ({comparison.unit})",
        _figure(median(comparison.ours)),
        _figure(median(comparison.baseline)),
        f"{comparison.ratio:.2f}",
        f"{min(ratios):.2f}-{max(ratios):.2f}",
        comparison.aim,
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
