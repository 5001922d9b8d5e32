"""Papers finished per second by one and by two documents workers, against the bare `write_pdf` of the same HTML."""

import time

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from weasyprint import HTML  # type: ignore[import-untyped]  # publishes no types

from benchmarks import goods
from benchmarks.machine import Machine, machine
from benchmarks.measuring import Comparison, Report, Say, Sizes, alternate, seconds_until
from models import Rendering, RenderingState, Shop
from partnershop.documents.engine import resources
from partnershop.documents.render import html
from partnershop.flows.inbox import apply_next
from partnershop.flows.intake import accept
from partnershop.flows.invoicing import invoice_next
from partnershop.flows.papers import load_papers
from partnershop.stages import Stage, Wake

# Items per order in the middle of each eighth of the recorded stream: every batch a worker claims has one of each.
_ORDER_SIZES = (1, 3, 7, 11, 15, 20, 32, 60)


class _Shop:
    """Places and invoices orders through the product's own flows, which leaves papers that are due to be printed."""

    def __init__(self, on: Machine) -> None:
        self._on = on
        with Session(on.engine) as session, session.begin():
            self._assortment = goods.add_shop(session, invoice_on="placed", require_print_data=False)
        self._orders = 0

    def wake(self, workers: int) -> None:
        """Wake so many documents workers."""
        self._on.wake(Wake(Stage.DOCUMENTS, shop=self._assortment.code), workers)

    def issue(self, count: int) -> list[int]:
        """Issue that many invoices; their ids."""
        events = []
        for _ in range(count):
            size = _ORDER_SIZES[self._orders % len(_ORDER_SIZES)]
            self._orders += 1
            data = goods.order_placed(self._assortment, f"D-{self._orders}", size)
            events.append(goods.envelope(self._assortment, "order.placed", data))
        with Session(self._on.engine) as session, session.begin():
            accept(session, session.get_one(Shop, self._assortment.shop_id), events)
        with Session(self._on.engine) as session, session.begin():
            apply_next(session, self._assortment.shop_id)
        with Session(self._on.engine) as session, session.begin():
            return [paper.id for paper in invoice_next(session, self._assortment.shop_id).papers]


def run(sizes: Sizes, say: Say) -> Report:
    """Print the papers of a round by one worker process, bare, and by two, in turn."""
    with machine() as on:
        shop = _Shop(on)
        pages = _pages(on, shop.issue(sizes.papers))
        with on.running(["worker-documents"], concurrency={"documents": 2}):
            _finished_per_second(on, shop, [], 2)  # what was issued for the HTML
            measured = alternate(
                {
                    "one worker": lambda: _finished_per_second(on, shop, shop.issue(sizes.papers), 1),
                    "write_pdf": lambda: _bare_per_second(pages),
                    "two workers": lambda: _finished_per_second(on, shop, shop.issue(sizes.papers), 2),
                },
                sizes.rounds,
                say,
            )
    bare = measured["write_pdf"]
    return Report(
        [
            Comparison(
                "papers by one worker / bare write_pdf", "per second", measured["one worker"], bare, "0.8 or more"
            ),
            Comparison(
                "papers by two workers / bare write_pdf", "per second", measured["two workers"], bare, "1.6 or more"
            ),
        ],
        [
            (
                f"papers: {sizes.papers} issued invoices of 1 to 60 items a round (sizes as in the recorded stream), "
                "from the hint until the bytes of all are committed; workers are processes of worker-documents."
            ),
            (
                "write_pdf: weasyprint.HTML(string=…).write_pdf() of the HTML of as many such papers in one process, "
                "font configuration and style sheets kept as the product keeps them."
            ),
        ],
    )


def _finished_per_second(on: Machine, shop: _Shop, issued: list[int], workers: int) -> float:
    due = select(Rendering.document_id).where(Rendering.state == RenderingState.DUE).exists().select()
    with on.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        start = time.perf_counter()
        shop.wake(workers)
        seconds_until(lambda: not connection.execute(due).scalar_one())
        seconds = time.perf_counter() - start
        stored = select(func.count()).where(Rendering.document_id.in_(issued), Rendering.sha256.is_not(None))
        if connection.execute(stored).scalar_one() != len(issued):
            raise RuntimeError("not all papers were printed")
    return len(issued) / seconds


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
