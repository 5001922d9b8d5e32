"""Issuing papers: everything is computed first; taking the numbers from the counters is the last step before the rows.

No network call and no rendering happens under the counter's lock, and a transaction that fails burns no number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models import Document, DocumentLine, DocumentTax, NumberSeries, Order, Rendering, ShopSettings
from partnershop import clock
from partnershop.counters import Counted, count
from partnershop.db import copy_rows, new_ids, wake
from partnershop.flows import mail
from partnershop.rules.numbering import Allotment, Counter, allot, format_number
from partnershop.rules.papers import DocumentKind, Figures, Line
from partnershop.stages import Stage, Wake

INVOICE_SERIES, REVERSAL_SERIES = "invoice", "reversal"


@dataclass(frozen=True)
class LineText:
    """What a line says beside its figures."""

    key: str
    description: str
    details: tuple[str, ...]
    quantity: int
    unit_price: Decimal


# A line by whether it is a charge, and the item's or charge's id.
LineId = tuple[bool, int]


@dataclass(frozen=True)
class Draft:
    """A paper that is complete but for its number and date."""

    order: Order
    kind: DocumentKind
    figures: Figures
    texts: Mapping[LineId, LineText]
    seller: dict[str, Any]
    buyer: dict[str, Any]
    language: str
    delivery_date: date | None
    prepaid: int = 0
    refers_to: Document | None = None
    reason: str | None = None
    case_id: int | None = None
    companion: int | None = None
    """Position, in the same list of drafts, of the reversal that is issued together with this reduced invoice."""

    @property
    def series(self) -> str:
        """Reversals have a series of their own."""
        return REVERSAL_SERIES if self.kind is DocumentKind.REVERSAL else INVOICE_SERIES


@dataclass(frozen=True)
class Issued:
    """A paper that now has its number."""

    id: int
    number: str
    kind: DocumentKind
    gross: int
    currency: str
    order: str
    line_ids: Mapping[LineId, int] = field(default_factory=dict)


def issue(session: Session, shop_code: str, settings: ShopSettings, drafts: Sequence[Draft]) -> list[Issued]:
    """Give these drafts of one shop their numbers and dates and write them. Their orders must be locked."""
    ids = new_ids(session, Document.__table__, len(drafts))  # type: ignore[arg-type]  # a Table, declared FromClause
    line_ids = iter(new_ids(session, DocumentLine.__table__, sum(len(draft.figures.lines) for draft in drafts)))  # type: ignore[arg-type]
    own_lines = [{(line.is_charge, line.id): next(line_ids) for line in draft.figures.lines} for draft in drafts]
    numbers = _take_numbers(session, settings, drafts)
    documents = [
        _document_row(settings, draft, ids[place], ids, numbers[place]) for place, draft in enumerate(drafts)
    ]
    copy_rows(session, Document.__table__, documents)  # type: ignore[arg-type]
    copy_rows(
        session,
        DocumentLine.__table__,  # type: ignore[arg-type]
        [
            _line_row(ids[place], position, line, draft.texts[line.is_charge, line.id], own_lines[place])
            for place, draft in enumerate(drafts)
            for position, line in enumerate(draft.figures.lines, 1)
        ],
    )
    copy_rows(session, DocumentTax.__table__, _tax_rows(ids, drafts))  # type: ignore[arg-type]
    renderings = [{"document_id": document_id, "due_at": clock.now()} for document_id in ids]
    copy_rows(session, Rendering.__table__, renderings)  # type: ignore[arg-type]
    mail.queue_papers(session, settings, documents)
    for draft in drafts:
        count(session, Counted.DOCUMENTS, draft.kind.value)
    wake(session, Wake(Stage.DOCUMENTS, shop=shop_code))
    return [
        Issued(row["id"], row["number"], draft.kind, row["gross"], row["currency"], draft.order.number, lines)
        for row, draft, lines in zip(documents, drafts, own_lines, strict=True)
    ]


def _take_numbers(
    session: Session, settings: ShopSettings, drafts: Sequence[Draft]
) -> list[tuple[int, int, date]]:
    """(year, number, date) per draft. Counters are locked in one fixed order, so two writers never wait in a circle."""
    # A correction is never dated before the paper it corrects, nor one paper of a pair before the other.
    day = max(
        [clock.local_day(clock.now(), settings.timezone)]
        + [draft.refers_to.issue_date for draft in drafts if draft.refers_to is not None]
    )
    wanted = sorted({draft.series for draft in drafts})
    counters = {series: _lock_counter(session, settings.shop_id, series, day) for series in wanted}
    day = max([day, *(counter.last_issue_date for counter in counters.values())])
    allotments = {}
    for series in wanted:
        count = sum(draft.series == series for draft in drafts)
        allotments[series] = allot(counters[series], day, count)
        _save_counter(session, settings.shop_id, series, allotments[series].counter)
    return _spread(drafts, allotments)


def _spread(drafts: Sequence[Draft], allotments: Mapping[str, Allotment]) -> list[tuple[int, int, date]]:
    given = dict.fromkeys(allotments, 0)
    result = []
    for draft in drafts:
        allotment = allotments[draft.series]
        result.append((allotment.year, allotment.first + given[draft.series], allotment.issue_date))
        given[draft.series] += 1
    return result


def _lock_counter(session: Session, shop_id: int, series: str, day: date) -> Counter:
    new = {"shop_id": shop_id, "series": series, "year": day.year, "last_number": 0, "last_issue_date": day}
    session.execute(insert(NumberSeries).values(new).on_conflict_do_nothing())
    table = NumberSeries
    row = session.execute(
        select(table.year, table.last_number, table.last_issue_date)
        .where(table.shop_id == shop_id, table.series == series)
        .with_for_update()
    ).one()
    return Counter(row.year, row.last_number, row.last_issue_date)


def _save_counter(session: Session, shop_id: int, series: str, counter: Counter) -> None:
    session.execute(
        update(NumberSeries)
        .where(NumberSeries.shop_id == shop_id, NumberSeries.series == series)
        .values(**asdict(counter))
        .execution_options(synchronize_session=False)
    )


def _document_row(
    settings: ShopSettings, draft: Draft, document_id: int, ids: Sequence[int], number: tuple[int, int, date]
) -> dict[str, Any]:
    year, sequence, issue_date = number
    pattern = settings.reversal_series if draft.series == REVERSAL_SERIES else settings.invoice_series
    order, figures = draft.order, draft.figures
    return {
        "id": document_id,
        "shop_id": order.shop_id,
        "order_id": order.id,
        "case_id": draft.case_id,
        "kind": draft.kind.value,
        "series": draft.series,
        "year": year,
        "sequence": sequence,
        "number": format_number(pattern, year, sequence),
        "issue_date": issue_date,
        "issued_at": clock.now(),
        "refers_to_id": draft.refers_to.id if draft.refers_to else None,
        "companion_id": ids[draft.companion] if draft.companion is not None else None,
        "currency": order.currency,
        "language": draft.language,
        "seller": draft.seller,
        "buyer": draft.buyer,
        "order_number": order.number,
        "order_date": clock.local_day(order.placed_at, settings.timezone),
        "delivery_date": draft.delivery_date,
        "payment_method": order.payment_method,
        "reason": draft.reason,
        "net": figures.net,
        "tax": figures.tax,
        "gross": figures.gross,
        "prepaid": draft.prepaid,
    }


def _line_row(
    document_id: int, position: int, line: Line, words: LineText, own: Mapping[LineId, int]
) -> dict[str, Any]:
    return {
        "id": own[line.is_charge, line.id],
        "document_id": document_id,
        "position": position,
        "is_charge": line.is_charge,
        "item_id": None if line.is_charge else line.id,
        "charge_id": line.id if line.is_charge else None,
        "origin_line_id": line.origin,
        "key": words.key,
        "description": words.description,
        "details": list(words.details),
        "quantity": words.quantity,
        "unit_price": words.unit_price,
        "price_net": line.gross_price,
        "allowance": line.allowance,
        "allowances": [asdict(reduction) for reduction in line.reductions],
        "net": line.net,
        "vat_rate": line.key.rate,
        "vat_category": line.key.category,
        "vat_exemption": line.key.exemption or None,
    }


def _tax_rows(ids: Sequence[int], drafts: Sequence[Draft]) -> list[dict[str, Any]]:
    return [
        {
            "document_id": document_id,
            "position": position,
            "category": key.category,
            "rate": key.rate,
            "exemption": key.exemption or None,
            "base": amount.base,
            "tax": amount.tax,
        }
        for document_id, draft in zip(ids, drafts, strict=True)
        for position, (key, amount) in enumerate(
            sorted(draft.figures.taxes.items(), key=lambda row: (-row[0].rate, row[0].category)), 1
        )
    ]
