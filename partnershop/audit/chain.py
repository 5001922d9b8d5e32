"""Invariant 6, second half: every issued paper is the one that was issued, and stands where it was issued.

What each paper says is digested again from its rows, and each link of its series tied again to the one before it. The
links are no secret: whoever may write everything can tie a whole chain anew. So the ends are named; the accountant
compares them with those that were noted earlier.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Select, select
from sqlalchemy.orm import Session

from models import Document, DocumentLine, DocumentTax, NumberSeries, Shop
from partnershop.audit.finding import Finding, named
from partnershop.flows.chain import LINE, NUMBERED, SAID, TAX, digest_of, link

_BATCH = 100

Row = dict[str, Any]


def look_at(session: Session, shops: Sequence[int], finding: Finding) -> None:
    """Every paper of these shops says what its digest says, every link follows the one before, the counters the last.

    A paper without a chain was issued before papers were chained: it stands before the first that has one, and its id
    is none of those that came after the migration which brought the chain.
    """
    counters = select(NumberSeries.shop_id, NumberSeries.series, NumberSeries.last_chain, NumberSeries.chained_after)
    remembered = {(row.shop_id, row.series): row for row in session.execute(counters)}
    ends = []
    for shop_id, code in session.execute(select(Shop.id, Shop.code).where(Shop.id.in_(shops)).order_by(Shop.id)).all():
        kept = {series for shop, series in remembered if shop == shop_id}
        issued = set(session.scalars(select(Document.series).where(Document.shop_id == shop_id).distinct()))
        for series in sorted(kept | issued):
            counter = remembered.get((shop_id, series))
            walk = _Walk(code, series, counter.chained_after if counter else 0, finding)
            walk.along(session, shop_id)
            walk.ends_at(counter.last_chain if counter else None)
            ends += [f"{walk.number} {walk.chain}"] if walk.chain else []
    if ends:
        finding.remark = f"chains end at {named(ends)}"


class _Walk:
    """Along one series from its first paper to its last; `number` and `chain` are those of the last chained one."""

    def __init__(self, shop: str, series: str, chained_after: int, finding: Finding) -> None:
        self._shop, self._series, self._chained_after, self._finding = shop, series, chained_after, finding
        self.number = ""
        self.chain: str | None = None

    def along(self, session: Session, shop_id: int) -> None:
        """Look at every paper in the order of the numbers."""
        for batch in _batches(session, shop_id, self._series):
            ids = [paper["id"] for paper in batch]
            lines, taxes = _of(session, DocumentLine, LINE, ids), _of(session, DocumentTax, TAX, ids)
            for paper in batch:
                self._look_at(paper, lines[paper["id"]], taxes[paper["id"]])

    def _look_at(self, paper: Row, lines: list[Row], taxes: list[Row]) -> None:
        number, chain, digest = paper["number"], paper["chain"], paper["digest"]
        if chain is None or digest is None:
            if self.chain is not None or chain != digest:
                self._tell(number, "has no link, though a paper before it has one")
            elif paper["id"] > self._chained_after:
                self._tell(number, "has no link, though it was issued after papers were chained")
            return
        if digest_of(paper, lines, taxes) != digest:
            self._tell(number, "does not say what it said when it was issued")
        if link(self.chain, paper, digest) != chain:
            before = self.number or "the beginning of its series"
            self._tell(number, f"does not follow {before} as it did when it was issued")
        # As stored, so that a wrong link is told once, at its own paper.
        self.number, self.chain = number, chain

    def ends_at(self, remembered: str | None) -> None:
        """The counter must remember the last paper's chain."""
        if self.chain == remembered:
            return
        end = f"ends with {self.number}" if self.number else "has no link"
        self._tell(f"series {self._series}", f"{end}, but another paper was issued last")

    def _tell(self, about: str, problem: str) -> None:
        self._finding.breach(self._shop, about, problem)


def _batches(session: Session, shop_id: int, series: str) -> Iterator[list[Row]]:
    table = Document.__table__.c
    columns = [table[name] for name in dict.fromkeys((*NUMBERED, *SAID, "digest", "chain"))]
    query = select(*columns).where(table.shop_id == shop_id, table.series == series)
    query = query.order_by(table.year, table.sequence, table.id)
    # One query for all: one for each batch, which begins behind the last paper, sorts all the papers each time.
    for rows in session.execute(query, execution_options={"yield_per": _BATCH}).mappings().partitions():
        yield [dict(row) for row in rows]


def _of(session: Session, table: type[Any], names: Sequence[str], document_ids: Sequence[int]) -> dict[int, list[Row]]:
    columns: list[Column[Any]] = [table.__table__.c[name] for name in ("document_id", *names)]
    rows: dict[int, list[Row]] = defaultdict(list)
    for row in _rows(session, select(*columns).where(table.document_id.in_(document_ids))):
        rows[row["document_id"]].append(row)
    return rows


def _rows(session: Session, query: Select[Any]) -> list[Row]:
    return [dict(row) for row in session.execute(query).mappings()]
