"""Papers finished per second by one and by two workers, from the gate to the stored bytes, against bare `write_pdf`."""

import time

from sqlalchemy.orm import Session
from weasyprint import HTML  # type: ignore[import-untyped]  # publishes no types

from benchmarks.machine import Machine, machine
from benchmarks.measuring import Comparison, Report, Say, Sizes, alternate
from benchmarks.printing import WORKERS, Printing, printing
from partnershop.documents.engine import resources
from partnershop.documents.render import html
from partnershop.flows.papers import load_papers


def run(sizes: Sizes, say: Say) -> Report:
    """Issue and print the papers of a round by one process each, bare, and by two, in turn."""
    with machine() as on, printing(on) as shops:
        shops.place(sizes.papers)
        pages = _pages(on, first := shops.issue(WORKERS))
        with on.running(["worker-documents"], concurrency={"documents": WORKERS}):
            shops.print_all(first, WORKERS)
            measured = alternate(
                {
                    "one worker": lambda: _finished_per_second(shops, sizes.papers, 1),
                    "write_pdf": lambda: _bare_per_second(pages),
                    "two workers": lambda: _finished_per_second(shops, sizes.papers, WORKERS),
                },
                sizes.rounds,
                say,
            )
    bare = measured["write_pdf"]
    one, two = measured["one worker"], measured["two workers"]
    return Report(
        [
            Comparison("papers by one worker / bare write_pdf", "per second", one, bare, "0.8 or more"),
            Comparison("papers by two workers / one worker", "per second", two, one, "1.9 or more"),
            Comparison("papers by two workers / bare write_pdf", "per second", two, bare, ""),
        ],
        [
            (
                f"papers: {sizes.papers} orders of 1 to 60 items a round (sizes as in the recorded stream). Measured "
                "from due invoices until the bytes of all are committed: gate with our rules, XSD and Schematron (and "
                "FatturaPA, for the shops are Italian), number, rows; then PDF/A with its XMLs, SHA-256, stored. First "
                "all are issued, then all printed; one worker is one process at a time, two are two."
            ),
            (
                "write_pdf: weasyprint.HTML(string=…).write_pdf() of the HTML of as many such papers in one process, "
                "no PDF/A, no tags, no XML; font configuration and style sheets kept as the product keeps them."
            ),
        ],
    )


def _finished_per_second(shops: Printing, count: int, workers: int) -> float:
    shops.place(count)
    start = time.perf_counter()
    issued = shops.issue(workers)
    shops.print_all(issued, workers)
    return len(issued) / (time.perf_counter() - start)


def _pages(on: Machine, document_ids: list[int]) -> list[str]:
    with Session(on.engine) as session, session.begin():
        papers = load_papers(session, document_ids)
    return [html(papers[document_id]) for document_id in document_ids]


def _bare_per_second(pages: list[str]) -> float:
    kept = resources()
    sheet = kept.stylesheet("paper.css", "it")
    start = time.perf_counter()
    for page in pages:
        HTML(string=page, url_fetcher=kept.fetcher).write_pdf(font_config=kept.fonts, stylesheets=[sheet])
    return len(pages) / (time.perf_counter() - start)
