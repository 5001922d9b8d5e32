"""Check all papers of the recorded stream and of the samples, on all cores, and print a table: `make check-documents`.

    python tests/check_documents.py [--every N] [--processes N]

Exit code 1 on any failure. What is checked is in `checking_papers`.
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor

from checking_papers import CHECKS, Failure, failures
from recorded_papers import folder_for_servers, issue_recorded, issue_samples, papers, working_on
from rich.console import Console
from rich.progress import track
from rich.table import Table

from partnershop.db import migrate
from partnershop.documents.paper import Paper
from partnershop.embedded import remove_data, start_servers

_STREAMS = {"recorded": issue_recorded, "samples": issue_samples}
_SHOWN = 20


def main(arguments: Sequence[str]) -> int:
    """Issue, check, print; the exit code."""
    wanted = _parser().parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    table = Table(title="papers that failed, per check", title_justify="left")
    for heading in ("stream", "papers", *CHECKS, "seconds"):
        table.add_column(heading, justify="left" if heading == "stream" else "right")
    found: list[Failure] = []
    for stream, issue in _STREAMS.items():
        chosen = _issued(issue)[:: wanted.every]
        started = time.perf_counter()
        failed = _check(chosen, wanted.processes)
        seconds = time.perf_counter() - started
        found += failed
        per_check = Counter(check for _, check in {(failure.paper, failure.check) for failure in failed})
        table.add_row(stream, str(len(chosen)), *(str(per_check[check]) for check in CHECKS), f"{seconds:.1f}")
    console.print(table)
    for failure in found[:_SHOWN]:
        console.print(f"{failure.paper}: {failure.check}: {failure.why}", markup=False, soft_wrap=True)
    if len(found) > _SHOWN:
        console.print(f"and {len(found) - _SHOWN} more")
    console.print("not all papers pass" if found else "all papers pass all checks")
    return 1 if found else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every N-th paper")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), metavar="N", help="default: one a core")
    return parser


def _issued(issue: Callable[[], None]) -> list[Paper]:
    """The papers of a stream, played on servers of its own."""
    folder = folder_for_servers()
    try:
        with start_servers(folder, fast=True) as servers:
            migrate(servers.database_url)
            with working_on(servers.database_url):
                issue()
                return papers()
    finally:
        remove_data(folder)


def _check(chosen: Sequence[Paper], processes: int) -> list[Failure]:
    # Not forked: what prints and validates does not survive that.
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        done = pool.map(failures, chosen, chunksize=4)
        shown = track(done, "papers", len(chosen), console=Console(stderr=True), transient=True)
        return [failure for of_paper in shown for failure in of_paper]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
