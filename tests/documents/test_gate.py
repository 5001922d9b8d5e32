"""The gate: silent on every good paper and every correction that our rules make of it, never on a bad one."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from conforming import CONFORMING, DUE, TAKES_BACK, of_figures
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from papers import CHIARA, german, line, paper, reversal

from partnershop.documents import gate
from partnershop.documents.breach import Breach
from partnershop.documents.cii import schema
from partnershop.documents.paper import ForSdi, Identifier, Paper, PaperKind, Reference
from partnershop.rules.money import line_net
from partnershop.rules.papers import (
    Figures,
    Line,
    Reduction,
    after_reversals,
    invoice,
    reduced,
    reverse,
    reverse_all,
)
from partnershop.rules.tax import TaxKey

SDI = ForSdi("IT98765430214_0000A", "RF01", {"E": "N4"}, 0, "ABC1234")
Sold = Mapping[int, tuple[int, Decimal]]


def rules(breaches: list[Breach]) -> set[str]:
    return {breach.rule for breach in breaches}


@pytest.mark.parametrize("name", CONFORMING)
def test_a_good_paper_passes(name: str) -> None:
    assert gate.breaches(CONFORMING[name]()) == []


@st.composite
def orders(draw: st.DrawFn) -> tuple[list[Line], Sold]:
    """Items at up to three rates, some with a reduction up to all of it, and perhaps shipping."""
    lines, sold = [], {}
    for number in range(1, draw(st.integers(1, 6)) + 1):
        quantity = draw(st.integers(1, 5000))
        price = draw(st.decimals(0, 500, places=draw(st.integers(2, 4))))
        key = TaxKey("S", Decimal(draw(st.sampled_from(["19", "7", "5.5"]))))
        net = line_net(quantity, price, "EUR")
        taken = draw(st.integers(0, net) | st.just(0) | st.just(net))
        reductions = (Reduction("R-1", "Farbe verwischt", taken),) if taken else ()
        lines.append(Line(number, False, key, net, reductions))
        sold[number] = (quantity, price)
    if draw(st.booleans()):
        amount = draw(st.integers(0, 5000))
        lines.append(Line(100, True, lines[0].key, amount))
        sold[100] = (1, Decimal(amount).scaleb(-2))
    return lines, sold


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(orders())
def test_no_invoice_of_our_rules_is_refused(order: tuple[list[Line], Sold]) -> None:
    lines, sold = order
    assert gate.breaches(of_figures(invoice(lines), sold)) == []


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(orders(), st.data())
def test_no_correction_of_our_rules_is_refused(order: tuple[list[Line], Sold], data: st.DataObject) -> None:
    """Items cancelled in any order and grouping, in between a complaint: each paper passes, the last leaves nothing."""
    lines, sold = order
    left = invoice(lines)
    items: list[int] = data.draw(st.permutations([each.id for each in lines if not each.is_charge]))
    while items:
        taken = {items.pop() for _ in range(data.draw(st.integers(1, len(items))))}
        back = reverse(left, frozenset(taken))
        assert back is not None
        assert gate.breaches(of_figures(back, sold, **TAKES_BACK), left.taxes) == []
        left = after_reversals(left, [back])
        complained = data.draw(st.booleans())
        if items and complained:
            left = _complaint(left, sold, items[0])
    assert all(row.base == row.tax == 0 for row in left.taxes.values())


def _complaint(left: Figures, sold: Sold, item: int) -> Figures:
    assert gate.breaches(of_figures(reverse_all(left), sold, **TAKES_BACK), left.taxes) == []
    remains = next(each.net for each in left.lines if each.id == item)
    new = reduced(left, item, Reduction("R-2", "Zu spät geliefert", remains // 3))
    names = {"refers_to": TAKES_BACK["refers_to"], "reversed_by": Reference("ST-2026-000003", date(2026, 3, 12))}
    words = {"kind": PaperKind.REDUCED_INVOICE, "number": "RE-2026-000009", "reason": "Reklamation R-2 anerkannt"}
    assert gate.breaches(of_figures(new, sold, issue_date=date(2026, 3, 12), **names, **words)) == []
    return new


def test_the_golden_order_is_taken_back_to_the_cent() -> None:
    nets = {1: "68.33", 2: "68.33", 3: "57.50", 4: "85.00"}
    sold = {number: (1, Decimal(net)) for number, net in nets.items()}
    key = TaxKey("S", Decimal(20))
    left = invoice([Line(number, False, key, line_net(1, Decimal(net), "EUR")) for number, net in nets.items()])
    assert gate.breaches(of_figures(left, sold)) == []
    assert left.gross == 33499

    taken = 0
    for number in nets:
        back = reverse(left, frozenset({number}))
        assert back is not None
        assert gate.breaches(of_figures(back, sold, **TAKES_BACK), left.taxes) == []
        taken += back.gross
        left = after_reversals(left, [back])
    assert taken == 33499


def test_a_complaint_on_each_line_of_three_rates_and_then_all_cancelled() -> None:
    rates = {1: "19", 2: "7", 3: "5.5"}
    sold = {number: (7, Decimal("12.345")) for number in rates} | {100: (1, Decimal("7.90"))}
    net = line_net(7, Decimal("12.345"), "EUR")
    lines = [Line(number, False, TaxKey("S", Decimal(rate)), net) for number, rate in rates.items()]
    left = invoice([*lines, Line(100, True, lines[0].key, 790)])
    for item in rates:
        left = _complaint(left, sold, item)

    back = reverse(left, frozenset(rates))

    assert back is not None
    assert [each.is_charge for each in back.lines] == [False, False, False, True]
    assert gate.breaches(of_figures(back, sold, **TAKES_BACK), left.taxes) == []
    assert back.gross == left.gross


def test_rows_that_differ_in_their_words_alone_are_taken_back_together() -> None:
    """EN 16931 has one row for a category and rate; our books have one for each exemption."""
    sold = {number: (1, Decimal("10.00")) for number in (1, 2)}
    lines = [Line(number, False, TaxKey("E", Decimal(0), f"Grund {number}"), 1000) for number in (1, 2)]
    left = invoice(lines)
    back = reverse(left, frozenset({1, 2}))
    assert back is not None
    assert gate.breaches(of_figures(left, sold)) == []
    assert gate.breaches(of_figures(back, sold, **TAKES_BACK), left.taxes) == []


def test_a_reversal_a_cent_off_what_is_left_is_refused() -> None:
    """One cent per rate is what rounding alone allows, so only the books of the order show it."""
    key = TaxKey("S", Decimal(19))
    left = invoice([Line(1, False, key, 4990), Line(2, False, key, 8500)])
    back = reverse(left, frozenset({1}))
    assert back is not None
    wrong = Figures(back.lines, {key: replace(back.taxes[key], tax=back.taxes[key].tax + 1)})
    made = of_figures(wrong, {1: (1, Decimal("49.90"))}, **TAKES_BACK)

    assert gate.breaches(made) == []
    assert rules(gate.breaches(made, left.taxes)) == {"P-VAT-3"}


def test_a_reversal_of_more_than_is_left_is_refused() -> None:
    key = TaxKey("S", Decimal(19))
    left = invoice([Line(1, False, key, 4000)])
    made = of_figures(invoice([Line(1, False, key, 4990)]), {1: (1, Decimal("49.90"))}, **TAKES_BACK)
    assert "P-VAT-6" in rules(gate.breaches(made, left.taxes))


@pytest.mark.parametrize(
    ("made", "rule"),
    [
        (paper(due_date=DUE, seller=replace(paper().seller, iban=None)), "P-PAY-1"),
        (paper(due_date=DUE, buyer=replace(CHIARA, vat_id="IT12345670018")), "P-PARTY-3"),
        (paper(due_date=DUE, number="FT/2026/000000000000012"), "P-FORM-7"),
        (paper(due_date=date(2026, 3, 8)), "P-DATE-3"),
        (paper(due_date=DUE, net=5781), "P-SUM-5"),
        (paper((line(1, price_net=4991, net=4991),), due_date=DUE), "P-LINE-2"),
        (paper((line(1, price_net=4991),), due_date=DUE), "P-SAME-3"),
        (reversal(refers_to=None), "P-REF-1"),
        (german(kind=PaperKind.REDUCED_INVOICE), "P-REF-7"),
        (paper(due_date=DUE, buyer=replace(CHIARA, city="ᏣᎳᎩ")), "P-TEXT-1"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_paper_is_refused(made: Paper, rule: str) -> None:
    assert rule in rules(gate.breaches(made))


def test_an_italian_paper_must_pass_the_sdi_as_well() -> None:
    good = paper(due_date=DUE, sdi=SDI)
    assert gate.breaches(good) == []
    assert gate.breaches(replace(good, sdi=replace(SDI, recipient_code="ABC12"))) != []


def test_a_breach_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = [Breach("BR-CO-15", "totals", {"text": "No."}), Breach("BR-CO-15", "totals", {"text": "No."})]
    monkeypatch.setattr(schema, "breaches", lambda _: twice)
    assert gate.breaches(paper(due_date=DUE)) == twice[:1]


def test_what_is_no_xml_is_a_breach_and_no_error() -> None:
    assert rules(gate.of_xml(b"<Invoice>", paper())) == {"P-FORM-9"}


_TEXTS = st.text(max_size=30)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_bad_data_is_never_an_error(data: st.DataObject) -> None:
    text = data.draw(_TEXTS, "text")
    made = paper(due_date=DUE, sdi=data.draw(st.sampled_from([SDI, None])))
    party = data.draw(st.sampled_from(["seller", "buyer"]))
    members = ["name", "street", "postcode", "city", "country", "company", "province", "vat_id", "tax_code", "email",
               "iban", "number", "identifier"]  # fmt: skip
    of_paper = ["currency", "order", "payment_method", "language", "reason"]
    member = data.draw(st.sampled_from([*members, *of_paper]))
    changes: dict[str, Any] = {member: Identifier(text, text) if member == "identifier" else text}
    if member in members:
        changes = {party: replace(getattr(made, party), **changes)}
    made = replace(made, **changes)
    assert isinstance(gate.breaches(made), list)
