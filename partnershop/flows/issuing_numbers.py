"""Numbers of papers: a number of the same form to judge a paper by, and the real one, taken at the very end."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models import NumberSeries, ShopSettings
from partnershop import clock
from partnershop.errors import Transient
from partnershop.flows.chain import link
from partnershop.flows.drafts import REVERSAL_SERIES, Draft
from partnershop.rules.numbering import Allotment, Counter, allot, format_number

Row = dict[str, Any]


@dataclass(frozen=True)
class _Series:
    """The counter of a series, and the chain of the paper issued last."""

    counter: Counter
    chain: str | None = None


def foresee(session: Session, settings: ShopSettings, drafts: Sequence[Draft], rows: Sequence[Row]) -> None:
    """Put into these rows of `document` the numbers and dates that they would get now, without a lock.

    Somebody else may be faster; what they get in the end is of the same form.
    """
    query = select(NumberSeries).where(NumberSeries.shop_id == settings.shop_id)
    rows_now = session.scalars(query.execution_options(populate_existing=True))
    known = {row.series: _Series(_counter(row)) for row in rows_now}
    day = _first_day(settings, drafts)
    _fill(settings, drafts, rows, {series: known.get(series) or _new(day) for series in _wanted(drafts)}, day)


def number(session: Session, settings: ShopSettings, drafts: Sequence[Draft], rows: Sequence[Row]) -> None:
    """Take the numbers of these papers and put them into their rows of `document`, with their dates and their chain.

    From here to the end of the transaction the counters are locked: nothing but writing the rows may follow. They are
    locked in one fixed order, so two writers never wait in a circle. Raises `Transient` in the rare case that a number
    came out longer than the one that the paper was judged with.
    """
    foreseen = [row["number"] for row in rows]
    day = _first_day(settings, drafts)
    series = _lock(session, settings.shop_id, _wanted(drafts), day)
    allotments = _fill(settings, drafts, rows, series, day)
    if any(len(row["number"]) > len(before) for row, before in zip(rows, foreseen, strict=True)):
        raise Transient("the numbers of the series have just become longer; the papers are judged again with one")
    for name, allotment in allotments.items():
        last = _tie(series[name].chain, [row for row in rows if row["series"] == name])
        _save(session, settings.shop_id, name, allotment.counter, last)


def _wanted(drafts: Iterable[Draft]) -> list[str]:
    return sorted({draft.series for draft in drafts})


def _first_day(settings: ShopSettings, drafts: Iterable[Draft]) -> date:
    """Today; but a correction is never dated before the paper it corrects, nor one paper of a pair before the other."""
    corrected = [draft.refers_to.issue_date for draft in drafts if draft.refers_to is not None]
    return max([clock.local_day(clock.now(), settings.timezone), *corrected])


def _fill(
    settings: ShopSettings, drafts: Sequence[Draft], rows: Sequence[Row], series: Mapping[str, _Series], first: date
) -> dict[str, Allotment]:
    """Numbers and dates as these counters give them; returns what was taken from each."""
    day = max([first, *(known.counter.last_issue_date for known in series.values())])
    allotments: dict[str, Allotment] = {}
    for name, known in series.items():
        own = [(draft, row) for draft, row in zip(drafts, rows, strict=True) if draft.series == name]
        taken = allotments[name] = allot(known.counter, day, len(own))
        pattern = settings.reversal_series if name == REVERSAL_SERIES else settings.invoice_series
        for sequence, (draft, row) in enumerate(own, taken.first):
            row["year"], row["sequence"] = taken.year, sequence
            row["number"], row["issue_date"] = format_number(pattern, taken.year, sequence), taken.issue_date
            pays_until = taken.issue_date + timedelta(days=settings.payment_days)
            row["due_date"] = pays_until if draft.leaves_something_due else None
    return allotments


def _tie(previous: str | None, rows: Iterable[Row]) -> str | None:
    """Put these papers of one series, in the order of their numbers, behind the one before; the last one's chain."""
    for row in rows:
        row["chain"] = previous = link(previous, row, row["digest"])
    return previous


def _lock(session: Session, shop_id: int, names: Sequence[str], day: date) -> dict[str, _Series]:
    found = _locked(session, shop_id, names)
    if len(found) < len(names):
        new = [asdict(_new(day).counter) | {"shop_id": shop_id, "series": name} for name in names]
        session.execute(insert(NumberSeries).values(new).on_conflict_do_nothing())
        found = _locked(session, shop_id, names)
    return found


def _locked(session: Session, shop_id: int, names: Sequence[str]) -> dict[str, _Series]:
    table = NumberSeries
    query = (
        select(table.series, table.year, table.last_number, table.last_issue_date, table.last_chain)
        .where(table.shop_id == shop_id, table.series.in_(names))
        .order_by(table.series)
        .with_for_update()
    )
    return {row.series: _Series(_counter(row), row.last_chain) for row in session.execute(query)}


def _counter(row: Any) -> Counter:
    return Counter(row.year, row.last_number, row.last_issue_date)


def _new(day: date) -> _Series:
    return _Series(Counter(day.year, 0, day))


def _save(session: Session, shop_id: int, name: str, counter: Counter, chain: str | None) -> None:
    session.execute(
        update(NumberSeries)
        .where(NumberSeries.shop_id == shop_id, NumberSeries.series == name)
        .values(**asdict(counter), last_chain=chain)
        .execution_options(synchronize_session=False)
    )
