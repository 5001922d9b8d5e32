"""Resident memory of a documents worker after many papers, against the same process after few."""

from pathlib import Path

from benchmarks.machine import Machine, machine
from benchmarks.measuring import Comparison, Report, Say, Sizes
from benchmarks.printing import WORKERS, Printing, printing

_AT_ONCE = 96  # below the batch that a process invoices at once


def run(sizes: Sizes, say: Say) -> Report:
    """Print papers by one process, and look at its memory twice."""
    few, many = sizes.papers_few, sizes.papers_many
    with machine() as on, printing(on) as shops, on.running(["worker-documents"], concurrency={"documents": 1}):
        printed = _print(shops, few, 0, say)
        after_few = _resident(on)
        _print(shops, many, printed, say)
        after_many = _resident(on)
    return Report(
        [Comparison(f"memory after {many:,} papers / after {few:,}", "MB", [after_many], [after_few], "1.10 or less")],
        [f"memory: one process of worker-documents, invoices of 1 to 60 items; {few:,} papers, then up to {many:,}."],
    )


def _print(shops: Printing, until: int, printed: int, say: Say) -> int:
    while printed < until:
        shops.place(min(_AT_ONCE, max(WORKERS, until - printed)))
        issued = shops.issue(WORKERS)
        shops.print_all(issued, 1)
        printed += len(issued)
        say(f"{printed:,} of {until:,} papers")
    return printed


def _resident(on: Machine) -> float:
    """Of the pool's one process, which is the worker's only child, in MB."""
    worker = _process_of("documents@", str(on.data))
    (child,) = _children(worker)
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{child}/status").read_text("utf-8").splitlines())
    return int(fields["VmRSS"].split()[0]) / 1024


def _process_of(name: str, data: str) -> int:
    """The main process of the worker of this name on this data folder: the one whose parent is no worker."""
    found = {}
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and name.encode() in (folder / "cmdline").read_bytes():
                found[int(folder.name)] = (folder / "environ").read_bytes(), _parent(int(folder.name))
        except OSError:
            continue
    ours = {process: parent for process, (environment, parent) in found.items() if data.encode() in environment}
    (main,) = (process for process, parent in ours.items() if parent not in ours)
    return main


def _parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[1])


def _children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text("utf-8").split()]
