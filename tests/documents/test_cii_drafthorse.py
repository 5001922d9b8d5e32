"""Another library, which has nothing to do with how we write, reads our XML and finds what the paper says."""

from decimal import Decimal
from typing import Any

import papers
import pytest
from cii_papers import CATEGORIES, METHODS, SHAPES, one
from drafthorse.models.document import Document  # type: ignore[import-untyped]  # publishes no types

from partnershop.documents import cii
from partnershop.documents.paper import Paper, PaperKind
from partnershop.rules.money import exponent


def amount(element: Any) -> Decimal | None:
    """What an amount of drafthorse says; it keeps currencies and plain numbers apart."""
    value = element._amount if hasattr(element, "_amount") else element._value
    return value if isinstance(value, Decimal) else None


def major(minor: int, paper: Paper) -> Decimal:
    return Decimal(minor).scaleb(-exponent(paper.currency))


def agrees(paper: Paper) -> None:
    read = Document.parse(cii.write(paper), strict=True)
    settlement = read.trade.settlement
    totals = settlement.monetary_summation
    items = [line for line in paper.lines if not line.is_charge]
    charges = [line for line in paper.lines if line.is_charge]
    assert (str(read.header.id), read.header.issue_date_time._value) == (paper.number, paper.issue_date)
    assert str(read.header.type_code) == ("381" if paper.kind is PaperKind.REVERSAL else "380")
    assert amount(totals.tax_basis_total) == major(paper.net, paper)
    assert totals.tax_total_other_currency.children == [(f"{major(paper.tax, paper)}", paper.currency)]
    assert amount(totals.grand_total) == major(paper.gross, paper)
    assert (amount(totals.prepaid_total) or 0) == major(paper.prepaid, paper)
    assert amount(totals.due_amount) == major(paper.gross - paper.prepaid, paper)
    assert amount(totals.line_total) == major(sum(line.net for line in items), paper)
    assert (amount(totals.charge_total) or 0) == major(sum(line.net for line in charges), paper)
    assert [
        (str(row.category_code), amount(row.rate_applicable_percent), amount(row.basis_amount),
         amount(row.calculated_amount))
        for row in settlement.trade_tax.children
    ] == [
        (row.category, None if row.category == "O" else row.rate, major(row.base, paper), major(row.tax, paper))
        for row in paper.taxes
    ]  # fmt: skip
    for item, line in zip(read.trade.items.children, items, strict=True):
        assert (str(item.product.name), item.delivery.billed_quantity._unit_code) == (line.description, "H87")
        assert amount(item.delivery.billed_quantity) == line.quantity
        assert amount(item.agreement.net.amount) == line.unit_price
        assert amount(item.settlement.monetary_summation.total_amount) == major(line.net, paper)
        taken_off = [amount(allowance.actual_amount) for allowance in item.settlement.allowance_charge.children]
        assert taken_off == [major(allowance.amount, paper) for allowance in line.allowances]
    earlier = settlement.invoice_referenced_document
    expected = (paper.refers_to.number, paper.refers_to.issue_date) if paper.refers_to else ("", None)
    assert (earlier.issuer_assigned_id._text, earlier.issue_date_time._value) == expected


@pytest.mark.parametrize("kind", PaperKind)
@pytest.mark.parametrize("category", CATEGORIES)
def test_drafthorse_reads_what_the_paper_says(kind: PaperKind, category: str) -> None:
    for method in METHODS:
        for shape in SHAPES:
            agrees(one(kind, "de", method, category, shape))


def test_drafthorse_reads_long_papers_and_several_rates() -> None:
    agrees(papers.paper(papers.many(60)))
    agrees(papers.paper((papers.line(1), papers.line(2, "68.33", rate="10"), papers.line(3, "57.50", rate="4"))))
    agrees(papers.reduced())
    agrees(papers.reversal())


def test_a_changed_figure_is_noticed_here(monkeypatch: pytest.MonkeyPatch) -> None:
    write = cii.write
    monkeypatch.setattr(cii, "write", lambda paper: write(paper).replace(b">70.52<", b">70.53<"))
    with pytest.raises(AssertionError):
        agrees(one())
