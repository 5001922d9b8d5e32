"""Good XML, changed in one place: the gate says so, by the rule that is meant for it, with and without the paper."""

import re
from decimal import Decimal

import pytest
from conforming import CONFORMING, leaf_texts, tree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from mutating import MUTATIONS

from partnershop.documents import cii, gate
from partnershop.documents.cii import rules, schema
from partnershop.documents.cii.elements import RAM

# What an XML says of itself alone: 1.0 is as much as 1.
NOT_OF_THE_PAPER = {"P-FORM-2", "P-FORM-3", "P-FORM-6"}


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_rules_and_the_standard_see_it_without_the_paper(name: str) -> None:
    mutation = MUTATIONS[name]
    paper = CONFORMING[mutation.paper]()
    root = tree(paper)
    mutation.change(root)

    found = gate.by_itself(cii.read(etree.tostring(root)), paper.kind)

    assert mutation.rule in {breach.rule for breach in found}


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_gate_sees_it(name: str) -> None:
    mutation = MUTATIONS[name]
    paper = CONFORMING[mutation.paper]()
    root = tree(paper)
    mutation.change(root)

    found = {breach.rule for breach in gate.of_xml(etree.tostring(root), paper)}

    assert mutation.rule in found
    assert any(rule.startswith("P-SAME") for rule in found) or mutation.rule in NOT_OF_THE_PAPER


def test_every_rule_is_seen_by_a_mutation() -> None:
    assert {mutation.rule for mutation in MUTATIONS.values()} >= set(rules.RULES) | {"P-REF-7"}
    assert len(MUTATIONS) >= 30


@pytest.mark.parametrize(
    "name",
    [
        "a negative 381", "a 381 without BG-3", "a 381 without the date", "VAT off by 0.99", "quantity",
        "a wrong percentage", "an allowance made negative", "a broken IBAN", "20261332", "AE with VATEX-EU-IC",
        "K delivered at home",
    ],
)  # fmt: skip
def test_the_standard_alone_lets_it_through(name: str) -> None:
    """Why there are rules of ours; where a newer Schematron sees it too, this may go."""
    mutation = MUTATIONS[name]
    root = tree(CONFORMING[mutation.paper]())
    mutation.change(root)
    assert schema.breaches(etree.tostring(root)) == []


AMOUNTS_AND_CODES = re.compile("(Amount|Quantity|Percent|Code|CountryID|Indicator|DateTimeString|ID)$")
OTHER_CODES = ["380", "381", "S", "E", "AE", "30", "48", "58", "68", "65", "95", "FC", "SAA", "EUR", "USD", "IT", "DE"]


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_amount_and_no_code_can_be_changed_unseen(data: st.DataObject) -> None:
    paper = CONFORMING[data.draw(st.sampled_from(sorted(CONFORMING)))]()
    root = tree(paper)
    places = [leaf for leaf in leaf_texts(root) if AMOUNTS_AND_CODES.search(etree.QName(leaf).localname)]
    element = data.draw(st.sampled_from(places))
    before = element.text or ""
    number = re.fullmatch(r"[0-9]+(\.[0-9]+)?", before)
    amounts = st.decimals(0, 10**7, places=data.draw(st.integers(0, 4))).map(lambda value: f"{value:f}")
    after = data.draw((amounts if number else st.just(before)) | st.sampled_from(OTHER_CODES) | st.just(before + "1"))
    if after == before or (number and re.fullmatch(r"[0-9.]+", after) and Decimal(after) == Decimal(before)):
        return
    element.text = after

    assert gate.of_invoice(cii.read(etree.tostring(root)), paper)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_nothing_can_be_changed_added_or_taken_away_unseen(data: st.DataObject) -> None:
    paper = CONFORMING[data.draw(st.sampled_from(sorted(CONFORMING)))]()
    root = tree(paper)
    element = data.draw(st.sampled_from(list(root.iter())[1:]))
    parent = element.getparent()
    assert parent is not None
    match data.draw(st.sampled_from(["text", "attribute", "gone", "twice", "more"])):
        case "text" if not len(element):
            element.text = f"{element.text}x"
        case "attribute":
            element.set("schemeID" if "schemeID" not in element.attrib else "listID", "0088")
        case "gone":
            parent.remove(element)
        case "twice":
            element.addnext(etree.fromstring(etree.tostring(element)))
        case _:
            etree.SubElement(parent, f"{{{RAM}}}Information").text = "x"

    assert gate.of_xml(etree.tostring(root), paper)
