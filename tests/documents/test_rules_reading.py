"""Reading any CII invoice: what strangers wrote is taken apart safely, and nothing of it is overlooked."""

import time
from contextlib import suppress
from decimal import Decimal

import pytest
from conforming import CONFORMING, find, tree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from papers import paper

from partnershop.documents import cii
from partnershop.documents.cii import rules
from partnershop.documents.cii.elements import MOST_BYTES, RAM, Unreadable
from partnershop.documents.cii.invoice import Identified, Invoice

GOOD = cii.write(paper())
BODY = GOOD.split(b"?>", 1)[1]


def read(root: etree._Element) -> Invoice:
    return cii.read(etree.tostring(root))


def test_it_reads_what_the_paper_says() -> None:
    invoice = cii.read(cii.write(CONFORMING["defect"]()))
    assert invoice.number == "RE-2026-000009"
    assert invoice.type_code == "380"
    assert invoice.seller.vat_id == "DE136695976"
    assert invoice.buyer.ids == (Identified("12345670017", "0210"),)
    assert [line.net for line in invoice.lines] == [Decimal("39.92"), Decimal("0.00"), Decimal("84.99")]
    assert invoice.lines[0].adjustments[0].percent == Decimal(20)
    assert invoice.totals.gross == Decimal("148.64")
    assert invoice.unread == ()


@pytest.mark.parametrize(
    ("xml", "why"),
    [
        (b"", "not well-formed"),
        (b"%PDF-1.7", "not well-formed"),
        (b"<a", "not well-formed"),
        (GOOD[:-20], "not well-formed"),
        (b"<Invoice/>", "no CII invoice"),
        (b"<!DOCTYPE a>" + BODY, "DOCTYPE"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd">' + BODY, "DOCTYPE"),
        (b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + BODY.replace(b"A-1001", b"&e;"), "DOCTYPE"),
        (b" " * (MOST_BYTES + 1), "at most"),
        (b"<a>" * 100_000, "not well-formed"),
    ],
)
def test_what_is_no_invoice_is_said_to_be_none(xml: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        cii.read(xml)


def test_entities_are_not_expanded() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE a [<!ENTITY e0 "x">{levels}]>'.encode() + BODY.replace(b"A-1001", b"&e11;")
    began = time.monotonic()
    with pytest.raises(Unreadable):
        cii.read(bomb)
    assert time.monotonic() - began < 5


def test_a_comment_inside_a_number_hides_nothing() -> None:
    invoice = cii.read(GOOD.replace(b">70.52<", b">7<!-- -->0.52<"))
    assert invoice.totals.gross == Decimal("70.52")


def test_text_between_elements_is_noticed() -> None:
    root = tree(paper())
    find(root, "//ram:SellerTradeParty")[0].text = "pay to another account"
    assert any("SellerTradeParty" in oddity.where for oddity in read(root).unread)


def test_what_the_fields_do_not_hold_is_left_over() -> None:
    root = tree(paper())
    party = find(root, "//ram:BuyerTradeParty")[0]
    etree.SubElement(party, f"{{{RAM}}}Description").text = "wholesale"
    find(root, "//ram:InvoiceCurrencyCode")[0].set("listID", "ISO4217")
    left = {oddity.where.rsplit("/", 1)[-1]: oddity.text for oddity in read(root).unread}
    assert left == {"Description": "wholesale", "@listID": "ISO4217"}


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e9", "1,00", "٣", "1" * 50, "--1", "0x10"])
def test_what_is_no_plain_number_is_an_oddity_and_no_error(text: str) -> None:
    root = tree(paper())
    find(root, "//ram:GrandTotalAmount")[0].text = text
    invoice = read(root)
    assert invoice.totals.gross is None
    assert [oddity.where for oddity in invoice.not_numbers] == ["BT-112"]
    assert "P-FORM-1" in {breach.rule for breach in rules.breaches(invoice)}


def test_figures_of_forty_digits_are_summed_exactly() -> None:
    root = tree(paper())
    for path in ("//ram:BilledQuantity", "//ram:NetPriceProductTradePrice/ram:ChargeAmount"):
        find(root, path)[0].text = "9" * 40
    find(root, "//ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount")[0].text = "9" * 40
    said = {breach.rule: breach.values for breach in rules.breaches(read(root))}
    assert said["P-LINE-2"]["should"] == f"{(10**40 - 1) ** 2}.00"
    assert said["P-SUM-2"]["should"] == "9" * 40


def test_a_strangers_allowance_of_the_whole_is_counted() -> None:
    """BG-20, which our papers never have."""
    root = tree(CONFORMING["card"]())
    charge = find(root, "//ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeAllowanceCharge")[0]
    find(charge, "ram:ChargeIndicator/udt:Indicator")[0].text = "false"
    sums = find(root, "//ram:SpecifiedTradeSettlementHeaderMonetarySummation")[0]
    amounts = {"ChargeTotalAmount": "0.00", "TaxBasisTotalAmount": "42.00", "TaxTotalAmount": "7.98",
               "GrandTotalAmount": "49.98", "TotalPrepaidAmount": "49.98"}  # fmt: skip
    for name, amount in amounts.items():
        find(sums, f"ram:{name}")[0].text = amount
    etree.SubElement(sums, f"{{{RAM}}}AllowanceTotalAmount").text = "7.90"
    row = find(root, "//ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax")[0]
    find(row, "ram:BasisAmount")[0].text, find(row, "ram:CalculatedAmount")[0].text = "42.00", "7.98"
    assert rules.breaches(read(root)) == []


def test_rules_of_the_house_are_rules() -> None:
    assert set(rules.RULES) >= rules.HOUSE


def test_every_rule_says_its_sentence() -> None:
    assert [name for name, rule in rules.RULES.items() if not (rule.__doc__ or "").strip().endswith(".")] == []


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_broken_bytes_are_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    xml = bytearray(cii.write(CONFORMING[data.draw(st.sampled_from(sorted(CONFORMING)))]()))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(xml) - 1))
        length = data.draw(st.integers(0, 60))
        xml[place : place + length] = data.draw(st.binary(max_size=20) | st.sampled_from([b"-", b"9" * 30, b"<a/>"]))
    with suppress(Unreadable):
        assert isinstance(rules.breaches(cii.read(bytes(xml))), list)
